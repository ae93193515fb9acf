"""A tree of nodes that folds: only the lines in sight are ever painted, and nothing in them is parsed."""

from collections import Counter
from dataclasses import dataclass

from rich.style import Style
from textual import events
from textual.strip import Strip

from pmtui.tui.paint import Row, cells, cut_into
from pmtui.tui.widgets.messages import Wanted
from pmtui.tui.widgets.painted import Painted
from pmtui.view.closeup.node import Node

Path = tuple[int, ...]
_WIDEST_NAME = 26


@dataclass(frozen=True, slots=True)
class Line:
    """One line: a node's first (`part` 0), or another piece of a value that is too long for one."""

    path: Path
    node: Node
    column: int
    """Where values of this node and its siblings begin."""
    part: int = 0
    text: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a tree stands, so that it can be shown like that again."""

    unfolded: frozenset[Path]
    path: Path
    top: int


class Tree(Painted, can_focus=True):
    """Nodes, one line each; those below a node that is unfolded stand under it. One line is chosen."""

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id)
        self.nodes: tuple[Node, ...] = ()
        self.wanted = ""
        self._unfolded: set[Path] = set()
        self._lines: list[Line] = []
        self._made_for = 0
        self._at = 0
        self._top = 0

    # what is shown

    def show(self, nodes: tuple[Node, ...], path: Path = ()) -> None:
        """Show these, with the node at a path chosen and in sight."""
        self.nodes = nodes
        self._unfolded = {path for path, node in walk(nodes) if node.unfolded}
        self._unfolded.update(path[:depth] for depth in range(1, len(path)))
        self._at = self._top = 0
        self._make()
        self._go_to(path)
        self._in_sight()
        self.repaint()

    def standing(self) -> Standing:
        """How it stands."""
        return Standing(frozenset(self._unfolded), self._lines[self._at].path if self._lines else (), self._top)

    def restore(self, nodes: tuple[Node, ...], standing: Standing) -> None:
        """Show nodes as they stood before."""
        self.nodes, self._unfolded = nodes, set(standing.unfolded)
        self._make()
        self._go_to(standing.path)
        self._top = standing.top
        self._in_sight()
        self.repaint()

    def renew(self, nodes: tuple[Node, ...]) -> None:
        """Show what has become of the nodes: folded as they were, the chosen one in its place."""
        if not self._lines:
            self.show(nodes)
            return
        line, row = self._lines[self._at], self._at - self._top
        keys = _keys(self.nodes)
        known, stood = set(keys.values()), {keys[path] for path in self._unfolded if path in keys}
        there = {key: path for path, key in _keys(nodes).items()}
        begins = {path for path, node in walk(nodes) if node.unfolded}
        self._unfolded = {path for key, path in there.items() if (key in stood if key in known else path in begins)}
        chosen = keys[line.path]
        while chosen and chosen not in there:
            chosen = chosen[:-1]  # it is gone: what it stood below
        self.nodes = nodes
        self._make()
        self._go_to(there.get(chosen, ()))
        pieces = [i for i, each in enumerate(self._lines) if each.path == self._lines[self._at].path]
        self._at = pieces[min(line.part, len(pieces) - 1)] if pieces else 0
        self._top = self._at - row
        self._in_sight()
        self.repaint()

    @property
    def chosen(self) -> Node | None:
        """The node of the chosen line."""
        return self._lines[self._at].node if self._lines else None

    # moving and folding

    def move(self, delta: int) -> None:
        """Choose another line, so many below."""
        self._at = max(0, min(self._at + delta, len(self._lines) - 1))
        self._in_sight()
        self.repaint()

    def page_rows(self) -> int:
        """How many lines a page key moves by."""
        return max(1, self.size.height - 2)

    def turn(self) -> None:
        """Fold what is unfolded, unfold what is folded."""
        if self._lines:
            line = self._lines[self._at]
            self._set(line.path, unfolded=line.path not in self._unfolded)

    def unfold(self) -> None:
        """Unfold the chosen node; if it is, go to the first one below it."""
        if not self._lines:
            return
        line = self._lines[self._at]
        if line.path in self._unfolded and line.node.children:
            self._go_to((*line.path, 0))
            self._in_sight()
            self.repaint()
        else:
            self._set(line.path, unfolded=True)

    def fold(self) -> None:
        """Fold the chosen node; if there is nothing to fold, go to the one above it."""
        if not self._lines:
            return
        path = self._lines[self._at].path
        if path in self._unfolded and self._folds(self._lines[self._at]):
            self._set(path, unfolded=False)
        elif len(path) > 1:
            self._go_to(path[:-1])
            self._in_sight()
            self.repaint()

    def _set(self, path: Path, *, unfolded: bool) -> None:
        if unfolded:
            self._unfolded.add(path)
        else:
            self._unfolded.discard(path)
        self._make()
        self._go_to(path)
        self._in_sight()
        self.repaint()

    # finding

    def find(self, wanted: str) -> int:
        """Mark every node that has a text in its name or value, folded or not; how many there are."""
        self.wanted = wanted.casefold()
        found = len(self._matches())
        self.repaint()
        return found

    def next_match(self, step: int) -> int:
        """Choose the next match after the chosen line, or before it, around the ends; its number from 1, 0 for none."""
        matches = self._matches()
        if not matches:
            return 0
        here = self._lines[self._at].path if self._lines else ()
        beyond = [path for path in matches if (path > here if step > 0 else path < here)]
        path = (beyond or matches)[0 if step > 0 else -1]
        self._unfolded.update(path[:depth] for depth in range(1, len(path)))
        self._make()
        self._go_to(path)
        self._in_sight()
        self.repaint()
        return matches.index(path) + 1

    def _matches(self) -> list[Path]:
        return [path for path, node in walk(self.nodes) if self._matching(node)] if self.wanted else []

    def _matching(self, node: Node) -> bool:
        return bool(self.wanted) and (self.wanted in node.name.casefold() or self.wanted in node.value.casefold())

    # lines

    def _make(self) -> None:
        self._made_for = self.size.width
        self._lines = []
        self._add(self.nodes, ())

    def _add(self, nodes: tuple[Node, ...], above: Path) -> None:
        indent = _indent(len(above))
        column = indent + 2 + min(_WIDEST_NAME, max((cells(node.name) for node in nodes), default=0)) + 2
        for index, node in enumerate(nodes):
            path = (*above, index)
            line = Line(path, node, column)
            self._lines.append(line)
            if path not in self._unfolded:
                continue
            if node.children:
                self._add(node.children, path)
            elif self._folds(line):
                room = max(8, self._made_for - indent - 5)
                pieces = cut_into(node.value, room)
                self._lines += [Line(path, node, column, part, text) for part, text in enumerate(pieces, 1)]

    def _folds(self, line: Line) -> bool:
        return bool(line.node.children) or cells(line.node.value) > self._made_for - line.column - 3

    def _go_to(self, path: Path) -> None:
        self._at = next((i for i, line in enumerate(self._lines) if line.path == path), self._at)
        self._at = max(0, min(self._at, len(self._lines) - 1))

    def _in_sight(self) -> None:
        height = max(1, self.size.height)
        self._top = max(self._at - height + 1, min(self._top, self._at))
        self._top = max(0, min(self._top, len(self._lines) - height))

    # painting

    def paint(self, width: int, height: int) -> list[Strip]:
        """The lines in sight."""
        if width != self._made_for:
            here = self._lines[self._at].path if self._lines else ()
            self._make()
            self._go_to(here)
        self._in_sight()
        shown = enumerate(self._lines[self._top : self._top + height], self._top)
        return [self._line(line, width, index == self._at) for index, line in shown]

    def _line(self, line: Line, width: int, chosen: bool) -> Strip:
        ink, node, row = self.ink, line.node, Row(width)
        ground = ink.chosen if chosen else ink.base
        indent = _indent(len(line.path) - 1)
        if line.part:
            return row.to(indent + 4).put(line.text, self._tone(node)).strip(ground)
        mark = "▾ " if line.path in self._unfolded else "▸ "
        row.to(indent).put(mark if self._folds(line) else "  ", ink.quiet)
        found = self._matching(node)
        name = ink.key if found else ink.bold if node.children and not line.path[1:] else ink.quiet
        row.put(node.name, name, _WIDEST_NAME)
        if node.value:
            row.to(line.column).put(node.value, self._tone(node) + Style(bold=found or None), width - line.column - 3)
        if node.link is not None:
            row.put(" ›", ink.quiet)
        return row.strip(ground)

    def _tone(self, node: Node) -> Style:
        ink = self.ink
        return {"plain": ink.plain, "quiet": ink.quiet, "accent": ink.accent, "error": ink.error}[node.tone]

    # the mouse

    def on_click(self, event: events.Click) -> None:
        """Choose the line; twice follows it."""
        index = self._top + event.y
        if index < len(self._lines):
            self._at = index
            self.repaint()
            if event.chain > 1:
                self.post_message(Wanted("inspect"))

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Move up."""
        event.stop()
        self.move(-3)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Move down."""
        event.stop()
        self.move(3)


def walk(nodes: tuple[Node, ...], above: Path = ()) -> list[tuple[Path, Node]]:
    """Every node with its path, in the order of the lines."""
    found: list[tuple[Path, Node]] = []
    for index, node in enumerate(nodes):
        path = (*above, index)
        found.append((path, node))
        if node.children:
            found += walk(node.children, path)
    return found


Key = tuple[tuple[str, int], ...]
"""A node by its name, and those above it: each with how many of its siblings before it have the same name."""


def _keys(nodes: tuple[Node, ...], above: Path = (), key: Key = ()) -> dict[Path, Key]:
    """What a node is known by when there are others beside it, for every path."""
    found: dict[Path, Key] = {}
    seen: Counter[str] = Counter()
    for index, node in enumerate(nodes):
        found[(*above, index)] = own = (*key, (node.name, seen[node.name]))
        seen[node.name] += 1
        found.update(_keys(node.children, (*above, index), own))
    return found


def _indent(depth: int) -> int:
    return 1 + 2 * depth
