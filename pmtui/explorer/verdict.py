"""What an exploration gives: the verdict, and the violation with the steps that lead to it."""

from collections.abc import Mapping
from typing import Literal

import msgspec

Outcome = Literal["holds", "violated", "not deterministic", "incomplete"]

Kind = Literal[
    "doubled",
    "lost",
    "end",
    "redelivery",
    "cursor",
    "gap",
    "invariant",
    "eventually",
    "stuck",
    "warm",
    "order",
    "nondeterministic",
    "sigkill",
]
"""What is wrong: an action doubled or lost; an end that only crashes reach; a redelivery that asks for something else;
a cursor that went back; an event that a cursor passed without an end; a user's invariant, in a state or at the end; a
manager that cannot go on; a restart between two events that changes something; ends that differ by the order of the
sources; a handler that is not deterministic; real workers that were killed and came to another end."""

What = Literal["handled", "crash", "arrived"]


class Bounds(msgspec.Struct, frozen=True):
    """Where an exploration stops: after so many states or seconds, with the verdict `incomplete`.

    The seconds are those of the whole call. Where all orders do not close, the last part of both is for the orders with
    the fewest switches of the source, then for random ones; some of the time is for handling everything once more.
    """

    states: int = 2_000_000
    seconds: float = 300.0


class Progress(msgspec.Struct, frozen=True):
    """How far an exploration has come; `frontier` states are found and not expanded yet."""

    states: int
    edges: int
    frontier: int
    seconds: float


class Step(msgspec.Struct, frozen=True):
    """One step of a story; with the steps before it, it says all that is needed to take it again.

    Attributes:
        what: `handled` (a turn came to its end), `crash` (the worker was killed at `point`, or right after the commit
            that this point tells of, before it could say so), `arrived` (an event from outside was appended).
        manager: whose turn it is; empty where an event arrived.
        sources: the source of each event of the turn, in order; where an event arrived, its context.
        point: where the turn ended, as text; empty where an event arrived, and for a crash before the first point.
        fires: whether time passed first, until the next timer of the manager came due.
        targets: of a crash in a larger turn, of which this one is a part: the contexts whose transaction was committed,
            while others had nothing. Empty where the point says it all.
    """

    what: What
    manager: str
    sources: tuple[str, ...]
    point: str
    fires: bool = False
    targets: tuple[str, ...] = ()


class Violation(msgspec.Struct, frozen=True):
    """What does not hold, and the shortest story found that leads to it.

    Attributes:
        kind: what is wrong.
        sentence: the same in people's words, in one line.
        steps: to take it again.
        story: the steps that matter, in words.
        at: `file:line` of the handler (or invariant), empty where there is none.
        manager: whose handling it is, empty where no single one's.
        events: the positions of the events from outside that the story was found on, by context; without the others it
            is the same story, and `replay` needs them left out.
    """

    kind: Kind
    sentence: str
    steps: tuple[Step, ...]
    story: tuple[str, ...]
    at: str
    manager: str
    events: Mapping[str, tuple[int, ...]]


class Replayed(msgspec.Struct, frozen=True):
    """What steps that were taken again led to.

    Attributes:
        followed: whether all of them could be taken, each to where it ended before.
        violation: what showed on the way, None if nothing did; its steps are those taken until then.
    """

    followed: bool
    violation: Violation | None


class Verdict(msgspec.Struct, frozen=True):
    """What an exploration found.

    Attributes:
        verdict: `holds` only if the whole graph was covered and nothing is wrong.
        states, edges: how many of each were covered; an edge goes from one point to the next, or crashes there.
        orders: of the sources, in words: `every order`, `the oldest first`, `20 orders`.
        seconds: how long the search took, without what is looked at before and after it.
        violation: what is wrong, None if nothing is.
        unreached: handlers that no story reached, as `manager.method`.
        blind: invariants that never saw any data, by name.
        why: for `incomplete`, which bound was reached.
    """

    verdict: Outcome
    states: int
    edges: int
    orders: str
    seconds: float
    violation: Violation | None = None
    unreached: tuple[str, ...] = ()
    blind: tuple[str, ...] = ()
    why: str = ""
