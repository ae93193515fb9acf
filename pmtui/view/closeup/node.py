"""What is shown of a thing: lines that fold, and where they lead."""

from collections.abc import Iterable
from dataclasses import dataclass

from pmtui.model import json
from pmtui.view.closeup.subject import Subject
from pmtui.view.pages import Tone
from pmtui.view.safe import safe

LONGEST_DATA = 4_000_000
"""Characters of JSON that are made a tree of; of a longer text only its beginning is shown."""

_LONGEST_VALUE = 20_000
_MOST_NODES = 5_000
_DEEPEST = 60
_FEW = 50
"""Lists and objects of up to so many are in sight at first."""


@dataclass(frozen=True, slots=True)
class Node:
    """One line, with what folds below it.

    Attributes:
        name, value: what is read; `safe()`.
        tone: of the value.
        children: what is below it.
        link: what it leads to.
        unfolded: whether its children are in sight at first.
        text: what is copied of it, as it is stored; never shown. Empty: its name and value.
    """

    name: str
    value: str = ""
    tone: Tone = "plain"
    children: tuple["Node", ...] = ()
    link: Subject | None = None
    unfolded: bool = False
    text: str = ""

    @property
    def copied(self) -> str:
        """What is copied of it."""
        return self.text or " ".join(part for part in (self.name, self.value) if part)


@dataclass(frozen=True, slots=True)
class Closeup:
    """One thing looked at closely.

    Attributes:
        subject: what it is.
        kind: the word for it: `event`, `action`, `instance`, `manager`.
        title: its name.
        about: what it is called beside that, such as an event's type.
        nodes: what is known.
        text: what is copied of the whole, as it is stored; never shown. An event is a CloudEvent, one JSON line.
        focus: the node to begin at: indexes from the top; empty for the first.
    """

    subject: Subject
    kind: str
    title: str
    about: str
    nodes: tuple[Node, ...]
    text: str
    focus: tuple[int, ...] = ()


def leaf(name: str, value: object, tone: Tone = "plain", link: Subject | None = None) -> Node:
    """A line of a name and a value, as text from anywhere."""
    return Node(safe(name, 200), safe(str(value), _LONGEST_VALUE), tone, link=link, text=str(value))


def branch(name: str, children: Iterable[Node], *, value: str = "", unfolded: bool = True, text: str = "") -> Node:
    """A line with others below it; one without any says so."""
    below = tuple(children)
    return Node(name, value or ("" if below else "none"), "quiet", below, None, unfolded, text)


def json_branch(name: str, text: str, *, unfolded: bool = True) -> Node:
    """A stored JSON text as a tree, one that cannot be read as it is."""
    if len(text) > LONGEST_DATA:
        told = f"{len(text):,} characters, too many to be shown as a tree"
        return Node(name, told, "quiet", (leaf("begins", text[:2000]),), None, unfolded, text)
    try:
        value = json.decode(text)
    except ValueError as error:
        return branch(name, (leaf("not JSON", error, "error"), leaf("text", text)), unfolded=unfolded, text=text)
    node = _Tree().node(name, value, 0)
    return Node(node.name, node.value, "quiet", node.children, None, unfolded, text)


class _Tree:
    """Makes nodes of a value, up to so many."""

    def __init__(self) -> None:
        self._left = _MOST_NODES

    def node(self, name: str, value: object, depth: int) -> Node:
        self._left -= 1
        shown = safe(name, 200)
        if depth >= _DEEPEST or not isinstance(value, dict | list) or not value:
            text = json_text(value)
            return Node(shown, safe(text, _LONGEST_VALUE), text=text)
        pairs = value.items() if isinstance(value, dict) else ((f"[{i}]", each) for i, each in enumerate(value))
        children: list[Node] = []
        for key, each in pairs:
            if self._left <= 0:
                children.append(Node("…", f"{len(value) - len(children):,} more are not shown", "quiet"))
                break
            children.append(self.node(str(key), each, depth + 1))
        size = f"{{{len(value):,}}}" if isinstance(value, dict) else f"[{len(value):,}]"
        return Node(shown, size, "quiet", tuple(children), None, depth < 2 and len(value) <= _FEW, json_text(value))


def json_text(value: object) -> str:
    """A value as JSON; one that JSON cannot hold as Python writes it."""
    try:
        return json.encode(value)
    except ValueError:
        return repr(value)
