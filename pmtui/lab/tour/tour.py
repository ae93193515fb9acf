"""How far a person has come on the tour."""

from pmtui.lab.tour.proof import Proof
from pmtui.lab.tour.stand import MANAGER, Stand, always
from pmtui.lab.tour.steps import ELSEWHERE, STEPS, Moment, Opening, Step
from pmtui.view.snapshot import Snapshot


class Tour:
    """One walk through the steps. It goes on when a picture of the lab shows what a step is about, and only then.

    It begins with a lab to be opened: whoever drives it opens what `opening` says, and tells `begin`. Where a step
    needs another lab than the one before, the person first looks at what happened there, and goes on with `skip`.

    Attributes:
        number: of the step, from 0; `len(STEPS)` once it is over.
        opening: the lab that has to be opened before the step can begin; None while it is under way.
        told: what happened last, and why.
        proofs: what the explorer found, to be set by whoever let it look.
    """

    def __init__(self) -> None:
        self.number = 0
        self.opening: Opening | None = STEPS[0].opening
        self.told = ""
        self.proofs: tuple[Proof, ...] = ()
        self._stand: Stand | None = None
        self._waits = False

    @property
    def over(self) -> bool:
        """Whether the last step is done."""
        return self.number == len(STEPS)

    @property
    def step(self) -> Step | None:
        """The step in hand; None once it is over."""
        return None if self.over else STEPS[self.number]

    @property
    def moment(self) -> Moment | None:
        """What to press now; None while a lab is being opened and once it is over."""
        if self.step is None:
            return None
        if self._waits:
            return Moment(always, "tour_skip", f"opens {self.step.opening.words}, when you have seen enough of this")
        stand = self._stand
        if stand is None:
            return None
        return next(moment for moment in (*ELSEWHERE, *self.step.moments) if moment.when(stand))

    def begin(self, now: Snapshot) -> None:
        """The step begins, in a lab that was opened for it."""
        self.opening = None
        self._stand = Stand(now, now)

    def look(self, now: Snapshot, selected: str = MANAGER) -> None:
        """Look at a picture; where it shows what the step is about, the next one begins."""
        if self.step is None or self._stand is None:
            return
        self._stand = stand = Stand(self._stand.before, now, selected, self.proofs)
        if self.step.seen(stand):
            self.told = self.step.why.format_map(stand.names())
            before = self.step
            self._go_to(self.number + 1)
            if self.step is None or self.step.opening.lab == before.opening.lab:
                self.begin(now)
            else:
                self.opening, self._waits = None, True

    def skip(self) -> None:
        """On to the next step, in a lab of its own, or into this one's lab where that waits for it."""
        if self._waits:
            self._go_to(self.number)
        else:
            self.told = ""
            self._go_to(min(self.number + 1, len(STEPS)))

    def back(self) -> None:
        """To the step before, in a lab of its own; the first one begins anew."""
        self.told = ""
        self._go_to(max(self.number - 1, 0))

    def _go_to(self, number: int) -> None:
        self.number = number
        self.proofs = ()
        self._stand = None
        self._waits = False
        self.opening = None if self.step is None else self.step.opening
