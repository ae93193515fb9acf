"""A violation told: its sentence, and the steps that matter in words."""

from collections.abc import Mapping, Sequence

from pmtui.explorer.fresh import Finding
from pmtui.explorer.turns import Wrong
from pmtui.explorer.verdict import Step, Violation
from pmtui.explorer.words import handler_at, told, when_killed
from pmtui.handling.turn import Turn
from pmtui.model.app import App

_SHORT = 6
"""A story of so many steps is told whole."""


def violation_of(
    app: App,
    wrong: Wrong,
    manager: str,
    steps: Sequence[Step],
    turns: Sequence[Turn | None],
    events: Mapping[str, tuple[int, ...]],
) -> Violation:
    """Tell what is wrong.

    Args:
        app: whose managers.
        wrong: what it is.
        manager: whose handling.
        steps: what leads there.
        turns: the turn of each step, as it went.
        events: the positions of the events from outside that it was found on.
    """
    killed = [
        (step, turn)
        for step, turn in zip(steps, turns, strict=False)
        if step.what == "crash" and manager in (step.manager, "") and turn is not None
    ]
    sentence = wrong.sentence
    if killed and wrong.kind in ("doubled", "lost", "end", "redelivery"):
        step, turn = killed[-1]
        sentence += f" when the worker is killed {when_killed(step, turn)}"
    story = _story(steps, turns, sentence)
    return Violation(
        wrong.kind, sentence, tuple(steps), story, wrong.place or handler_at(app, wrong.turn, manager), manager, events
    )


def _story(steps: Sequence[Step], turns: Sequence[Turn | None], sentence: str) -> tuple[str, ...]:
    """What happened; in a long story from the first crash on, and before it how much."""
    if not steps:
        return (sentence,)
    first = next((place for place, step in enumerate(steps) if step.what == "crash"), len(steps) - 1)
    if len(steps) <= _SHORT:
        first = 0
    lines = [told(step, turn) for step, turn in list(zip(steps, turns, strict=False))[first:]]
    if first > 0:
        lines.insert(0, f"{first} turn{'s' if first > 1 else ''} before it, undisturbed")
    return (*lines, sentence)


def nondeterministic(app: App, finding: Finding) -> Violation:
    """A handler that is not deterministic, told."""
    source, row = finding.picked
    where = f"{source}@{row.position} {row.type}"
    if finding.calls:
        sentence = f"the handler of {where} calls {finding.calls[0]}, so it may not do the same again"
    else:
        sentence = f"the handler of {where} gives something else in a fresh process"
    story = [f"it calls {call}" for call in finding.calls]
    if finding.first != finding.second:
        story += [f"here it gave {finding.first}", f"there it gave {finding.second}"]
    handler = app.managers[finding.manager].handlers[source, row.type]
    at = finding.calls[0].rpartition(" at ")[2] if finding.calls else f"{handler.file}:{handler.line}"
    return Violation("nondeterministic", sentence, (), tuple(story), at, finding.manager, {})
