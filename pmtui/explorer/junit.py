"""A report as JUnit XML, for what shows the results of builds."""

from xml.etree import ElementTree as Xml

from pmtui.explorer.report import Report


def junit(report: Report) -> str:
    """One suite with one case, which fails unless all holds."""
    bad = report.verdict in ("violated", "not deterministic")
    counts = {"tests": "1", "failures": str(int(bad)), "errors": str(int(report.verdict == "incomplete"))}
    took = {"time": f"{report.seconds:.3f}"}
    suites = Xml.Element("testsuites", {"name": "pmtui explore", **counts, **took})
    suite = Xml.SubElement(suites, "testsuite", {"name": report.app, **counts, **took})
    case = Xml.SubElement(suite, "testcase", {"classname": f"pmtui.{report.app}", "name": "every crash", **took})
    if report.found is not None:
        failure = Xml.SubElement(case, "failure", {"type": report.verdict, "message": report.found.sentence})
        steps = [f"{number}. {step}" for number, step in enumerate(report.found.story, 1)]
        where = [f"at {report.found.at}  {report.found.line}"] if report.found.at else []
        but = [f"{report.found.nearest} instead, nothing is wrong"] if report.found.nearest else []
        failure.text = "\n".join([*steps, *where, *but])
    elif report.verdict == "incomplete":
        Xml.SubElement(case, "error", {"type": "incomplete", "message": report.headline})
    Xml.SubElement(case, "system-out").text = "\n".join([report.headline, *report.remarks])
    Xml.indent(suites)
    text: bytes = Xml.tostring(suites, encoding="utf-8")
    return text.decode() + "\n"
