"""A lab's managers under a person's hands: each with its worker, and what they are told to do."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence

from pmtui.lab.ground import Ground
from pmtui.lab.hand import Death, Hand
from pmtui.lab.settings import Settings
from pmtui.model.app import Receiver
from pmtui.model.errors import InputError
from pmtui.model.point import Point
from pmtui.view.snapshot import ManagerView, Snapshot, Speed
from pmtui.workers.appfile import AppFile
from pmtui.workers.breakpoints.breakpoint import at_point
from pmtui.workers.protocol import (
    Advance,
    Command,
    GoOn,
    Pause,
    SetBreakpoints,
    SetReceivers,
    SetSpeed,
    Step,
    StepEvent,
)
from pmtui.workers.supervisor import Supervisor

Until = Callable[[Callable[[Snapshot], bool]], Awaitable[Snapshot]]
"""Waits for a picture in which something holds."""


class Hands:
    """All managers of a lab; commands are those of `Session`.

    Args:
        found: the app.
        ground: where it works.
        settings: what is set; that is changed here too.
        deaths: the crashes and failures of each manager until now.
        changed: called when something has changed that a picture may show.
        redraw: called when what is set has changed, which the picture of now shows at once.

    Attributes:
        by_name: each manager.
        going: whether managers go by themselves, not step by step.
    """

    def __init__(
        self,
        found: AppFile,
        ground: Ground,
        settings: Settings,
        deaths: Mapping[str, Sequence[Death]],
        changed: Callable[[], None],
        redraw: Callable[[], None],
    ) -> None:
        self.going = False
        self.by_name: dict[str, Hand] = {}
        for name, manager in found.app.managers.items():
            hand = self.by_name[name] = Hand(manager, deaths=list(deaths.get(name, ())))
            arranged = tuple(point for point in settings.crashes if point.manager == name)
            hand.crashes.extend(hand.deaths[-1].crashes if hand.deaths else arranged)
        self._crashes_before = {name: hand.crashed for name, hand in self.by_name.items()}
        self._settings = settings
        self._virtual = ground.scratch is not None
        self._changed = changed
        self._redraw = redraw
        self._supervisor = Supervisor(
            found,
            ground.folder.path,
            receivers=settings.receivers,
            virtual=self._virtual,
            moments=ground.moments,
            restart=False,
            errors=asyncio.subprocess.DEVNULL,
            on_change=self._noticed,
        )

    @property
    def crashes(self) -> dict[str, int]:
        """How often each manager's workers have crashed."""
        return {name: number + self._crashes_before[name] for name, number in self._supervisor.crashes.items()}

    async def settled(self) -> None:
        """See `Supervisor.settled`."""
        await self._supervisor.settled()

    async def start(self, manager: str) -> None:
        """Start a new worker for a manager that has none alive."""
        hand, breakpoints = self.by_name[manager], self._settings.breakpoints
        if hand.crashes and not breakpoints.crash_point(manager):
            hand.dies_at = hand.crashes.popleft()
            breakpoints.set_crash_point(manager, hand.dies_at)
        await self._supervisor.start(
            manager,
            paused=not self.going,
            speed=self._settings.speed,
            breakpoints=breakpoints.active,
            hits=breakpoints.hits(manager),
        )
        hand.worker = self._supervisor.workers[manager]
        for _, upto in self._settings.advances:
            hand.worker.tell(Advance(upto))

    async def end(self) -> None:
        """End all workers: in a scratch copy at once, elsewhere after their turn."""
        if self._virtual:
            for name, hand in self.by_name.items():
                if not hand.dead:
                    await self._supervisor.kill(name)
        await self._supervisor.stop()

    def _noticed(self) -> None:
        for name, hand in self.by_name.items():
            self._look_for_stop(name, hand)
        self._changed()

    def _look_for_stop(self, manager: str, hand: Hand) -> None:
        """Where a worker has stopped at a breakpoint, the others wait too."""
        breakpoints = self._settings.breakpoints
        if hand.report is not None:
            breakpoints.counted(manager, hand.report.hits)
        stop = hand.new_stop()
        if stop is None:
            return
        hand.why = breakpoints.met(stop)
        if stop.deed == "crash":
            self.tell_breakpoints()  # they are for once
        elif self.going:
            self._hold_others(manager)

    def _tell(self, manager: str, command: Command) -> None:
        worker = self.by_name[manager].worker
        if worker is not None:
            worker.tell(command)

    def tell_all(self, command: Command) -> None:
        """Tell every worker."""
        for name in self.by_name:
            self._tell(name, command)

    def tell_breakpoints(self) -> None:
        """Let the workers know which breakpoints are on."""
        self.tell_all(SetBreakpoints(self._settings.breakpoints.active))
        self._redraw()

    def _hold_others(self, manager: str) -> None:
        """While one manager is stepped the others wait."""
        if self.going:
            self.going = False
            self.tell_all(Pause())
        for name, hand in self.by_name.items():
            hand.held = name != manager

    def step(self, manager: str) -> None:
        """See `Session.step`."""
        self._step(manager, Step())

    def step_event(self, manager: str) -> None:
        """See `Session.step_event`."""
        self._step(manager, StepEvent())

    def _step(self, manager: str, command: Step | StepEvent) -> None:
        self._hold_others(manager)
        self._to_next_timer(manager)
        self._tell(manager, command)

    def _to_next_timer(self, manager: str) -> None:
        """If there is nothing else to do, the next thing to happen is its next timer."""
        report = self.by_name[manager].report
        if report is None or report.next_due is None or not self._virtual:
            return
        between = report.turn is None or report.turn.finished
        if report.state == "paused" and between and report.upcoming is None:
            self._tell(manager, Advance(report.next_due))

    def go_on(self) -> None:
        """See `Session.go_on`: those that wait for a manager go on with it."""
        self.going = True
        for hand in self.by_name.values():
            hand.held = False
        self.tell_all(GoOn())
        self._changed()

    def pause(self, manager: str) -> None:
        """See `Session.pause`."""
        self.going = False
        for name, hand in self.by_name.items():
            hand.held = name != manager
        self.tell_all(Pause())
        self._changed()

    async def crash(self, manager: str) -> None:
        """See `Session.crash`."""
        if not self.by_name[manager].dead:
            await self._supervisor.kill(manager)
            self._changed()

    def crash_at(self, manager: str, point: Point | None) -> None:
        """See `Session.crash_at`.

        Raises:
            InputError: the manager never comes there.
        """
        hand = self.by_name[manager]
        if point is not None and point.manager != manager:
            raise InputError(f"{point} is a point of {point.manager}, not of {manager}")
        if point is not None and point.source not in hand.manager.sources:
            raise InputError(f"{manager} does not read {point.source}: it reads {', '.join(hand.manager.sources)}")
        self._settings.breakpoints.set_crash_point(manager, point)
        self.tell_breakpoints()

    def set_receipts(self, receiver: Receiver) -> None:
        """See `Session.set_receipts`."""
        receivers = self._settings.receivers
        receivers.update(dict.fromkeys(receivers, receiver))
        self.tell_all(SetReceivers(receivers))
        self._redraw()

    def set_speed(self, speed: Speed) -> None:
        """See `Session.set_speed`."""
        self._settings.speed = speed
        self.tell_all(SetSpeed(speed))
        self._redraw()  # at once: the next key press may count on it

    def advance(self, upto: int, after: int) -> None:
        """Move time on, to microseconds since 1970, `after` being the number of the newest moment by then."""
        self._settings.advances.append((after, upto))
        self.tell_all(Advance(upto))

    def disarm(self) -> None:
        """Take back the arranged crashes that are set: other workers may have to die elsewhere."""
        for name, hand in self.by_name.items():
            if hand.dies_at is not None and self._settings.breakpoints.crash_point(name) == str(hand.dies_at):
                self._settings.breakpoints.set_crash_point(name, None)

    async def go_to(self, point: Point, until: Until) -> None:
        """Let a manager run up to a point and pause there.

        Raises:
            InputError: it never comes there.
        """
        hand = self.by_name.get(point.manager)
        if hand is None or hand.worker is None:
            raise InputError(f"{point}: no manager {point.manager!r}; there are {', '.join(self.by_name)}")
        worker = hand.worker
        worker.tell(SetBreakpoints((at_point(point, "pause"),)))
        worker.tell(SetSpeed("max"))
        number = worker.tell(GoOn())

        def halted(_: Snapshot) -> bool:
            report = hand.report
            return hand.dead or (report is not None and report.heard >= number and report.state != "running")

        await until(halted)
        while not hand.dead and self._virtual and worker.report is not None:
            if worker.report.state != "idle" or worker.report.next_due is None:
                break
            number = worker.tell(Advance(worker.report.next_due))  # all is dry: on to the next timer
            await until(halted)
        worker.tell(SetSpeed(self._settings.speed))
        worker.tell(SetBreakpoints(self._settings.breakpoints.active))
        if worker.report is None or worker.report.turn is None or worker.report.turn.point != str(point):
            raise InputError(f"{point} was never reached")
        await until(lambda now: _stands_at(now.manager(point.manager), point))


def _stands_at(manager: ManagerView, point: Point) -> bool:
    return manager.state == "paused" and manager.turn is not None and manager.turn.point == str(point)
