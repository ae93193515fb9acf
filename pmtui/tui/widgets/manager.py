"""The manager pane: who is selected, the event in hand, the phase strip and the consequence line."""

import time
from collections.abc import Callable
from functools import partial

from rich.style import Style
from textual import events
from textual.message import Message
from textual.strip import Strip

from pmtui.tui.config.config import config_of
from pmtui.tui.keys import of_key
from pmtui.tui.paint import Row, cells, wrap
from pmtui.tui.widgets.messages import Selected, Wanted
from pmtui.tui.widgets.speed import speed_rows
from pmtui.tui.widgets.stop import Stop
from pmtui.tui.widgets.strip import strip_rows
from pmtui.view.breakpoints import at_step
from pmtui.view.closeup.subject import ManagerOf, Subject
from pmtui.view.pages import Tone
from pmtui.view.snapshot import ManagerState, ManagerView, Snapshot
from pmtui.view.words import span

GLYPHS: dict[ManagerState, str] = {
    "starting": "…",
    "paused": "‖",
    "running": "▸",
    "idle": "·",
    "killed": "✖",
    "failed": "✖",
    "stopped": "○",
}
Notice = tuple[str, Tone]


class ManagerPane(Stop):
    """Everything about the selected manager, with a red edge where it was killed or failed."""

    def __init__(self, id: str | None = None, now: Callable[[], float] = time.time) -> None:
        super().__init__(id)
        self._now = now
        self._snapshot: Snapshot | None = None
        self._manager: ManagerView | None = None
        self._notice: Notice | None = None
        self._tall = False
        self._areas: list[tuple[int, int, int, Callable[[], Message]]] = []
        """Row, first column, the one after the last, and what a click there says."""

    def show(self, snapshot: Snapshot, manager: ManagerView | None, notice: Notice | None, tall: bool) -> None:
        """Show this manager; `notice` is a line for the person that takes the last row."""
        self._snapshot, self._manager, self._notice, self._tall = snapshot, manager, notice, tall
        self.repaint()

    def tick(self) -> None:
        """Let the age of a crash grow."""
        if self._manager is not None and self._manager.dead:
            self.repaint()

    @property
    def _broken(self) -> bool:
        return self._manager is not None and self._manager.broken

    def paint(self, width: int, height: int) -> list[Strip]:
        """The lines, with the edge in the first column."""
        ink, room = self.ink, width - 1
        rows: list[Row | None] = []
        if self._snapshot is not None and self._manager is not None:
            rows = self._rows(self._snapshot, self._manager, room, height)
        elif self._snapshot is not None:
            rows = [Row(room).put("This app has no process manager.", ink.quiet)]
        edged = range(self._tall, height - self._tall) if self._broken else range(0)
        strips = []
        for y in range(height):
            edge = Row(1).put("▌" if y in edged else " ", ink.edge)
            row = (rows[y] if y < len(rows) else None) or Row(room)
            strips.append(Strip.join([edge.strip(ink.base), row.strip(ink.base)]))
        return strips

    def _rows(self, snapshot: Snapshot, manager: ManagerView, width: int, height: int) -> list[Row | None]:
        fast = snapshot.at_full_speed(manager)
        self._areas = []
        rows: list[Row | None] = [None] if self._tall else []
        rows.append(self._name_row(snapshot, manager, width, len(rows)))
        if height >= 5:
            rows.append(self._event_row(manager, width, fast))
        count = 3 if self._tall else 1
        if self._tall:
            rows.append(None)
        if height >= 6:
            rows += self._strip_rows(manager, width, count, fast)
        if self._tall:
            rows.append(None)
        room = height - len(rows)
        said = self._consequence(manager, width, len(rows))
        last = self._notice or ((snapshot.notice, "error") if snapshot.notice else None)
        if last is not None:
            said = said[: room - 1]
            said += [None] * (room - 1 - len(said))
            self._areas = [area for area in self._areas if area[0] < height - 1]
            tone = {"error": self.ink.alarm, "accent": self.ink.key}.get(last[1], self.ink.bold)
            said.append(Row(width).put(last[0], tone))
        return rows + said[:room]

    def _name_row(self, snapshot: Snapshot, manager: ManagerView, width: int, y: int) -> Row:
        ink = self.ink
        broken = ink.alarm if self._broken else ink.accent
        row = Row(width).put(manager.name, ink.focus if self.has_focus else ink.bold, width // 2).put(" ", ink.plain)
        told = f"{GLYPHS[manager.state]} {manager.state}" if snapshot.past is None else "as it was"
        row.put(told, broken)
        worker = self._worker(manager)
        edge = width - cells(worker) - 4
        place = [other.name for other in snapshot.managers].index(manager.name)
        others = snapshot.managers[place + 1 :] + snapshot.managers[:place]
        for index, other in enumerate(others):
            words = f"{other.name} · {'waits' if other.held and not other.broken else other.state}"
            words = words if snapshot.past is None else other.name
            last = index == len(others) - 1
            if row.used + 4 + cells(words) > edge - (0 if last else len(f"    {len(others)} more")):
                more = f"    {len(others) - index} more"
                if row.used + len(more) <= edge:
                    self._areas.append((y, row.used + 4, row.used + len(more), partial(Wanted, "managers")))
                    row.put(more, ink.faint)
                break
            row.put("    ", ink.plain)
            self._areas.append((y, row.used, row.used + cells(other.name), partial(Selected, other.name)))
            row.put(words, ink.error if other.broken else ink.faint)
        return row.right([(worker, ink.faint)])

    def _worker(self, manager: ManagerView) -> str:
        if manager.pid is None:
            return ""
        worker = f"worker {manager.pid}"
        if manager.state == "killed":
            age = span(min(-1.0, manager.since - self._now()))
            return f"{worker} · SIGKILL {age}" if self.size.width >= 60 else f"SIGKILL {age}"
        return worker

    def _event_row(self, manager: ManagerView, width: int, fast: bool) -> Row:
        ink, turn = self.ink, manager.turn
        late = f"{manager.late:,} ignored: their start came later" if manager.late else ""
        timer = f"next timer {span(manager.next_timer)}" if manager.next_timer is not None and width >= 55 else ""
        right: list[tuple[str, Style]] = [(late, ink.alarm)] if late else []
        if timer and (not late or width >= 100):
            right += [("    ", ink.plain)] * bool(late) + [(timer, ink.faint)]
        row = Row(width)
        room = max(width - sum(cells(text) for text, _ in right) - 2, width // 2)
        if turn is None:
            row.put("nothing in hand", ink.faint)
        elif turn.size > 1 or fast:
            last = f"–{turn.event.position:,}" if turn.first != turn.event.position else ""
            row.put(f"{turn.event.context} {turn.first:,}{last}", ink.quiet, room)
        else:
            row.put(turn.event.where, ink.quiet, room).put("  ", ink.plain)
            row.put(turn.event.type, ink.bold, room - row.used).put("  ", ink.plain)
            row.put(turn.event.label, ink.plain, max(0, room - row.used))
        return row.right(right)

    def _strip_rows(self, manager: ManagerView, width: int, count: int, fast: bool) -> list[Row | None]:
        if fast:
            return list(speed_rows(manager.rate, manager.rates, width, count, self.ink))
        if manager.turn is None or not manager.turn.steps:
            return [None] * count
        views = self._snapshot.breakpoints if self._snapshot is not None else ()
        stops = {
            step
            for step in range(len(manager.turn.steps))
            if any(view.enabled and at_step(view, manager.name, manager.turn, step) for view in views)
        }
        return list(strip_rows(manager.turn, width, count, self._broken, self.ink, stops))

    def _consequence(self, manager: ManagerView, width: int, y: int) -> list[Row | None]:
        keymap = config_of(self.app).keymap
        ink, words = self.ink, manager.consequence
        stop = [[(manager.stop[:1].upper() + manager.stop[1:], ink.key)]] if manager.stop else []
        lines = stop + wrap([(words.headline, ink.bold), (words.detail, ink.plain)][: 1 + bool(words.detail)], width)
        hints: list[list[tuple[str, Style]]] = [[]]
        hinted = list(words.hints)
        if manager.failure is not None and manager.failure.traceback:
            hinted.append(("E", "shows the traceback"))
        for default, told in hinted:
            key = keymap.instead_of(default)
            size = sum(cells(text) for text, _ in hints[-1])
            if size and size + 4 + cells(key) + 1 + cells(told) > width:
                hints.append([])
                size = 0
            start = size + 4 * bool(size)
            if (action := of_key(default)) is not None:
                end = start + cells(key) + 1 + cells(told)
                self._areas.append((y + len(lines) + len(hints) - 1, start, end, partial(Wanted, action.id)))
            hints[-1] += [("    " if hints[-1] else "", ink.plain), (key, ink.key), (f" {told}", ink.quiet)]
        rows: list[Row | None] = []
        for line in lines + hints:
            row = Row(width)
            for text, style in line:
                row.put(text, style)
            rows.append(row)
        return rows

    def on_click(self, event: events.Click) -> None:
        """Select the manager under the pointer, or do what the hint there says."""
        for y, start, end, said in self._areas:
            if event.y == y and start <= event.x - 1 < end:
                self.post_message(said())
                return
        super().on_click(event)

    def label(self) -> str:
        """The event in hand's."""
        return "" if self._manager is None else self._manager.label

    def subject(self) -> Subject | None:
        """The manager."""
        return None if self._manager is None else ManagerOf(self._manager.name)
