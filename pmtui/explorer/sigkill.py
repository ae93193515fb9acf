"""Whether real workers, killed by SIGKILL, come to the same end as handling in memory does."""

import asyncio
import random
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import NamedTuple

from pmtui.explorer.exploration import receivers_of
from pmtui.explorer.merged import Story, merged
from pmtui.explorer.reading import rows_of, write_files
from pmtui.explorer.rehearsal import Drain, End, Kill, Rehearsal, streams_of
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
        points: at how many they were killed.
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
    """Kill real workers on real files as some of the stories do that the search merged, and compare.

    Each such story, with crashes and managers in some order, comes to a state that another one came to before, so that
    the search did not go on from it. Where there are too few, stories of one crash are added. A worker that comes to
    its point dies there; after the story the managers work one after another, each through its timers. In the end each
    stream must have the same events, and each instance the same state, as when the same was done in memory.

    Args:
        found: the app.
        logs: the events from outside, by context.
        receivers: in place of what the app says, by context.
        sample: how many stories, at most; chosen at random, always the same ones.
        watch: called with each story's last point before it is tried, and how much is done.

    Raises:
        PmtuiError: the managers cannot work on these events at all.
    """
    with tempfile.TemporaryDirectory(prefix="pmtui-") as name:
        events, origin = Path(name) / "events", DataFolder(Path(name) / "origin", plain=True)
        events.mkdir()
        origin.path.mkdir()
        copy_logs(found.app, write_files(logs, events), origin, unseen)
        killing = _Killing(found, origin, Path(name) / "data", receivers_of(found.app, receivers))
        stories = killing.sample(sample)
        points = 0
        for done, story in enumerate(stories):
            watch(story[-1].point, done / len(stories))
            sentence = asyncio.run(killing.differs(story))
            points += len(story)
            if sentence:
                manager = story[-1].manager
                return Killed(points, Violation("sigkill", sentence, (), (sentence,), "", manager, {}))
    return Killed(points, None)


class _Killing:
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

    def sample(self, most: int) -> list[Story]:
        """Some stories that the search merged, and if they are few, some points reached without a crash."""
        app = self._found.app
        stories = list(merged(app, self._logs, self._receivers, most))
        points = Rehearsal(app, self._logs, self._receivers).points
        chosen = random.Random(0).sample(points, min(most - len(stories), len(points)))  # noqa: S311  (no secret)
        return [*stories, *((Kill(Point.parse(point).manager, point),) for point in chosen)]

    async def differs(self, story: Story) -> str:
        """In which way real workers come to another end with a story's kills; empty if they do not."""
        rehearsal = Rehearsal(self._found.app, self._logs, self._receivers, story)
        points = " and then ".join([kill.point for kill in story])
        shutil.copytree(self._origin.path, self._folder.path)
        try:
            for kill in story:
                if not await self._kill(kill):
                    return f"a real worker never came to {kill.point}"
            for drain in rehearsal.drains:
                await self._drain(drain)
            expected = rehearsal.end()
            real = self._end(expected)
        except TimeoutError:
            return f"a real worker killed at {points} did not come to an end within {_SECONDS:g} seconds"
        finally:
            shutil.rmtree(self._folder.path)
        where = _difference(real, expected)
        return (
            f"a real worker killed at {points} comes to another end than handling in memory: {where}" if where else ""
        )

    async def _kill(self, kill: Kill) -> bool:
        """Let a real worker work until it dies at a point; whether it does."""
        async with self._working(kill.manager, Point.parse(kill.point)) as supervisor:
            if kill.waits:
                await _wait(supervisor, kill.manager)
            return supervisor.workers[kill.manager].exit_code == -signal.SIGKILL

    async def _drain(self, drain: Drain) -> None:
        """Let a real worker work until it is dry, and on through its timers."""
        async with self._working(drain.manager, Point(drain.manager, TIMERS, 0, "read")) as supervisor:
            for _ in range(drain.timers):
                await _wait(supervisor, drain.manager)

    @asynccontextmanager
    async def _working(self, manager: str, deadly: Point) -> AsyncIterator[Supervisor]:
        """A worker that has come as far as it can, or died at a point.

        While it waits for that, every turn is one event; position 0, which is never reached, keeps it alive.
        """
        supervisor = Supervisor(
            self._found,
            self._folder.path,
            receivers=self._receivers,
            virtual=True,
            restart=False,
            errors=asyncio.subprocess.DEVNULL,
        )
        try:
            async with asyncio.timeout(_SECONDS):
                await supervisor.start(manager, breakpoints=(at_point(deadly, "crash"),))
                await supervisor.settled()
                yield supervisor
        finally:
            await supervisor.stop()

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


async def _wait(supervisor: Supervisor, manager: str) -> None:
    """Let time pass until a manager's next timer is due, and all be done that comes of it."""
    report = supervisor.workers[manager].report
    if report is not None and report.next_due is not None:
        supervisor.workers[manager].tell(Advance(report.next_due))
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
