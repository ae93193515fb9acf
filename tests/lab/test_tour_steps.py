"""The tour without a screen: its steps in real labs with real kills, and what it remembers."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from lab_kit import Hands

from pmtui.lab.tour import memory
from pmtui.lab.tour.guide import Guide
from pmtui.lab.tour.proof import look, prove
from pmtui.lab.tour.steps import LAB_FILES, STEPS
from pmtui.lab.tour.tour import Tour
from pmtui.model.app import Receiver
from pmtui.storage.folder import DataFolder, sample_folder
from pmtui.workers.appfile import load

NEXT: dict[str, Receiver] = {"none": "exact", "exact": "high-water", "high-water": "none"}


@pytest.fixture(autouse=True)
def the_sample_s_own_shop(monkeypatch: pytest.MonkeyPatch) -> None:
    """What other tests have imported as `shop` is another one."""
    monkeypatch.delitem(sys.modules, "shop", raising=False)
    monkeypatch.setattr(sys, "path", [str(sample_folder()), *sys.path])


class Walk:
    """Somebody on the tour who presses what it says, each time once what that did is seen."""

    def __init__(self) -> None:
        self.tour = Tour()
        self.guide = Guide()
        self.pressed: list[str] = []
        self._hands: Hands | None = None

    @property
    def hands(self) -> Hands:
        assert self._hands is not None
        return self._hands

    async def open(self) -> None:
        if self.tour.opening is not None:
            await self.close()
            session: Any = await self.guide.open(self.tour.opening, lambda words: None)
            self._hands = Hands(session)
            self.tour.begin(session.snapshot())

    async def close(self) -> None:
        if self._hands is not None:
            await self._hands.session.close()

    async def press(self, action: str) -> None:
        hands, session = self.hands, self.hands.session
        self.pressed.append(action)
        match action:
            case "step":
                await hands.changes(session.step)
            case "step_event":
                await hands.event()
            case "crash":
                await hands.crash()
            case "restart":
                await hands.restart()
            case "receipts":
                session.set_receipts(NEXT[hands.now.receipts])
            case "prove":
                self.tour.proofs = await self.guide.prove()
            case "tour_skip":
                self.tour.skip()
            case _:
                raise AssertionError(action)
        self.tour.look(hands.now)
        await self.open()

    async def finish_step(self) -> None:
        """Press what it says until the next step begins."""
        number = self.tour.number
        while self.tour.number == number:
            assert self.tour.moment is not None
            await self.press(self.tour.moment.action)
            assert len(self.pressed) < 80, self.pressed


@pytest.fixture
async def walk() -> AsyncIterator[Walk]:
    walk = Walk()
    await walk.open()
    yield walk
    await walk.close()


async def to_step(walk: Walk, number: int) -> None:
    """Skip to a step, counted from 1."""
    while walk.tour.number < number - 1:
        walk.tour.skip()
    await walk.open()


@pytest.mark.parametrize("number", range(1, len(STEPS) + 1), ids=[step.title for step in STEPS])
async def test_each_step_can_be_done_from_its_own_beginning_by_what_it_says(walk: Walk, number: int) -> None:
    await to_step(walk, number)
    assert walk.tour.told == ""
    await walk.finish_step()
    assert walk.tour.told
    assert "{" not in walk.tour.told


async def test_from_one_step_to_the_next_only_what_is_missing_is_asked_for(walk: Walk) -> None:
    again = ["step", "step", "step"]
    crashed = ["crash", "restart", *again]
    assert (await pressed_in(walk, 1), await pressed_in(walk, 2)) == (["step"], ["step_event"])
    assert await pressed_in(walk, 3) == ["step", "step", "crash"]
    assert await pressed_in(walk, 4) == ["restart", *again, "crash"]
    assert await pressed_in(walk, 5) == ["restart", *again]
    assert await pressed_in(walk, 6) == ["receipts", *crashed]
    assert await pressed_in(walk, 7) == ["receipts", *crashed]
    assert (walk.hands.now.doubled, walk.hands.now.crashes, walk.hands.now.lost) == (1, 4, 0)
    assert await pressed_in(walk, 8) == ["tour_skip", *again, "crash", "restart"]
    assert (walk.hands.now.app, walk.hands.now.lost) == ("shop-saves-first", 1)
    assert await pressed_in(walk, 9) == ["tour_skip", "step_event"]
    assert await pressed_in(walk, 10) == ["prove"]
    assert walk.tour.over
    assert walk.tour.moment is None


async def pressed_in(walk: Walk, number: int) -> list[str]:
    assert walk.tour.number == number - 1
    walk.pressed.clear()
    await walk.finish_step()
    return list(walk.pressed)


async def test_looking_again_at_the_same_lab_never_goes_on(walk: Walk) -> None:
    for number in (1, 8, 9):
        await to_step(walk, number)
        for _ in range(5):
            walk.tour.look(walk.hands.now)
        assert walk.tour.number == number - 1


@pytest.mark.parametrize("number", [3, 4, 6, 8])
async def test_who_steps_too_far_is_led_on_to_the_next_event(walk: Walk, number: int) -> None:
    await to_step(walk, number)
    await walk.press("step_event")
    assert walk.tour.number == number - 1
    await walk.finish_step()


async def test_a_crash_too_late_does_not_count_as_one_before_acting(walk: Walk) -> None:
    await to_step(walk, 3)
    for _ in range(3):
        await walk.hands.step()
    await walk.press("crash")
    assert walk.tour.number == 2
    await walk.finish_step()
    assert "Nothing lost" in walk.tour.told


async def test_another_manager_selected_is_to_be_left_first(walk: Walk) -> None:
    walk.tour.look(walk.hands.now, "refunds")
    assert walk.tour.moment is not None
    assert walk.tour.moment.action == "next_manager"


async def test_what_runs_is_to_be_paused_first(walk: Walk) -> None:
    await walk.hands.session.go_on("fulfilment")
    await walk.hands.until(lambda now: now.manager("fulfilment").state in ("running", "idle"))
    walk.tour.look(walk.hands.now)
    assert walk.tour.moment is not None
    assert walk.tour.moment.action == "pause"


async def test_what_happened_can_be_looked_at_before_another_lab_is_opened(walk: Walk) -> None:
    await to_step(walk, 7)
    await walk.finish_step()
    shown = walk.hands.session
    walk.tour.look(walk.hands.now)
    await walk.open()
    assert walk.tour.opening is None
    assert walk.hands.session is shown
    assert "stopped" in walk.tour.told.lower()
    await walk.press("tour_skip")
    assert walk.tour.number == 7
    assert walk.hands.session is not shown


async def test_back_and_skip_stay_within_the_tour_and_begin_anew(walk: Walk) -> None:
    await walk.finish_step()
    walk.tour.back()
    assert (walk.tour.number, walk.tour.opening) == (0, STEPS[0].opening)
    walk.tour.back()
    assert walk.tour.number == 0
    for _ in range(len(STEPS) + 3):
        walk.tour.skip()
    assert walk.tour.over
    assert walk.tour.opening is None
    walk.tour.back()
    assert walk.tour.number == len(STEPS) - 1


def shop(lab: str) -> Any:
    return load(str(sample_folder() / LAB_FILES[lab])).app  # type: ignore[index]


def test_the_variant_is_the_shop_with_its_delivery_changed_and_nothing_else() -> None:
    ours, other = shop("shop"), shop("saves first")
    assert list(other.contexts) == list(ours.contexts)
    assert list(other.managers) == list(ours.managers)
    assert other.managers["fulfilment"].cls.delivery == "save-then-act"
    assert other.managers["refunds"].cls.delivery == ours.managers["refunds"].cls.delivery == "act-then-save"
    for name, manager in ours.managers.items():
        for key, handler in manager.handlers.items():
            twin = other.managers[name].handlers[key]
            assert (twin.method, twin.starts, twin.line) == (handler.method, handler.starts, handler.line)
    assert {name: each.__qualname__ for name, each in other.aggregates.items()} == {
        name: each.__qualname__ for name, each in ours.aggregates.items()
    }


SAMPLE = DataFolder(sample_folder() / "data")


def test_the_proof_finds_the_doubled_payment_without_receipts_and_nothing_with_them() -> None:
    off, exact = look(load(str(sample_folder() / "shop.py")), SAMPLE)
    assert (off.receiver, off.verdict) == ("none", "violated")
    assert "doubled" in off.sentence
    assert (exact.receiver, exact.verdict, exact.sentence) == ("exact", "holds", "")
    assert exact.states > 100


async def test_a_proof_that_is_called_off_leaves_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[int] = []
    real = asyncio.create_subprocess_exec

    async def noting(*arguments: Any, **more: Any) -> Any:
        process = await real(*arguments, **more)
        started.append(process.pid)
        return process

    monkeypatch.setattr(asyncio, "create_subprocess_exec", noting)
    proving = asyncio.create_task(prove(load(str(sample_folder() / "shop.py")), SAMPLE))
    while not started:
        await asyncio.sleep(0.01)
    proving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await proving
    with pytest.raises(ProcessLookupError):
        os.kill(started[0], 0)


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("platformdirs.user_state_dir", lambda name: str(tmp_path / "state" / name))
    return tmp_path / "state"


def test_that_the_tour_was_answered_is_remembered(state: Path) -> None:
    assert not memory.answered()
    memory.remember()
    memory.remember()
    assert memory.answered()


def test_a_state_folder_that_cannot_be_written_only_means_to_be_asked_again(
    state: Path, as_nobody: Callable[[], Any]
) -> None:
    state.mkdir()
    state.chmod(0o500)
    with as_nobody():
        memory.remember()
        assert not memory.answered()
