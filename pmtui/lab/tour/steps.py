"""What the tour says, in its order, and what must be seen before it goes on.

The words name keys only through the actions of `Moment`, so that they are always those of the person's keymap.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pmtui.lab.tour.stand import Holds, Stand, acted, always, decided, killed
from pmtui.model.app import Receiver

Lab = Literal["shop", "saves first"]
LAB_FILES: Mapping[Lab, str] = {"shop": "shop.py", "saves first": "saves_first.py"}


@dataclass(frozen=True, slots=True)
class Opening:
    """How the lab is opened for a step that does not go on from the one before.

    Attributes:
        lab: which app of the sample folder.
        receiver: of all contexts.
        at: the point up to which it has run; empty for the very beginning.
    """

    lab: Lab = "shop"
    receiver: Receiver = "none"
    at: str = ""

    @property
    def words(self) -> str:
        """What it is, for the person."""
        return "the shop that saves first" if self.lab == "saves first" else "the shop"


@dataclass(frozen=True, slots=True)
class Moment:
    """What to press at a moment of a step: an action by its id, and what that does."""

    when: Holds
    action: str
    words: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step.

    Attributes:
        title: what it is about.
        task: what to do and what to look at.
        moments: the first that holds says what to press.
        seen: whether it has happened.
        why: told then: what happened, and why. May name what `Stand.names` has, in braces.
        opening: how the lab is opened for it.
    """

    title: str
    task: str
    moments: tuple[Moment, ...]
    seen: Holds
    why: str
    opening: Opening = Opening()


FAREWELL = (
    "That was the tour. pmtui new DIR copies this shop to start from, pmtui lab APP does all this with yours, and "
    "pmtui explore APP proves it."
)

ELSEWHERE = (
    Moment(lambda stand: stand.selected != stand.manager.name, "next_manager", "selects fulfilment again"),
    Moment(lambda stand: stand.manager.state in ("running", "idle"), "pause", "pauses it"),
    Moment(lambda stand: stand.manager.state in ("failed", "stopped"), "restart", "starts it again"),
)
"""What comes before any step's own moments."""

_RESTART = Moment(killed, "restart", "starts a new worker")


def _crash_again(receiver: Receiver) -> tuple[Moment, ...]:
    """Switch to a receiver, then crash after acting and let it act again."""
    return (
        Moment(lambda stand: stand.now.receipts != receiver, "receipts", f"switches receipts, here to {receiver}"),
        _RESTART,
        Moment(acted, "crash", "kills the worker, after the action and before the cursor"),
        Moment(lambda stand: stand.crashed, "step", "takes the same event again, up to its action"),
        Moment(always, "step", "goes on to the action"),
    )


def _stopped_again(receiver: Receiver) -> Holds:
    def seen(stand: Stand) -> bool:
        stopped = acted(stand) and "suppressed" in stand.outcomes
        return stand.now.receipts == receiver and stand.crashed and stopped

    return seen


STEPS: tuple[Step, ...] = (
    Step(
        "Step a phase",
        "This is a copy: nothing can do harm. fulfilment reads what happened in one context and acts in another. An "
        "event takes it four phases: read, decided, acted, saved. Take the first, and watch the strip above.",
        (Moment(always, "step", "takes one phase"),),
        lambda stand: stand.phase is not None,
        "{event} was read. That is in memory only: nothing is in any file yet, and the cursor has not moved.",
    ),
    Step(
        "Step an event",
        "Now go on to the end of the event. Look at payments, where its action arrives, and at the cursor of orders, "
        "which moves only then.",
        (Moment(always, "step_event", "goes on to the end of the event"),),
        lambda stand: (
            stand.phase == "saved" and stand.manager.handled > stand.before.manager(stand.manager.name).handled
        ),
        "Two transactions in two databases: one put the action into {target}, the other moved the cursor of {source}. "
        "Nothing can make them one, so something can come between them.",
    ),
    Step(
        "Crash before acting",
        "A crash here is a real one: SIGKILL to the worker's process. Take the next event as far as decided, where the "
        "handler has said what it wants and nothing is done yet. Then kill it.",
        (
            Moment(decided, "crash", "kills the worker"),
            Moment(acted, "step_event", "ends this event: it has acted already"),
            Moment(killed, "restart", "starts a new worker: it had acted already"),
            Moment(always, "step", "goes on to decided"),
        ),
        lambda stand: stand.killed and stand.crashed and not stand.outcomes,
        "Killed before it acted. Only memory was lost: {event} is still in its log and the cursor still stands before "
        "it, so a new worker reads it again. Nothing lost, nothing doubled.",
    ),
    Step(
        "Crash after acting",
        "Now one phase later. Take an event as far as its action, and kill the worker there, when it has acted and not "
        "yet saved.",
        (
            _RESTART,
            Moment(acted, "crash", "kills the worker, after the action and before the cursor"),
            Moment(always, "step", "goes on to the action"),
        ),
        lambda stand: stand.killed and stand.crashed and bool(stand.outcomes),
        "{target} has its action, and the cursor of {source} is still at {cursor}. The only process that knew how the "
        "two belong together is dead.",
    ),
    Step(
        "See it doubled",
        "A new worker takes the event again, up to its action. It cannot know better: its cursor says that the event "
        "is new.",
        (
            _RESTART,
            Moment(acted, "crash", "kills the worker, after the action and before the cursor"),
            Moment(always, "step", "takes the event up to its action"),
        ),
        lambda stand: stand.now.doubled > stand.before.doubled,
        "Doubled: one {event}, and what it causes stands in {target} twice. This is at-least-once. Acting first never "
        "loses an action, and repeats it after a crash.",
    ),
    Step(
        "Switch receipts on",
        "So the receiver has to be idempotent. It stores a receipt with each action, in the action's own transaction. "
        "Switch receipts to exact, crash at the same place, and take the event again.",
        _crash_again("exact"),
        _stopped_again("exact"),
        "Stopped by its receipt: the action came again under the same key (its sender, the event's position, its "
        "number among the actions), and {target} added nothing. At least once, and yet once.",
    ),
    Step(
        "The high-water receiver",
        "A receipt for every action is a lot to keep. The article keeps one number: for each aggregate and sender the "
        "highest position applied. Switch to high-water and crash once more.",
        _crash_again("high-water"),
        _stopped_again("high-water"),
        "Stopped again: its position is not higher than the number kept, so it is done already. Little to store; but "
        "an event that is retried after a later one would be swallowed, too.",
    ),
    Step(
        "Save before acting",
        "And if it saved first? That is another app: the shop with one line changed, delivery = save-then-act, "
        "receipts exact. Go on to saved, kill it there, and restart it.",
        (
            Moment(killed, "restart", "starts a new worker, which goes on behind the event"),
            Moment(lambda stand: stand.phase == "saved" and stand.left, "crash", "kills the worker, before the action"),
            Moment(always, "step", "goes on to saved"),
        ),
        lambda stand: stand.now.lost > stand.before.lost and stand.manager.state == "paused",
        "Lost: the cursor has passed an event whose action was never taken, and nobody will take it. This is "
        "at-most-once. A repeated action can be stopped by a receipt; a lost one leaves no trace.",
        Opening("saves first", "exact"),
    ),
    Step(
        "A gap in a log",
        "The shop again, which the tour lets run as far as orders@3. Its log goes on with 6: 4 and 5 are missing, and "
        "whoever waited for 4 would wait for ever. Handle the next event, and look at orders.",
        (Moment(always, "step_event", "handles the next event"),),
        lambda stand: stand.cursor("orders") - stand.cursor("orders", before=True) > 1,
        "The cursor went from 3 to 6: a position says only what comes before what. And no 4 can turn up later: "
        "positions are given out inside the writing transaction, so nothing appears behind a cursor.",
        Opening("shop", "exact", "fulfilment:payments@3:saved"),
    ),
    Step(
        "Prove it",
        "You saw a few crashes. The explorer takes the shop through every number of crashes at every point, in every "
        "order of its logs, and looks whether an action is ever doubled or lost.",
        (Moment(always, "prove", "lets the explorer look, for a second or two"),),
        lambda stand: bool(stand.proofs),
        "{proofs}",
        Opening("shop", "exact", "fulfilment:payments@3:saved"),
    ),
)
