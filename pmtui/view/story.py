"""The story of a crash: what was durable when a worker died, told from the files and not from its last words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from pmtui.handling.drive import run
from pmtui.handling.runner import LARGEST_TURN
from pmtui.model.app import Receiver
from pmtui.model.manager import Delivery
from pmtui.storage.ledger import LedgerState, Taken, actions_of
from pmtui.storage.log import Run
from pmtui.storage.sqlite.log import SqliteLog
from pmtui.view.reader import Reader


@dataclass(frozen=True, slots=True)
class Applied:
    """One action of the interrupted turn that a target has: where its events are, and how often it was applied.

    `first` is the position of the events that were added last, 0 where none were.
    """

    context: str
    source: str
    position: int
    ordinal: int
    first: int
    added: int
    times: int
    original: int


@dataclass(frozen=True, slots=True)
class Story:
    """What a crash left.

    Attributes:
        turn: the number of the turn that was interrupted, or would have been next.
        runs: its events, where anything of it is durable.
        applied: what the targets have of it.
        cursors: the durable cursors.
        delivery: how the manager delivers.
        lost: of a save-then-act turn, the actions that will never be taken.
    """

    turn: int
    runs: tuple[Run, ...]
    applied: tuple[Applied, ...]
    cursors: Mapping[str, int]
    delivery: Delivery
    lost: tuple[Taken, ...] = ()

    @property
    def size(self) -> int:
        """How many events the interrupted turn has."""
        return sum(run.count for run in self.runs)

    @property
    def reach(self) -> tuple[str, int, int]:
        """The source of its last event, and the positions of its first and last ones there; only where it has any."""
        run = self.runs[-1]
        return run.source, next(each.first for each in self.runs if each.source == run.source), run.last

    def will_repeat(self, receivers: Mapping[str, Receiver]) -> int:
        """How many actions a restart applies once more, with these receivers."""
        return sum(receivers.get(applied.context) == "none" for applied in self.applied)


def tell(reader: Reader, manager: str, delivery: Delivery) -> Story:
    """Read what a dead worker of a manager has left.

    Raises:
        StorageError: a file cannot be read.
    """
    state = reader.state(manager)
    number = 0 if state is None else state.turn
    cursors = {} if state is None else {name: cursor.position for name, cursor in state.cursors.items()}
    if delivery == "save-then-act":
        lost = _lost(reader, manager, number, state)
        return Story(number if lost else number + 1, (), (), cursors, delivery, lost)
    runs: tuple[Run, ...] = ()
    applied: list[Applied] = []
    for context in reader.app.contexts:
        log = reader.log(context)
        if log is None:
            continue
        with log.database.explained():
            pin = run(log.pin(reader.app.name, manager))
            if pin is None or pin.turn != number + 1:
                continue
            runs = runs or pin.runs
            applied.extend(applied_of(log, reader.app.name, manager, pin.runs))
    return Story(number + 1, runs, tuple(applied), cursors, delivery)


def applied_of(log: SqliteLog, app: str, manager: str, runs: Sequence[Run]) -> list[Applied]:
    """What a target has of the actions that a manager asked for because of these events."""
    connection = log.database.connection
    found: list[Applied] = []
    ranges: dict[str, tuple[int, int]] = {}
    for each in runs:
        first, last = ranges.get(each.source, (each.first, each.last))
        ranges[each.source] = (min(first, each.first), max(last, each.last))
    for source, (first, last) in ranges.items():
        senders = connection.execute(
            "SELECT id FROM senders WHERE app = ? AND manager = ? AND source = ?", (app, manager, source)
        ).fetchall()
        for (sender,) in senders:
            again = {
                (row[0], row[1]): row[2:]
                for row in connection.execute(
                    "SELECT position, ordinal, max(id), count(*), first, added, original FROM repeats "
                    "WHERE sender = ? AND position BETWEEN ? AND ? GROUP BY position, ordinal",
                    (sender, first, last),
                )
            }
            for position, ordinal, at, added in connection.execute(
                "SELECT position, ordinal, first, added FROM receipts WHERE sender = ? AND position BETWEEN ? AND ?",
                (sender, first, last),
            ):
                repeat = again.get((position, ordinal))
                if repeat is None:
                    found.append(Applied(log.name, source, position, ordinal, at, added, 1, 0))
                else:
                    _, times, at_again, added_again, original = repeat
                    found.append(
                        Applied(log.name, source, position, ordinal, at_again, added_again, 1 + times, original)
                    )
    return found


def _lost(reader: Reader, manager: str, number: int, state: LedgerState | None) -> tuple[Taken, ...]:
    """Of the last saved turn, the actions that no target has a receipt of."""
    ledger = reader.ledger(manager)
    if ledger is None or state is None or not number:
        return ()
    with ledger.database.explained():
        rows = ledger.database.connection.execute(
            "SELECT source, position, actions FROM journal WHERE id > (SELECT max(id) FROM journal) - ? AND turn = ?",
            (LARGEST_TURN, number),
        ).fetchall()
    return tuple(
        taken
        for source, position, text in rows
        for taken in actions_of(text)
        if taken.outcome == "asked" and receipt_of(reader, manager, source, position, taken) is None
    )


def became(reader: Reader, manager: str, source: str, position: int, taken: Taken) -> Taken:
    """An action of a journal with what became of it: one that was saved before it was taken was performed by now, if
    its target says so."""
    receipt = receipt_of(reader, manager, source, position, taken) if taken.outcome == "asked" else None
    if receipt is None:
        return taken
    first, added = receipt
    return msgspec.structs.replace(taken, outcome="performed", first=first, added=added)


def receipt_of(reader: Reader, manager: str, source: str, position: int, taken: Taken) -> tuple[int, int] | None:
    """First position and number of the events of an action that was saved before it was taken; None: never taken."""
    log = reader.log(taken.context)
    if log is None:
        return None
    with log.database.explained():
        connection = log.database.connection
        row = connection.execute(
            "SELECT r.first, r.added FROM receipts r JOIN senders s ON s.id = r.sender "
            "WHERE s.app = ? AND s.manager = ? AND s.source = ? AND r.position = ? AND r.ordinal = ?",
            (reader.app.name, manager, source, position, taken.ordinal),
        ).fetchone()
        if row is not None:
            return row[0], row[1]
        passed = connection.execute(
            "SELECT 1 FROM senders WHERE app = ? AND manager = ? AND source = ? AND floor >= ?",
            (reader.app.name, manager, source, position),
        ).fetchone()
    return None if passed is None else (0, 0)
