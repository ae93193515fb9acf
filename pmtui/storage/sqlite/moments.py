"""The moments of a lab: how all its logs and ledgers stood after each turn, and what instances were before it.

Logs and journals only grow, so a few numbers tell how they were: heads, last ids, the ledgers' and pins' single rows.
Two things those files do not tell, and so they are noted here as they happen: which of these numbers belong together,
for several managers work at once, and what an instance and its timers were before a turn changed them. Handling
journalled events again would tell the latter too, but only as long as nobody has edited a handler.

The file lies beside a scratch copy. Logs and ledgers know nothing of it, and it is never kept with real data.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from pmtui.storage.ledger import Instance
from pmtui.storage.sqlite.database import Database
from pmtui.storage.sqlite.marks import LedgerMark, LogMark
from pmtui.storage.sqlite.opening import open_database

_SCHEMA = """
CREATE TABLE moments(
    id INTEGER PRIMARY KEY,
    manager TEXT NOT NULL,
    clock INTEGER NOT NULL,
    repeats INTEGER NOT NULL,
    told BLOB NOT NULL
);
CREATE INDEX moments_by_manager ON moments(manager, id);
CREATE INDEX moments_by_repeats ON moments(repeats, id);
CREATE INDEX moments_by_clock ON moments(clock, id);
CREATE TABLE before(
    manager TEXT NOT NULL,
    turn INTEGER NOT NULL,
    instances BLOB NOT NULL,
    PRIMARY KEY(manager, turn)
);
"""


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """A lab after a turn of one of its managers, or at its beginning.

    Attributes:
        id: its number; later moments have higher ones. 0 until it is added.
        manager: whose turn it was; empty for the beginning.
        turn: the turn's number.
        source, position: the turn's last event, `first` the position of its first one of the same source.
        size: how many events.
        point: the point that was reached, as text: `saved`, or the last action of a turn that saves first.
        cursor: the cursor in `source` before the turn.
        repeated: whether a crash had interrupted the turn.
        instance: that of the last event, as the turn left it.
        clock: the latest event or timer handled by then, in microseconds since 1970; 0 for none.
        hits: how often the manager's workers had hit each breakpoint by then, by its number.
        logs, ledgers: how they stood, by context and manager; one that was not there is left out.
    """

    id: int = 0
    manager: str = ""
    turn: int = 0
    source: str = ""
    position: int = 0
    first: int = 0
    size: int = 0
    point: str = ""
    cursor: int = 0
    repeated: bool = False
    instance: Instance | None = None
    clock: int = 0
    hits: dict[int, int] = {}
    logs: Mapping[str, LogMark]
    ledgers: Mapping[str, LedgerMark]

    def log(self, context: str) -> LogMark:
        """How a context's log stood, also where it was not there."""
        return self.logs.get(context, LogMark())

    def ledger(self, manager: str) -> LedgerMark:
        """How a manager's ledger stood, also where it was not there."""
        return self.ledgers.get(manager, LedgerMark())

    @property
    def where(self) -> str:
        """`orders@3`; empty for the beginning."""
        return f"{self.source}@{self.position}" if self.source else ""

    @property
    def handled(self) -> int:
        """How many events all managers had journalled."""
        return sum(mark.handled for mark in self.ledgers.values())

    @property
    def repeats(self) -> int:
        """How many actions had been applied once more."""
        return sum(mark.repeats for mark in self.logs.values())


_told = msgspec.json.Decoder(Moment).decode
_images = msgspec.json.Decoder(list[Instance]).decode
_encode = msgspec.json.Encoder().encode


class Moments:
    """The file of a lab's moments; written by its workers, read by whoever looks back."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection = database.connection

    @classmethod
    def open(cls, path: Path) -> "Moments":
        """Open the file, made where there is none.

        Raises:
            StorageError: it cannot be.
        """
        database = open_database(path, "moments", _SCHEMA, create=True)
        # No lab outlives a power cut, and a kill loses nothing that was handed to the system.
        database.connection.execute("PRAGMA synchronous = OFF")
        return cls(database)

    def add(self, moment: Moment) -> None:
        """Remember a moment; it comes after all others."""
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO moments(manager, clock, repeats, told) VALUES (?, ?, ?, ?)",
                (moment.manager, moment.clock, moment.repeats, _encode(moment)),
            )

    def change(self, manager: str, turn: int, instances: Sequence[Instance]) -> None:
        """Remember what instances are, before a turn changes them; `missing` with nothing missed: not there."""
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO before VALUES (?, ?, ?)", (manager, turn, _encode(list(instances)))
            )

    def changed(self, manager: str, turn: int, name: str = "") -> Iterator[list[Instance]]:
        """What instances were before each turn above one, in order; only turns in which a name occurs, if one is given.

        The first time that an instance is told is how it was after that turn.
        """
        written = _encode(name).decode()[1:-1]
        for (text,) in self._connection.execute(
            "SELECT instances FROM before WHERE manager = ? AND turn > ? AND instr(CAST(instances AS TEXT), ?) "
            "ORDER BY turn",
            (manager, turn, written),
        ):
            yield _images(text)

    def at(self, id_: int) -> Moment | None:
        """The moment of that number."""
        return self._one("id = ? ORDER BY id", id_)

    def newest(self) -> int:
        """The number of the newest; 0 for none."""
        found: int = self._connection.execute("SELECT coalesce(max(id), 0) FROM moments").fetchone()[0]
        return found

    def before(self, id_: int) -> Moment | None:
        """The one before a number."""
        return self._one("id < ? ORDER BY id DESC", id_)

    def after(self, id_: int) -> Moment | None:
        """The one after a number."""
        return self._one("id > ? ORDER BY id", id_)

    def of(self, manager: str, upto: int) -> Moment | None:
        """A manager's newest, up to a number."""
        return self._one("manager = ? AND id <= ? ORDER BY id DESC", manager, upto)

    def repeated_after(self, id_: int) -> int | None:
        """The number of the first moment after one by which more actions had been applied again."""
        return self._number(
            "SELECT id FROM moments WHERE repeats > (SELECT repeats FROM moments WHERE id = ?) ORDER BY repeats, id",
            id_,
        )

    def repeated_before(self, id_: int) -> int | None:
        """The number of the last moment before one by which more actions had been applied again than just before it."""
        return self._number(
            "SELECT min(id) FROM moments WHERE repeats = (SELECT max(repeats) FROM moments WHERE id < ?) "
            "AND repeats > (SELECT repeats FROM moments ORDER BY id LIMIT 1)",
            id_,
        )

    def since(self, clock: int) -> Moment | None:
        """The first moment by which the clock had come to a time, in microseconds since 1970."""
        return self._one("clock >= ? ORDER BY clock, id", clock)

    def handled(self, manager: str, source: str, position: int) -> Moment | None:
        """The moment after the turn in which a manager was done with a position of a source."""
        low, high = 1, self.newest()
        while low < high:
            middle = (low + high) // 2
            found = self.before(middle + 1)
            if found is not None and cursor_of(found, manager, source) >= position:
                high = middle
            else:
                low = middle + 1
        found = self.at(low)
        if found is None or cursor_of(found, manager, source) < position:
            return None
        following = self._one("manager = ? AND id > ? ORDER BY id", manager, low)
        saved_first = following is not None and (found.manager, found.turn) == (manager, following.turn)
        return following if saved_first else found

    def forget_after(self, moment: Moment) -> None:
        """Forget everything after a moment: it is the newest now."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM moments WHERE id > ?", (moment.id,))
            for (manager,) in connection.execute("SELECT DISTINCT manager FROM before").fetchall():
                turn = moment.ledger(manager).turn
                connection.execute("DELETE FROM before WHERE manager = ? AND turn > ?", (manager, turn))

    def _one(self, where: str, *values: object) -> Moment | None:
        with self._database.explained():
            row = self._connection.execute(f"SELECT id, told FROM moments WHERE {where} LIMIT 1", values).fetchone()
        return None if row is None else msgspec.structs.replace(_told(row[1]), id=row[0])

    def _number(self, sql: str, id_: int) -> int | None:
        row = self._connection.execute(f"{sql} LIMIT 1", (id_,)).fetchone()
        return None if row is None else row[0]

    def close(self) -> None:
        """Close the file."""
        self._database.close()


def cursor_of(moment: Moment, manager: str, source: str) -> int:
    """Where a manager's cursor in a source stood; 0 before it was saved for the first time."""
    cursors = msgspec.json.decode(moment.ledger(manager).row.get("cursors", "{}"))
    found: int = cursors.get(source, {}).get("position", 0)
    return found
