"""What all managers of an app have done, in one order: the rows of the space-time diagram.

Each manager's own order is its journal's, which is exact. Between managers the order is as well as can be known: by the
moment each wrote when it handled an event (in the lab, where time is virtual, that is the event's own time, and many
have the same), but nothing comes before the action that it answers. What is left open goes by the order in which the
app names its managers. A turn that a crash interrupted has no moment of its own; it comes right after what its manager
had done before. A clock that was set back can move managers against one another, never one manager's own events.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

from pmtui.view.journal import SAVED, entries_after, entries_before
from pmtui.view.pages import Handled, HandledPage, JournalEntry, Key, Place
from pmtui.view.reader import Reader

START: Key = (-1, 0, 0)
END: Key = (2**62, SAVED, 2**62)

Extra = Callable[[str], tuple[Sequence[JournalEntry], int | None]]
"""A manager's entries that are in no ledger, and its turn that is saved and about to act; see `journal_page`."""


def handled_page(
    reader: Reader, extra: Extra, limit: int, *, before: Place | None = None, after: Place | None = None
) -> HandledPage:
    """The first `limit` entries after a place, or the last ones before one, or the newest.

    Reads at most `limit` + 1 rows of each journal, wherever that is. A manager that a place does not name is read from
    the beginning, or up to the end.

    Raises:
        StorageError: a file cannot be read.
    """
    read: dict[str, list[JournalEntry]] = {}
    more = False
    for name in reader.app.managers:
        beside, unfinished = extra(name)
        if after is not None:
            found, further = entries_after(reader, name, limit, after.get(name, START), beside, unfinished)
        else:
            bound = None if before is None else before.get(name, END)
            found, further = entries_before(reader, name, limit, bound, beside, unfinished)
        read[name] = found
        more = more or further
    every = in_order(read)
    more = more or len(every) > limit
    taken = every[:limit] if after is not None else every[-limit:]
    above = {name: found[0].key if found else END for name, found in read.items()}
    below = {name: found[-1].key if found else START for name, found in read.items()}
    if after is not None:
        below = {name: after.get(name, START) for name in read} | {each.manager: each.entry.key for each in taken}
        return HandledPage(tuple(taken), above, below, any(key > START for key in after.values()), more)
    above = {name: (before or {}).get(name, END) for name in read}
    above |= {each.manager: each.entry.key for each in reversed(taken)}
    return HandledPage(tuple(taken), above, below, more, before is not None)


def in_order(read: Mapping[str, Sequence[JournalEntry]]) -> list[Handled]:
    """Merge the managers' entries; each one's own order stays."""
    makers = {
        (action.context, action.first + index): (name, number)
        for name, entries in read.items()
        for number, entry in enumerate(entries)
        for action in entry.actions
        if action.fate in ("taken", "doubled")
        for index in range(action.added)
    }
    taken = dict.fromkeys(read, 0)
    moments = {name: _moments(entries) for name, entries in read.items()}

    def answers_later(name: str) -> bool:
        """Whether the next entry of a manager reads what another one has still to do."""
        entry = read[name][taken[name]]
        maker = makers.get((entry.source, entry.last))
        return maker is not None and maker[0] != name and maker[1] >= taken[maker[0]]

    merged: list[Handled] = []
    while left := [name for name in read if taken[name] < len(read[name])]:
        ready = [name for name in left if not answers_later(name)] or left
        name = min(ready, key=lambda each: moments[each][taken[each]])
        merged.append(Handled(name, read[name][taken[name]]))
        taken[name] += 1
    return merged


def _moments(entries: Iterable[JournalEntry]) -> list[int]:
    """When each was handled; what has no moment of its own has that of the one before."""
    found: list[int] = []
    for entry in entries:
        found.append(entry.moment or (found[-1] if found else 0))
    return found
