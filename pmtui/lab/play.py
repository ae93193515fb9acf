"""The lab's story as text, for where there is no terminal: a real worker, a real kill, what the restart does."""

from collections.abc import Callable

from pmtui.lab.session import LabSession
from pmtui.lab.settings import Options
from pmtui.model.app import Receiver
from pmtui.model.point import Phase
from pmtui.storage.folder import DataFolder
from pmtui.view.snapshot import ManagerView, Snapshot
from pmtui.workers.appfile import AppFile
from pmtui.workers.copies import unseen

Say = Callable[[str], None]


async def play(found: AppFile, source: DataFolder, say: Say) -> None:
    """Crash the first manager after its first action, without receipts and with them, and tell what happens.

    Args:
        found: the app; its first manager must come to an event with an action.
        source: its data folder, which is only read.
        say: called with each line.

    Raises:
        PmtuiError: the app or its files cannot be used.
    """
    session = await LabSession.open(found, source, Options(receiver="none"), unseen)
    try:
        manager = next(iter(found.app.managers))
        say(f"{found.app.name}: the process manager {manager} over {', '.join(found.app.contexts)}, in a scratch copy.")
        await _scene(session, manager, "none", "Receipts off", say)
        await _scene(session, manager, "exact", "Receipts on", say)
    finally:
        await session.close()


async def _scene(session: LabSession, manager: str, receiver: Receiver, title: str, say: Say) -> None:
    if receiver != "none":
        session.set_receipts(receiver)
        await session.start_over()
    say("")
    say(f"{title}.")
    now = session.snapshot()
    _tell(now.manager(manager), say)
    await _act(session, manager, say)
    await session.crash(manager)
    now = await session.until(lambda now: now.manager(manager).state == "killed" and _told(now.manager(manager)))
    say(f"  x   SIGKILL to worker {now.manager(manager).pid}.")
    _tell(now.manager(manager), say)
    await session.restart(manager)
    now = await session.until(lambda now: now.manager(manager).state == "paused")
    say(f"  r   A new worker, {now.manager(manager).pid}.")
    _tell(now.manager(manager), say)
    await _act(session, manager, say)
    await session.step(manager)
    now = await _reached(session, manager, "saved")
    say("  s")
    _tell(now.manager(manager), say)
    say(f"  {now.crashes} crash, {now.doubled} doubled, {now.suppressed} stopped by a receipt, {now.lost} lost.")


async def _act(session: LabSession, manager: str, say: Say) -> None:
    """Step until the first action is taken."""
    phases: tuple[Phase, ...] = ("read", "decided", "acted")
    for phase in phases:
        await session.step(manager)
        now = await _reached(session, manager, phase)
        say("  s")
        _tell(now.manager(manager), say)


async def _reached(session: LabSession, manager: str, phase: Phase) -> Snapshot:
    return await session.until(lambda now: _stands_at(now.manager(manager), phase))


def _stands_at(manager: ManagerView, phase: Phase) -> bool:
    return manager.turn is not None and manager.turn.phase == phase and manager.state != "killed"


def _told(manager: ManagerView) -> bool:
    return "Reading" not in manager.consequence.detail


def _tell(manager: ManagerView, say: Say) -> None:
    line = manager.consequence
    say(f"      {line.headline} {line.detail}".rstrip())
    for key, words in line.hints:
        say(f"        {key}  {words}")
