"""Replaying in a process of its own: handlers are somebody else's code, which may print, hang, or have been edited.

The process loads the app file anew, so what it tells is what the handlers do as they are now.
"""

import asyncio
import contextlib
import os
import sys

import msgspec

from pmtui.model.errors import PmtuiError
from pmtui.view.closeup.replay import Journalled, Step, replay
from pmtui.workers.appfile import load

_PATIENCE = 10.0


class _Order(msgspec.Struct, frozen=True):
    spec: str
    manager: str
    correlation: str
    events: list[Journalled]


_order = msgspec.json.Decoder(_Order).decode
_steps = msgspec.json.Decoder(list[Step]).decode


async def replayed(spec: str, manager: str, correlation: str, events: list[Journalled]) -> list[Step]:
    """What `replay` tells, from a new process; the last step has a problem where it did not come back.

    Args:
        spec: what finds the app, as in `AppFile`.
        manager: whose instance.
        correlation: its name.
        events: of this instance, from the first.
    """
    if not events:
        return []
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",
        "-m",
        "pmtui.view.closeup.replaying",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )
    try:
        async with asyncio.timeout(_PATIENCE):
            told, _ = await process.communicate(msgspec.json.encode(_Order(spec, manager, correlation, events)))
        return _steps(told)
    except TimeoutError:
        return [Step(problem=f"the handlers did not come back within {_PATIENCE:.0f} s")]
    except (msgspec.MsgspecError, ValueError):
        return [Step(problem="the handlers ended the process that ran them again")]
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def _main() -> None:
    answers = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # handlers may print
    os.nice(5)
    order = _order(sys.stdin.buffer.read())
    try:
        steps = replay(load(order.spec).app, order.manager, order.correlation, order.events)
    except PmtuiError as error:
        steps = [Step(problem=str(error))]
    with os.fdopen(answers, "wb") as out:
        out.write(msgspec.json.encode(steps))


if __name__ == "__main__":
    _main()
