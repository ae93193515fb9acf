"""Looking closely at a running app's things."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Protocol, TypeVar

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


_T = TypeVar("_T")


class Reading(Protocol):
    """Has a function read the app's files, in the database thread; perhaps more than once, for one result."""

    def __call__(self, function: Callable[[Reader], _T], /) -> Awaitable[_T]:
        """What the function returns or raises."""


class Lens:
    """Looks at things of one app, a slice at a time.

    Args:
        read: reads its files.
        spec: what finds the app, as in `AppFile`.
    """

    def __init__(self, read: Reading, spec: str) -> None:
        self._read = read
        self._spec = spec

    async def look(self, subject: Subject, progress: Progress) -> Closeup:
        """See `Session.look`."""
        match subject:
            case EventAt():
                return await self._read(lambda reader: event_closeup(reader, subject))
            case ActionOf():
                return await self._read(lambda reader: action_closeup(reader, subject))
            case ManagerOf():
                return await self._read(lambda reader: manager_closeup(reader, subject))
            case InstanceOf():
                return await self._instance(subject, progress)

    async def _instance(self, subject: InstanceOf, progress: Progress) -> Closeup:
        read, manager, at = self._read, subject.manager, subject.event
        if not subject.correlation and at is not None:
            found = await read(lambda reader: correlation_of(reader, manager, at))
            subject = replace(subject, correlation=found)
        name = subject.correlation
        past = await read(lambda reader: begin(reader, manager, name))
        while past.instance is not None and not past.done:
            progress(past.next - past.first, past.last - past.first + 1)
            so_far = past
            past = await read(lambda reader: go_on(reader, manager, name, so_far))  # noqa: B023  (awaited here)
        events = await read(lambda reader: journalled(reader, manager, past))
        steps = await replayed(self._spec, manager, name, events)
        types = ["" if each.row is None else each.row.type for each in events]
        return await read(lambda reader: instance_closeup(reader, subject, past, types, steps))
