"""How the lab is opened, and what a person sets in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pmtui.lab.breakpoints import Breakpoints
from pmtui.model.app import Receiver
from pmtui.model.point import Point
from pmtui.view.snapshot import Speed
from pmtui.workers.appfile import AppFile


@dataclass(frozen=True, slots=True)
class Options:
    """How the lab is opened.

    Attributes:
        from_start: without the ledgers and what the app's managers appended.
        receiver: for all contexts, in place of what the app says.
        receivers: the same for each context that it has.
        at: a point to go to before the person takes over.
        live: on the data folder itself.
        crashes: points at which workers are to die; each worker has the next one of its manager set.
        keep: whether breakpoints are kept from one lab of this app to the next.
    """

    from_start: bool = False
    receiver: Receiver | None = None
    at: Point | None = None
    live: bool = False
    receivers: Mapping[str, Receiver] = field(default_factory=dict)
    crashes: tuple[Point, ...] = ()
    keep: bool = False


@dataclass(slots=True)
class Settings:
    """What is set in a lab; it stays when the lab starts over or is taken back.

    Attributes:
        receivers: by context.
        breakpoints: which there are.
        crashes: see `Options`.
        speed: of managers that go.
        advances: how far time was moved on by hand, in microseconds since 1970, each behind the number of the newest
            moment by then; a new worker does not know.
    """

    receivers: dict[str, Receiver]
    breakpoints: Breakpoints
    crashes: tuple[Point, ...]
    speed: Speed = "4"
    advances: list[tuple[int, int]] = field(default_factory=list)

    @classmethod
    def of(cls, found: AppFile, options: Options) -> "Settings":
        """Those to begin with."""
        receivers: dict[str, Receiver] = {
            name: options.receivers.get(name) or options.receiver or context.receiver
            for name, context in found.app.contexts.items()
        }
        return cls(receivers, Breakpoints(found, keep=options.keep), options.crashes)
