"""The table of managers: how each of them stands, for an app with more than fit beside one another."""

import time
from collections.abc import Callable

from rich.style import Style
from textual.strip import Strip

from pmtui.tui.paint import Row, cells
from pmtui.tui.widgets.manager import GLYPHS
from pmtui.tui.widgets.messages import Selected
from pmtui.tui.widgets.pane import Pane
from pmtui.view.closeup.subject import ManagerOf, Subject
from pmtui.view.snapshot import ManagerView, Snapshot
from pmtui.view.words import count, span

_TITLE = "managers"
_STATE = 12
_COLUMNS = (("to do", 9), ("oldest", 9), ("events/s", 10), ("crashes", 9), ("next timer", 12))
_WIDER = (("handled", 11),)
_NONE = "–"
_LOOKS = 8


def age(seconds: float) -> str:
    """How long ago, without saying so: `12 min`; `now` below a second."""
    return span(-max(0.0, seconds)).removesuffix(" ago")


def to_do_words(manager: ManagerView) -> str:
    """Events above its cursors, with `+` where they are too many to be counted."""
    return f"{manager.to_do:,}{'+' if any(source.capped for source in manager.sources) else ''}"


def rate_words(manager: ManagerView) -> str:
    """Events a second over the last looks, so that slow ones do not jump; nothing while it stands still."""
    rates = manager.rates[-_LOOKS:] or (manager.rate,)
    rate = sum(rates) / len(rates)
    if manager.state != "running" or not rate:
        return _NONE
    return f"{rate:,.0f}" if rate >= 10 else f"{rate:.1f}"


class ManagersPane(Pane):
    """A line a manager. The one chosen is the one selected everywhere."""

    def __init__(self, id: str | None = None, now: Callable[[], float] = time.time) -> None:
        super().__init__(id)
        self._wall_clock = now
        self._snapshot: Snapshot | None = None
        self._selected = ""
        self._first = 0

    def show(self, snapshot: Snapshot, selected: str) -> None:
        """Show how the managers stand, one of them being selected."""
        moved = selected != self._selected
        self._snapshot, self._selected = snapshot, selected
        if moved:
            self._keep_in_sight()
        self.repaint()

    @property
    def _managers(self) -> tuple[ManagerView, ...]:
        return () if self._snapshot is None else self._snapshot.managers

    @property
    def _index(self) -> int:
        return next((i for i, manager in enumerate(self._managers) if manager.name == self._selected), 0)

    @property
    def _room(self) -> int:
        return max(1, self.size.height - 2)

    def _keep_in_sight(self) -> None:
        if self.size.height:
            self._first = max(self._index - self._room + 1, min(self._first, self._index))

    def _select(self, index: int) -> None:
        if self._managers:
            name = self._managers[max(0, min(len(self._managers) - 1, index))].name
            self._selected = name  # at once: the next key may have been pressed already
            self._keep_in_sight()
            self.post_message(Selected(name))

    async def catch_up(self) -> None:
        """Nothing is read: the picture has it all."""
        self._keep_in_sight()

    async def move(self, delta: int) -> None:
        """Scroll; who is selected stays so."""
        self._first = max(0, self._first + delta)

    async def choose(self, delta: int) -> None:
        """Select the manager so many lines below; the first or the last one beyond the ends."""
        self._select(self._index + delta)

    async def go_to_start(self) -> None:
        """Select the first manager."""
        self._select(0)

    def scroll_to_newest(self) -> None:
        """Select the last manager."""
        self._select(len(self._managers) - 1)

    def paint(self, width: int, height: int) -> list[Strip]:
        """Head, the columns' names, then a line a manager."""
        ink, managers = self.ink, self._managers
        head = Row(width).put(_TITLE, ink.focus if self.has_focus else ink.plain).put(" ", ink.plain)
        to_do = sum(manager.to_do for manager in managers)
        broken = sum(manager.broken for manager in managers)
        note = f" {count(len(managers), 'manager')}, {count(to_do, 'event')} to do"
        stopped = f", {broken} stopped" if broken else ""
        head.put("─" * max(0, width - head.used - cells(note) - cells(stopped)), ink.rule)
        head.put(note, ink.quiet).put(stopped, ink.error)
        columns = _COLUMNS + (_WIDER if width >= 110 else ())
        name = min(max([12, *(cells(manager.name) + 4 for manager in managers)]), self._name_room(width, columns))
        titles = Row(width).to(2).put("manager", ink.faint, name - 2).to(name).put("state", ink.faint)
        edge = name + _STATE
        for title, size in columns:
            edge += size
            titles.right([(title, ink.faint)], edge)
        if edge + 4 < width:
            titles.to(edge + 3).put("in hand", ink.faint)
        strips = [head.strip(ink.base), titles.strip(ink.base)]
        self._first = max(0, min(self._first, len(managers) - (height - 2)))
        for manager in managers[self._first : self._first + height - 2]:
            strips.append(self._line(manager, width, name, columns))
        return strips

    @staticmethod
    def _name_room(width: int, columns: tuple[tuple[str, int], ...]) -> int:
        return max(8, width - _STATE - sum(size for _, size in columns))

    def _line(self, manager: ManagerView, width: int, name: int, columns: tuple[tuple[str, int], ...]) -> Strip:
        ink, row = self.ink, Row(width)
        chosen = manager.name == self._selected
        faint = ink.quiet if chosen else ink.faint
        row.put("▸ " if chosen else "  ", ink.accent).put(manager.name, ink.bold if chosen else ink.plain, name - 3)
        state = "waits" if manager.held else manager.state
        row.to(name).put(f"{GLYPHS[manager.state]} {state}", ink.alarm if manager.broken else ink.quiet, _STATE - 1)
        cell: dict[str, tuple[str, Style]] = {
            "to do": (to_do_words(manager), ink.plain if manager.to_do else faint),
            "oldest": (self._age(manager), ink.quiet),
            "events/s": (rate_words(manager), ink.plain),
            "crashes": (f"{manager.crashes:,}", ink.plain if manager.crashes else faint),
            "next timer": (_NONE if manager.next_timer is None else span(manager.next_timer), ink.quiet),
            "handled": (f"{manager.handled:,}", ink.quiet),
        }
        edge = name + _STATE
        for title, size in columns:
            edge += size
            text, style = cell[title]
            row.right([(text, faint if text == _NONE else style)], edge)
        turn = manager.turn
        if turn is not None and edge + 4 < width:
            row.to(edge + 3).put(turn.event.where, faint).put(f"  {turn.event.type}", ink.quiet)
            row.put(f"  {turn.event.label}", faint)
        return row.strip(ink.chosen if chosen and self.has_focus else ink.row if chosen else ink.base)

    def _age(self, manager: ManagerView) -> str:
        """How old its oldest event not handled is: on the lab's clock, which stands still, or on everybody's."""
        if manager.oldest is None or self._snapshot is None:
            return _NONE
        now = self._snapshot.clock if self._snapshot.mode == "lab" else self._wall_clock()
        return _NONE if now is None or now < manager.oldest else age(now - manager.oldest)

    def choose_at(self, y: int) -> None:
        """Select the manager in a line."""
        index = self._first + y - 2
        if y >= 2 and index < len(self._managers):
            self._select(index)

    def label(self) -> str:
        """The label of the event that the selected manager has in hand."""
        return self._managers[self._index].label if self._managers else ""

    def subject(self) -> Subject | None:
        """The manager that is selected."""
        return ManagerOf(self._managers[self._index].name) if self._managers else None
