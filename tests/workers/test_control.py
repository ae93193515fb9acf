"""What a supervisor wants, while a worker waits."""

import asyncio

import pytest

from pmtui.workers.control import Control
from pmtui.workers.protocol import Begin, Command, GoOn, Pause, SetSpeed, Speed, Stop


def control_of(speed: Speed) -> Control:
    return Control(Begin("shop.py", "fulfilment", "data", virtual=True, receivers={}, speed=speed))


@pytest.mark.parametrize(
    ("speed", "waits"), [("phase", [1.0]), ("1", [0.25]), ("4", [0.0625]), ("20", [0.0125]), ("max", [])]
)
async def test_the_pause_after_a_phase_is_what_the_speed_asks_for(
    speed: Speed, waits: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    control = control_of(speed)
    waited: list[float | None] = []

    async def changed(seconds: float | None = None) -> None:
        waited.append(seconds)

    monkeypatch.setattr(control, "changed", changed)
    await control.pace()
    assert waited == waits


@pytest.mark.parametrize("command", [SetSpeed("max"), Pause(), GoOn(), Stop()])
async def test_whatever_is_said_ends_the_wait(command: Command) -> None:
    control = control_of("phase")
    waiting = asyncio.create_task(control.pace())
    await some_turns_of_the_loop()
    assert not waiting.done()
    control.hear(command)
    await some_turns_of_the_loop()
    assert waiting.done()


async def some_turns_of_the_loop() -> None:
    for _ in range(5):
        await asyncio.sleep(0)
