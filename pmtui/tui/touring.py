"""The tour on the screen: what it tells, which keys it lets pass, and what its own keys do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.worker import Worker

from pmtui.lab.tour.guide import Guide
from pmtui.lab.tour.memory import remember
from pmtui.lab.tour.steps import FAREWELL, STEPS
from pmtui.lab.tour.tour import Tour
from pmtui.model.errors import PmtuiError
from pmtui.tui.actions import BY_ID, Action
from pmtui.view.session import Session
from pmtui.view.snapshot import Snapshot

if TYPE_CHECKING:
    from pmtui.tui.screens.main import MainScreen

_OFFER = (
    "New here? The tour shows in ten short steps, by your own keys, what a crash does to a process manager and what "
    "can be done about it."
)
_ITS_OWN = ("tour", "tour_back", "tour_skip")
TOURS = frozenset((*_ITS_OWN, "prove"))
"""The ids of the tour's own actions."""
_BLOCKED = ("Stepping", "Crashing", "The lab", "Time")


@dataclass(frozen=True, slots=True)
class Told:
    """What the panel shows.

    Attributes:
        head, title: where the tour stands and what its step is about; empty for the offer.
        happened: what happened last, and why.
        task: what to do now.
        press: the action to press now and what it does; None where there is nothing to press.
        keys: the tour's own actions and what they do now.
    """

    head: str
    title: str
    happened: str
    task: str
    press: tuple[str, str] | None
    keys: tuple[tuple[str, str], ...]


class Touring:
    """One person and the tour: not offered, offered, under way, or left.

    Args:
        guide: opens the labs; None where there is no tour.
        offers: whether to ask if the person wants it.
        begins: whether it begins at once.
    """

    def __init__(self, guide: Guide | None = None, *, offers: bool = False, begins: bool = False) -> None:
        self._guide = guide
        self._offers = offers
        self._proving: Worker[None] | None = None
        self.tour: Tour | None = None
        if begins:
            self._start()

    def _start(self) -> None:
        self._offers = False
        self.tour = Tour()
        remember()

    @property
    def told(self) -> Told | None:
        """What the panel shows now; None where there is nothing to show."""
        if self.tour is None:
            offer = (("tour", "takes the tour"), ("tour_skip", "no, thanks"))
            return Told("", "", "", _OFFER, None, offer) if self._offers else None
        head = f"tour · step {min(self.tour.number + 1, len(STEPS))} of {len(STEPS)}"
        step, moment = self.tour.step, self.tour.moment
        if step is None:
            return Told(head, "Done", self.tour.told, FAREWELL, None, (("tour_back", "back"), ("tour", "close")))
        press = None if moment is None else (moment.action, moment.words)
        if self._proving is not None:
            press = ("", "The explorer is looking …")
        skip = (("tour_skip", "skip"),) if moment is None or moment.action != "tour_skip" else ()
        keys = (("tour_back", "back"), *skip, ("tour", "leave"))
        return Told(head, step.title, self.tour.told, step.task, press, keys)

    def passes(self, action: Action) -> bool:
        """Whether an action may be done now; only those that would lead away from a step are kept back."""
        if self.tour is None or self.tour.over:
            return action.id != "prove"
        moment = self.tour.moment
        free = action.group not in _BLOCKED and action.id != "prove"
        return free or (moment is not None and moment.action == action.id)

    def why_not(self, action: Action) -> str | None:
        """Why an action is not done now, as a sentence; None if it is."""
        if action.id in _ITS_OWN and self._guide is None:
            return "The tour goes through the sample shop: leave, and start it with pmtui tour."
        if action.id in ("tour_back", "tour_skip") and self.told is None:
            return f"There is no tour under way: `{BY_ID['tour'].key}` begins it."
        if action.id == "prove" and (self.tour is None or self.tour.over):
            return "That is the last step of the tour; elsewhere it is pmtui explore."
        if self.passes(action):
            return None
        moment = self.tour.moment if self.tour is not None else None
        if moment is None or action.id == "prove":
            return f"Not yet: {self._wanted}"
        return f"Here {self._wanted}"

    @property
    def _wanted(self) -> str:
        moment = self.tour.moment if self.tour is not None else None
        leaves = f"`{BY_ID['tour'].key}` leaves the tour."
        return leaves if moment is None else f"`{BY_ID[moment.action].key}` {moment.words}. {leaves}"

    def look(self, now: Snapshot, selected: str, screen: MainScreen) -> None:
        """Look at a picture of the lab that is on the screen, and go on where it shows what was to be seen."""
        if self.tour is None or self.tour.opening is not None:
            return
        self.tour.look(now, selected)
        self._open_if_needed(screen)

    def noticed(self, action: Action) -> None:
        """An action is being done. Who begins to work while the tour is offered does not want it."""
        if self._offers and action.group in _BLOCKED:
            self._decline()

    def _decline(self) -> None:
        self._offers = False
        remember()

    def do(self, name: str, screen: MainScreen) -> None:
        """Do one of the tour's own actions."""
        if name == "prove":
            self._prove(screen)
        else:
            self._stop_proving()
            deeds = {"tour": lambda: self._take_or_leave(screen), "tour_skip": self._skip, "tour_back": self._back}
            deeds[name]()
        self._open_if_needed(screen)

    def _take_or_leave(self, screen: MainScreen) -> None:
        if self.tour is None:
            self._start()
        else:
            self.tour = None
            screen.say(f"You left the tour. `{BY_ID['tour'].key}` begins it again.")

    def _skip(self) -> None:
        if self.tour is None:
            self._decline()
        else:
            self.tour.skip()

    def _back(self) -> None:
        if self.tour is not None:
            self.tour.back()

    def _prove(self, screen: MainScreen) -> None:
        guide, tour = self._guide, self.tour
        if guide is None or tour is None or self._proving is not None:
            return

        async def proving() -> None:
            try:
                tour.proofs = await guide.prove()
            except PmtuiError as error:
                screen.say(str(error), "error")
            finally:
                self._proving = None
            screen.look()

        self._proving = screen.run_worker(proving(), group="proving")

    def _stop_proving(self) -> None:
        if self._proving is not None:
            self._proving.cancel()
            self._proving = None

    def _open_if_needed(self, screen: MainScreen) -> None:
        if self.tour is not None and self.tour.opening is not None:
            screen.post_message(screen.LabWanted())

    async def open(self, say: Callable[[str], None]) -> Session:
        """Open the lab in which the step begins.

        Raises:
            PmtuiError: one line; nothing is left behind.
        """
        guide, tour = self._guide, self.tour
        if guide is None or tour is None or tour.opening is None:
            raise ValueError("no lab is waited for")
        session = await guide.open(tour.opening, say)
        tour.begin(session.snapshot())
        return session
