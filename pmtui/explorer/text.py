"""A report as plain text, for a terminal."""

import textwrap
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pmtui.explorer.report import Report

_LABEL = 6


class Text(NamedTuple):
    """Lines: the verdict in `head`, what led there and what is to be said beside it in `body`, aligned."""

    head: list[str]
    body: list[str]


def text(report: Report, width: int | None, notes: Iterable[tuple[str, str]] = ()) -> Text:
    """Tell a report.

    Args:
        report: what to tell.
        width: where lines are broken; None: nowhere.
        notes: more to say below, each with its label.
    """
    found = report.found
    body: list[str] = []
    rows = [*_rows(report), *notes]
    if found is not None:
        body += [""] if found.story else []
        for number, step in enumerate(found.story, 1):
            body += _broken(step, width, f"{number:>3}  ", "     ")
        body += [""] if rows else []
    for label, value in rows:
        body += _broken(value, width, f"  {label:<{_LABEL}} ", " " * (_LABEL + 3))
    head = report.headline if found is None else f"{report.verdict}: {found.sentence}"
    return Text(_broken(head, width, "", ""), body)


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
