"""An app whose events say how its handlers behave, and real workers that run it."""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from pmtui.model.point import Point
from pmtui.workers.appfile import AppFile, load
from pmtui.workers.breakpoints.breakpoint import Breakpoint, Deed, at_point
from pmtui.workers.process import WorkerProcess
from pmtui.workers.protocol import Begin, Command, Report
from pmtui.workers.supervisor import Supervisor
from tests.placing import place

SHOP = """
import multiprocessing
import os
import pathlib
import signal
import sys
import threading
import time
from datetime import datetime

from pmtui import App, Append, ProcessManager, Schedule, handles

app = App("shop", contexts=["orders", "payments"])


@app.manager
class Fulfilment(ProcessManager):
    correlate = "order_id"

    @handles("orders", "OrderPlaced", starts=True)
    def place(self, event, state):
        order = event.data["order_id"]
        match event.data.get("do"):
            case "hang":
                pathlib.Path(__file__).with_name("hanging").touch()
                while True:
                    time.sleep(0.05)
            case "fail":
                raise RuntimeError("out of stock")
            case "print":
                print('{"state":"failed","pid":1,"heard":9}')
                print("x" * 200_000, flush=True)
            case "say":
                sys.modules["said"].now()
            case "tell":
                told = {
                    "textual": [name for name in sys.modules if name.split(".")[0] == "textual"],
                    "forked": "pytest" in sys.modules,
                }
                yield Append("payments", "told", "Told", told)
            case "evil":
                raise type("Evil", (Exception,), {"__str__": lambda _: 1 / 0})
            case "two lines":
                raise RuntimeError("out of stock\\n  \\ud800 again")
            case "exit":
                os._exit(event.data["code"])
            case "thread":
                threading.Thread(target=time.sleep, args=(60,)).start()
            case "fork":
                forked = os.fork()
                if not forked:
                    signal.pause()
                pathlib.Path(__file__).with_name("forked").write_text(str(forked))
            case "remind":
                yield Schedule("Reminder", at=datetime.fromisoformat(event.data["at"]))
        yield Append("payments", f"payment-{order}", "PaymentAsked", {"order_id": order})
        yield Append("payments", f"payment-{order}", "InvoiceSent", {"order_id": order})

    @handles("timers", "Reminder")
    def remind(self, event, state):
        yield Append("payments", "reminders", "Reminded", {})

    @handles("orders", "Ping", starts=True)
    def ping(self, event, state):
        if event.data["left"]:
            yield Append("payments", "game", "Pong", {"order_id": "game", "left": event.data["left"] - 1})


@app.manager
class Courier(ProcessManager):
    correlate = "order_id"

    @handles("payments", "Pong", starts=True)
    def pong(self, event, state):
        if event.data["left"]:
            yield Append("orders", "game", "Ping", {"order_id": "game", "left": event.data["left"] - 1})
"""

SECONDS = 20.0


class Shop:
    """The app's file and its data folder."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "shop.py"
        self.data = folder / "data"
        self.data.mkdir()
        self.file.write_text(SHOP)

    @property
    def found(self) -> AppFile:
        return load(str(self.file))

    def place(self, *what: str | None, type_: str = "OrderPlaced", **more: Any) -> None:
        """Append an order for each word, which tells the handler what to do."""
        place(self.data / "orders.db", [(type_, {"do": do} | more) for do in what])

    def rows(self, sql: str, name: str = "payments.db") -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.data / name)) as connection:
            return connection.execute(sql).fetchall()

    def types(self) -> list[str]:
        return [row[0] for row in self.rows("SELECT type FROM events ORDER BY position")]

    def line(self, text: str) -> int:
        """The number of the line of the app's file that has a text in it."""
        return next(i for i, line in enumerate(self.file.read_text().splitlines(), 1) if text in line)

    @property
    def ledger(self) -> Path:
        return self.data / "ledgers" / "shop" / "fulfilment.db"

    @property
    def hanging(self) -> bool:
        """Whether a handler that hangs has begun."""
        return self.file.with_name("hanging").exists()

    def noted(self) -> tuple[Any, ...]:
        return self.rows("SELECT state, reason, clean FROM ledger", "ledgers/shop/fulfilment.db")[0]

    def cursor(self) -> int:
        sql = "SELECT coalesce(json_extract(cursors, '$.orders.position'), 0) FROM ledger"
        found = self.rows(sql, "ledgers/shop/fulfilment.db")
        return found[0][0] if found else 0


class Rig:
    """Starts workers and waits for what they report."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.workers: list[WorkerProcess] = []
        self._changed = asyncio.Event()

    async def start(self, **options: Any) -> WorkerProcess:
        begin = Begin(
            app=options.pop("app", f"{self.shop.file}:app"),
            manager=options.pop("manager", "fulfilment"),
            data=str(self.shop.data),
            virtual=options.pop("virtual", True),
            receivers=options.pop("receivers", {}),
            **options,
        )
        worker = await WorkerProcess.start(begin, self._changed.set, asyncio.subprocess.DEVNULL)
        self.workers.append(worker)
        return worker

    async def reached(self, worker: WorkerProcess, holds: Callable[[Report], bool]) -> Report:
        """Its first report from now on for which something holds."""
        async with asyncio.timeout(SECONDS):
            while worker.report is None or not holds(worker.report):
                assert worker.died is None, (worker.exit_code, worker.report)
                self._changed.clear()
                await self._changed.wait()
        return worker.report

    async def told(self, worker: WorkerProcess, command: Command) -> Report:
        """Its first report after it has carried out a command."""
        number = worker.tell(command)
        return await self.reached(worker, lambda report: report.heard >= number)

    async def ended(self, worker: WorkerProcess) -> int:
        async with asyncio.timeout(SECONDS):
            return await worker.ended()

    async def close(self) -> None:
        for worker in self.workers:
            worker.kill()
        for worker in self.workers:
            await self.ended(worker)


class Boss(Supervisor):
    """A supervisor that notes every worker it ever had."""

    def __init__(self, shop: Shop, **options: Any) -> None:
        options.setdefault("receivers", {})
        options.setdefault("virtual", True)
        options.setdefault("errors", asyncio.subprocess.DEVNULL)
        super().__init__(shop.found, shop.data, **options)

    async def settle(self) -> None:
        async with asyncio.timeout(SECONDS):
            await self.settled()

    async def all_end(self) -> None:
        async with asyncio.timeout(SECONDS):
            await self.all_ended()


async def eventually(holds: Callable[[], bool], seconds: float = SECONDS) -> None:
    """Wait for something that nobody reports."""
    async with asyncio.timeout(seconds):
        while not holds():
            await asyncio.sleep(0.01)


def dies_at(point: str, deed: Deed = "crash") -> tuple[Breakpoint, ...]:
    """The breakpoint at which a worker dies, or pauses."""
    return (at_point(Point.parse(point), deed),)


def point(report: Report) -> str:
    return "" if report.turn is None else report.turn.point
