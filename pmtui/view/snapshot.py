"""One frozen picture of everything a screen shows beside the logs and the journal. Every string in it is `safe()`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from pmtui.model.app import Receiver
from pmtui.view.turn import TurnView
from pmtui.workers.protocol import Speed as Speed  # noqa: PLC0414  (part of what a screen sees)

ManagerState = Literal["starting", "paused", "running", "idle", "killed", "failed", "stopped"]
"""`paused` before the next event or in the middle of one; `idle` goes on but has nothing to do; `killed` by a crash;
`failed` because a handler raised or a log cannot be used; `stopped` ended by itself."""

Receipts = Literal["exact", "high-water", "none", "mixed"]
SPEEDS: tuple[Speed, ...] = ("phase", "1", "4", "20", "max")
"""One phase a second; 1, 4 or 20 events a second; as fast as it goes, the only one that takes larger turns."""


def receipts_of(receivers: Mapping[str, Receiver]) -> Receipts:
    """The receiver that all contexts have, or `mixed`."""
    found = set(receivers.values())
    return found.pop() if len(found) == 1 else "mixed"


@dataclass(frozen=True, slots=True)
class ContextView:
    """One context's log: its newest position, and who is known to have written there."""

    name: str
    head: int = 0
    writers: tuple[str, ...] = ()
    problem: str = ""
    """One line, where the log cannot be read."""
    why_empty: str = ""
    """One line, where there is no log yet."""


@dataclass(frozen=True, slots=True)
class SourceView:
    """How far a manager is in one source.

    `behind` counts the events above the cursor, exactly up to 100,000; then `capped` is true.
    """

    context: str
    cursor: int = 0
    head: int = 0
    behind: int = 0
    capped: bool = False
    done: int = 0
    """Events at or below the cursor, at most 100,000, so that a bar can show done : to do."""


@dataclass(frozen=True, slots=True)
class TimerView:
    """A pending timer: its type and the seconds until it is due on the manager's clock (negative: overdue)."""

    type: str
    due_in: float


@dataclass(frozen=True, slots=True)
class InstanceView:
    """The instance of the event in hand: `state` in the order of its fields, values as one line of text each."""

    correlation: str
    status: Literal["running", "completed", "missing", "new"]
    started: str = ""
    state: tuple[tuple[str, str], ...] = ()
    timers: tuple[TimerView, ...] = ()


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a manager stopped by itself: one sentence, and where the user's code raised (`file:line`), its traceback."""

    sentence: str
    place: str = ""
    traceback: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlaceView:
    """What a breakpoint says about the place of an event; empty, 0 or None where it says nothing.

    The phase is the one that it names, or, where it asks for nothing but the place, the one at which that is known.
    """

    context: str = ""
    position: int = 0
    type: str = ""
    instance: str = ""
    manager: str = ""
    phase: str = ""
    action: int | None = None


@dataclass(frozen=True, slots=True)
class BreakpointView:
    """A breakpoint of the lab.

    Attributes:
        number: what it is called by.
        text: as a person would type it.
        words: its condition in words.
        place: where it stands.
        from_hit: hits before this one are only counted.
        deed: what is done there.
        enabled: whether it is on.
        once: whether it is gone when its deed is done.
        hits: how often it was hit, by manager.
    """

    number: int
    text: str
    words: str
    place: PlaceView = PlaceView()
    from_hit: int = 1
    deed: Literal["pause", "crash"] = "pause"
    enabled: bool = True
    once: bool = False
    hits: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Consequence:
    """The line that matters most. `headline` is bold, `detail` follows it; `hints` are (key, what it will do)."""

    headline: str
    detail: str = ""
    hints: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ManagerView:
    """One process manager and its worker."""

    name: str
    state: ManagerState
    consequence: Consequence
    pid: int | None = None
    since: float = 0.0
    """Seconds since the Unix epoch at which `state` began."""
    sources: tuple[SourceView, ...] = ()
    turn: TurnView | None = None
    instance: InstanceView | None = None
    next_timer: float | None = None
    """Seconds until the next timer on the manager's clock."""
    pending_timers: int = 0
    failure: Failure | None = None
    rate: float = 0.0
    """Events handled a second, lately."""
    rates: tuple[float, ...] = ()
    """The same at the last pulls, oldest first, for a sparkline."""
    running_instances: int = 0
    completed_instances: int = 0
    handled: int = 0
    ignored: int = 0
    late: int = 0
    """Events ignored because their instance's start came after them: shown loudly."""
    crashes: int = 0
    """Of its workers: in the lab since it was opened or started over, when watching in all."""
    deaths: int = 0
    """In the lab: crashes and failures that the journal tells of. It can only once the worker is gone."""
    oldest: float | None = None
    """When its oldest event not handled was recorded, in seconds since the Unix epoch."""
    held: bool = False
    """In the lab: it waits because another manager is being stepped."""
    stop: str = ""
    """`stopped at breakpoint 2: data.amount > 100, third hit`, where that is why it is paused or killed."""

    @property
    def broken(self) -> bool:
        """Whether it was killed or has failed."""
        return self.state in ("killed", "failed")

    @property
    def dead(self) -> bool:
        """Whether it has no worker: broken, or ended by itself."""
        return self.broken or self.state == "stopped"

    @property
    def label(self) -> str:
        """The label of the event in hand; empty where there is none."""
        return "" if self.turn is None else self.turn.event.label

    @property
    def journalled(self) -> int:
        """Events in its journal: those handled, and those ignored."""
        return self.handled + self.ignored

    @property
    def news(self) -> tuple[object, ...]:
        """What is another whenever there is something new to read of what it did."""
        return self.name, self.handled, self.ignored, self.state, self.turn, self.late, self.deaths

    @property
    def to_do(self) -> int:
        """Events above its cursors, over all sources."""
        return sum(source.behind for source in self.sources)


@dataclass(frozen=True, slots=True)
class Past:
    """The moment that a picture is of, where it is not the present.

    Attributes:
        manager: whose turn it was; empty for the beginning.
        context, position: the event in hand then, the turn's last; empty and 0 for the beginning.
        handled: how many events all managers had handled since the lab was opened.
        total: how many they have in the present.
        beyond: what has happened since, in people's words: `3 events and 1 crash`.
    """

    manager: str
    context: str
    position: int
    handled: int
    total: int
    beyond: str

    @property
    def where(self) -> str:
        """`orders@3`; empty for the beginning."""
        return f"{self.context}@{self.position}" if self.context else ""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything a screen knows at one moment.

    Attributes:
        app: the app's name.
        mode: `lab` on a scratch copy, `live` on the data folder itself, `watch` reading only.
        receipts: the receiver of all contexts, or `mixed`.
        speed: how fast managers go when not paused.
        crashes, doubled, suppressed, lost: since the lab was opened or started over.
        clock: the lab's time in seconds since the Unix epoch, None before the first event.
        breakpoints: those of the lab, by number.
        notice: one more line for the person, such as a log that cannot be read; empty if all is well.
        past: the moment that all of this is of; None for the present.
    """

    app: str
    mode: Literal["lab", "live", "watch"]
    receipts: Receipts
    speed: Speed
    contexts: tuple[ContextView, ...]
    managers: tuple[ManagerView, ...]
    crashes: int = 0
    doubled: int = 0
    suppressed: int = 0
    lost: int = 0
    clock: float | None = None
    breakpoints: tuple[BreakpointView, ...] = ()
    notice: str = ""
    past: Past | None = None
    version: int = field(default=0, compare=False)
    """Goes up with every change, so that a screen can tell cheaply."""

    def at_full_speed(self, manager: ManagerView) -> bool:
        """Whether a manager takes larger turns right now, so that no single event is worth showing."""
        return self.speed == "max" and manager.state == "running"

    def manager(self, name: str) -> ManagerView:
        """The manager of that name. Raises KeyError."""
        for manager in self.managers:
            if manager.name == name:
                return manager
        raise KeyError(name)
