"""The lab's time passes when workers say that there is nothing else to do."""

import asyncio

from pmtui.lab.clock import LabClock


async def test_the_clock_sleeps_until_somebody_has_something_to_say() -> None:
    asked = asyncio.Event()

    def goes() -> bool:
        asked.set()
        return False

    async def settled() -> None:
        raise AssertionError("nobody is dry")

    clock = LabClock({}, settled, goes)
    task = asyncio.create_task(clock.run())
    await asyncio.sleep(0.1)
    assert not asked.is_set(), "an idle lab must not wake"
    clock.look()
    async with asyncio.timeout(10):
        await asked.wait()
    task.cancel()
