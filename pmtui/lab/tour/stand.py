"""What a step of the tour is judged by: the lab as it is, and as it was when the step began."""

from collections.abc import Callable
from dataclasses import dataclass

from pmtui.lab.tour.proof import Proof
from pmtui.model.point import Phase
from pmtui.view.snapshot import ManagerView, Snapshot
from pmtui.view.words import count

MANAGER = "fulfilment"
"""The process manager that the tour is about."""


@dataclass(frozen=True, slots=True)
class Stand:
    """Where the lab stands.

    Attributes:
        before: the picture in which the step began.
        now: the newest picture.
        selected: the manager that keys act on.
        proofs: what the explorer found; empty as long as it has not looked.
    """

    before: Snapshot
    now: Snapshot
    selected: str = MANAGER
    proofs: tuple[Proof, ...] = ()

    @property
    def manager(self) -> ManagerView:
        """The manager that the tour is about."""
        return self.now.manager(MANAGER)

    @property
    def killed(self) -> bool:
        """Whether its worker is dead by a crash."""
        return self.manager.state == "killed"

    @property
    def crashed(self) -> bool:
        """Whether it crashed in this step."""
        return self.now.crashes > self.before.crashes

    @property
    def phase(self) -> Phase | None:
        """How far its turn has come; None before an event, while it goes, and where its worker is dead."""
        turn = self.manager.turn
        return turn.phase if turn is not None and self.manager.state == "paused" else None

    @property
    def outcomes(self) -> set[str]:
        """What became of the actions of the turn in hand that were taken, as `Outcome` says it."""
        turn = self.manager.turn
        return set() if turn is None else {action.outcome for action in turn.actions if action.outcome is not None}

    @property
    def left(self) -> bool:
        """Whether the turn in hand has an action that was not taken."""
        turn = self.manager.turn
        return turn is not None and any(action.outcome is None for action in turn.actions)

    def cursor(self, context: str, *, before: bool = False) -> int:
        """The manager's cursor in a context, now or when the step began."""
        manager = (self.before if before else self.now).manager(MANAGER)
        return next((source.cursor for source in manager.sources if source.context == context), 0)

    def names(self) -> dict[str, str]:
        """What the words of a step may name: `event`, `source`, `target`, `cursor`, `proofs`."""
        turn = self.manager.turn
        return {
            "event": turn.event.where if turn is not None else "the event",
            "source": turn.event.context if turn is not None else "its source",
            "target": turn.actions[0].context if turn is not None and turn.actions else "the target",
            "cursor": str(turn.cursor) if turn is not None else "where it was",
            "proofs": " ".join(_told(proof) for proof in self.proofs),
        }


Holds = Callable[[Stand], bool]


def always(_: Stand) -> bool:
    """In any case."""
    return True


def killed(stand: Stand) -> bool:
    """Its worker is dead by a crash."""
    return stand.killed


def acted(stand: Stand) -> bool:
    """It has acted and not saved."""
    return stand.phase == "acted"


def decided(stand: Stand) -> bool:
    """It has decided on something to do and not acted."""
    return stand.phase == "decided" and stand.left


def _told(proof: Proof) -> str:
    receipts = "Receipts off" if proof.receiver == "none" else f"Receipts {proof.receiver}"
    if proof.verdict == "holds":
        return f"{receipts}: holds, in all {count(proof.states, 'state')} that any number of crashes can lead to."
    return f"{receipts}: {proof.verdict}. {proof.sentence}".rstrip(". ") + "."
