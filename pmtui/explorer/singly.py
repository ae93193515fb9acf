"""A story's larger turns taken one event at a time, as a person steps through them."""

from collections.abc import Iterator, Sequence

from pmtui.explorer.story import Story
from pmtui.explorer.verdict import Step
from pmtui.model.app import App
from pmtui.model.point import Point

_POSITIONS = 12
_ACTIONS = 4
"""Events that managers append are looked for so far, and so are an event's actions."""


def singly(app: App, story: Story) -> Story:
    """The same story with turns of one event, where that shows the same; otherwise as it is.

    Args:
        app: whose managers.
        story: whose steps show it; a small one.
    """
    for place, step in enumerate(story.violation.steps if story.by_steps else ()):
        if len(step.sources) > 1 and not step.targets:
            for steps in _Split(app, story, place).variants():
                violation = story.shown(app, steps=steps)
                if violation is not None:
                    return singly(app, story.on(story.logs, violation))
            return story
    return story


class _Split:
    """One step of a story in several."""

    def __init__(self, app: App, story: Story, place: int) -> None:
        self._app = app
        self._story = story
        self._before = story.violation.steps[:place]
        self._step = story.violation.steps[place]
        self._after = story.violation.steps[place + 1 :]

    def variants(self) -> Iterator[Sequence[Step]]:
        """The story with an event a step; where its worker is killed in the turn, in each event of it."""
        singles: list[Step] = []
        for number, source in enumerate(self._step.sources):
            fires = self._step.fires and number == 0
            if self._step.what == "crash":
                for crash in self._ends("crash", source, fires, [*self._before, *singles]):
                    yield [*self._before, *singles, crash]
                    yield [*self._before, *singles, crash, *self._again(crash)]
                    yield [*self._before, *singles, crash, *self._again(crash), *self._after]
            single = next(self._ends("handled", source, fires, [*self._before, *singles]), None)
            if single is None:
                return
            singles.append(single)
        if self._step.what == "handled":
            yield [*self._before, *singles, *self._after]

    def _ends(self, what: str, source: str, fires: bool, before: Sequence[Step]) -> Iterator[Step]:
        """A turn of the next event of a source, with each end that it can have."""
        manager = self._step.manager
        acted = [(n, "acted") for n in range(_ACTIONS)]
        phases: list[tuple[int | None, str]] = [*acted] if what == "crash" else [(None, "saved"), *reversed(acted)]
        for position in self._positions(source):
            for action, phase in phases:
                point = Point(manager, source, position, phase, action)  # type: ignore[arg-type]  # both are phases
                step = Step(what, manager, (source,), str(point), fires)  # type: ignore[arg-type]  # handled or crash
                whole, violation = self._story.taken(self._app, [*before, step])
                if whole or violation is not None:
                    yield step

    def _again(self, crash: Step) -> Iterator[Step]:
        """The turn that the crash interrupted, repeated."""
        at = Point.parse(crash.point)
        yield Step("handled", crash.manager, crash.sources, str(Point(at.manager, at.source, at.position, "saved")))

    def _positions(self, source: str) -> list[int]:
        outside = (row.position for row in self._story.logs.get(source, ()))
        return sorted({*outside, *range(1, _POSITIONS)})
