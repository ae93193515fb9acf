"""The first line: which app, how its receipts stand, and what has been counted."""

from rich.style import Style
from textual.strip import Strip

from pmtui.tui.config.config import config_of
from pmtui.tui.paint import Row
from pmtui.tui.widgets.painted import Bar
from pmtui.view.snapshot import Past, Snapshot, Speed

SPEED_WORDS: dict[Speed, str] = {
    "phase": "1 phase a second",
    "1": "1 event a second",
    "4": "4 events a second",
    "20": "20 events a second",
    "max": "full speed",
}


def receipts_word(receipts: str) -> str:
    """`off` for none: the word that people have for it."""
    return "off" if receipts == "none" else receipts


class Header(Bar):
    """App, mode and receipts on the left, counters on the right; doubled and lost in the error colour from 1 on."""

    snapshot: Snapshot | None = None

    def show(self, snapshot: Snapshot) -> None:
        """Show the newest picture."""
        self.snapshot = snapshot
        self.repaint()

    def paint(self, width: int, _height: int) -> list[Strip]:
        """One line."""
        ink, now = self.ink, self.snapshot
        row = Row(width - 1)
        row.to(1)
        if now is None:
            return [row.strip(ink.bar)]
        if now.past is not None:
            return [self._then(now, now.past, width)]
        counters = self._counters(now, width - 36)
        room = width - 2 - sum(len(text) for text, _ in counters)
        row.put(now.app, ink.bold, max(8, room - 30)).put(" ", ink.plain)
        if now.mode == "watch":
            row.put("WATCHING LIVE LOGS", ink.key)
            if row.used + len("  only reading") < room:
                row.put("  only reading", ink.quiet)
        else:
            row.put("LIVE" if now.mode == "live" else now.mode, ink.alarm if now.mode == "live" else ink.quiet)
            row.put("    receipts ", ink.quiet).put(receipts_word(now.receipts), ink.bold)
        if room - row.used > 28 and now.mode != "watch":
            row.put("    speed ", ink.quiet).put(SPEED_WORDS[now.speed].removesuffix(" speed"), ink.plain)
        row.right(counters)
        return [row.strip(ink.bar).extend_cell_length(width, ink.bar)]

    def _then(self, now: Snapshot, past: Past, width: int) -> Strip:
        """That this is not the present, on a ground that nothing else has; counters are of then."""
        ink = self.ink
        row = Row(width)
        where = f"after {past.where}" if past.where else "at the beginning"
        row.put(" NOT LIVE ", ink.then + Style(bold=True)).put(f"{where}, ", ink.then)
        row.put(f"{past.handled:,} of {past.total:,} events", ink.then)
        if width >= 120:
            key = config_of(self.app).keymap.instead_of
            row.put(f"    {key('L')} live    {key('ctrl+r')} makes this the present", ink.then)
        counters = [
            (text, ink.then + Style(bold=style == ink.alarm)) for text, style in self._counters(now, width - 50)
        ]
        row.right(counters, width - 1)
        return row.strip(ink.then)

    def _counters(self, now: Snapshot, room: int) -> list[tuple[str, Style]]:
        """What fits; zeros go first, then crashes, and doubled and lost last. Watching, it is what was seen happen."""
        ink = self.ink
        pieces = [(f"{now.crashes:,} {'crash' if now.crashes == 1 else 'crashes'}", now.crashes, ink.plain)]
        pieces.append((f"{now.doubled:,} doubled", now.doubled, ink.alarm))
        if now.suppressed:
            pieces.append((f"{now.suppressed:,} stopped by receipt", now.suppressed, ink.plain))
        pieces.append((f"{now.lost:,} lost", now.lost, ink.alarm))
        if self.size.width < 70:
            pieces = [piece for piece in pieces if piece[1]]
        while sum(len(piece[0]) + 3 for piece in pieces) > room + 3 and len(pieces) > 1:
            pieces.remove(next((piece for piece in reversed(pieces) if not piece[1]), pieces[0]))
        line: list[tuple[str, Style]] = []
        for text, number, style in pieces:
            line += [("   ", ink.plain), (text, style if number else ink.faint)]
        line[:1] = [("seen ", ink.faint)] if line and now.mode == "watch" else []
        return line
