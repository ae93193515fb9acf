"""Drawing the diagram: from what the managers did to rows and arrows."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from pmtui.model.manager import TIMERS
from pmtui.view.diagram import Arrow, Diagram, Lane, Mark, Row
from pmtui.view.pages import Handled, JournalAction, JournalEntry, Key, Tone
from pmtui.view.words import count

_SHORTEST_FOLD = 8
_EDGE = 2
"""So many events at both ends of a run are drawn."""


def draw(
    lanes: Sequence[Lane],
    handled: Sequence[Handled],
    *,
    dead: Collection[str] = (),
    unfolded: Collection[tuple[str, Key]] = (),
    cuts: Collection[int] = (),
) -> Diagram:
    """Draw what the managers did.

    Args:
        lanes: see `lanes_of`.
        handled: in the order of the rows, oldest first.
        dead: the managers that have no worker now.
        unfolded: entries that are drawn even in a long run of their sort.
        cuts: numbers of entries before which a run is cut although it may go on, so that what is read later on one side
            does not change what is drawn on the other.
    """
    lossy = {
        (each.manager, each.entry.key[0])
        for each in handled
        if any(action.fate == "lost" for action in each.entry.actions)
    }
    pencil = _Pencil(lanes, lossy)
    number = 0
    for run in _runs(handled, unfolded, cuts):
        first = 0 if number in cuts else _EDGE
        number += len(run)
        last = len(run) - (0 if number in cuts else _EDGE)
        if len(run) < _SHORTEST_FOLD:
            first = last = len(run)
        for each in run[:first]:
            pencil.entry(each)
        if first < last:
            pencil.fold(run[first:last])
        for each in run[last:]:
            pencil.entry(each)
    pencil.end(dead)
    return Diagram(tuple(lanes), tuple(pencil.rows))


def on_logs(entry: JournalEntry) -> list[JournalAction]:
    """Its actions on logs, in order."""
    return [action for action in entry.actions if action.fate != "own"]


def _sort(entry: JournalEntry) -> str:
    """What runs are made of: events of one sort. Nothing for what is always drawn."""
    if entry.glyph in "✖▸":
        return ""
    fates = {action.fate for action in on_logs(entry)} or {"taken"}
    return fates.pop() if len(fates) == 1 and fates != {"lost"} else ""


def _runs(
    handled: Sequence[Handled], unfolded: Collection[tuple[str, Key]], cuts: Collection[int]
) -> list[list[Handled]]:
    runs: list[list[Handled]] = []
    before = ""
    for number, each in enumerate(handled):
        sort = "" if (each.manager, each.entry.key) in unfolded else _sort(each.entry)
        if sort and sort == before and number not in cuts:
            runs[-1].append(each)
        else:
            runs.append([each])
        before = sort
    return runs


@dataclass(slots=True)
class _Pencil:
    """Draws row after row. `lossy` are the turns (by manager) that were saved and then lost some of their actions."""

    lanes: Sequence[Lane]
    lossy: Collection[tuple[str, int]]
    rows: list[Row] = field(default_factory=list)
    broken: set[int] = field(default_factory=set)
    added: dict[tuple[str, int], int] = field(default_factory=dict)
    interrupted: dict[str, tuple[int, str]] = field(default_factory=dict)
    """By manager, the turn that a crash interrupted or that was repeated last, and how it ended."""

    places: dict[tuple[str, str], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.places = {(lane.kind, lane.name): number for number, lane in enumerate(self.lanes)}

    def _lane(self, name: str, kind: str) -> int | None:
        return self.places.get((kind, name))

    def _row(self, row: Row) -> None:
        self.rows.append(replace(row, broken=frozenset(self.broken)) if self.broken else row)

    def entry(self, handled: Handled) -> None:
        """Draw an event with its actions."""
        lane = self._lane(handled.manager, "manager")
        if lane is None:
            return
        entry, name = handled.entry, handled.manager
        turn = entry.key[0]
        if entry.glyph == "✖" and (name, turn) in self.lossy:
            self.interrupted[name] = (turn, _how(entry.words))  # drawn where the turn itself is: it was saved
            return
        self._begin(lane, name, entry)
        actions = on_logs(entry)
        lost = [action for action in actions if action.fate == "lost"]
        taken = [action for action in actions if action.fate != "lost"]
        blank = Row(lane, name, "branch", entries=((name, entry.key),))
        mark: Mark = {"✖": "volatile", "▸": "in hand", "·": "ignored"}.get(entry.glyph, "handled")  # type: ignore[assignment]  # the table has marks only
        arrows = self._event_arrow(lane, entry)
        first = self._action_arrow(lane, taken[0]) if taken and taken[0].fate in ("taken", "asked") else None
        if first is not None and (not arrows or (arrows[0].start < lane) != (first.end < lane)):
            arrows = (*arrows, first)  # it goes on to the other side, and needs no words of its own
            self._note(taken[0])
            taken = taken[1:]
        words = _event_words(entry)
        where = None if entry.source == TIMERS else (entry.source, entry.last)
        self._row(replace(blank, mark=mark, arrows=arrows, words=words, time=entry.time, where=where, first=True))
        for action in taken:
            self._action(blank, action)
        if entry.glyph == "✖":
            self._crash(blank, turn, entry.words)
        elif lost:
            how = "killed" if self.interrupted.get(name, (0, ""))[0] != turn else self.interrupted[name][1]
            done = len(actions) - len(lost)
            told = f"{done} of {count(len(actions), 'action')} taken" if done else "not acted"
            self._crash(blank, turn, f"{how}: saved, {told}")
            for action in lost:
                self._action(replace(blank, mark="break"), action)

    def _begin(self, lane: int, name: str, entry: JournalEntry) -> None:
        """What comes before an event: its worker's start, or that it had been done before."""
        turn = entry.key[0]
        if lane in self.broken:
            self._row(Row(lane, name, "start", (("restarted", "quiet"),)))
            self.broken.discard(lane)
        again = any(action.fate in ("doubled", "stopped", "refused") for action in on_logs(entry))
        if again and self.interrupted.get(name, (0, ""))[0] != turn:
            self._row(Row(lane, name, "repeat", (("done before, but not saved", "quiet"),)))
            self.interrupted[name] = (turn, "killed")

    def _event_arrow(self, lane: int, entry: JournalEntry) -> tuple[Arrow, ...]:
        source = self._lane(entry.source, "context")
        if source is None or entry.source == TIMERS:
            return ()
        return (Arrow(source, lane, "event", "lost" if entry.glyph == "✖" else "taken", str(entry.last), entry.size),)

    def _action_arrow(self, lane: int, action: JournalAction) -> Arrow | None:
        target = self._lane(action.context, "context")
        if target is None:
            return None
        text = "" if not action.first else str(action.first)
        if action.added > 1:
            text = f"{action.first}–{action.first + action.added - 1}"
        if action.number > 1:
            text = f"+{action.number}" * (action.fate in ("taken", "doubled"))
        return Arrow(lane, target, "action", action.fate, text, action.number)

    def _note(self, action: JournalAction) -> None:
        for index in range(action.added if action.fate in ("taken", "doubled") else 0):
            self.added[action.context, action.first + index] = len(self.rows)

    def _action(self, blank: Row, action: JournalAction) -> None:
        arrow = self._action_arrow(blank.lane, action)
        twin = self.added.get((action.context, action.original)) if action.fate == "doubled" else None
        where = (action.context, action.first) if action.first and action.number == 1 else None
        self._note(action)
        self._row(
            replace(
                blank,
                words=_action_words(action),
                arrows=() if arrow is None else (arrow,),
                where=where,
                twin=twin,
            )
        )

    def _crash(self, blank: Row, turn: int, words: str) -> None:
        self._row(replace(blank, mark="crash", words=((words, "error"),)))
        self.interrupted[blank.manager] = (turn, _how(words))
        self.broken.add(blank.lane)

    def fold(self, handled: Sequence[Handled]) -> None:
        """Draw many events of one sort as one row."""
        lane = self._lane(handled[0].manager, "manager")
        if lane is None:
            return
        self.broken -= {self._lane(one.manager, "manager") for one in handled}
        how, tone = _FOLDED.get(_sort(handled[0].entry), (_each([len(on_logs(one.entry)) for one in handled]), "quiet"))
        words: tuple[tuple[str, Tone], ...] = ((f"⋯ {count(len(handled), 'event')}, {how}", tone),)
        entries = tuple((one.manager, one.entry.key) for one in handled)
        arrows, time = self._many(lane, handled), handled[0].entry.time
        self._row(Row(lane, handled[0].manager, "fold", words, arrows, time=time, entries=entries, first=True))

    def _many(self, lane: int, handled: Sequence[Handled]) -> tuple[Arrow, ...]:
        """One arrow for all events and one for each context that was acted on, where one manager read one context."""
        last = handled[-1].entry
        if len({(one.manager, one.entry.source) for one in handled}) > 1:
            return ()
        fate = _sort(last)
        numbers = Counter(action.context for one in handled for action in on_logs(one.entry))
        arrows = list(self._event_arrow(lane, replace(last, size=len(handled))))
        for context, number in numbers.items():
            arrow = self._action_arrow(lane, JournalAction("", "", "", fate=fate, context=context, number=number))  # type: ignore[arg-type]  # a run's sort is a fate
            arrows += [] if arrow is None else [arrow]
        return tuple(sorted(arrows, key=lambda each: -abs(each.start - each.end)))

    def end(self, dead: Collection[str]) -> None:
        """Show what has no worker now."""
        for index in sorted(self.broken):
            name = self.lanes[index].name
            if name in dead:
                self._row(Row(index, name, "break", (("no worker", "quiet"),)))


def _each(numbers: Sequence[int]) -> str:
    """How many actions so many events led to."""
    if len(set(numbers)) > 1:
        return count(sum(numbers), "action")
    return {0: "no action", 1: "one action each"}.get(numbers[0], f"{numbers[0]} actions each")


def _how(words: str) -> str:
    """`killed` or `failed`."""
    return words.replace(":", ",").split(",")[0]


_FOLDED: dict[str, tuple[str, Tone]] = {
    "doubled": ("each doubled", "error"),
    "stopped": ("stopped by receipts", "accent"),
    "refused": ("refused", "quiet"),
}


def _event_words(entry: JournalEntry) -> tuple[tuple[str, Tone], ...]:
    name = entry.type or entry.where
    if entry.source == TIMERS:
        name = f"timer {name}"
    if entry.size > 1:
        name = f"{entry.type} at once"
    words: list[tuple[str, Tone]] = [(name, "quiet" if entry.glyph in "·✖" else "plain")]
    if entry.glyph in "·▸":
        words.append((entry.words, entry.tone))
    if entry.label:
        words.append((entry.label, "quiet"))
    return tuple(words)


def _action_words(action: JournalAction) -> tuple[tuple[str, Tone], ...]:
    if action.fate == "lost":
        return ((f"lost: {action.type}", "error"),)
    if action.number > 1:
        return ((f"{action.type} in {action.context}", "plain"),)
    told: tuple[str, Tone] = (action.words, action.tone)
    name: tuple[str, Tone] = (action.type, "quiet")
    if action.fate == "taken" and action.type:
        return (name,)
    return (told, name) if action.type else (told,)
