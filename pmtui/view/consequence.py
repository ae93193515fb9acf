"""The consequence line: where a manager stands, what the next key does, what a crash here would do.

What it promises is what happens; a test presses each key it names and compares.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import PurePath

from pmtui.model.app import Receiver
from pmtui.view.aftermath import aftermath, name_of
from pmtui.view.snapshot import Consequence, Failure, ManagerState, Speed
from pmtui.view.story import Story
from pmtui.view.turn import ActionView, TurnView
from pmtui.view.words import count, span

Hint = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Situation:
    """What the line is told from.

    Attributes:
        state: of the manager.
        turn: in hand, just finished, or to come (its `point` is empty).
        upcoming: where the turn in hand is finished, the event after it, `orders@6`; empty if there is none.
        receivers: by context.
        story: of the crash, where it was killed.
        failure: where it failed.
        next_timer: seconds until its next timer.
        to_do: events above its cursors; `others` names a manager that has something to do, and how much.
        speed: of the session.
    """

    state: ManagerState
    turn: TurnView | None
    upcoming: str
    receivers: Mapping[str, Receiver]
    story: Story | None
    failure: Failure | None
    next_timer: float | None
    to_do: int
    others: tuple[str, int] | None
    speed: Speed
    crash_at: str = ""
    """The point that its worker is to die at, as text; empty for none."""
    live: bool = False
    """Whether it works on the data folder itself, where time is real and nothing starts over."""


def consequence(now: Situation) -> Consequence:
    """The line for a situation."""
    line = _line(now)
    if now.crash_at and now.state in ("paused", "running", "idle"):
        _, where, *phase = now.crash_at.split(":")
        words = f"is set: it dies at {where}, {_phase_words(phase)}"
        return replace(line, hints=(*line.hints, ("X", words)))
    return line


def _phase_words(phase: list[str]) -> str:
    """The part of a point behind its event, as people say it."""
    name, *detail = phase
    if name != "acted":
        return name
    return f"action {int(detail[0]) + 1}" if detail[0].isdecimal() else f"acted in {detail[0]}"


def _line(now: Situation) -> Consequence:
    match now.state:
        case "starting":
            return Consequence("Starting its worker …")
        case "killed":
            return aftermath(now.story, now.receivers, now.turn)
        case "failed":
            sentence = now.failure.sentence if now.failure else "it cannot go on."
            place = f"At {PurePath(now.failure.place).name}." if now.failure and now.failure.place else ""
            return Consequence(f"Stopped: {sentence}", place, (("r", "restarts it, with the code as it is now"),))
        case "stopped":
            return Consequence("Ended.", "", (("r", "starts it again"),))
        case "running":
            return _running(now)
        case "idle":
            return _dry(now, going=True)
        case "paused":
            return _paused(now)


def _running(now: Situation) -> Consequence:
    to_do = count(now.to_do, "event") + " to do." if now.to_do else ""
    if now.speed == "max":
        hints = (("space", "pauses after the turn in hand"), ("x", "kills in the middle of a turn"))
        return Consequence("Running at full speed.", to_do, hints)
    words = "a phase a second" if now.speed == "phase" else f"{count(int(now.speed), 'event')} a second"
    hints = (("space", "pauses at the next phase"), ("x", "kills it there"))
    return Consequence(f"Running, {words}.", to_do, hints)


def _dry(now: Situation, *, going: bool) -> Consequence:
    timer_first = not going and now.next_timer is not None and now.to_do > 0
    if now.others is not None and not timer_first:
        name, to_do = now.others
        waits = "It waits for what they write." if going else ""
        hint = (("m", f"selects {name}, which has {count(to_do, 'event')} to do"),)
        return Consequence("Nothing to do here.", waits, hint)
    if now.next_timer is not None and not going:
        due = f"The next timer is due {span(max(1.0, now.next_timer))}."
        headline = "Next comes a timer." if timer_first else "All events handled."
        step = "handles it once it is due" if now.live else "moves the clock on to it"
        return Consequence(headline, due, (("s", step), ("a", "appends an event")))
    start_over: tuple[Hint, ...] = () if now.live else (("R", "starts over"),)
    return Consequence("All handled.", "", (("a", "appends an event"), *start_over))


def _paused(now: Situation) -> Consequence:
    turn = now.turn
    if turn is None:
        return _dry(now, going=False)
    match turn.phase:
        case None:
            return _before(now, turn)
        case "read":
            hints: tuple[Hint, ...] = (("s", "asks the handler what to do"), ("x", "here only forgets what was read"))
            return Consequence("Read, not decided.", f"{name_of(turn)} is in memory only.", hints)
        case "decided":
            return _decided(now, turn)
        case "saved" if turn.delivery == "save-then-act" and turn.actions:
            return _saved_not_acted(turn, 0)
        case "saved":
            return _finished(now, "Saved.", f"{turn.event.context} is at {turn.event.position}.")
        case _ if turn.delivery == "save-then-act":
            taken = sum(action.outcome is not None for action in turn.actions)
            if turn.size > 1 or taken == len(turn.actions):
                return _finished(now, "Saved and acted.", "")
            return _saved_not_acted(turn, taken)
        case _:
            return _acted(now, turn)


def _before(now: Situation, turn: TurnView) -> Consequence:
    story = now.story
    hints: tuple[Hint, ...] = (("s", f"reads {name_of(turn)}"), ("x", "here changes nothing"))
    if story is not None and story.applied:
        again = story.will_repeat(now.receivers)
        what = f"It will take {count(again, 'action')} again." if again else "Receipts will stop what was taken."
        return Consequence(f"Restarted, before {name_of(turn)}.", what, hints)
    return Consequence(f"Paused before {name_of(turn)}.", "Nothing of it has happened yet.", hints)


def _decided(now: Situation, turn: TurnView) -> Consequence:
    saves = f"saves, {_move(turn)}"
    if turn.size > 1:
        detail = "Nothing of it is durable." if not _taken_before(now) else "Part of it was taken before the crash."
        return Consequence(f"Decided {count(turn.size, 'event')}.", detail, (("s", "goes on"), _crash_decided(now)))
    total = len(turn.actions)
    if not total:
        return Consequence("Decided: nothing to act on.", "", (("s", saves), ("x", "here loses nothing")))
    words = f"Decided: {count(total, 'action')}, not taken."
    if turn.delivery == "save-then-act":
        return Consequence(words, "It saves first.", (("s", saves), ("x", "here loses nothing")))
    first = turn.actions[0]
    if turn.repeated:
        words = f"Decided again: {count(total, 'action')}."
    return Consequence(words, _told(first), (("s", f"takes action 1 of {total}"), _crash_decided(now)))


def _taken_before(now: Situation) -> bool:
    return now.story is not None and bool(now.story.applied)


def _crash_decided(now: Situation) -> Hint:
    if _taken_before(now):
        return ("x", "here changes nothing")
    return ("x", "here loses nothing: it is decided again")


def _told(action: ActionView) -> str:
    verb = "goes to" if action.kind == "append" else "is sent to"
    return f"{action.type} {verb} {action.context}."


def _saved_not_acted(turn: TurnView, taken: int) -> Consequence:
    total = len(turn.actions)
    left = total - taken
    words = "Saved, not acted." if not taken else f"Saved, {taken} of {count(total, 'action')} taken."
    lost = "the action" if left == 1 else f"{left} actions"
    hints = (("s", f"takes action {taken + 1} of {total}"), ("x", f"here loses {lost} for good"))
    return Consequence(words, f"{turn.event.context} is at {turn.event.position} already.", hints)


def _finished(now: Situation, headline: str, detail: str) -> Consequence:
    if now.upcoming:
        return Consequence(headline, detail, (("s", f"reads {now.upcoming}"), ("x", "here repeats nothing")))
    dry = _dry(now, going=False)
    return Consequence(headline, f"{detail} {dry.headline}".strip(), dry.hints)


def _acted(now: Situation, turn: TurnView) -> Consequence:
    stands = f"{turn.event.context} is still at {turn.cursor}"
    repeats = _repeats(now, turn)
    saves = f"saves, {_move(turn)}"
    if turn.size > 1:
        done = sum(step.state != "todo" for step in turn.steps) - 2
        more = any(step.state == "todo" and step.label != "saved" for step in turn.steps)
        where = turn.steps[1 + done].where
        hint = ("s", "goes on to the next log" if more else saves)
        return Consequence("Acted, not saved.", f"{turn.steps[1 + done].label} {where}; {stands}.", (hint, repeats))
    taken = [action for action in turn.actions if action.outcome is not None]
    last, total = taken[-1], len(turn.actions)
    if len(taken) < total:
        following = f"takes action {len(taken) + 1} of {total}"
        headline = f"Action {len(taken)} of {total}"
    else:
        following, headline = saves, ""
    hints = (("s", following), repeats)
    match last.outcome:
        case "doubled":
            twin = f"{last.context}@{last.original}" if last.original else "the first time"
            words = f"{last.context}@{last.first} repeats {twin}; nothing stopped it."
            return Consequence(f"{headline or 'Acted'} again, not saved.", words, hints)
        case "suppressed":
            words = f"{last.context} has it already."
            return Consequence(f"{headline} stopped".strip().capitalize() + " by its receipt, not saved.", words, hints)
        case "refused":
            words = f"The aggregate in {last.context} refused it; nothing was added."
            return Consequence(f"{headline or 'Applied'} again, not saved.", words, hints)
        case _ if not last.added:
            words = f"{last.context} decided on no event; {stands}."
            return Consequence(f"{headline or 'Acted'}, not saved.", words, hints)
        case _:
            return Consequence(f"{headline or 'Acted'}, not saved.", f"{last.context} has the event; {stands}.", hints)


def _repeats(now: Situation, turn: TurnView) -> Hint:
    """What a crash after acting does, with the receivers as they are."""
    if turn.size > 1:
        taken_in = [step.where.removeprefix("in ") for step in turn.steps[2:-1] if step.state != "todo"]
        again = any(now.receivers.get(name) == "none" for name in taken_in)
        return ("x", "here repeats what was taken" if again else "here repeats nothing: receipts stop it")
    taken = [action for action in turn.actions if action.outcome is not None]
    unprotected = [action for action in taken if now.receivers.get(action.context) == "none"]
    if not unprotected:
        stopped = any(action.outcome == "suppressed" for action in taken)
        return ("x", "here changes nothing" if stopped else "here repeats nothing: a receipt stops it")
    what = "the action" if len(taken) == 1 else f"{len(unprotected)} of {count(len(taken), 'action')}"
    if len(unprotected) == len(taken) > 1:
        what = f"{len(taken)} actions"
    if any(action.outcome == "doubled" for action in unprotected):
        what = f"{'it' if len(taken) == 1 else what} once more"
    return ("x", f"here repeats {what}")


def _move(turn: TurnView) -> str:
    return f"{turn.event.context} {turn.cursor} → {turn.event.position}"
