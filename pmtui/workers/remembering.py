"""In a lab: remembering each moment, so that a person can go back to it."""

import contextlib
import time
from collections.abc import Mapping
from pathlib import Path
from sqlite3 import Connection

from pmtui.handling.turn import Turn
from pmtui.model.app import App
from pmtui.storage.errors import StorageError
from pmtui.storage.folder import DataFolder
from pmtui.storage.ledger import Save
from pmtui.storage.sqlite.ledger import SqliteLedger
from pmtui.storage.sqlite.log import SqliteLog
from pmtui.storage.sqlite.marks import LedgerMark, LogMark, marks_of
from pmtui.storage.sqlite.moments import Moment, Moments
from pmtui.workers.reporting import first_of, instance_in

_APART = 0.02
"""Seconds between two moments at full speed."""


class RememberingLedger(SqliteLedger):
    """A ledger that says what instances are before each save changes them."""

    moments: Moments
    manager: str

    async def save(self, save: Save) -> None:
        """See `Ledger.save`."""
        if save.instances:
            self.moments.change(self.manager, save.turn, [before for before, _ in save.instances])
        await super().save(save)


class Memory:
    """What one worker of a lab remembers; everything in the database thread.

    Args:
        path: the lab's file of moments.
        app: the app.
        manager: whose worker this is.
        logs: as the worker has them open.
        ledger: its own.
        folder: where the ledgers of the other managers are.

    Attributes:
        hits: how often each breakpoint was hit, by number, as the worker goes on counting.
    """

    def __init__(
        self,
        path: Path,
        app: App,
        manager: str,
        logs: Mapping[str, SqliteLog],
        ledger: RememberingLedger,
        folder: DataFolder,
    ) -> None:
        self._moments = ledger.moments = Moments.open(path)
        ledger.manager = manager
        self._app = app
        self._manager = manager
        self._logs = {name: log.database.connection for name, log in logs.items()}
        self._ledgers: dict[str, Connection] = {manager: ledger.database.connection}
        self._others: list[SqliteLedger] = []
        self._folder = folder
        self.hits: dict[int, int] = {}
        self._last = 0.0
        self._missed: Turn | None = None

    def reached(self, turn: Turn, *, calm: bool) -> None:
        """Remember how everything stands, if a turn is saved by now, or at its end.

        Args:
            turn: that has come to a point.
            calm: whether somebody may look after each turn. At full speed some are left out, so that turns of one event
                cost no more than others.
        """
        if turn.point is None or not (turn.point.phase == "saved" or turn.finished):
            return
        self._missed = turn
        if calm or time.monotonic() - self._last > _APART:
            self.catch_up()

    def catch_up(self) -> None:
        """Remember the last turn, if that was left out: there is nothing more to do, or somebody wants to look."""
        turn = self._missed
        if turn is None:
            return
        self._open_others()
        marks = marks_of(self._logs, self._ledgers)
        if marks is not None:
            self._remember(turn, *marks)
            self._missed, self._last = None, time.monotonic()

    def _remember(self, turn: Turn, logs: Mapping[str, LogMark], ledgers: Mapping[str, LedgerMark]) -> None:
        last = turn.picked[-1]
        self._moments.add(
            Moment(
                manager=self._manager,
                turn=turn.number,
                source=last.source,
                position=last.row.position,
                first=first_of(turn),
                size=len(turn.picked),
                point=str(turn.point),
                cursor=turn.cursors[last.source].position,
                repeated=turn.repeated,
                instance=instance_in(turn),
                clock=max((mark.row.get("clock", 0) for mark in ledgers.values()), default=0),
                hits=self.hits,
                logs=logs,
                ledgers=ledgers,
            )
        )

    def _open_others(self) -> None:
        for name in self._app.managers:
            if name not in self._ledgers:
                with contextlib.suppress(StorageError):  # it is not there yet
                    path = self._folder.ledger(self._app.name, name)
                    other = SqliteLedger.open(path, self._app.name, name, read_only=True)
                    self._others.append(other)
                    self._ledgers[name] = other.database.connection

    def close(self) -> None:
        """Close what it has opened itself."""
        for other in self._others:
            other.close()
        self._moments.close()
