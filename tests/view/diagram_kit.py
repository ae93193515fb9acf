"""Entries of a shop's journal, made by hand, and what was drawn of them as text."""

from dataclasses import replace

from pmtui.view.diagram import Diagram, Lane
from pmtui.view.journal import SAVED
from pmtui.view.pages import Fate, Handled, JournalAction, JournalEntry

LANES = (
    Lane("orders", "context"),
    Lane("fulfilment", "manager"),
    Lane("payments", "context"),
    Lane("refunds", "manager"),
    Lane("shipping", "context"),
)
WORDS: dict[str, str] = {"stopped": "stopped by its receipt", "lost": "lost", "taken": "performed"}


def action(where: str, fate: Fate = "taken", original: int = 0, number: int = 1) -> JournalAction:
    """`payments@3`, or `payments` where nothing was added."""
    context, _, position = where.partition("@")
    first = int(position or 0)
    words = f"doubled: {context}@{original} again" if fate == "doubled" else WORDS.get(fate, fate)
    tone = "error" if fate in ("doubled", "lost") else "quiet"
    return JournalAction(where, "Act", words, tone, "", fate, context, first, bool(first), original, number)


def handled(
    where: str, *actions: JournalAction, turn: int = 0, manager: str = "fulfilment", at: int = 0, label: str = ""
) -> Handled:
    """One event of a turn that was saved; the turn has the event's number unless told otherwise."""
    source, _, position = where.partition("@")
    number = int(position)
    key = (turn or number, SAVED, turn or number)
    entry = JournalEntry(key, "✓", where, "Happened", label, "handled", "10:00:00", actions)
    return Handled(manager, replace(entry, source=source, first=number, last=number, moment=at))


def killed(
    where: str, *actions: JournalAction, turn: int = 0, size: int = 1, words: str = "killed, not saved"
) -> Handled:
    """A turn that a crash interrupted."""
    whole = handled(where, *actions, turn=turn)
    entry = replace(whole.entry, key=(whole.entry.key[0], 0, 0), glyph="✖", words=words, tone="error", size=size)
    return replace(whole, entry=entry)


def lines(diagram: Diagram) -> list[str]:
    """Each row as words: its arrows, its mark, what is said first."""
    told = []
    for row in diagram.rows:
        arrows = [
            f"{diagram.lanes[arrow.start].name}-{arrow.fate}-{diagram.lanes[arrow.end].name}@{arrow.text}"
            for arrow in row.arrows
        ]
        told.append(" ".join([*arrows, f"[{row.mark}]", *(words for words, _ in row.words[:1])]))
    return told
