"""An instance looked at closely: its state now, its timers, and what each of its events changed."""

from collections.abc import Sequence
from typing import Any

from pmtui.model import json
from pmtui.storage.errors import StorageError
from pmtui.storage.ledger import Instance
from pmtui.view.closeup.chain import Handled
from pmtui.view.closeup.diff import ABSENT, changes
from pmtui.view.closeup.event import action_node
from pmtui.view.closeup.node import Closeup, Node, branch, json_branch, json_text, leaf
from pmtui.view.closeup.past import MOST_EVENTS, Past
from pmtui.view.closeup.replay import Step
from pmtui.view.closeup.subject import ActionOf, InstanceOf, ManagerOf, event_at
from pmtui.view.reader import Reader
from pmtui.view.safe import safe
from pmtui.view.words import count

_SHOWN = 200
_ALL_UNFOLDED = 6


def instance_closeup(reader: Reader, subject: InstanceOf, past: Past, types: list[str], steps: list[Step]) -> Closeup:
    """Everything about an instance.

    Args:
        reader: of the app's files.
        subject: which one, its correlation id known.
        past: all of it.
        types: of its events.
        steps: the instance after each, as far as that can be told.

    Raises:
        StorageError: it was never heard of.
    """
    instance = past.instance
    if instance is None:
        where = f" ({subject.event.where} is not handled yet)" if subject.event is not None else ""
        raise StorageError(f"{subject.manager} has no instance {safe(subject.correlation) or 'here'}{where}")
    since = f", since {instance.started}" if instance.started else ""
    history = _history(reader, subject, past.found, types, steps)
    missed = f"{count(instance.missed, 'event')} came before its start"
    nodes = [
        leaf("manager", subject.manager, "accent", ManagerOf(subject.manager)),
        leaf("status", f"{instance.status}{since}"),
        *[leaf("missed", missed, "error")] * bool(instance.missed),
        json_branch("state", instance.state) if instance.state else Node("state", "none", "quiet"),
        branch("timers", [leaf(t.type, f"due {t.recorded_at}") for t in instance.timers.values()]),
        history,
        *_disagrees(instance, past, steps),
    ]
    place = next((i for i, node in enumerate(history.children) if node.link == subject.event), None)
    focus = () if place is None else (nodes.index(history), place)
    text = instance.state or json_text({"correlation": instance.correlation, "status": instance.status})
    title = safe(instance.correlation, 80)
    return Closeup(subject, "instance", title, f"of {subject.manager}", tuple(nodes), text, focus)


def _history(
    reader: Reader, subject: InstanceOf, found: Sequence[Handled], types: list[str], steps: list[Step]
) -> Node:
    """A line for each event, with what it changed and asked for below."""
    children: list[Node] = []
    hidden = max(0, len(found) - _SHOWN)
    if hidden:
        children.append(Node("…", count(hidden, "earlier event"), "quiet"))
    before = Step()
    for index, (each, type_) in enumerate(zip(found, types, strict=True)):
        step = steps[index] if index < len(steps) else None
        if index >= hidden:
            at = event_at(each.source, each.position, subject.manager)
            told = [] if step is None else _told(before, step)
            asked = [
                action_node(reader, ActionOf(subject.manager, at.source, at.position, t.ordinal), t, each.recorded_at)
                for t in each.actions
            ]
            words = safe(f"{type_}  {each.outcome}".strip())
            unfolded = len(found) <= _ALL_UNFOLDED or at == subject.event
            children.append(Node(safe(at.where), words, "accent", (*told, *asked), at, unfolded))
        before = step or before
    if len(found) >= MOST_EVENTS:
        children.append(Node("…", f"only its first {MOST_EVENTS:,} events are told", "quiet"))
    return branch("history", children, value=count(len(found), "event"))


def _told(before: Step, after: Step) -> list[Node]:
    """What one event changed: status, state, timers; then the whole state after it, folded."""
    if after.problem:
        return [Node("!", safe(after.problem), "error")]
    nodes: list[Node] = []
    if before.status != after.status:
        nodes.append(leaf("status", f"{before.status} → {after.status}"))
    for change in changes(_object(before.state), _object(after.state)):
        nodes.append(leaf(change.name, f"{_value(change.before)} → {_value(change.after)}"))
    was, now = {t.type: t for t in before.timers}, {t.type: t for t in after.timers}
    for type_ in dict.fromkeys([*was, *now]):
        if type_ not in now:
            nodes.append(leaf(f"timer {type_}", "gone"))
        elif type_ not in was or was[type_].due != now[type_].due:
            nodes.append(leaf(f"timer {type_}", f"due {now[type_].recorded_at}"))
    if not nodes:
        nodes.append(Node("state", "as before", "quiet"))
    if after.differs:
        nodes.append(Node("!", "the handlers, as they are now, decide otherwise than they did then", "error"))
    if after.state:
        nodes.append(json_branch("state after", after.state, unfolded=False))
    return nodes


def _object(text: str) -> Any:
    return json.decode(text) if text else {}


def _value(value: Any) -> str:
    return "–" if value is ABSENT else json_text(value)


def _disagrees(instance: Instance, past: Past, steps: list[Step]) -> list[Node]:
    """A warning where handling its events again does not end in the state that was saved."""
    if not steps or steps[-1].problem or len(past.found) >= MOST_EVENTS:
        return []
    if steps[-1].state == instance.state and steps[-1].status == instance.status:
        return []
    told = "handled again, its events do not end in the saved state: the handlers have changed, or are not pure"
    return [Node("!", told, "error")]
