"""An event looked at closely: what it says, what caused it and what it caused."""

import msgspec

from pmtui.model import json
from pmtui.model.manager import TIMERS
from pmtui.storage.cloudevent import written
from pmtui.storage.errors import StorageError
from pmtui.storage.ledger import Taken
from pmtui.storage.log import Row, Run
from pmtui.view.closeup.chain import added_by, causes, handled, stored
from pmtui.view.closeup.node import Closeup, Node, branch, json_branch, json_text, leaf
from pmtui.view.closeup.subject import ActionOf, EventAt, InstanceOf
from pmtui.view.logpage import twins_of
from pmtui.view.reader import Reader
from pmtui.view.safe import safe
from pmtui.view.story import applied_of
from pmtui.view.words import count, journal_action


def event_closeup(reader: Reader, at: EventAt) -> Closeup:
    """Everything about an event.

    Raises:
        StorageError: it is not there, or a file cannot be read.
    """
    row = stored(reader, at)
    if row is None:
        raise StorageError(f"{at.where} is not in its log")
    nodes = [
        leaf("stream", row.stream),
        leaf("version", row.version),
        leaf("recorded", row.recorded_at),
        leaf("id", row.id),
        json_branch("data", row.data),
        *_twins(reader, at),
        _caused_by(reader, row),
        *_caused(reader, at, row),
        json_branch("metadata", row.metadata, unfolded=False),
    ]
    return Closeup(at, "event", at.where, safe(row.type), tuple(nodes), cloud_event(row, at.source))


def cloud_event(row: Row, source: str) -> str:
    """The event as `export` writes it; one whose data cannot be read as its columns."""
    try:
        return json.encode(written(row, source))
    except ValueError:
        return json_text(list(row))


def event_link(at: EventAt, row: Row | None, name: str = "") -> Node:
    """A line that leads to an event."""
    if row is None:
        return Node(name or at.where, f"{at.where} is not there any more", "quiet")
    value = safe(f"{at.where}  {row.type}" if name else row.type)
    return Node(name or at.where, value, "accent", link=at, text=cloud_event(row, at.source))


def _twins(reader: Reader, at: EventAt) -> list[Node]:
    log = reader.log(at.source) if at.source in reader.app.contexts else None
    if log is None:
        return []
    with log.database.explained():
        original, again = twins_of(log.database, at.position, at.position).get(at.position, (0, 0))
    pairs = (("doubled: repeats", original), ("doubled: repeated by", again))
    return [leaf(name, f"{at.source}@{p}", "error", EventAt(at.source, p)) for name, p in pairs if p]


def _caused_by(reader: Reader, row: Row) -> Node:
    found = causes(reader, row)
    if not found:
        return _other_app(row)
    children: list[Node] = []
    for action, event in found:
        words = f"{action.manager}, action {action.ordinal + 1} of {action.event.where}"
        children += [leaf("action", words, "accent", action), event_link(action.event, event, "event")]
    return branch("caused by", children)


def _other_app(row: Row) -> Node:
    try:
        app = json.decode_object(row.metadata).get("app")
    except ValueError:
        app = None
    told = f"the app {safe(app)}" if isinstance(app, str) else "nothing here: it came from outside"
    return Node("caused by", told, "quiet")


def _caused(reader: Reader, at: EventAt, row: Row) -> list[Node]:
    """A branch for every manager that handles such events."""
    names = [at.manager] if at.source == TIMERS else list(reader.app.managers)
    handlers = [name for name in names if (at.source, row.type) in reader.app.managers[name].handlers]
    if not handlers:
        return [Node("caused", "nothing: no manager handles it", "quiet")]
    return [_handled_by(reader, name, at) for name in handlers]


def _handled_by(reader: Reader, manager: str, at: EventAt) -> Node:
    found = handled(reader, manager, at.source, at.position)
    name = f"{manager} did"
    if found is None:
        return _not_saved(reader, manager, at)
    first = leaf("instance", found.correlation or "none", "accent", InstanceOf(manager, found.correlation, at))
    actions = [
        action_node(reader, ActionOf(manager, at.source, at.position, t.ordinal), t, found.recorded_at)
        for t in found.actions
    ]
    words = f"{found.outcome} in turn {found.turn:,}, {count(len(actions), 'action') if actions else 'no action'}"
    return branch(name, [first, *actions], value=safe(words))


def _not_saved(reader: Reader, manager: str, at: EventAt) -> Node:
    """What is durable of an event that is not journalled: its actions' receipts."""
    children: list[Node] = []
    runs = [Run(at.source, at.position, at.position, 1)]
    for context in reader.app.contexts:
        log = reader.log(context)
        if log is None:
            continue
        with log.database.explained():
            known = sorted(applied_of(log, reader.app.name, manager, runs), key=lambda each: each.ordinal)
        for each in known:
            taken = Taken("", context, "", "", each.ordinal, "performed", each.first, each.added)
            action = ActionOf(manager, at.source, at.position, each.ordinal)
            children.append(action_node(reader, action, taken, ""))
    state = reader.state(manager)
    cursor = state.cursors.get(at.source) if state is not None else None
    passed = cursor is not None and cursor.position >= at.position
    words = "acted, not saved" if children and not passed else "passed it by" if passed else "nothing yet"
    return Node(f"{manager} did", words, "quiet", tuple(children), InstanceOf(manager, event=at), True)


def action_node(reader: Reader, action: ActionOf, taken: Taken, recorded_at: str) -> Node:
    """A line for an action that leads to it, with the events that it added below."""
    shown = journal_action(taken, recorded_at)
    events = tuple(
        event_link(EventAt(taken.context, row.position), row)
        for row in added_by(reader, taken.context, taken.first, taken.added)
    )
    tone = shown.tone if shown.tone == "error" else "accent"
    value = f"{shown.type}  {shown.words}".strip()
    return Node(shown.where, value, tone, events, action, False, msgspec.json.encode(taken).decode())
