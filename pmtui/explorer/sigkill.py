"""Whether real workers, killed by SIGKILL, come to the same end as handling in memory does."""

import asyncio
import random
import shutil
import signal
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from pmtui.explorer.exploration import receivers_of
from pmtui.explorer.reading import rows_of, write_files
from pmtui.explorer.rehearsal import End, Rehearsal, streams_of
from pmtui.explorer.story import Logs
from pmtui.explorer.verdict import Violation
from pmtui.handling.drive import run
from pmtui.model.app import Receiver
from pmtui.model.manager import TIMERS
from pmtui.model.point import Point
from pmtui.storage.folder import DataFolder
from pmtui.storage.sqlite.ledger import SqliteLedger
from pmtui.workers.appfile import AppFile
from pmtui.workers.breakpoints.breakpoint import at_point
from pmtui.workers.copies import Progress, copy_logs, unseen
from pmtui.workers.protocol import Advance
from pmtui.workers.supervisor import Supervisor

_SECONDS = 60.0
"""The longest that one worker may take."""


class Killed(NamedTuple):
    """What came of killing real workers.

    Attributes:
        points: how many were tried.
        violation: the first difference, None if there was none.
    """

    points: int
    violation: Violation | None


def sigkill(
    found: AppFile,
    logs: Logs,
    receivers: Mapping[str, Receiver],
    sample: int,
    watch: Progress = unseen,
) -> Killed:
    """Kill real workers on real files at some of the points that an undisturbed run reaches, and compare.

    The managers work one after another, the oldest event first, each through its timers; the worker that comes to the
    point dies there and is restarted. In the end each stream must have the same events, and each instance the same
    state, as when the same was done in memory.

    Args:
        found: the app.
        logs: the events from outside, by context.
        receivers: in place of what the app says, by context.
        sample: at how many points, at most; chosen at random, always the same ones.
        watch: called with each point before it is tried, and how much is done.

    Raises:
        PmtuiError: the managers cannot work on these events at all.
    """
    with tempfile.TemporaryDirectory(prefix="pmtui-") as name:
        events, origin = Path(name) / "events", DataFolder(Path(name) / "origin", plain=True)
        events.mkdir()
        origin.path.mkdir()
        copy_logs(found.app, write_files(logs, events), origin, unseen)
        kill = _Kill(found, origin, Path(name) / "data", receivers_of(found.app, receivers))
        points = kill.sample(sample)
        for done, point in enumerate(points):
            watch(point, done / len(points))
            sentence = asyncio.run(kill.differs(point))
            if sentence:
                manager = Point.parse(point).manager
                return Killed(done + 1, Violation("sigkill", sentence, (), (sentence,), "", manager, {}))
    return Killed(len(points), None)


class _Kill:
    """One app's logs, to be worked on again and again.

    Args:
        found: the app.
        origin: the logs to begin with.
        work: the folder to work in.
        receivers: by context.
    """

    def __init__(self, found: AppFile, origin: DataFolder, work: Path, receivers: Mapping[str, Receiver]) -> None:
        self._found = found
        self._origin = origin
        self._folder = DataFolder(work, plain=True)
        self._receivers = receivers
        self._logs = rows_of(found.app, origin)

    def sample(self, most: int) -> list[str]:
        """Some of the points that are reached without a crash, in the order in which they are."""
        points = Rehearsal(self._found.app, self._logs, self._receivers).points
        chosen = random.Random(0).sample(range(len(points)), min(most, len(points)))  # noqa: S311  (no secret)
        return [points[place] for place in sorted(chosen)]

    async def differs(self, point: str) -> str:
        """In which way real workers come to another end with a kill at a point; empty if they do not."""
        rehearsal = Rehearsal(self._found.app, self._logs, self._receivers, point)
        shutil.copytree(self._origin.path, self._folder.path)
        try:
            reached = await self._work(rehearsal, Point.parse(point))
            expected = rehearsal.end()
            real = self._end(expected)
        except TimeoutError:
            return f"a real worker killed at {point} did not come to an end within {_SECONDS:g} seconds"
        finally:
            shutil.rmtree(self._folder.path)
        if not reached:
            return f"a real worker never came to {point}"
        where = _difference(real, expected)
        return f"a real worker killed at {point} comes to another end than handling in memory: {where}" if where else ""

    async def _work(self, rehearsal: Rehearsal, point: Point) -> bool:
        """Let real workers do what was rehearsed; whether one was killed at the point."""
        crashed = False
        for manager, timers in rehearsal.drains:
            supervisor = Supervisor(
                self._found,
                self._folder.path,
                receivers=self._receivers,
                virtual=True,
                restart=False,
                errors=asyncio.subprocess.DEVNULL,
            )
            deadly = manager == point.manager and not crashed
            try:
                async with asyncio.timeout(_SECONDS):
                    there = at_point(point if deadly else _never(manager), "crash")
                    await supervisor.start(manager, breakpoints=(there,))
                    await _settle(supervisor, manager)
                    for _ in range(timers):
                        report = supervisor.workers[manager].report
                        if report is not None and report.next_due is not None:
                            supervisor.workers[manager].tell(Advance(report.next_due))
                        await _settle(supervisor, manager)
            finally:
                await supervisor.stop()
            crashed = crashed or supervisor.crashes[manager] > 0
        return crashed

    def _end(self, expected: End) -> End:
        """What is durable in the folder."""
        app = self._found.app
        instances: dict[tuple[str, str], tuple[str, str]] = {}
        for manager in app.managers:
            path = self._folder.ledger(app.name, manager)
            if path.exists():
                names = [correlation for name, correlation in expected.instances if name == manager]
                with closing(SqliteLedger.open(path, app.name, manager)) as ledger:
                    for each in run(ledger.instances(names)).values():
                        instances[manager, each.correlation] = (each.status, each.state)
        return End(streams_of(rows_of(app, self._folder)), instances)


def _never(manager: str) -> Point:
    """A point that is never reached: while its worker waits for one, every turn is one event, as in the rehearsal."""
    return Point(manager, TIMERS, 0, "read")


async def _settle(supervisor: Supervisor, manager: str) -> None:
    """Wait until a manager is dry; if its worker was killed, with another one."""
    await supervisor.settled()
    if supervisor.workers[manager].exit_code == -signal.SIGKILL:
        await supervisor.start(manager, breakpoints=(at_point(_never(manager), "crash"),))
        await supervisor.settled()


def _difference(real: End, expected: End) -> str:
    """Where two ends differ, and how."""
    for context, stream in {**expected.streams, **real.streams}:
        one, other = real.streams.get((context, stream), ()), expected.streams.get((context, stream), ())
        if list(one) != list(other):
            return f"{stream} in {context} has {_types(one)}, not {_types(other)}"
    for (manager, name), state in expected.instances.items():
        if real.instances.get((manager, name)) != state:
            return f"{manager} remembers something else of {name}"
    return ""


def _types(events: Sequence[tuple[str, str]]) -> str:
    return ", ".join(type_ for type_, _ in events) or "nothing"
