"""A session in memory: a shop that goes the same way each time, for the tests and for looking at the screen.

`python -m tests.tui.fake [STATE]` opens the screen on a state that `in_state` knows, `start` by default.
"""

import asyncio
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from pmtui.model.app import Receiver
from pmtui.model.errors import InputError
from pmtui.model.point import Point
from pmtui.tui.app import Progress as Told
from pmtui.tui.run import run
from pmtui.view.breakpoints import breakpoint_view
from pmtui.view.closeup.lens import Progress
from pmtui.view.closeup.node import Closeup, branch, json_branch, leaf
from pmtui.view.closeup.subject import EventAt, Subject
from pmtui.view.finding.query import Query
from pmtui.view.finding.search import Direction, Found
from pmtui.view.journal import SAVED
from pmtui.view.offers import Offer
from pmtui.view.pages import (
    Handled,
    HandledPage,
    JournalAction,
    JournalEntry,
    JournalPage,
    LogPage,
    LogRow,
    Place,
)
from pmtui.view.session import Jump
from pmtui.view.snapshot import (
    BreakpointView,
    Consequence,
    ContextView,
    Failure,
    InstanceView,
    ManagerView,
    Past,
    Snapshot,
    SourceView,
    Speed,
    TimerView,
)
from pmtui.view.turn import ActionView, EventView, StepView, TurnView
from pmtui.workers.breakpoints.grammar import Vocabulary, read

PHASES = ("read", "decided", "acted", "saved")
ACTS = {
    "OrderPlaced": ("payments", "TakePayment", "PaymentTaken"),
    "PaymentTaken": ("shipping", "ShipmentRequested", "ShipmentRequested"),
}
ORDERS = (1, 2, 3, 6, 7, 8, 10)


@dataclass
class FakeSession:
    """The shop's manager `fulfilment`, one event and one phase at a time; `refunds` waits. Commands are recorded."""

    contexts: tuple[str, ...] = ("orders", "payments", "shipping", "notifications")
    calls: list[tuple[object, ...]] = field(default_factory=list)
    closed: int = 0
    slow: bool = False
    """Whether a search takes many slices, and time."""
    searches: int = 0

    def __post_init__(self) -> None:
        self.receipts: Receiver = "none"
        self.speed: Speed = "4"
        self.version = 0
        self.pid = 4711
        self.since = 998.0
        self.news = asyncio.Event()
        self.patch: dict[str, object] = {}
        self.manager_patch: dict[str, object] = {}
        self.then: int | None = None
        self.refuse: Exception | None = None
        self.reset()

    breakpoints: tuple[BreakpointView, ...] = ()
    offered: tuple[Offer, ...] = (
        Offer("OrderPlaced", "order-11", '{"order_id": "order-11", "amount": 30}', ("fulfilment",)),
        Offer("OrderCancelled", "order-2", '{"order_id": "order-2"}', (), ("fulfilment",)),
        Offer("OrderPraised", "order-3", '{"stars": 5}'),
    )

    def reset(self) -> None:
        self.logs: dict[str, list[LogRow]] = {name: [] for name in self.contexts}
        for position in ORDERS:
            kind = "OrderCancelled" if position == 6 else "OrderPlaced"
            self.put("orders", kind, f"order-{2 if position == 6 else position}", position)
        self.cursors = dict.fromkeys(self.contexts[:3], 0)
        self.journal: list[JournalEntry] = []
        self.phase = -1
        self.state = "paused"
        self.applied: dict[str, int] = {}
        self.outcome: ActionView | None = None
        self.repeated = False
        self.handled = self.crashes = self.doubled = self.suppressed = 0
        self.touch()

    def put(self, context: str, kind: str, label: str, position: int = 0, original: int = 0) -> int:
        rows = self.logs[context]
        last = rows[-1].position if rows else 0
        position = position or last + 1
        time = f"10:{4 + len(rows) // 60:02}:{len(rows) * 7 % 60:02}"
        rows.append(LogRow(position, kind, label, time, position - last - 1, original))
        return position

    def touch(self) -> None:
        self.version += 1
        self.news.set()
        self.news = asyncio.Event()

    # what it does

    @property
    def event(self) -> EventView | None:
        for context, cursor in self.cursors.items():
            if context != "shipping":
                for row in self.logs[context]:
                    if row.position > cursor:
                        return EventView(context, row.position, row.type, row.label)
        return None

    def advance(self) -> None:
        event = self.event
        if event is None:
            return
        self.phase += 1
        act = ACTS.get(event.type)
        if self.phase == 2 and act is None:
            self.phase = 3
        if self.phase == 2 and act is not None:
            context, kind, added = act
            first = self.applied.get(event.where, 0)
            if first and self.receipts != "none":
                self.outcome = ActionView("send", context, kind, "suppressed", 0, 0, first)
                self.suppressed += 1
            else:
                position = self.put(context, added, event.label, original=first)
                self.outcome = ActionView(
                    "send", context, kind, "doubled" if first else "performed", position, 1, first
                )
                self.doubled += bool(first)
                self.applied.setdefault(event.where, position)
        if self.phase == 3:
            self.journal.append(self.entry(event, "✓", "handled"))
            self.cursors[event.context] = event.position
            self.handled += 1
            self.phase, self.outcome, self.repeated = -1, None, False
        if self.event is None:
            self.cursors["shipping"] = self.logs["shipping"][-1].position

    def entry(self, event: EventView, glyph: str, words: str) -> JournalEntry:
        actions: tuple[JournalAction, ...] = ()
        done = self.outcome
        if done is not None and done.outcome == "suppressed":
            actions = (
                JournalAction(
                    f"{done.context}@{done.original}",
                    done.type,
                    "stopped by its receipt",
                    "accent",
                    fate="stopped",
                    context=done.context,
                    first=done.original,
                    added=1,
                ),
            )
        elif done is not None:
            twin = f"{done.context}@{done.original}" if done.original else ""
            told = f"doubled: {twin} again" if twin else "performed"
            actions = (
                JournalAction(
                    f"{done.context}@{done.first}",
                    done.type,
                    told,
                    "error" if twin else "quiet",
                    twin,
                    "doubled" if twin else "taken",
                    done.context,
                    done.first,
                    done.added,
                    done.original,
                ),
            )
        colour = {"✖": "error", "▸": "accent"}.get(glyph, "quiet")
        time = f"10:04:{len(self.journal) * 7 % 60:02}"
        number, saved = len(self.journal) + 1, glyph == "✓"
        key = (number, SAVED * saved, number * saved)
        entry = JournalEntry(key, glyph, event.where, event.type, event.label, words, time, actions, colour)  # type: ignore[arg-type]
        return replace(entry, source=event.context, first=event.position, last=event.position)

    # what it looks like

    def turn(self) -> TurnView | None:
        event = self.event
        if event is None:
            return None
        cursor = self.cursors[event.context]
        act = ACTS.get(event.type)
        where = f"to {act[0]}" if act else ""
        if self.outcome is not None:
            where = f"in {self.outcome.context}@{self.outcome.first}" if self.outcome.added else "nothing added"
        names = [("read", "in memory", False), ("decided", "in memory", False)]
        if act is not None:
            names.append(("action 1 of 1", where, True))
        names.append(("saved", f"{event.context} {cursor} → {event.position}", True))
        steps = tuple(
            StepView(label, place, "done" if i < self.phase else "now" if i == self.phase else "todo", durable)
            for i, (label, place, durable) in enumerate(names)
        )
        asked = ActionView("send", act[0], act[1]) if act else None
        actions = () if self.phase < 1 or asked is None else (self.outcome or asked,)
        detail = ":0" if self.phase == 2 else ""
        point = f"fulfilment:{event.where}:{PHASES[self.phase]}{detail}" if self.phase >= 0 else ""
        return TurnView(self.handled + 1, event, event.position, 1, point, steps, actions, cursor)

    def consequence(self) -> Consequence:
        event, phase = self.event, self.phase
        if self.state == "running":
            return Consequence(
                "Running, 4 events a second.", "7 events to do.", (("space", "pauses"), ("x", "kills it"))
            )
        if event is None:
            return Consequence("All handled.", "", (("a", "appends an event"), ("R", "starts over")))
        if self.state == "killed":
            again = f"restarts it: {event.where} is handled again and the action will be repeated"
            words = f"payments has the event; orders is still at {self.cursors[event.context]}."
            if self.outcome is None:
                return Consequence("Killed: nothing was durable.", "", (("r", "restarts it"),))
            return Consequence("Killed: acted, not saved.", words, (("r", again),))
        saves = f"saves, {event.context} {self.cursors[event.context]} → {event.position}"
        if phase == -1:
            return Consequence(
                f"Paused before {event.where}.", "Nothing of it has happened yet.", (("s", f"reads {event.where}"),)
            )
        if self.outcome is not None:
            match self.outcome.outcome:
                case "doubled":
                    words = (
                        f"payments@{self.outcome.first} repeats payments@{self.outcome.original}; nothing stopped it."
                    )
                    return Consequence(
                        "Acted again, not saved.", words, (("s", saves), ("x", "here repeats it once more"))
                    )
                case "suppressed":
                    words = "payments has it already."
                    return Consequence(
                        "Stopped by its receipt, not saved.", words, (("s", saves), ("x", "here changes nothing"))
                    )
            return Consequence(
                "Acted, not saved.",
                f"{self.outcome.context} has the event; {event.context} is still at {self.cursors[event.context]}.",
                (("s", saves), ("x", "here repeats the action")),
            )
        names = ("Read, not decided.", "Decided: 1 action, not taken.")
        return Consequence(names[min(phase, 1)], "", (("s", "goes on"), ("x", "here loses nothing")))

    def snapshot(self) -> Snapshot:
        turn = self.turn()
        sources = tuple(
            SourceView(
                name,
                cursor,
                self.logs[name][-1].position if self.logs[name] else 0,
                sum(row.position > cursor for row in self.logs[name]),
                False,
                sum(row.position <= cursor for row in self.logs[name]),
            )
            for name, cursor in self.cursors.items()
        )
        instance = None
        if turn is not None:
            instance = InstanceView(
                turn.event.label,
                "running",
                turn.event.where,
                (("paid", "False"),),
                (TimerView("PaymentOverdue", 1800.0),),
            )
        fulfilment = ManagerView(
            "fulfilment",
            self.state,  # type: ignore[arg-type]
            self.consequence(),
            self.pid,
            self.since,
            sources,
            turn,
            instance,
            next_timer=1560.0 if self.event else None,
            handled=self.handled,
        )
        waits = Consequence("It waits.", "fulfilment is being stepped.")
        refunds = ManagerView("refunds", "paused", waits, 4700, held=True)
        fulfilment = replace(fulfilment, **self.manager_patch)
        contexts = tuple(
            ContextView(name, rows[-1].position if rows else 0, ("refunds",) if name == "notifications" else ())
            for name, rows in self.logs.items()
        )
        now = Snapshot(
            "shop",
            "lab",
            self.receipts,
            self.speed,
            contexts,
            (fulfilment, refunds),
            self.crashes,
            self.doubled,
            self.suppressed,
            breakpoints=self.breakpoints,
            version=self.version,
        )
        if self.then is not None:
            context, _, position = (self.journal[self.then - 1].where if self.then else "").partition("@")
            past = Past("fulfilment", context, int(position or 0), self.then, self.handled, "2 events")
            now = replace(now, past=past)
        return replace(now, **self.patch)

    async def search_log(self, context: str, query: Query, place: int, direction: Direction, rows: int) -> Found:
        """Every term has to be in type or label."""
        self.searches += 1
        await asyncio.sleep(0.001 if self.slow else 0)
        rows = min(rows, 50) if self.slow else rows
        texts = {row.position: f"{row.type} {row.label}" for row in self.logs[context]}
        return self._found(texts, query, place, direction, rows)

    async def search_journal(self, manager: str, query: Query, place: int, direction: Direction, rows: int) -> Found:
        await asyncio.sleep(0)
        entries = self.journal if manager == "fulfilment" else []
        texts = {number: f"{entry.type} {entry.label}" for number, entry in enumerate(entries, 1)}
        return self._found(texts, query, place, direction, rows)

    def _found(self, texts: dict[int, str], query: Query, place: int, direction: Direction, rows: int) -> Found:
        if self.refuse is not None:
            raise self.refuse
        up = direction == "up"
        here = [number for number in texts if (number > place if up else number < place)]
        here = here[:rows] if up else here[-rows:]
        if not here:
            return Found((), place, 0, 0, ended=True)
        found = [n for n in here if all((term.text in texts[n]) != term.inverse for term in query.terms)]
        return Found(tuple(found), here[-1] if up else here[0], here[-1], len(here), ended=len(here) < rows)

    async def log_rows(self, context: str, positions: Sequence[int]) -> tuple[LogRow, ...]:
        wanted = set(positions)
        return tuple(replace(row, missing=0) for row in self.logs[context] if row.position in wanted)

    async def journal_rows(self, manager: str, ids: Sequence[int]) -> tuple[JournalEntry, ...]:
        return tuple(replace(self.journal[number - 1], key=(number, 0, number)) for number in ids)

    async def look(self, subject: Subject, progress: Progress) -> Closeup:
        """Every subject leads to its event's cause, so that a chain never ends."""
        self.called("look", subject)
        await asyncio.sleep(0)
        progress(1, 2)
        if isinstance(subject, EventAt) and subject.position > 900:
            raise InputError(f"{subject.where} is not in its log")
        odd = "[@click=app.quit]x[/] [/foo] 注文 " + "long " * 40
        data = json.dumps({"order_id": "order-1", "amount": 340, "items": [{"name": odd}, {"name": "b"}], "note": None})
        here = subject.where if isinstance(subject, EventAt) else type(subject).__name__
        position = subject.position + 1 if isinstance(subject, EventAt) else 1
        caused = leaf(f"orders@{position}", "OrderPlaced", "accent", EventAt("orders", position))
        nodes = (leaf("stream", "order-1"), json_branch("data", data), branch("caused", [caused]))
        return Closeup(subject, "event", here, "OrderPlaced", nodes, '{"specversion":"1.0"}')

    # what it can be asked

    async def changed(self, after: int) -> Snapshot:
        while self.version <= after:
            await self.news.wait()
        return self.snapshot()

    async def log_page(
        self, context: str, limit: int, *, after: int | None = None, before: int | None = None
    ) -> LogPage:
        await asyncio.sleep(0)
        rows = self.logs[context]
        if after is not None:
            chosen = [row for row in rows if row.position > after][:limit]
        elif before is not None:
            chosen = [row for row in rows if row.position < before][-limit:]
        else:
            chosen = rows[-limit:]
        first = chosen[0].position if chosen else 0
        last = chosen[-1].position if chosen else 10**9
        return LogPage(
            context,
            tuple(chosen),
            bool(chosen) and rows[0].position < first,
            bool(chosen) and rows[-1].position > last,
        )

    async def handled_page(self, limit: int, *, before: Place | None = None, after: Place | None = None) -> HandledPage:
        await asyncio.sleep(0)
        every = [Handled("fulfilment", entry) for entry in self.journal]
        none, end = (0, 0, 0), (10**9, 0, 0)
        if after is not None:
            low, high = after["fulfilment"], end
            shown = [each for each in every if each.entry.key > low][:limit]
        else:
            low, high = none, (before or {}).get("fulfilment", end)
            shown = [each for each in every if each.entry.key < high][-limit:]
        first, last = (shown[0].entry.key, shown[-1].entry.key) if shown else (high, low)
        return HandledPage(
            tuple(shown),
            {"fulfilment": low if after is not None else first},
            {"fulfilment": last},
            any(each.entry.key < first for each in every),
            any(each.entry.key > last for each in every),
        )

    async def journal_page(
        self, manager: str, limit: int, *, before: tuple[int, int, int] | None = None
    ) -> JournalPage:
        await asyncio.sleep(0)
        entries = list(self.journal)
        if self.event is not None and self.phase >= 0 and self.state == "paused":
            entries.append(self.entry(self.event, "▸", "in hand"))
        if manager != "fulfilment":
            entries = []
        if before is not None:
            entries = [entry for entry in entries if entry.key < before]
        return JournalPage(manager, tuple(entries[-limit:]), len(entries) > limit, False)

    def called(self, *call: object) -> None:
        self.calls.append(call)
        if self.refuse is not None:
            raise self.refuse

    async def step(self, manager: str) -> None:
        self.called("step", manager)
        self.advance()
        self.touch()

    async def step_event(self, manager: str) -> None:
        self.called("step_event", manager)
        self.advance()
        while self.phase >= 0:
            self.advance()
        self.touch()

    async def go_on(self, manager: str) -> None:
        self.called("go_on", manager)
        self.state = "running"
        self.touch()

    async def pause(self, manager: str) -> None:
        self.called("pause", manager)
        self.state = "paused"
        self.touch()

    async def crash(self, manager: str) -> None:
        self.called("crash", manager)
        self.crashes += 1
        if self.event is not None and self.phase >= 0:
            self.journal.append(self.entry(self.event, "✖", "killed, not saved"))
        self.state = "killed"
        self.touch()

    async def crash_at(self, manager: str, point: Point | None) -> None:
        self.called("crash_at", manager, point)

    async def add_breakpoint(self, text: str) -> int:
        self.called("add_breakpoint", text)
        vocabulary = Vocabulary(self.logs, ["OrderPlaced", "OrderCancelled", "PaymentTaken"], ["fulfilment", "refunds"])
        number = max((view.number for view in self.breakpoints), default=0) + 1
        new = read(text, number, vocabulary)
        self.breakpoints += (breakpoint_view(new, enabled=True, once=False, hits={}),)
        self.touch()
        return number

    async def remove_breakpoint(self, number: int) -> None:
        self.called("remove_breakpoint", number)
        self.breakpoints = tuple(view for view in self.breakpoints if view.number != number)
        self.touch()

    async def enable_breakpoint(self, number: int, on: bool) -> None:
        self.called("enable_breakpoint", number, on)
        self.breakpoints = tuple(
            replace(view, enabled=on) if view.number == number else view for view in self.breakpoints
        )
        self.touch()

    async def restart(self, manager: str) -> None:
        self.called("restart", manager)
        self.state, self.phase, self.outcome, self.repeated = "paused", -1, None, True
        self.pid += 1
        self.touch()

    async def start_over(self) -> None:
        self.called("start_over")
        self.reset()

    def set_receipts(self, receiver: Receiver) -> None:
        self.called("set_receipts", receiver)
        self.receipts = receiver
        self.touch()

    def set_speed(self, speed: Speed) -> None:
        self.called("set_speed", speed)
        self.speed = speed
        self.touch()

    async def offers(self, context: str) -> tuple[Offer, ...]:
        await asyncio.sleep(0)
        return self.offered if context == "orders" else ()

    async def append_again(self, context: str, position: int, *, same_id: bool) -> int:
        self.called("append_again", context, position, same_id)
        row = next(row for row in self.logs[context] if row.position == position)
        again = self.put(context, row.type, row.label)
        self.touch()
        return again

    async def advance_clock(self, seconds: float) -> None:
        self.called("advance_clock", seconds)

    async def append(self, context: str, stream: str, type: str, data: str, *, missing: int = 0) -> int:
        self.called("append", context, stream, type, data, *([missing] if missing else []))
        try:
            json.loads(data)
        except ValueError:
            raise InputError(f"{data!r} is no JSON object") from None
        rows = self.logs[context]
        position = self.put(context, type, stream, (rows[-1].position if rows else 0) + 1 + missing)
        self.touch()
        return position

    async def travel(self, jump: Jump) -> str:
        """Backwards and forwards through the orders that were handled."""
        self.called("travel", jump)
        at = self.handled if self.then is None else self.then
        to = at + (-1 if jump.startswith("earlier") else 1)
        if not to >= 0:
            return "Nothing was handled before this."
        self.then = to if to < self.handled else None
        self.touch()
        return ""

    async def travel_to(self, where: str, manager: str) -> str:
        self.called("travel_to", where, manager)
        if "@" not in where:
            raise InputError(f"{where!r} is no event")
        self.then = min(self.handled, int(where.partition("@")[2]))
        self.touch()
        return ""

    async def present(self) -> None:
        self.called("present")
        self.then = None
        self.touch()

    async def rewind(self) -> None:
        self.called("rewind")
        self.then = None
        self.touch()

    async def close(self) -> None:
        self.closed += 1


def _steps(session: FakeSession, count: int) -> None:
    for _ in range(count):
        session.advance()


async def in_state(name: str) -> FakeSession:
    """The shop in a state worth looking at."""
    session = FakeSession()
    if name == "start":
        return session
    if name == "many":
        session = FakeSession(("orders", "payments", "shipping", "notifications", "returns", "audit", "ledger"))
    _steps(session, 11)
    if name in ("killed", "doubled", "receipts"):
        await session.crash("fulfilment")
    if name in ("doubled", "receipts"):
        await session.restart("fulfilment")
        session.receipts = "exact" if name == "receipts" else "none"
        _steps(session, 3)
    if name == "failed":
        lines = ["Traceback (most recent call last):", '  File "shop.py", line 31, in take_payment', "    1 / 0"] * 15
        failure = Failure("ZeroDivisionError in take_payment: division by zero", "shop.py:31", tuple(lines))
        words = Consequence(
            f"Stopped: {failure.sentence}.", failure.place, (("r", "restarts it, with the code as it is now"),)
        )
        session.manager_patch = {"state": "failed", "failure": failure, "consequence": words}
    if name == "done":
        while session.event is not None:
            session.advance()
    if name == "fast":
        for context in session.contexts:
            for i in range(400):
                session.put(context, "OrderPlaced", f"order-{9000 + i}", 1_009_000 + i)
        session.speed, session.state = "max", "running"
        rates = tuple(15_000 + (i * 7919) % 4000 for i in range(60))
        session.manager_patch = {
            "rate": 15_210.0,
            "rates": rates,
            "running_instances": 1204,
            "completed_instances": 9812,
            "pending_timers": 318,
            "consequence": Consequence(
                "Running at full speed.",
                "481 events to do.",
                (("space", "pauses after the turn in hand"), ("x", "kills in the middle of a turn")),
            ),
        }
    if name == "hostile":
        for text in ("[@click=app.quit]x[/]", "[/foo]", "注文が入りました", "🚚🚚🚚 Shipped", "a" * 200):
            session.put("payments", text, text)
            session.journal.append(session.entry(EventView("orders", 3, text, text), "✓", text))
    if name == "actions":
        turn = session.turn()
        assert turn is not None
        acts = tuple(StepView(f"action {i + 1} of 6", f"in payments@{i}", "todo", True) for i in range(6))
        acts = (replace(acts[0], state="done"), replace(acts[1], state="now"), *acts[2:])
        done = tuple(replace(step, state="done") for step in turn.steps[:2])
        session.manager_patch = {"turn": replace(turn, steps=(*done, *acts, replace(turn.steps[-1], state="todo")))}
    return session


def main() -> int:
    name = sys.argv[1] if len(sys.argv) > 1 else "start"

    async def make(progress: Told) -> FakeSession:
        progress("copying orders …")
        session = await in_state(name)
        session.since = time.time() - 2
        return session

    return run(make)


if __name__ == "__main__":
    sys.exit(main())
