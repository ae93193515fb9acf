"""What is durable in a world at one moment."""

from typing import NamedTuple

from pmtui.explorer.watchedledger import WatchedRecord
from pmtui.explorer.watchedlog import WatchedLogState


class Snapshot(NamedTuple):
    """Everything that is durable in a world: the states of its logs and ledgers, in their order.

    Attributes:
        logs, ledgers: these states.
        parts: of each manager the number of what its ledger says and how far it has come, and of what a turn that is
            not saved has left.
        key: the fingerprint of all that matters for what can still happen; by it states are told apart.
        full: the fingerprint of everything, to compare how one turn ended in different ways.
    """

    logs: tuple[WatchedLogState, ...]
    ledgers: tuple[WatchedRecord, ...]
    parts: tuple[tuple[int, int], ...]
    key: int
    full: int


Content = frozenset[tuple[str, str, int, str, str]]
"""What all logs say: (context, stream, version, type, data) of every event."""


def logs_moved(before: Snapshot, after: Snapshot, now: Snapshot, owner: tuple[str, str]) -> tuple[WatchedLogState, ...]:
    """What becomes of a snapshot's logs by what a turn of one manager has made of those of another one.

    Args:
        before: where that turn began.
        after: where it came to.
        now: a snapshot from which it must go in the same way.
        owner: by which the logs know the manager.
    """
    changed: list[WatchedLogState] = []
    for old, new, log in zip(before.logs, after.logs, now.logs, strict=True):
        if new is old:
            changed.append(log)
            continue
        changed.append(
            WatchedLogState(
                log.events if new.events is old.events else new.events,
                {**log.shares, owner: new.shares[owner]},
                log.full ^ old.full ^ new.full,
                log.live ^ old.live ^ new.live,
                log.arrived,
            )
        )
    return tuple(changed)
