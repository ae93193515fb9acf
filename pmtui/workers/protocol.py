"""What a supervisor and a worker say to one another: JSON, one message a line.

Commands go to the worker's standard input, which ends when the supervisor dies. Reports come back on a pipe; each is
the worker's whole status, so that a newer one stands for all before it.
"""

from typing import Literal

import msgspec

from pmtui.model.app import Receiver
from pmtui.model.manager import Delivery
from pmtui.storage.ledger import Counters, Taken
from pmtui.workers.breakpoints.breakpoint import Breakpoint, Deed

WorkerState = Literal["starting", "paused", "running", "idle", "failed", "stopped"]
Speed = Literal["phase", "1", "4", "20", "max"]

EXIT_FAILED = 3
"""A handler failed, or a log or ledger cannot be used: restarting by itself would change nothing."""
EXIT_SUPERSEDED = 4
"""Another worker has taken over: never restarted."""


class Begin(msgspec.Struct, tag="begin"):
    """The first command: what to run.

    Attributes:
        app: where the app is found, absolute (`AppFile.spec`).
        manager: which of its managers.
        data: the data folder.
        virtual: whether this is the lab's scratch copy: time is that of the events, every log is `NAME.db` there.
        receivers: by context, in place of what the app says.
        moments: in a lab, the file of its moments; empty: none are remembered.
        paused, speed, breakpoints: as the commands below set them.
        hits: how often breakpoints were hit by the manager's workers before, by number.
    """

    app: str
    manager: str
    data: str
    virtual: bool
    receivers: dict[str, Receiver]
    moments: str = ""
    paused: bool = False
    speed: Speed = "max"
    breakpoints: tuple[Breakpoint, ...] = ()
    hits: dict[int, int] = {}


class Pause(msgspec.Struct, tag="pause"):
    """Stop at the next point, or after the turn in hand at full speed."""


class Step(msgspec.Struct, tag="step"):
    """While paused: one phase, after the steps asked for before."""


class StepEvent(msgspec.Struct, tag="step_event"):
    """While paused: to the end of the event in hand, or of the next one, after the steps asked for before."""


class GoOn(msgspec.Struct, tag="go_on"):
    """No longer paused."""


class SetSpeed(msgspec.Struct, tag="speed"):
    """How fast to go."""

    speed: Speed


class SetBreakpoints(msgspec.Struct, tag="breakpoints"):
    """Stop or die where one of these is hit, in place of those before; while there are any, an event a turn."""

    breakpoints: tuple[Breakpoint, ...]


class SetReceivers(msgspec.Struct, tag="receivers"):
    """By context, from the next action on."""

    receivers: dict[str, Receiver]


class Advance(msgspec.Struct, tag="advance"):
    """Move virtual time on, in microseconds since 1970."""

    to: int


class Look(msgspec.Struct, tag="look"):
    """Look at all sources again; the next report is from after that."""


class Stop(msgspec.Struct, tag="stop"):
    """Finish the turn in hand and end."""


Command = Begin | Pause | Step | StepEvent | GoOn | SetSpeed | SetBreakpoints | SetReceivers | Advance | Look | Stop


class EventReport(msgspec.Struct, frozen=True):
    """An event by its place; `correlation` is empty before it is decided."""

    source: str
    position: int
    type: str
    stream: str
    correlation: str = ""


class TimerReport(msgspec.Struct, frozen=True):
    """A pending timer; due in microseconds since 1970."""

    type: str
    due: int


class InstanceReport(msgspec.Struct, frozen=True):
    """The instance of the event in hand as the worker has it in memory; `state` is JSON text."""

    correlation: str
    status: str
    started: str
    state: str
    timers: tuple[TimerReport, ...]


class TurnReport(msgspec.Struct, frozen=True):
    """The turn in hand, or the last one.

    Attributes:
        event: its last event; `first` the position of its first one of the same source; `size` how many.
        point: the last point reached.
        taken: of a turn of one event, its actions on logs once decided, `asked` until taken.
        targets: of a larger turn, (context, actions, whether they were taken).
        cursor: the durable cursor in the event's source.
    """

    number: int
    event: EventReport
    first: int
    size: int
    point: str
    finished: bool
    delivery: Delivery
    repeated: bool
    cursor: int
    taken: tuple[Taken, ...] = ()
    targets: tuple[tuple[str, int, bool], ...] = ()


class StopReport(msgspec.Struct, frozen=True):
    """The breakpoint that a worker has stopped at and not gone on from, or is about to die at: hit for the how manieth
    time."""

    number: int
    time: int
    deed: Deed


class FailureReport(msgspec.Struct, frozen=True):
    """Why the worker ended by itself; see `EventFailed`.

    Attributes:
        event: the one that cannot be handled, if it is one; it may be any of its turn.
    """

    sentence: str
    place: str = ""
    trace: tuple[str, ...] = ()
    event: EventReport | None = None


class Report(msgspec.Struct, frozen=True):
    """A worker's whole status.

    Attributes:
        heard: how many commands it has carried out.
        turn: the turn in hand, or the last one.
        upcoming: while paused between turns, the event that comes next.
        instance: that of the turn's last event.
        counters: the ledger's totals.
        stop: why it stands where it stands, if that is a breakpoint.
        hits: how often each breakpoint was hit, those before this worker included, by number.
        next_due: when the earliest pending timer is due, and `clock` the time it goes by (0: unknown), in microseconds
            since 1970.
    """

    state: WorkerState
    pid: int
    heard: int
    turn: TurnReport | None = None
    upcoming: EventReport | None = None
    instance: InstanceReport | None = None
    counters: Counters = Counters()
    next_due: int | None = None
    clock: int = 0
    stop: StopReport | None = None
    hits: dict[int, int] = {}
    failure: FailureReport | None = None


_commands: msgspec.json.Decoder[Command] = msgspec.json.Decoder(Command)
_reports = msgspec.json.Decoder(Report)
_encode = msgspec.json.Encoder().encode


def line(message: Command | Report) -> bytes:
    """A message as it goes over the pipe."""
    return _encode(message) + b"\n"


def command_of(text: bytes) -> Command:
    """The command in a line."""
    return _commands.decode(text)


def report_of(text: bytes) -> Report:
    """The report in a line."""
    return _reports.decode(text)
