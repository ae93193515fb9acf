"""A report as plain text, for a terminal."""

import textwrap
from collections.abc import Iterable, Iterator

from pmtui.explorer.report import Report

_LABEL = 6


def text(report: Report, width: int | None, notes: Iterable[tuple[str, str]] = ()) -> list[str]:
    """Lines: the verdict first, then what led there, aligned.

    Args:
        report: what to tell.
        width: where lines are broken; None: nowhere.
        notes: more to say below, each with its label.
    """
    found = report.found
    if found is None:
        lines = _broken(report.headline, width, "", "")
    else:
        lines = _broken(f"{report.verdict}: {found.sentence}", width, "", "")
        lines += [""] if found.story else []
        for number, step in enumerate(found.story, 1):
            lines += _broken(step, width, f"{number:>3}  ", "     ")
    rows = [*_rows(report), *notes]
    lines += [""] if rows and found is not None else []
    for label, value in rows:
        lines += _broken(value, width, f"  {label:<{_LABEL}} ", " " * (_LABEL + 3))
    return lines


def _rows(report: Report) -> Iterator[tuple[str, str]]:
    found = report.found
    if found is not None:
        if found.at:
            yield "at", found.at
        if found.line:
            yield "", found.line
        if found.nearest:
            yield "but", f"{found.nearest} instead, nothing is wrong"
        if found.takes:
            yield "takes", found.takes
        yield "seen", report.headline.partition(", after ")[2] or report.headline
    for remark in report.remarks:
        yield "note", remark


def _broken(line: str, width: int | None, first: str, then: str) -> list[str]:
    if width is None:
        return [first + line]
    return textwrap.wrap(
        line, max(width, 20), initial_indent=first, subsequent_indent=then, break_on_hyphens=False
    ) or [first.rstrip()]
