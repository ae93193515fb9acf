"""What a crash left, and what a restart makes of it: the consequence line of a manager that was killed."""

from collections import Counter
from collections.abc import Mapping

from pmtui.model.app import Receiver
from pmtui.view.snapshot import Consequence
from pmtui.view.story import Story
from pmtui.view.turn import TurnView
from pmtui.view.words import count


def aftermath(story: Story | None, receivers: Mapping[str, Receiver], turn: TurnView | None = None) -> Consequence:
    """The line for a manager that was killed.

    Args:
        story: what the crash left; None while it is being read.
        receivers: by context, as a restart will find them.
        turn: the one in hand, as far as is known.
    """
    if story is None:
        return Consequence("Killed.", "Reading what it left …")
    if story.lost:
        lost = count(len(story.lost), "action")
        verb, them = ("is", "it") if len(story.lost) == 1 else ("are", "them")
        hint = ("r", f"restarts it: it goes on behind {them}")
        return Consequence("Killed: saved, not acted.", f"{lost} {verb} lost for good.", (hint,))
    again = story.will_repeat(receivers)
    if story.size > 1:
        return _in_larger_turn(story, again)
    if story.applied:
        last = story.applied[-1]
        event = f"{last.source}@{last.position}"
        total = len(story.applied)
        detail = f"{last.context} has {'the event' if last.added == 1 else 'it'}"
        if total > 1:
            detail = f"{count(total, 'action')} taken"
        cursor = story.cursors.get(last.source, 0)
        what = "the action" if total == 1 else count(again or total, "action")
        receipts = "its receipt" if total == 1 else "receipts"
        then = f"{what} will be repeated" if again else f"{receipts} will stop {what}"
        hint = ("r", f"restarts it: {event} is handled again and {then}")
        return Consequence("Killed: acted, not saved.", f"{detail}; {last.source} is still at {cursor}.", (hint,))
    if turn is not None and turn.point and turn.number == story.turn:
        hint = ("r", f"restarts it: {name_of(turn)} is handled from the start")
        return Consequence("Killed before it acted.", f"Nothing of {name_of(turn)} is durable.", (hint,))
    hint = ("r", "restarts it: it goes on where it was")
    return Consequence("Killed.", "Nothing was half done: all that was taken is saved.", (hint,))


def _in_larger_turn(story: Story, again: int) -> Consequence:
    source, first, last = story.reach
    by_context = Counter(applied.context for applied in story.applied)
    parts = [f"{count(number, 'action')} in {context}" for context, number in by_context.items()]
    detail = f"{', '.join(parts)}; cursor at {story.cursors.get(source, 0)}."
    then = f"{count(again, 'action')} will be repeated" if again else "receipts will stop what was taken"
    hint = ("r", f"restarts it: the turn is handled again and {then}")
    return Consequence(f"Killed in {source} {first}–{last}:", detail, (hint,))


def name_of(turn: TurnView) -> str:
    """`orders@3`, or `the turn up to orders@90`."""
    return f"the turn up to {turn.event.where}" if turn.size > 1 else turn.event.where
