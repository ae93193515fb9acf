"""A report as Markdown, for a pull request."""

import re

from pmtui.explorer.report import Report

_MEANT = re.compile(r"([\\`*_{}\[\]<>()#+!|~&$@-])")
"""What Markdown, or a forge that shows it, would take for more than itself; `@` would call people."""


def markdown(report: Report) -> str:
    """A heading, the verdict, and the story where there is one."""
    good = report.verdict == "holds"
    lines = [f"### {'✔' if good else '✖'} {plain(report.app)}: {plain(report.verdict)}", "", plain(report.headline), ""]
    found = report.found
    if found is not None:
        lines += [f"**{plain(found.sentence)}**", ""]
        lines += [f"{number}. {plain(step)}" for number, step in enumerate(found.story, 1)]
        lines += [""] if found.story else []
        if found.at:
            lines += [f"At {plain(found.at)}:", "", f"    {found.line}", ""]
        if found.nearest:
            lines += [f"{plain(found.nearest.capitalize())} instead, nothing is wrong.", ""]
        if found.takes:
            lines += [f"It takes {plain(found.takes)}.", ""]
    lines += [f"- {plain(remark)}" for remark in report.remarks]
    return "\n".join(lines).rstrip("\n") + "\n"


def plain(text: str) -> str:
    """A text that Markdown shows as it is."""
    return _MEANT.sub(r"\\\1", text)
