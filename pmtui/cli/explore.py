"""`pmtui explore`: whether any crash can double or lose an action."""

import contextlib
import json
import math
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import msgspec

from pmtui.cli.live import LiveLine
from pmtui.cli.options import app_argument, data_folder, data_option, receiver_option
from pmtui.cli.story import keep, read_story
from pmtui.explorer.explore import explore
from pmtui.explorer.junit import junit
from pmtui.explorer.markdown import markdown
from pmtui.explorer.nearest import nearest
from pmtui.explorer.reading import read_logs
from pmtui.explorer.report import EXIT, Report, report_of
from pmtui.explorer.rerun import again
from pmtui.explorer.search import Orders
from pmtui.explorer.shrink import Shrunk, shrink
from pmtui.explorer.story import Logs, count, story_of
from pmtui.explorer.text import text
from pmtui.explorer.verdict import Bounds, Outcome, Progress, Verdict
from pmtui.model.app import Receiver
from pmtui.model.errors import InputError
from pmtui.storage.folder import DataFolder
from pmtui.view import words
from pmtui.view.safe import safe
from pmtui.workers.appfile import AppFile, load

_FILE = click.Path(path_type=Path, dir_okay=False)


def _orders(_ctx: click.Context, _param: click.Parameter, value: str) -> Orders:
    if value == "all":
        return "all"
    if value == "oldest":
        return "oldest"
    if value.isascii() and value.isdecimal() and 0 < len(value.lstrip("0")) < 7:
        return int(value)
    raise click.BadParameter("neither all nor oldest nor a number of random orders, at most 999999.")


def _seconds(_ctx: click.Context, _param: click.Parameter, value: float) -> float:
    if not (math.isfinite(value) and value > 0):
        raise click.BadParameter(f"{value} is not a time to stop after.")
    return value


_VERDICTS: dict[str, Outcome] = {"same": "violated", "holds": "holds", "otherwise": "not deterministic"}
_HEADLINES = {
    "same": "it happens again",
    "holds": "holds: the story goes to its end, and nothing is wrong",
    "otherwise": "not the same: the story no longer goes this way",
}
"""Of a story that was run again."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What `explore` was told to do."""

    receivers: Mapping[str, Receiver]
    orders: Orders
    order_independent: bool
    bounds: Bounds
    write_test: Path | None
    show_data: bool
    sigkill: int


@dataclass(frozen=True, slots=True)
class Told:
    """What it says in the end: the verdict with the smallest story, the same told, and where it was kept."""

    verdict: Verdict
    report: Report
    notes: tuple[tuple[str, str], ...] = ()


@click.command()
@app_argument
@data_option
@receiver_option
@click.option(
    "--orders", default="all", metavar="all|oldest|N", callback=_orders, help="Of the sources; N random ones. [all]"
)
@click.option("--order-independent", is_flag=True, help="All orders must come to the same end.")
@click.option("--max-states", type=click.IntRange(min=1), default=Bounds().states, metavar="N", help="Stop there.")
@click.option("--max-seconds", type=float, default=Bounds().seconds, metavar="S", callback=_seconds, help="Stop then.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, and only that.")
@click.option("--junit", "junit_file", type=_FILE, metavar="FILE", help="Also write the verdict as JUnit XML.")
@click.option("--markdown", "markdown_file", type=_FILE, metavar="FILE", help="Also write it for a pull request.")
@click.option("--write-test", type=_FILE, metavar="FILE", help="Write a pytest file that fails while it can happen.")
@click.option("--replay", type=_FILE, metavar="FILE", help="Only run the story of a .crash.json again.")
@click.option(
    "--sigkill", type=click.IntRange(1, 1000), metavar="N", help="Then kill real workers as in N stories, and compare."
)
@click.option("--show-data", is_flag=True, help="Leave in the .crash.json what events say.")
@click.pass_context
def command(
    ctx: click.Context,
    app: str,
    data: Path | None,
    receiver: Receiver | None,
    orders: Orders,
    order_independent: bool,
    max_states: int,
    max_seconds: float,
    as_json: bool,
    junit_file: Path | None,
    markdown_file: Path | None,
    write_test: Path | None,
    replay: Path | None,
    sigkill: int | None,
    show_data: bool,
) -> None:
    """Look whether any crash, at any point, can double or lose an action.

    Any number of crashes, in every order of the sources. Reads the data folder's logs without what the app's managers
    appended, and never writes there. Exits with 0 if it holds, 1 if not, 3 if a handler is not deterministic, 4 if a
    bound was reached first.
    """
    if replay is not None:
        _only_with_replay(ctx)
    if write_test is not None and write_test.exists():
        raise InputError(f"{write_test}: is there already; nothing was done")
    for file in (write_test, junit_file, markdown_file):
        if file is not None and not file.absolute().parent.is_dir():
            raise InputError(f"{file}: no such folder; nothing was done")
    with _stdout_to_stderr():  # what an app prints must not mix with the result
        found = load(app)
        if replay is not None:
            told = _replay(found, replay)
        else:
            receivers: dict[str, Receiver] = {} if receiver is None else dict.fromkeys(found.app.contexts, receiver)
            bounds = Bounds(max_states, max_seconds)
            asked = Asked(receivers, orders, order_independent, bounds, write_test, show_data, sigkill or 0)
            told = _explore(found, data_folder(found, data), asked)
    for file, render in ((junit_file, junit), (markdown_file, markdown)):
        if file is not None:
            file.write_text(render(told.report), encoding="utf-8")
    if as_json:
        click.echo(json.dumps(_as_json(told.verdict)))
    else:
        _say(told)
    sys.exit(EXIT[told.verdict.verdict])


def _only_with_replay(ctx: click.Context) -> None:
    """The file says everything else."""
    allowed = ("app", "as_json", "junit_file", "markdown_file", "replay")
    for param in ctx.command.params:
        given = ctx.get_parameter_source(param.name or "")
        if given is click.core.ParameterSource.COMMANDLINE and param.name not in allowed:
            raise click.UsageError(f"{param.opts[0]} makes no sense with --replay: the file says it.", ctx)


@contextlib.contextmanager
def _stdout_to_stderr() -> Iterator[None]:
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        with contextlib.redirect_stdout(sys.stderr):
            yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)


def _explore(found: AppFile, folder: DataFolder, asked: Asked) -> Told:
    live = LiveLine()

    def reading(name: str, done: float) -> None:
        live.say(f"reading {safe(name)} … {done:.0%}")

    def searching(progress: Progress) -> None:
        closed = progress.states - progress.frontier
        speed = progress.edges / max(progress.seconds, 1e-9)
        live.say(
            f"{progress.states:,} states   {progress.edges:,} edges   {speed:,.0f} edges a second   "
            f"{progress.frontier:,} open, {closed:,} closed"
        )

    try:
        logs = read_logs(found.app, folder, reading)
        verdict = explore(
            found.app,
            logs,
            receivers=asked.receivers,
            orders=asked.orders,
            bounds=asked.bounds,
            watch=searching,
            order_independent=asked.order_independent,
        )
        if verdict.violation is None:
            return _killed(found, logs, verdict, asked, live) if asked.sigkill else _told(found, verdict)
        return _smallest(found, logs, verdict, asked)
    finally:
        live.clear()


def _told(found: AppFile, verdict: Verdict, *notes: tuple[str, str]) -> Told:
    return Told(verdict, report_of(found.app.name, verdict, safe), notes)


def _killed(found: AppFile, logs: Logs, verdict: Verdict, asked: Asked, live: LiveLine) -> Told:
    """Compare what was found to be right with what real workers do."""
    from pmtui.explorer.sigkill import sigkill  # noqa: PLC0415  (asyncio is much to import)

    def killing(point: str, done: float) -> None:
        live.say(f"killing real workers … {done:.0%}, at {safe(point)}")

    killed = sigkill(found, logs, asked.receivers, asked.sigkill, killing)
    if killed.violation is not None:
        return _told(found, msgspec.structs.replace(verdict, verdict="violated", violation=killed.violation))
    points = words.count(killed.points, "point")
    return _told(found, verdict, ("note", f"real workers killed at {points} came to the same end"))


def _smallest(found: AppFile, logs: Logs, verdict: Verdict, asked: Asked) -> Told:
    """Shrink what was found, and keep it."""
    assert verdict.violation is not None  # noqa: S101  (for the type checker)
    whole = story_of(
        found.app,
        verdict.violation,
        logs,
        receivers=asked.receivers,
        orders=asked.orders,
        order_independent=asked.order_independent,
    )
    small = shrink(found.app, whole)
    verdict = msgspec.structs.replace(verdict, violation=small.story.violation)
    but = nearest(found.app, small.story)
    report = report_of(found.app.name, verdict, safe, nearest=but, takes=_takes(logs, small))
    kept = keep(found, small.story, but, write_test=asked.write_test, show_data=asked.show_data)
    return Told(verdict, report, kept.notes)


def _takes(logs: Logs, small: Shrunk) -> str:
    before, after = count(logs), count(small.story.logs)
    takes = f"{after:,} of {words.count(before, 'event')}"
    return takes if small.minimal else f"{takes}; there was no time to see whether fewer do"


def _replay(found: AppFile, file: Path) -> Told:
    story = read_story(found, file)
    went = again(found.app, story)
    steps = len(story.violation.steps)
    verdict = Verdict(_VERDICTS[went.outcome], steps + 1, steps, "the story's order", 0.0, went.violation)
    report = report_of(found.app.name, verdict, safe)
    return Told(verdict, msgspec.structs.replace(report, headline=_HEADLINES[went.outcome]))


def _as_json(verdict: Verdict) -> dict[str, Any]:
    violation = verdict.violation
    return {
        "verdict": verdict.verdict,
        "states": verdict.states,
        "edges": verdict.edges,
        "orders": verdict.orders,
        "violation": None
        if violation is None
        else {"sentence": violation.sentence, "story": list(violation.story), "at": violation.at},
    }


def _say(told: Told) -> None:
    terminal = sys.stdout.isatty()
    width = min(shutil.get_terminal_size().columns, 100) if terminal else None
    lines = text(told.report, width, told.notes)
    color = None if told.verdict.verdict == "holds" or "NO_COLOR" in os.environ else "red"
    for line in lines.head:
        click.echo(click.style(line, bold=True, fg=color) if terminal else line)
    for line in lines.body:
        click.echo(line)
