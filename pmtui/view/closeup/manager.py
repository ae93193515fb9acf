"""A manager looked at closely: its handlers with their source, how far it has come, its instances."""

import inspect
from pathlib import PurePath

from pmtui.model.app import Manager
from pmtui.model.manager import Handles
from pmtui.view.closeup.node import Closeup, Node, branch, leaf
from pmtui.view.closeup.subject import InstanceOf, ManagerOf
from pmtui.view.reader import Reader
from pmtui.view.safe import safe
from pmtui.view.words import count

_INSTANCES = 100


def manager_closeup(reader: Reader, subject: ManagerOf) -> Closeup:
    """Everything about a manager.

    Raises:
        StorageError: one of its files cannot be read.
    """
    manager = reader.app.managers[subject.manager]
    state = reader.state(manager.name)
    progress = reader.progress(manager, state)
    sources = [
        leaf(name, f"at {p.cursor:,} of {p.head:,}, {count(p.behind, 'event')} to do") for name, p in progress.items()
    ]
    totals = [] if state is None else [leaf(name, f"{getattr(state.counters, name):,}") for name in _COUNTED]
    correlate = manager.cls.correlate
    nodes = [
        leaf("about", (inspect.getdoc(manager.cls) or "").partition("\n")[0] or "–"),
        leaf("delivery", manager.cls.delivery),
        leaf("correlate", correlate if isinstance(correlate, str) else "a method of its own" if correlate else "–"),
        branch("sources", sources),
        branch("handlers", [_handler(manager, each) for each in _in_order(manager)]),
        branch("totals", totals, unfolded=False),
        branch("instances", _instances(reader, manager.name), unfolded=False),
    ]
    return Closeup(subject, "manager", manager.name, f"of {reader.app.name}", tuple(nodes), _source_of(manager.cls))


_COUNTED = ("handled", "ignored", "performed", "suppressed", "crashes", "late")


def _in_order(manager: Manager) -> list[Handles]:
    return sorted(manager.handlers.values(), key=lambda handler: handler.line)


def _handler(manager: Manager, handler: Handles) -> Node:
    """What it handles and where it is written, its source lines below."""
    starts = "  starts an instance" if handler.starts else ""
    where = f"{handler.method}  {PurePath(handler.file).name}:{handler.line}{starts}"
    source = _source_of(getattr(manager.cls, handler.method))
    try:
        _, first = inspect.getsourcelines(getattr(manager.cls, handler.method))
    except (OSError, TypeError, SyntaxError):
        first = handler.line
    lines = tuple(
        Node(str(number), safe(line.rstrip()), text=line) for number, line in enumerate(source.splitlines(), first)
    )
    return Node(safe(f"{handler.context} {handler.type}"), safe(where), "plain", lines, text=source)


def _source_of(what: object) -> str:
    try:
        return inspect.getsource(what)  # type: ignore[arg-type]  # a class or a function
    except (OSError, TypeError, SyntaxError):
        return ""


def _instances(reader: Reader, manager: str) -> list[Node]:
    ledger = reader.ledger(manager)
    if ledger is None:
        return []
    with ledger.database.explained():
        rows = ledger.database.connection.execute(
            "SELECT correlation, status FROM instances ORDER BY correlation LIMIT ?", (_INSTANCES + 1,)
        ).fetchall()
    nodes = [leaf(name, status, "accent", InstanceOf(manager, name)) for name, status in rows[:_INSTANCES]]
    return [*nodes, Node("…", "and more", "quiet")] if len(rows) > _INSTANCES else nodes
