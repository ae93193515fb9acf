"""`pmtui run`: the managers headless, each in a worker."""

import asyncio
import contextlib
import json
import signal
import sys
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from pmtui.cli.options import app_argument, data_folder, data_option, receiver_option
from pmtui.model.app import App, Receiver
from pmtui.model.errors import InputError
from pmtui.model.point import Point
from pmtui.storage.folder import DataFolder
from pmtui.storage.ledger import Counters
from pmtui.view.atrest import at_rest
from pmtui.view.reader import Reader
from pmtui.view.safe import safe
from pmtui.view.status import ManagerStatus, status_of
from pmtui.view.words import count, crashes
from pmtui.workers.appfile import AppFile, load
from pmtui.workers.breakpoints.breakpoint import at_point
from pmtui.workers.process import WorkerProcess
from pmtui.workers.supervisor import Supervisor


@dataclass(frozen=True, slots=True)
class Order:
    """What `run` was told to do."""

    until_idle: bool
    receiver: Receiver | None
    crash_at: Point | None
    restart: bool


@click.command()
@app_argument
@data_option
@click.option("--until-idle", is_flag=True, help="End when nothing is left to handle; timers not due yet do not count.")
@receiver_option
@click.option(
    "--crash-at", metavar="POINT", help="Kill the worker there with SIGKILL, once: fulfilment:orders@3:acted:0"
)
@click.option("--no-restart", is_flag=True, help="Leave a worker that died dead.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, and only that.")
def command(
    app: str,
    data: Path | None,
    until_idle: bool,
    receiver: Receiver | None,
    crash_at: str | None,
    no_restart: bool,
    as_json: bool,
) -> None:
    """Run an app's managers, each in a worker that is restarted when it dies."""
    found = load(app)
    folder = data_folder(found, data)
    point = None if crash_at is None else checked_point(found.app, crash_at)
    order = Order(until_idle, receiver, point, not no_restart)
    reader = Reader(found.app, folder, unseen=True)  # or its closing would be the last, and leave its traces

    def stand(reader: Reader) -> dict[str, ManagerStatus]:
        for name in reader.files:
            reader.log(name)  # also those that no manager reads: one that is broken is told before anything starts
        return {name: status_of(reader, manager) for name, manager in found.app.managers.items()}

    before = at_rest(reader, stand)
    for name, path in reader.files.items():
        events = folder.events_file(name)
        if not path.exists() and events is not None:
            click.echo(safe(f"{path} is new and empty; to fill it: pmtui import {path} {events}"), err=True)
    results, complaints = asyncio.run(_run(found, folder, order))
    after = [
        _difference(status, before[name].counters, *results[name]) for name, status in at_rest(reader, stand).items()
    ]
    if as_json:
        click.echo(json.dumps({"managers": {status.name: status.as_json() for status in after}}))
    else:
        for status in after:
            click.echo(summary(status))
    for complaint in complaints:
        click.echo(complaint, err=True)
    sys.exit(1 if complaints or any(status.state in ("failed", "killed") for status in after) else 0)


def checked_point(app: App, text: str) -> Point:
    """A point that this app can come to.

    Raises:
        InputError: it is malformed, or names a manager or source that is not there.
    """
    point = Point.parse(text)
    if point.manager not in app.managers:
        raise InputError(f"{text}: no manager {point.manager!r}; there are {', '.join(app.managers)}")
    sources = app.managers[point.manager].sources
    if point.source not in sources:
        raise InputError(f"{text}: {point.manager} does not read {point.source!r}; it reads {', '.join(sources)}")
    if point.target is not None and point.target not in app.contexts:
        raise InputError(f"{text}: no context {point.target!r}; there are {', '.join(app.contexts)}")
    return point


async def _run(found: AppFile, folder: DataFolder, order: Order) -> tuple[dict[str, tuple[str, str, int]], list[str]]:
    """Run; how each manager ended (state, reason, crashes), and what did not go as asked."""
    receivers = {name: order.receiver or context.receiver for name, context in found.app.contexts.items()}
    deaths = _Deaths(restart=order.restart)
    supervisor = Supervisor(
        found, folder.path, receivers=receivers, restart=order.restart, on_change=lambda: deaths.tell(supervisor)
    )
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stopped.set)
    if sys.stderr.isatty():
        click.echo(safe(f"running {', '.join(found.app.managers)}; ctrl+c ends it"), err=True)
    try:
        for name in found.app.managers:
            point = order.crash_at
            dies = (at_point(point, "crash"),) if point is not None and point.manager == name else ()
            await supervisor.start(name, breakpoints=dies)
        await _until(stopped.wait(), supervisor.settled() if order.until_idle else supervisor.all_ended())
        idle = {name for name in found.app.managers if supervisor.alive(name)} if order.until_idle else set()
    finally:
        deaths.restart = False
        await supervisor.stop()
    results = {name: _ending(supervisor, name, name in idle and not stopped.is_set()) for name in found.app.managers}
    complaints: list[str] = []
    if order.crash_at is not None and not supervisor.crashes[order.crash_at.manager]:
        complaints.append(f"{order.crash_at} was never reached")
    return results, complaints


class _Deaths:
    """Says on standard error that a manager failed or its worker was killed, when it happens and once.

    Attributes:
        restart: whether a killed worker is started again.
    """

    def __init__(self, *, restart: bool) -> None:
        self.restart = restart
        self._told: set[WorkerProcess] = set()

    def tell(self, supervisor: Supervisor) -> None:
        """Look at the newest worker of each manager."""
        for name, worker in supervisor.workers.items():
            if worker.died is None or worker in self._told:
                continue
            self._told.add(worker)
            state, reason, _ = _ending(supervisor, name, idle=False)
            if state in ("failed", "killed"):
                next_ = "; starting another one" if state == "killed" and self.restart else ""
                with contextlib.suppress(OSError):  # that nobody reads it any more must not end the run
                    click.echo(f"{name} {state}: {safe(reason)}{next_}", err=True)


async def _until(*endings: Coroutine[Any, Any, object]) -> None:
    """Wait for the first of several things."""
    tasks = [asyncio.create_task(ending) for ending in endings]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()


def _ending(supervisor: Supervisor, name: str, idle: bool) -> tuple[str, str, int]:
    worker = supervisor.workers[name]
    crashes = supervisor.crashes[name]
    if worker.report is not None and worker.report.failure is not None:
        failure = worker.report.failure
        return "failed", f"{failure.sentence} ({failure.place})" if failure.place else failure.sentence, crashes
    if worker.ended_itself:
        return ("idle" if idle else "stopped"), "", crashes
    code = worker.exit_code or 0
    how = f"died of signal {-code}" if code < 0 else f"exited with code {code}"
    return "killed", f"its worker {how}", crashes


def _difference(status: ManagerStatus, before: Counters, state: str, reason: str, crashes: int) -> ManagerStatus:
    """What this run made: the ledger's totals less those before, and the crashes that were seen."""
    made = status.counters - before
    made = Counters(made.handled, made.ignored, made.performed, made.suppressed, crashes, made.late)
    return ManagerStatus(status.name, state, reason, status.since, status.pid, made, status.progress, status.oldest_at)


def summary(status: ManagerStatus) -> str:
    """One manager in one line."""
    counters = status.counters
    parts = [f"{count(counters.handled, 'event')} handled", f"{counters.ignored:,} ignored"]
    parts.append(f"{count(counters.performed, 'action')} performed")
    if counters.suppressed:
        parts.append(f"{counters.suppressed:,} stopped by receipts")
    if counters.crashes:
        parts.append(crashes(counters.crashes))
    if counters.late:
        parts.append(f"{counters.late:,} IGNORED BECAUSE THEIR START CAME LATER")
    behind = sum(each.behind for each in status.progress.values())
    parts.append(f"{behind:,} to do" if behind else "nothing to do")
    return f"{status.name}: {status.state}; {', '.join(parts)}"
