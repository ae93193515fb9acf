"""The tour on the screen, in real labs with real workers and kills: the keys it names, and the ones it keeps back."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
from fake import FakeSession
from textual.events import Resize
from textual.geometry import Size
from textual.pilot import Pilot

from pmtui.lab.session import LabSession
from pmtui.lab.settings import Options
from pmtui.lab.tour import memory
from pmtui.lab.tour.guide import Guide
from pmtui.lab.tour.proof import Proof
from pmtui.lab.tour.steps import FAREWELL, STEPS, Opening
from pmtui.storage.errors import StorageError
from pmtui.storage.folder import DataFolder, sample_folder
from pmtui.tui.actions import ACTIONS, BY_ID
from pmtui.tui.app import PmtuiApp, Progress
from pmtui.tui.screens.help import HelpScreen
from pmtui.tui.screens.main import MainScreen
from pmtui.tui.touring import Touring
from pmtui.tui.widgets.tour import TourPanel
from pmtui.view.session import Session
from pmtui.view.snapshot import Snapshot
from pmtui.workers.appfile import load

SECONDS = 20.0


class OnTour:
    """A real lab on a screen, and somebody at its keys."""

    def __init__(self, app: PmtuiApp, pilot: Pilot[None], touring: Touring) -> None:
        self.app, self.pilot, self.touring = app, pilot, touring

    @property
    def main(self) -> MainScreen:
        return next(screen for screen in self.app.screen_stack if isinstance(screen, MainScreen))

    @property
    def now(self) -> Snapshot:
        return self.main.session.snapshot()

    @property
    def number(self) -> int:
        """Of the step, from 1."""
        assert self.touring.tour is not None
        return self.touring.tour.number + 1

    def text(self) -> str:
        lines = self.app.screen._compositor.render_strips()
        return "\n".join(line.text.rstrip() for line in lines)

    def panel(self) -> str:
        return "\n".join(strip.text for strip in self.main.query_one(TourPanel)._strips)

    def words(self) -> str:
        return " ".join(self.panel().split())

    async def key(self, *keys: str) -> None:
        for key in keys:
            self.app.simulate_key(key)
            await self.pilot._wait_for_screen()

    async def until(self, there: Callable[[], object]) -> None:
        deadline = time.monotonic() + SECONDS
        while not there():
            assert time.monotonic() < deadline, self.text()
            await asyncio.sleep(0.01)

    async def at_main(self) -> None:
        await self.until(lambda: isinstance(self.app.screen, MainScreen) and self._painted())

    def _painted(self) -> bool:
        if not self.main.query(TourPanel):
            return False  # its parts are not there yet
        panel = self.main.query_one(TourPanel)
        return panel.told == self.touring.told and (panel.told is None or bool(panel._strips))

    async def press_what_it_says(self) -> None:
        """The key that the panel names, and what comes of it."""
        await self.until(lambda: self.touring.told is None or self.touring.told.press is not None)  # its lab is there
        told = self.touring.told
        assert told is not None
        assert told.press is not None
        name, words = told.press
        if name:
            key = BY_ID[name].key
            assert f"{key} {words}" in self.words()
            before = self.stand()
            await self.key({"<": "less_than_sign", ">": "greater_than_sign"}.get(key, key))
            await self.until(lambda: self.stand() != before)
        else:
            await self.until(lambda: self.touring.told != told)
        await self.at_main()
        await self.until(self.rests)

    def stand(self) -> tuple[object, ...]:
        """All that a key of the tour may change; another manager's news are none."""
        screen = self.app.screen
        if not isinstance(screen, MainScreen):
            return ()
        now = screen.session.snapshot()
        fulfilment = now.manager("fulfilment")
        point = fulfilment.turn and fulfilment.turn.point
        lab = (now.receipts, now.crashes, now.doubled, now.lost, fulfilment.state, fulfilment.pid, point)
        return (screen, self.touring.told, *lab)

    def rests(self) -> bool:
        """Whether all that the last key has led to is there, and seen."""
        fulfilment = self.now.manager("fulfilment")
        there = fulfilment.state in ("paused", "killed") and "Reading" not in fulfilment.consequence.detail
        return there and self.main.snapshot.version == self.now.version and self._painted()

    async def to_step(self, number: int) -> None:
        while self.number < number:
            here = self.main
            await self.key("greater_than_sign")
            await self.until(lambda here=here: isinstance(self.app.screen, MainScreen) and self.app.screen is not here)
            await self.at_main()

    async def finish_step(self) -> None:
        number = self.number
        for _ in range(60):
            if self.number != number:
                return
            await self.press_what_it_says()
        raise AssertionError(self.text())


OpenTour = Callable[..., AbstractAsyncContextManager[OnTour]]


@pytest.fixture
def open_tour(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> OpenTour:
    monkeypatch.setenv("TEXTUAL_ANIMATIONS", "none")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.delitem(sys.modules, "shop", raising=False)
    monkeypatch.setattr(sys, "path", [str(sample_folder()), *sys.path])
    monkeypatch.setattr("pmtui.tui.screens.main._PULL_PAUSE", 0.01)
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda name: str(tmp_path / "cache" / name))
    monkeypatch.setattr("platformdirs.user_state_dir", lambda name: str(tmp_path / "state" / name))

    @asynccontextmanager
    async def opened(
        size: tuple[int, int] = (80, 24), *, offers: bool = False, begins: bool = True
    ) -> AsyncIterator[OnTour]:
        touring = Touring(Guide(), offers=offers, begins=begins)
        make = touring.open if begins else _sample
        app = PmtuiApp(make, touring=touring)
        async with app.run_test(size=size) as pilot:
            here = OnTour(app, pilot, touring)
            await here.at_main()
            yield here

    return opened


async def _sample(progress: Progress) -> Session:
    folder = sample_folder()
    found = load(str(folder / "shop.py"))
    return await LabSession.open(found, DataFolder(folder / "data"), Options(receiver="none"), lambda what, done: None)


async def test_the_whole_tour_is_done_by_the_keys_it_names(open_tour: OpenTour) -> None:
    async with open_tour() as here:
        for number, step in enumerate(STEPS, 1):
            assert here.number == number
            assert f"step {number} of 10" in here.words()
            assert step.title in here.words()
            assert step.task.replace("{", "") in here.words()
            await here.finish_step()
            SEEN[number](here)
            if number == 5:
                await here.until(lambda: "╮" in here.text())  # the twins are in sight
        assert "Done" in here.words()
        assert FAREWELL in here.words()
        await here.key("T")
        await here.until(lambda: not here.main.query_one(TourPanel).display)
        assert here.main.journal.display


def first(here: OnTour) -> None:
    turn = here.now.manager("fulfilment").turn
    assert turn is not None
    assert turn.point == "fulfilment:orders@1:read"
    assert "orders@1 was read" in here.words()


def second(here: OnTour) -> None:
    assert here.now.manager("fulfilment").handled == 1
    assert "one put the action into payments, the other moved the cursor of orders" in here.words()


def third(here: OnTour) -> None:
    assert (here.now.crashes, here.now.doubled, here.now.manager("fulfilment").state) == (1, 0, "killed")
    assert "Killed before it acted" in here.words()


def fourth(here: OnTour) -> None:
    assert (here.now.crashes, here.now.doubled) == (2, 0)
    assert "shipping has its action, and the cursor of payments is still at 0" in here.words()


def fifth(here: OnTour) -> None:
    assert (here.now.receipts, here.now.doubled) == ("none", 1)
    assert "stands in shipping twice" in here.words()


def sixth(here: OnTour) -> None:
    assert (here.now.receipts, here.now.crashes, here.now.doubled) == ("exact", 3, 1)
    assert "Stopped by its receipt" in here.words()


def seventh(here: OnTour) -> None:
    assert (here.now.app, here.now.receipts, here.now.crashes) == ("shop", "high-water", 4)
    assert "Stopped again" in here.words()


def eighth(here: OnTour) -> None:
    assert (here.now.app, here.now.receipts, here.now.lost) == ("shop-saves-first", "exact", 1)
    assert "Lost: " in here.words()


def ninth(here: OnTour) -> None:
    cursors = {source.context: source.cursor for source in here.now.manager("fulfilment").sources}
    assert (here.now.app, cursors["orders"]) == ("shop", 6)
    assert "from 3 to 6" in here.words()


def tenth(here: OnTour) -> None:
    assert "Receipts off: violated" in here.words()
    assert "Receipts exact: holds" in here.words()


SEEN = dict(enumerate((first, second, third, fourth, fifth, sixth, seventh, eighth, ninth, tenth), 1))


def test_every_key_that_the_tour_names_is_in_the_registry() -> None:
    named = {moment.action for step in STEPS for moment in step.moments}
    assert {"step", "step_event", "crash", "restart", "receipts", "prove"} <= named
    assert all(BY_ID[name].keys for name in named | {"tour", "tour_back", "tour_skip"})


async def test_a_key_that_would_lead_away_says_what_is_needed(open_tour: OpenTour) -> None:
    async with open_tour() as here:
        await here.until(here.rests)
        before = here.stand()
        for key in ("x", "e", "space", "X", "a", "R", "i", "r"):
            await here.key(key)
            await here.until(lambda: "Here s takes one phase. T leaves the tour." in here.text())
            here.main._notice.end()
        await here.key("P")
        await here.until(lambda: "Not yet: s takes one phase." in here.text())
        assert here.stand() == before
        assert here.number == 1


async def test_keys_that_only_look_stay_free(open_tour: OpenTour) -> None:
    async with open_tour() as here:
        await here.key("question_mark")
        await here.until(lambda: isinstance(here.app.screen, HelpScreen))
        await here.key("escape")
        await here.at_main()
        await here.key("z")
        await here.until(lambda: here.main.places.zoomed is not None)
        await here.key("z", "tab", "m")
        await here.until(lambda: "m selects fulfilment again" in here.words())
        await here.key("s")
        await here.until(lambda: "Here m selects fulfilment again" in here.text())
        await here.key("m")
        await here.until(lambda: "s takes one phase" in here.words())


async def test_only_keys_that_are_let_through_stand_in_the_footer(open_tour: OpenTour) -> None:
    async with open_tour() as here:
        last = here.text().splitlines()[-1]
        assert "s step" in last
        assert "crash" not in last


async def test_it_goes_on_only_once_what_lies_over_the_screen_is_gone(open_tour: OpenTour) -> None:
    async with open_tour() as here:
        await here.key("question_mark")
        await here.until(lambda: isinstance(here.app.screen, HelpScreen))
        await here.main.session.step("fulfilment")
        await here.until(lambda: here.now.manager("fulfilment").turn.point)  # type: ignore[union-attr]
        await asyncio.sleep(0.3)
        assert here.number == 1
        await here.key("escape")
        await here.until(lambda: here.number == 2)


async def test_skip_and_back_open_a_lab_of_their_own(open_tour: OpenTour) -> None:
    async with open_tour() as here:
        await here.to_step(8)
        assert here.now.app == "shop-saves-first"
        here_before = here.main
        await here.key("less_than_sign")
        await here.until(lambda: isinstance(here.app.screen, MainScreen) and here.app.screen is not here_before)
        assert (here.number, here.now.app, here.now.receipts) == (7, "shop", "none")


async def test_labs_that_the_tour_has_left_leave_no_worker_and_no_copy(open_tour: OpenTour, tmp_path: Path) -> None:
    async with open_tour() as here:
        pids = [manager.pid for manager in here.now.managers]
        await here.to_step(2)
        assert len(list((tmp_path / "cache" / "pmtui" / "labs").iterdir())) == 1
        for pid in pids:
            assert pid is not None
            with pytest.raises(ProcessLookupError):
                os.kill(pid, 0)
    assert list((tmp_path / "cache" / "pmtui" / "labs").iterdir()) == []


async def test_the_palette_can_move_the_tour_too(open_tour: OpenTour) -> None:
    async with open_tour() as here:
        await here.key("ctrl+p")
        await asyncio.sleep(0.2)
        await here.key(*"skip")
        await asyncio.sleep(0.5)
        await here.key("enter")
        await here.until(lambda: here.number == 2)
        await here.at_main()
        await here.until(lambda: "step 2 of 10" in here.words())


async def test_leaving_keeps_the_lab_and_gives_all_keys_back(open_tour: OpenTour) -> None:
    async with open_tour() as here:
        await here.key("T")
        await here.until(lambda: not here.main.query_one(TourPanel).display)
        await here.key("x")
        await here.until(lambda: here.now.crashes == 1)
        await here.key("T")
        await here.until(lambda: "T again throws this away and begins the tour: 1 crash." in here.text())
        await here.key("T")
        await here.until(lambda: here.touring.tour is not None)
        await here.at_main()
        await here.until(lambda: "step 1 of 10" in here.words())
        assert here.now.crashes == 0


async def test_on_the_first_start_it_is_offered_and_taken_with_its_key(open_tour: OpenTour) -> None:
    async with open_tour(offers=True, begins=False) as here:
        assert "T takes the tour" in here.words()
        assert here.main.journal.display
        await here.key("T")
        await here.until(lambda: here.touring.tour is not None)
        await here.at_main()
        await here.until(lambda: "step 1 of 10" in here.words())
        assert memory.answered()


async def test_declined_it_is_gone_and_remembered(open_tour: OpenTour) -> None:
    async with open_tour(offers=True, begins=False) as here:
        assert not memory.answered()
        await here.key("greater_than_sign")
        await here.until(lambda: not here.main.query_one(TourPanel).display)
        assert memory.answered()
        assert here.touring.told is None


async def test_who_begins_to_work_has_declined(open_tour: OpenTour) -> None:
    async with open_tour(offers=True, begins=False) as here:
        await here.key("j", "tab")
        assert here.touring.told is not None, "looking around declines nothing"
        await here.key("s")
        await here.until(lambda: not here.main.query_one(TourPanel).display)
        assert memory.answered()


async def test_the_keys_in_the_panel_can_be_clicked(open_tour: OpenTour) -> None:
    async with open_tour() as here:
        panel = here.main.query_one(TourPanel)
        rows = [strip.text for strip in panel._strips]
        await here.pilot.click(TourPanel, offset=(rows[-1].index("s takes"), len(rows) - 1))
        await here.until(lambda: here.number == 2)
        await here.pilot.click(TourPanel, offset=(rows[0].index("T leave"), 0))
        await here.until(lambda: not panel.display)


@pytest.mark.parametrize("size", [(80, 24), (80, 40), (120, 36), (200, 60), (60, 36)])
async def test_every_step_fits_with_what_happened_before_it(open_tour: OpenTour, size: tuple[int, int]) -> None:
    async with open_tour(size) as here:
        before = ""
        for step in STEPS:
            tour = here.touring.tour
            assert tour is not None
            assert step.task in here.words()
            assert before in here.words()
            before = tour.told = step.why.format(
                event="payments@12", source="payments", target="shipping", cursor="11", proofs=PROOFS
            )
            tour.number += 1
            here.main.show()
        assert FAREWELL in here.words()
        assert PROOFS in here.words()


PROOFS = (
    "Receipts off: violated. payments@1 TakePayment of orders@1 is doubled when the worker is killed after acting and "
    "before saving. Receipts exact: holds, in all 823 states that any number of crashes can lead to."
)


@pytest.mark.parametrize("size", [(40, 10), (40, 14), (50, 19), (80, 20), (79, 23), (39, 9)])
async def test_on_a_small_screen_the_key_to_press_is_what_stays(open_tour: OpenTour, size: tuple[int, int]) -> None:
    async with open_tour() as here:
        new = here.app._driver._size = Size(*size)  # type: ignore[union-attr]
        here.app.post_message(Resize(new, new))
        await here.until(lambda: here.app.screen._compositor.size == new)
        await asyncio.sleep(0.1)
        assert ("s takes one phase" in here.text()) is (size != (39, 9))


async def test_without_the_sample_shop_there_is_no_tour() -> None:
    session = FakeSession()

    async def make(progress: Progress) -> FakeSession:
        return session

    app = PmtuiApp(make)
    async with app.run_test(size=(80, 24)) as pilot:
        here = OnTour(app, pilot, Touring())
        await here.at_main()
        for key in ("T", "less_than_sign", "greater_than_sign"):
            await here.key(key)
            await here.until(lambda: "start it with pmtui tour" in here.text())
        await here.key("P")
        await here.until(lambda: "elsewhere it is pmtui explore" in here.text())
        assert not here.main.query_one(TourPanel).display


async def test_a_proof_that_fails_is_said_and_can_be_tried_again(
    open_tour: OpenTour, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(guide: Guide) -> tuple[Proof, ...]:
        raise StorageError("the explorer could not look: [no] memory")

    monkeypatch.setattr(Guide, "prove", fails)
    async with open_tour() as here:
        await here.to_step(10)
        await here.key("P")
        await here.until(lambda: "could not look: [no] memory" in here.text())
        assert here.number == 10
        assert "P lets the explorer look" in here.words()


async def test_a_lab_that_cannot_be_opened_ends_it_with_one_line(
    open_tour: OpenTour, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_tour() as here:

        async def fails(guide: Guide, opening: Opening, say: Progress) -> Session:
            raise StorageError("no space left")

        monkeypatch.setattr(Guide, "open", fails)
        await here.key("greater_than_sign")
        await here.until(lambda: here.app.fault is not None)
        assert str(here.app.fault) == "no space left"


def test_the_tour_s_own_actions_are_one_group() -> None:
    assert [action.id for action in ACTIONS if action.group == "The tour"] == [
        "tour",
        "tour_back",
        "tour_skip",
        "prove",
    ]
