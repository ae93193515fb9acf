"""Looking closely at a running app's things."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from pmtui.storage.sqlite.thread import DatabaseThread
from pmtui.view.closeup.action import action_closeup
from pmtui.view.closeup.event import event_closeup
from pmtui.view.closeup.instance import instance_closeup
from pmtui.view.closeup.manager import manager_closeup
from pmtui.view.closeup.node import Closeup
from pmtui.view.closeup.past import begin, correlation_of, go_on, journalled
from pmtui.view.closeup.replaying import replayed
from pmtui.view.closeup.subject import ActionOf, EventAt, InstanceOf, ManagerOf, Subject
from pmtui.view.reader import Reader

Progress = Callable[[int, int], None]
"""(looked through, of how many), called on the event loop."""


class Lens:
    """Looks at things of one app, reading in the database thread, a slice at a time.

    Args:
        reader: of the app's files.
        thread: that it reads in.
        spec: what finds the app, as in `AppFile`.
    """

    def __init__(self, reader: Reader, thread: DatabaseThread, spec: str) -> None:
        self._reader = reader
        self._thread = thread
        self._spec = spec

    async def look(self, subject: Subject, progress: Progress) -> Closeup:
        """See `Session.look`."""
        match subject:
            case EventAt():
                return await self._thread.run(lambda: event_closeup(self._reader, subject))
            case ActionOf():
                return await self._thread.run(lambda: action_closeup(self._reader, subject))
            case ManagerOf():
                return await self._thread.run(lambda: manager_closeup(self._reader, subject))
            case InstanceOf():
                return await self._instance(subject, progress)

    async def _instance(self, subject: InstanceOf, progress: Progress) -> Closeup:
        reader, run, manager = self._reader, self._thread.run, subject.manager
        at = subject.event
        if not subject.correlation and at is not None:
            subject = replace(subject, correlation=await run(lambda: correlation_of(reader, manager, at)))
        name = subject.correlation
        past = await run(lambda: begin(reader, manager, name))
        while past.instance is not None and not past.done:
            progress(past.next - past.first, past.last - past.first + 1)
            await run(partial(go_on, reader, manager, name, past))
        events = await run(lambda: journalled(reader, manager, past))
        steps = await replayed(self._spec, manager, name, events)
        types = ["" if each.row is None else each.row.type for each in events]
        return await run(lambda: instance_closeup(reader, subject, past, types, steps))
