"""How a starting worker makes sure that nothing went back in time, and finds the turn that a crash interrupted."""

from collections.abc import Mapping

from pmtui.storage.errors import Superseded, WentBack
from pmtui.storage.ledger import Cursor, LedgerState
from pmtui.storage.log import Log, LogReader, Pin


async def verify(state: LedgerState, readers: Mapping[str, LogReader], logs: Mapping[str, Log]) -> None:
    """Compare a ledger with the logs it counts in, before anything is written (guarantee 6).

    Args:
        state: what the ledger says.
        readers: the manager's sources.
        logs: all contexts of the app.

    Raises:
        WentBack: a log is another one than before, or ends before what was already handled or appended.
    """
    for source, cursor in state.cursors.items():
        if source in readers:
            await _compare(readers[source], cursor, "handled up to")
    for context, target in state.targets.items():
        if context in logs:
            await _compare(logs[context], target, "appended up to")


async def _compare(reader: LogReader, known: Cursor, what: str) -> None:
    if await reader.identity() != known.identity:
        raise WentBack(
            f"{reader.name} is another log than the one that was {what} {known.position}; "
            "put the old file back, or remove this manager's ledger to begin anew"
        )
    head = await reader.head()
    if head < known.position:
        raise WentBack(
            f"{reader.name} ends at {head}, but was {what} {known.position}: it went back in time; "
            "restore the newer file, or remove this manager's ledger to begin anew"
        )


Pins = Mapping[str, Pin | None]
"""By the name of each log, the turn that a manager last acted in there."""


async def pins(app: str, manager: str, logs: Mapping[str, Log]) -> Pins:
    """The turns that a manager last acted in."""
    return {name: await log.pin(app, manager) for name, log in logs.items()}


def interrupted(manager: str, state: LedgerState, there: Pins) -> Pin | None:
    """The turn beyond the ledger's that some target has actions of; it must be repeated first, exactly.

    Args:
        manager: whose turn.
        state: what its ledger says.
        there: what the targets have of it.

    Raises:
        WentBack: the ledger is older than what the targets have from it.
    """
    found: Pin | None = None
    for name, pin in there.items():
        if pin is None or pin.turn <= state.turn:
            continue
        if pin.turn > state.turn + 1:
            raise WentBack(
                f"{name} has actions of turn {pin.turn} of {manager}, but its ledger is at turn {state.turn}: "
                "it went back in time or was removed; restore the newer ledger"
            )
        if found is None or _extent(pin) > _extent(found):
            found = pin
    return found


def _extent(pin: Pin) -> tuple[int, int]:
    return pin.epoch, sum(run.count for run in pin.runs)


async def fence(app: str, manager: str, epoch: int, logs: Mapping[str, Log]) -> Pins:
    """Let no older worker act any more, anywhere: one that did not end by itself may only be asleep.

    Returns:
        What they have done; the epoch is the new one.

    Raises:
        Superseded: a newer worker has done so.
    """
    fenced: dict[str, Pin | None] = {}
    for name, log in logs.items():
        async with log.transaction() as transaction:
            there = await transaction.pin(app, manager) or Pin(0, 0, ())
            if there.epoch > epoch:
                raise Superseded(f"another worker of {manager} has taken over in {log.name}")
            fenced[name] = pin = Pin(there.turn, epoch, there.runs)
            await transaction.set_pin(app, manager, pin)
    return fenced
