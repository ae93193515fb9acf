"""What an exploration found, told: every text in it can be shown as it is."""

from collections.abc import Callable
from pathlib import Path

import msgspec

from pmtui.explorer.verdict import Outcome, Verdict

EXIT: dict[Outcome, int] = {"holds": 0, "violated": 1, "not deterministic": 3, "incomplete": 4}
"""The exit code of each verdict."""

_LONGEST_LINE = 200


class Found(msgspec.Struct, frozen=True):
    """What is wrong.

    Attributes:
        sentence: in one line.
        story: the steps that lead there, the sentence itself left out.
        at: `file:line` of the handler, with the file as seen from here; empty where there is none.
        line: the text of that line, without its indentation.
        nearest: what must be otherwise for nothing to be wrong.
        takes: how little it takes, as `1 of 12 events`.
    """

    sentence: str
    story: tuple[str, ...]
    at: str
    line: str
    nearest: str = ""
    takes: str = ""


class Report(msgspec.Struct, frozen=True):
    """A verdict with all that there is to say.

    Attributes:
        app: its name.
        verdict: in one word or two.
        headline: the same in a line, with what was covered.
        seconds: how long it took.
        found: what is wrong, None if nothing is.
        remarks: what else a reader must know: what was never reached, what never saw data.
    """

    app: str
    verdict: Outcome
    headline: str
    seconds: float
    found: Found | None
    remarks: tuple[str, ...]


def report_of(app: str, verdict: Verdict, clean: Callable[[str], str], *, nearest: str = "", takes: str = "") -> Report:
    """Tell a verdict.

    Args:
        app: the app's name.
        verdict: what was found; its violation may be a smaller one than the exploration's.
        clean: makes a text from outside harmless to show.
        nearest: see `Found`.
        takes: see `Found`.
    """
    found = None
    violation = verdict.violation
    if violation is not None:
        story = violation.story[:-1] if violation.story[-1:] == (violation.sentence,) else violation.story
        at, line = _place(violation.at)
        found = Found(clean(violation.sentence), tuple(map(clean, story)), clean(at), clean(line), nearest, takes)
    remarks = []
    if verdict.unreached:
        remarks.append(f"never reached: {clean(', '.join(verdict.unreached))}")
    if verdict.blind:
        remarks.append(f"never saw data: {clean(', '.join(verdict.blind))}")
    return Report(app, verdict.verdict, _headline(verdict), verdict.seconds, found, tuple(remarks))


def _headline(verdict: Verdict) -> str:
    covered = f"{verdict.states:,} state{'s' if verdict.states != 1 else ''}, {verdict.edges:,} edges"
    orders = f"in {verdict.orders}" if not verdict.orders.startswith("the ") else f"with {verdict.orders}"
    match verdict.verdict:
        case "holds":
            return f"holds for every crash {orders}: {covered}"
        case "incomplete":
            return f"incomplete: stopped at {verdict.why}, nothing wrong in {covered}"
        case outcome:
            return f"{outcome}, after {covered}"


def _place(at: str) -> tuple[str, str]:
    """Where a handler is, as seen from here, and the line that stands there."""
    name, _, number = at.rpartition(":")
    if not name or not number.isdecimal():
        return at, ""
    path = Path(name)
    try:
        lines = path.read_text(errors="replace").splitlines()
    except OSError:
        lines = []
    line = lines[int(number) - 1].strip() if 0 < int(number) <= len(lines) else ""
    if path.is_relative_to(Path.cwd()):
        path = path.relative_to(Path.cwd())
    return f"{path}:{number}", line[:_LONGEST_LINE]
