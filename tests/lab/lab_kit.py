"""Shops to open in the lab, and a person's hands."""

import asyncio
import hashlib
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pmtui.lab.session import LabSession
from pmtui.lab.settings import Options
from pmtui.storage.folder import DataFolder
from pmtui.view.snapshot import ManagerView, Snapshot
from pmtui.workers.appfile import load
from tests.placing import place

ONE = """
from pmtui import App, Append, NewEvent, ProcessManager, Send, handles

app = App("shop", contexts=["orders", "payments", "shipping"])


@app.manager
class Fulfilment(ProcessManager):
    correlate = "order_id"
    delivery = "act-then-save"

    @handles("orders", "OrderPlaced", starts=True)
    def place(self, event, state):
        order = event.data["order_id"]
        for name in event.data.get("do", "ps"):
            if name == "p":
                yield Send("payments", f"payment-{order}", "TakePayment", {"order_id": order})
            if name == "s":
                yield Append("shipping", f"shipment-{order}", "ShipmentRequested", {"order_id": order})
            if name == "!":
                raise RuntimeError("out of stock")


@app.aggregate("payments")
def payment(history, command):
    yield NewEvent("PaymentTaken", command.data)
"""

TWO = """
from datetime import timedelta

from pmtui import App, Append, Complete, NewEvent, ProcessManager, Schedule, Send, handles

app = App("shop", contexts=["orders", "payments", "shipping", "notifications"])


@app.manager
class Fulfilment(ProcessManager):
    correlate = "order_id"

    @handles("orders", "OrderPlaced", starts=True)
    def take_payment(self, event, state):
        order = event.data["order_id"]
        yield Send("payments", f"payment-{order}", "TakePayment", {"order_id": order})
        yield Schedule("PaymentOverdue", after=timedelta(minutes=30))

    @handles("payments", "PaymentTaken")
    def ship(self, event, state):
        order = event.data["order_id"]
        yield Append("shipping", f"shipment-{order}", "ShipmentRequested", {"order_id": order})

    @handles("timers", "PaymentOverdue")
    def remind(self, event, state):
        order = event.data["order_id"]
        yield Append("notifications", f"customer-{order}", "ReminderSent", {"order_id": order})


@app.manager
class Refunds(ProcessManager):
    correlate = "order_id"

    @handles("payments", "PaymentTaken", starts=True)
    def note(self, event, state):
        yield Append("notifications", f"customer-{event.data['order_id']}", "Noted", {})


@app.aggregate("payments")
def payment(history, command):
    yield NewEvent("PaymentTaken", command.data)
"""

SECONDS = 20.0

Open = Callable[..., Awaitable["Hands"]]


def orders(data: Path, *do: str) -> None:
    """An order for each word, a letter an action."""
    place(data / "orders.db", [("OrderPlaced", {"order_id": f"order-{i}", "do": w}) for i, w in enumerate(do, 1)])


def hashes(folder: Path) -> dict[str, str]:
    """Every file of a folder, with what is in it."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "folder"
        for path in sorted(folder.rglob("*"))
    }


def inside(folder: Path) -> list[Path]:
    """What lies in a folder, nothing where there is none."""
    return sorted(folder.iterdir()) if folder.exists() else []


@dataclass
class Hands:
    """Somebody at the lab, who looks at what every key did before the next one."""

    session: LabSession
    name: str = "fulfilment"

    @property
    def now(self) -> Snapshot:
        return self.session.snapshot()

    @property
    def manager(self) -> ManagerView:
        return self.now.manager(self.name)

    @property
    def point(self) -> str:
        return point(self.manager)

    @property
    def hints(self) -> dict[str, str]:
        return dict(self.manager.consequence.hints)

    @property
    def words(self) -> str:
        return f"{self.manager.consequence.headline} {self.manager.consequence.detail}".strip()

    async def until(self, holds: Callable[[Snapshot], bool]) -> Snapshot:
        try:
            async with asyncio.timeout(SECONDS):
                return await self.session.until(holds)
        except TimeoutError:
            raise AssertionError(f"never came: {self.now}") from None

    async def changes(self, key: Callable[[str], Awaitable[None]]) -> str:
        """Press a key that moves the point; where it has come to."""
        before = self.point
        await key(self.name)
        await self.until(lambda now: point(now.manager(self.name)) != before)
        return self.point

    async def step(self, times: int = 1) -> str:
        for _ in range(times):
            await self.changes(self.session.step)
        return self.point

    async def event(self) -> str:
        """Step to the end of the event."""
        before = self.point if finished(self.manager) else ""
        await self.session.step_event(self.name)
        await self.until(lambda now: finished(now.manager(self.name)) and point(now.manager(self.name)) != before)
        return self.point

    async def crash(self) -> None:
        await self.session.crash(self.name)
        await self.dead()

    async def dead(self) -> None:
        await self.until(
            lambda now: (
                now.manager(self.name).state == "killed" and "Reading" not in now.manager(self.name).consequence.detail
            )
        )

    async def restart(self) -> None:
        old = self.manager.pid
        await self.session.restart(self.name)
        await self.until(
            lambda now: (
                now.manager(self.name).pid != old
                and now.manager(self.name).state not in ("killed", "failed", "starting")
            )
        )

    async def restart_into(self, state: str) -> None:
        """Restart, and wait until it is in a state with another worker."""
        old = self.manager.pid
        await self.session.restart(self.name)
        await self.until(lambda now: now.manager(self.name).pid != old and now.manager(self.name).state == state)

    async def dry(self) -> None:
        """Go on until there is nothing to do."""
        await self.session.go_on(self.name)
        await self.until(lambda now: all(each.state == "idle" and not each.to_do for each in now.managers))

    async def types(self, context: str) -> list[str]:
        return [row.type for row in (await self.session.log_page(context, 100)).rows]


def point(manager: ManagerView) -> str:
    return "" if manager.turn is None else manager.turn.point


def finished(manager: ManagerView) -> bool:
    turn = manager.turn
    if turn is None or not turn.point:
        return False
    if turn.delivery == "act-then-save":
        return turn.point.endswith(":saved")
    return all(action.outcome is not None for action in turn.actions) and not turn.point.endswith((":read", ":decided"))


async def opened(app: str, data: Path, **options: Any) -> Hands:
    """The lab on an app and a data folder beside it."""
    file = data.parent / "shop.py"
    if app:
        file.write_text(app)
    session = await LabSession.open(load(str(file)), DataFolder(data), Options(**options), lambda what, done: None)
    return Hands(session)


def number(words: str) -> int:
    """How many actions a hint speaks of."""
    found = re.search(r"(\d+)(?: of \d+)? actions?", words)
    return int(found[1]) if found else 1
