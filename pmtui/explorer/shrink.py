"""Making a story as small as it goes: the fewest crashes, sources, events and switches, then the smallest payload."""

import time
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import msgspec

from pmtui.explorer.payload import shorter, without_each
from pmtui.explorer.singly import singly
from pmtui.explorer.story import Logs, Story, count, kept_of, only
from pmtui.explorer.verdict import Step, Violation
from pmtui.model import json
from pmtui.model.app import App
from pmtui.storage.log import Row


class Shrunk(msgspec.Struct, frozen=True):
    """A small story.

    Attributes:
        story: what is left.
        minimal: whether it was seen that no event, step or key of a payload can be taken away: the story no longer
            goes then, or shows something else. False where time ran out.
    """

    story: Story
    minimal: bool


def shrink(app: App, story: Story, *, seconds: float = 1.2) -> Shrunk:
    """Look for the smallest story that is wrong in the same way.

    Args:
        app: whose managers.
        story: as it was found.
        seconds: about how long to try.
    """
    return _Shrinking(app, story, time.monotonic() + seconds).run()


class OutOfTime(Exception):
    """Trying more would take too long."""


class _Shrinking:
    def __init__(self, app: App, story: Story, deadline: float) -> None:
        self._app = app
        self._story = story
        self._deadline = deadline

    def run(self) -> Shrunk:
        minimal = True
        try:
            before = None
            while before is not self._story:
                before = self._story
                self._fewer_steps()
                self._fewer_events()
                self._smaller_payloads()
            self._story = singly(self._app, self._story)
            self._fewer_steps()
        except OutOfTime:
            minimal = False
        return Shrunk(self._story, minimal)

    @property
    def _left(self) -> float:
        """Seconds that may still be spent.

        Raises:
            OutOfTime: none.
        """
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise OutOfTime
        return left

    def _shown(self, logs: Logs, steps: Sequence[Step]) -> Violation | None:
        return self._story.shown(self._app, logs=logs, steps=steps, seconds=self._left)

    def _found(self, logs: Logs) -> tuple[Logs, Violation] | None:
        """The same found on other events, shown by as few steps as it goes."""
        violation = self._story.found(self._app, logs, self._left)
        if violation is None:
            return None
        logs = only(self._app, logs, violation)
        if not self._story.by_steps:
            return logs, violation
        return None if self._shown(logs, violation.steps) is None else (logs, self._fewest(logs, violation))

    def _fewest(self, logs: Logs, violation: Violation) -> Violation:
        """Take away steps, crashes first, until none can go."""
        smaller: Violation | None = violation
        while smaller is not None:
            violation = smaller
            most = len(violation.steps) - 1
            fewer = (self._shown(logs, steps) for steps in _without_steps(violation.steps))
            smaller = next((each for each in fewer if each is not None and len(each.steps) <= most), None)
        return violation

    def _fewer_steps(self) -> None:
        if self._story.by_steps:
            self._take(self._story.logs, self._fewest(self._story.logs, self._story.violation))

    def _take(self, logs: Logs, violation: Violation) -> None:
        if violation is not self._story.violation or logs is not self._story.logs:
            self._story = self._story.on(logs, violation)

    def _fewer_events(self) -> None:
        """Take away halves, then smaller parts of the events, at last each alone."""
        size = max(1, count(self._story.logs) // 2)
        while True:
            if not self._without_some(size):
                if size == 1:
                    return
                size = max(1, size // 2)

    def _without_some(self, size: int) -> bool:
        """Try to leave out each part of so many events; whether one could go."""
        for logs in _without_parts(self._story.logs, size):
            kept = kept_of(self._app, logs)
            violation = self._shown(kept, self._story.violation.steps)
            found = (kept, violation) if violation is not None else self._found(kept)
            if found is not None and _weight(*found) < _weight(self._story.logs, self._story.violation):
                self._take(*found)
                return True
        return False

    def _smaller_payloads(self) -> None:
        while any(self._is_smaller(logs) for logs in _smaller(self._story.logs)):
            pass

    def _is_smaller(self, logs: Logs) -> bool:
        steps = self._story.violation.steps
        violation = self._shown(logs, steps)
        if violation is None or len(violation.steps) > len(steps):
            return False
        self._take(logs, violation)
        return True


def _weight(logs: Logs, violation: Violation) -> tuple[int, ...]:
    """What a small story has few of, the worst first."""
    steps = violation.steps
    crashes = sum(step.what == "crash" for step in steps)
    taken = [(step.manager, source) for step in steps for source in step.sources]
    switches = sum(one != other for one, other in pairwise(taken))
    return crashes, len({source for _, source in taken}), count(logs), switches, len(steps)


def _without_steps(steps: Sequence[Step]) -> Iterator[Sequence[Step]]:
    crashes = [place for place, step in enumerate(steps) if step.what == "crash"]
    others = [place for place, step in enumerate(steps) if step.what != "crash"]
    for place in (*crashes, *reversed(others)):
        yield [*steps[:place], *steps[place + 1 :]]


def _without_parts(logs: Logs, size: int) -> Iterator[Logs]:
    """Without so many events that lie together, the last ones first."""
    for name, rows in logs.items():
        for end in range(len(rows), 0, -size):
            yield {**logs, name: [*rows[: max(0, end - size)], *rows[end:]]}


def _smaller(logs: Logs) -> Iterator[Logs]:
    """With one key or item of one payload less, or one long text shorter wherever it stands."""
    for name, rows in logs.items():
        for place, row in enumerate(rows):
            for data in without_each(json.decode_object(row.data)):
                yield {**logs, name: [*rows[:place], _with(row, data), *rows[place + 1 :]]}
    payloads = {name: [json.decode_object(row.data) for row in rows] for name, rows in logs.items()}
    for changed in shorter(payloads):
        yield {
            name: [_with(row, data) for row, data in zip(rows, changed[name], strict=True)]
            for name, rows in logs.items()
        }


def _with(row: Row, data: Any) -> Row:
    return row._replace(data=json.encode(data))
