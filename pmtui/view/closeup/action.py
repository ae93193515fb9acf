"""An action looked at closely: its key, its receipt, and its twins where it was applied more than once."""

import msgspec

from pmtui.storage.errors import StorageError
from pmtui.storage.ledger import Taken
from pmtui.view.closeup.chain import Again, Handled, Receipt, added_by, handled, receipts, stored
from pmtui.view.closeup.event import event_link
from pmtui.view.closeup.node import Closeup, Node, branch, leaf
from pmtui.view.closeup.subject import ActionOf, EventAt, InstanceOf
from pmtui.view.pages import Tone
from pmtui.view.reader import Reader
from pmtui.view.safe import safe
from pmtui.view.words import count, journal_action


def action_closeup(reader: Reader, action: ActionOf) -> Closeup:
    """Everything about an action.

    Raises:
        StorageError: nothing is known of it, or a file cannot be read.
    """
    found = handled(reader, action.manager, action.source, action.position)
    taken = next((t for t in found.actions if t.ordinal == action.ordinal), None) if found is not None else None
    contexts = [taken.context] if taken is not None else list(reader.app.contexts)
    known = [(context, *receipts(reader, action, context)) for context in contexts if context]
    receipt, again = next(((r, again) for _, r, again in known if r is not None and r.kept), (None, []))
    if receipt is None and taken is not None:
        receipt, again = next(((r, again) for _, r, again in known), (None, []))
    if taken is None and receipt is None:
        raise StorageError(f"nothing is known of action {action.ordinal + 1} of {action.event.where}")
    name = f"action {action.ordinal + 1} of {action.event.where}"
    nodes = [
        *_what(taken, receipt, found),
        _key(action),
        *([] if taken is not None and not taken.context else [_receipt(receipt)]),
        *_applications(reader, receipt, again, taken),
        branch("asked by", _asked_by(reader, action, found)),
    ]
    about = safe(taken.type) if taken is not None else f"in {receipt.context}" if receipt is not None else ""
    text = "" if taken is None else msgspec.json.encode(taken).decode()
    return Closeup(action, "action", name, about, tuple(nodes), text or f"{action.manager}: {name}")


def _what(taken: Taken | None, receipt: Receipt | None, found: Handled | None) -> list[Node]:
    if taken is None or found is None:
        where = "" if receipt is None else f"{receipt.context}, stream {receipt.stream}"
        return [leaf("went to", where), Node("became", "taken, not saved", "plain")]
    asks = {
        "append": f"append {taken.type} to {taken.context}",
        "send": f"send {taken.type} to {taken.context}",
        "schedule": f"schedule {taken.type}",
        "cancel": f"cancel {taken.type}",
        "complete": "complete the instance",
    }.get(taken.kind, taken.kind)
    shown = journal_action(taken, found.recorded_at)
    nodes = [leaf("asks to", asks), leaf("stream", taken.stream)]
    nodes += [leaf("due", taken.due)] if taken.due else []
    return [*nodes, leaf("became", shown.words, shown.tone)]


def _key(action: ActionOf) -> Node:
    return branch(
        "key",
        [
            leaf("manager", action.manager),
            leaf("source", action.source),
            leaf("position", action.position),
            leaf("ordinal", action.ordinal),
        ],
        value=f"{action.manager} {action.event.where} {action.ordinal}",
        unfolded=False,
    )


def _receipt(receipt: Receipt | None) -> Node:
    if receipt is None:
        return Node("receipt", "none: it was not taken", "plain")
    if not receipt.kept:
        return Node("receipt", f"removed in {receipt.context}: the cursor has passed it", "quiet")
    children = [
        leaf("stream", receipt.stream),
        leaf("fingerprint", receipt.fingerprint.lower()),
        leaf("first", receipt.first),
        leaf("added", receipt.added),
    ]
    return branch("receipt", children, value=f"in {receipt.context}", unfolded=False)


def _applications(reader: Reader, receipt: Receipt | None, again: list[Again], taken: Taken | None) -> list[Node]:
    """Each time it was applied, with the events that it added then."""
    times: list[tuple[str, int, int]] = []
    if receipt is not None and receipt.kept:
        times.append((receipt.context, receipt.first, receipt.added))
    elif taken is not None and taken.added:
        times.append((taken.context, taken.first, taken.added))
    times += [(each.context, each.first, each.added) for each in again]
    nodes: list[Node] = []
    for number, (context, first, added) in enumerate(times, 1):
        rows = added_by(reader, context, first, added)
        links = [event_link(EventAt(context, row.position), row) for row in rows]
        name = "applied" if len(times) == 1 else "applied first" if number == 1 else f"applied again, {number}."
        value = count(added, "event") if added else "no event was added"
        tone: Tone = "error" if number > 1 and added else "quiet"
        nodes.append(Node(name, value, tone, tuple(links), unfolded=True))
    return nodes


def _asked_by(reader: Reader, action: ActionOf, found: Handled | None) -> list[Node]:
    nodes = [event_link(action.event, stored(reader, action.event), "event")]
    if found is not None:
        nodes.append(
            leaf("instance", found.correlation, "accent", InstanceOf(action.manager, found.correlation, action.event))
        )
    return nodes
