"""The picture of a moment that is past."""

from collections.abc import Mapping
from typing import Any

from pmtui.model.manager import TIMERS
from pmtui.storage.ledger import Taken, actions_of
from pmtui.storage.sqlite.moments import Moment, Moments
from pmtui.view.logpage import label_and_time
from pmtui.view.past import PastReader
from pmtui.view.snapshot import Consequence, ContextView, ManagerView
from pmtui.view.state import instance_view
from pmtui.view.status import source_views
from pmtui.view.story import became
from pmtui.view.strip import turn_view
from pmtui.view.turn import TurnView
from pmtui.view.words import count
from pmtui.workers.protocol import EventReport, TurnReport
from pmtui.workers.reporting import of_instance

_HINTS = (("[", "the event before"), ("]", "the one after"), ("L", "back to the present"))
_HINTS_OF_TURN = (("[", "before all of it"), ("]", "after the next"), ("L", "back to the present"))


def contexts_then(reader: PastReader) -> tuple[ContextView, ...]:
    """The logs as they were.

    Raises:
        StorageError: a file cannot be read.
    """
    return tuple(ContextView(name, reader.head(name), reader.writers(name)) for name in reader.app.contexts)


def manager_then(reader: PastReader, moments: Moments, name: str) -> ManagerView:
    """A manager as it was: with the turn that it had taken last, and what that had come to.

    Raises:
        StorageError: a file cannot be read.
    """
    moment = reader.moment
    own = moments.of(name, moment.id)
    state = reader.state(name)
    next_due = moment.ledger(name).next_due
    turn = None if own is None else _turn(reader, own)
    instance = None
    if own is not None and own.instance is not None:
        instance = instance_view(of_instance(own.instance), own.clock)
    due = None if next_due is None else (next_due - moment.clock) / 1e6
    return ManagerView(
        name=name,
        state="paused",
        consequence=_consequence(name, moment, turn),
        sources=source_views(reader.progress(reader.app.managers[name], state)),
        turn=turn,
        instance=instance,
        next_timer=due,
        handled=0 if state is None else state.counters.handled,
        ignored=0 if state is None else state.counters.ignored,
        late=0 if state is None else state.counters.late,
    )


def _turn(reader: PastReader, own: Moment) -> TurnView | None:
    """A manager's last turn by then, at its end."""
    ledger = reader.ledger(own.manager)
    if ledger is None:
        return None
    last = own.ledgers[own.manager].journal
    with ledger.database.explained():
        rows = ledger.database.connection.execute(
            "SELECT source, position, type, stream, correlation, actions FROM journal WHERE id > ? AND id <= ? "
            "ORDER BY id",
            (last - own.size, last),
        ).fetchall()
    if not rows:
        return None
    source, position, type_, stream, correlation, _ = rows[-1]
    taken = [each for row in rows for each in _acts(reader, own.manager, row)]
    targets: dict[str, tuple[str, int, bool]] = {}
    for each in taken:
        _, number, _ = targets.get(each.context, ("", 0, False))
        targets[each.context] = (each.context, number + 1, each.outcome != "asked")
    single = own.size == 1
    report = TurnReport(
        number=own.turn,
        event=EventReport(source, position, type_, stream, correlation),
        first=own.first,
        size=own.size,
        point=own.point,
        finished=True,
        delivery=reader.app.managers[own.manager].cls.delivery,
        repeated=own.repeated,
        cursor=own.cursor,
        taken=tuple(taken) if single else (),
        targets=() if single else tuple(targets.values()),
    )
    return turn_view(report, label_and_time(reader, own.manager, source, position)[0])


def _acts(reader: PastReader, manager: str, row: tuple[Any, ...]) -> list[Taken]:
    """The actions on logs of a journal's row; of a turn that saves first, as far as they had been taken."""
    source, position = row[0], row[1]
    return [
        became(reader, manager, source, position, taken)
        for taken in actions_of(row[5])
        if taken.kind in ("append", "send")
    ]


def _consequence(name: str, moment: Moment, turn: TurnView | None) -> Consequence:
    """What was, in place of what would be."""
    if not moment.manager:
        return Consequence("The beginning: nothing is handled yet.", "", _HINTS[1:])
    if moment.manager != name and moment.size > 1:
        done = f"{count(moment.size, 'event')} up to {moment.where} of {moment.manager}"
        return Consequence(f"This is after {done}, one turn: one step.", "", _HINTS_OF_TURN)
    if moment.manager != name or turn is None:
        return Consequence(f"This is after {moment.where} of {moment.manager}.", _last(turn), _HINTS)
    cursor = "the cursor in timers" if turn.event.context == TIMERS else turn.event.context
    moved = f"{cursor} {turn.cursor} → {turn.event.position}."
    if turn.size > 1:
        done = f"{count(turn.size, 'event')} up to {turn.event.where} were handled as one turn: one step."
        return Consequence(done, moved, _HINTS_OF_TURN)
    return Consequence(f"{turn.event.where} was handled.", f"{_became(turn)} {moved}".strip(), _HINTS)


def _last(turn: TurnView | None) -> str:
    return "Nothing was handled here by then." if turn is None else f"Here, {turn.event.where} was the last."


def _became(turn: TurnView) -> str:
    parts: list[str] = []
    for action in turn.actions:
        if action.outcome is None:
            parts.append(f"{action.type} was not taken yet")
        elif action.outcome == "suppressed":
            parts.append(f"a receipt stopped {action.type}")
        elif action.outcome == "doubled":
            twin = f"{action.context}@{action.original}" if action.original else "what was there"
            parts.append(f"{action.context}@{action.first} doubled {twin}")
        elif action.added:
            parts.append(f"{action.context}@{action.first} was added")
        else:
            parts.append(f"{action.context} added nothing")
    return f"{'; '.join(parts)}." if parts else "It asked for nothing."


def counted_then(reader: PastReader, before: Mapping[str, int]) -> int:
    """How many actions were doubled by then, of those since the lab was opened.

    Raises:
        StorageError: a file cannot be read.
    """
    return sum(reader.doubled(name) - before.get(name, 0) for name in reader.app.contexts)
