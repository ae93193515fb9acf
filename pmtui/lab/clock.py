"""The lab's time: while managers go and all of them are dry, it passes to the next timer."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from pmtui.lab.hand import Hand
from pmtui.workers.protocol import Advance


class LabClock:
    """Moves virtual time on.

    Args:
        hands: the managers.
        settled: waits until all of them are dry at once.
        goes: whether time may pass now: not while a person steps, and not where it is real.
    """

    def __init__(
        self, hands: Mapping[str, Hand], settled: Callable[[], Awaitable[None]], goes: Callable[[], bool]
    ) -> None:
        self._hands = hands
        self._settled = settled
        self._goes = goes
        self._changed = asyncio.Event()

    def look(self) -> None:
        """A worker has said something, or is no more."""
        self._changed.set()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            if not self._goes() or not self._dues():
                continue
            await self._settled()
            dues = self._dues()
            if self._goes() and dues:
                for hand in self._hands.values():
                    if hand.worker is not None:
                        hand.worker.tell(Advance(min(dues)))

    def _dues(self) -> list[int]:
        """When the next timer of each manager that is dry is due."""
        reports = [hand.report for hand in self._hands.values() if not hand.dead]
        return [r.next_due for r in reports if r is not None and r.state == "idle" and r.next_due is not None]
