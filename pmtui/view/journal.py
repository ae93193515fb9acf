"""The journal's pane: what was handled, with its actions, and in between what crashes interrupted."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import msgspec

from pmtui.model import instant
from pmtui.storage.ledger import Taken, actions_of
from pmtui.storage.sqlite.rows import placeholders
from pmtui.view.pages import Fate, JournalAction, JournalEntry, JournalPage, Key
from pmtui.view.reader import Reader
from pmtui.view.safe import safe
from pmtui.view.story import Applied, Story, became
from pmtui.view.words import clock_time, count, journal_action
from pmtui.workers.protocol import EventReport, TurnReport

_COLUMNS = "id, turn, source, position, type, correlation, stream, outcome, recorded_at, handled_at, actions"
SAVED = 1_000_000
"""The attempt of an entry that was saved: after all that were interrupted."""


def journal_page(
    reader: Reader,
    manager: str,
    limit: int,
    before: Key | None,
    extra: Sequence[JournalEntry],
    unfinished: int | None,
) -> JournalPage:
    """Up to `limit` entries before a key, or the newest.

    Args:
        reader: of the app's files.
        manager: whose journal.
        limit: how many.
        before: only entries with a smaller key.
        extra: entries that are in no ledger: interrupted by a crash, or in hand.
        unfinished: the number of a turn that is saved and about to act, whose actions are not lost yet.

    Raises:
        StorageError: a file cannot be read.
    """
    entries, more = entries_before(reader, manager, limit, before, extra, unfinished)
    return JournalPage(manager, tuple(entries), more_before=more, more_after=before is not None)


def entries_before(
    reader: Reader,
    manager: str,
    limit: int,
    before: Key | None,
    extra: Sequence[JournalEntry],
    unfinished: int | None,
) -> tuple[list[JournalEntry], bool]:
    """The last `limit` entries before a key, oldest first, and whether there are more; see `journal_page`."""
    turn, attempt, number = before or (2**62, SAVED, 2**62)
    above = ("id < ?", number) if attempt == SAVED else ("turn < ?", turn)
    entries = [entry for entry in extra if before is None or entry.key < before]
    entries += _saved(reader, manager, f"{above[0]} ORDER BY id DESC", (above[1], limit + 1), unfinished)
    entries.sort(key=lambda entry: entry.key)
    return entries[-limit:], len(entries) > limit


def entries_after(
    reader: Reader,
    manager: str,
    limit: int,
    after: Key,
    extra: Sequence[JournalEntry],
    unfinished: int | None,
) -> tuple[list[JournalEntry], bool]:
    """The first `limit` entries after a key, oldest first, and whether there are more; see `journal_page`."""
    turn, attempt, number = after
    below = ("id > ?", number) if attempt == SAVED else ("turn >= ?", turn)
    entries = [entry for entry in extra if entry.key > after]
    entries += _saved(reader, manager, f"{below[0]} ORDER BY id", (below[1], limit + 1), unfinished)
    entries.sort(key=lambda entry: entry.key)
    return entries[:limit], len(entries) > limit


def _saved(
    reader: Reader, manager: str, which: str, values: tuple[int, int], unfinished: int | None
) -> list[JournalEntry]:
    ledger = reader.ledger(manager)
    if ledger is None:
        return []
    with ledger.database.explained():
        rows = ledger.database.connection.execute(
            f"SELECT {_COLUMNS} FROM journal WHERE {which} LIMIT ?", values
        ).fetchall()
    return [_entry(reader, manager, row, unfinished) for row in rows]


def _entry(reader: Reader, manager: str, row: tuple[Any, ...], unfinished: int | None) -> JournalEntry:
    id_, turn, source, position, type_, correlation, stream, outcome, recorded_at, handled_at, actions = row
    taken = [became(reader, manager, source, position, each) for each in actions_told(actions)]
    return JournalEntry(
        key=(turn, SAVED, id_),
        glyph="✓" if outcome == "handled" else "·",
        where=f"{safe(source)}@{position}",
        type=safe(type_),
        label=safe(correlation or stream, 80),
        words="handled" if outcome == "handled" else "ignored",
        time=clock_time(recorded_at),
        actions=tuple(
            _lost(each) if each.outcome == "asked" and turn != unfinished else journal_action(each, recorded_at)
            for each in taken
        ),
        source=safe(source),
        first=position,
        last=position,
        moment=moment_of(handled_at),
    )


def moment_of(text: str) -> int:
    """A time as a ledger says it, in microseconds since 1970; 0 for what is none."""
    try:
        return instant.microseconds(instant.parse(text))
    except ValueError:
        return 0


def journal_rows(reader: Reader, manager: str, ids: Sequence[int], unfinished: int | None) -> tuple[JournalEntry, ...]:
    """The entries with these ids (at most 500) of the ledger's own, oldest first; `unfinished` as for a page.

    Raises:
        StorageError: a file cannot be read.
    """
    ledger = reader.ledger(manager) if ids else None
    if ledger is None:
        return ()
    with ledger.database.explained():
        rows = ledger.database.connection.execute(
            f"SELECT {_COLUMNS} FROM journal WHERE id IN ({placeholders(ids)}) ORDER BY id", ids
        ).fetchall()
    return tuple(_entry(reader, manager, row, unfinished) for row in rows)


def actions_told(text: str) -> list[Taken]:
    """The actions of a journal's row; none if they are not what pmtui wrote."""
    try:
        return actions_of(text)
    except (msgspec.MsgspecError, ValueError):
        return []


def _lost(taken: Taken) -> JournalAction:
    context = safe(taken.context)
    return JournalAction(
        context, safe(taken.type), "lost", "error", fate="lost", context=context, ordinal=taken.ordinal
    )


def in_hand(report: TurnReport, label: str, attempt: int, time: str) -> JournalEntry | None:
    """The entry of a turn that is not saved yet."""
    if report.finished or (report.delivery == "save-then-act" and not report.point.endswith((":read", ":decided"))):
        return None
    entry = _turn_entry(report, label, (report.number, attempt, 0), time)
    return replace(entry, glyph="▸", words="in hand", tone="accent")


def failed(report: TurnReport, event: EventReport | None, label: str, attempt: int, time: str) -> JournalEntry:
    """The entry of a turn that failed, because of this event of it or, where it is None, for another reason.

    Label and time are the event's, or those of the turn's last one.
    """
    key = (report.number, attempt, 0)
    if event is None:
        entry = _turn_entry(report, label, key, time)
    else:
        entry = _event_entry(event, report.taken, label, key, time)
    return replace(entry, glyph="✖", words="failed, not saved", tone="error")


def killed(
    story: Story,
    report: TurnReport | None,
    *,
    label: str,
    attempt: int,
    time: str,
    known: Mapping[tuple[object, ...], int],
) -> JournalEntry | None:
    """The entry of a turn that a crash interrupted; None if there was nothing in hand.

    Args:
        story: what it left.
        report: the turn as its worker last told of it, if it was this one.
        label: of its last event.
        time: of its last event.
        attempt: how many attempts at it were interrupted before.
        known: how often each action was applied by then, by `identity`.
    """
    key = (story.turn, attempt, 0)
    new = [each for each in story.applied if each.times > known.get(identity(each), 0)]
    words = "killed, not saved"
    if story.size > 1:
        source, first, last = story.reach
        numbers = Counter(each.context for each in new)
        entry = _entry_of_turn(key, safe(source), first, last, story.size, time)
        actions = tuple(_of_turn(context, number, "performed", "taken") for context, number in numbers.items())
    elif report is not None:
        words = "killed, not acted" if story.lost else words
        types = {(taken.context, taken.ordinal): taken for taken in report.taken}
        entry = _turn_entry(report, label, key, time)
        actions = tuple(_applied(each, types.get((each.context, each.ordinal))) for each in new)
    elif story.runs:
        source, _, last = story.reach
        entry = _entry_of_event(key, safe(source), last, "", label, time)
        actions = tuple(_applied(each, None) for each in new)
    else:
        return None
    return replace(entry, glyph="✖", words=words, tone="error", actions=actions)


def identity(applied: Applied) -> tuple[object, ...]:
    """What tells one action of a turn from another."""
    return applied.context, applied.source, applied.position, applied.ordinal


def _applied(applied: Applied, taken: Taken | None) -> JournalAction:
    again = applied.times > 1
    outcome = ("doubled" if applied.added else "refused") if again else "performed"
    known = taken or Taken("append", applied.context, "", "", applied.ordinal, "performed")
    return journal_action(
        msgspec.structs.replace(
            known,
            outcome=outcome,
            first=applied.first,
            added=applied.added,
            original=applied.original,
        ),
        "",
    )


def _turn_entry(report: TurnReport, label: str, key: Key, time: str) -> JournalEntry:
    event = report.event
    if report.size == 1:
        return _event_entry(event, report.taken, label, key, time)
    entry = _entry_of_turn(key, safe(event.source), report.first, event.position, report.size, time)
    actions = tuple(
        _of_turn(context, number, "taken" if taken else "to do", "taken" if taken else "asked")
        for context, number, taken in report.targets
    )
    return replace(entry, actions=actions)


def _event_entry(event: EventReport, taken: Sequence[Taken], label: str, key: Key, time: str) -> JournalEntry:
    entry = _entry_of_event(key, safe(event.source), event.position, safe(event.type), label, time)
    return replace(entry, actions=tuple(journal_action(each, "") for each in taken))


def _entry_of_turn(key: Key, source: str, first: int, last: int, size: int, time: str) -> JournalEntry:
    """A larger turn in hand, as one entry."""
    where = f"{source}@{first}–{last}"
    words = count(size, "event")
    return JournalEntry(key, "▸", where, words, "", "in hand", time, source=source, first=first, last=last, size=size)


def _entry_of_event(key: Key, source: str, position: int, type_: str, label: str, time: str) -> JournalEntry:
    """An event in hand."""
    where = f"{source}@{position}"
    return JournalEntry(key, "▸", where, type_, label, "in hand", time, source=source, first=position, last=position)


def _of_turn(context: str, number: int, words: str, fate: Fate) -> JournalAction:
    """The actions that a larger turn takes in one log, as one."""
    name = safe(context)
    return JournalAction(name, count(number, "action"), words, fate=fate, context=name, number=number)
