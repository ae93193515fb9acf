"""The explorer's look at an app, in a process of its own so that no key waits for it."""

import asyncio
import contextlib
import sys
from pathlib import Path

import msgspec

from pmtui.explorer import explore
from pmtui.explorer.reading import read_logs
from pmtui.model.app import Receiver
from pmtui.model.errors import PmtuiError
from pmtui.storage.errors import StorageError
from pmtui.storage.folder import DataFolder
from pmtui.view.safe import safe
from pmtui.workers.appfile import AppFile, load

_RECEIVERS: tuple[Receiver, ...] = ("none", "exact")


class Proof(msgspec.Struct, frozen=True):
    """What the explorer found with one receiver.

    Attributes:
        receiver: of all contexts.
        verdict: as `Verdict.verdict`.
        states: how many were covered.
        sentence: what is wrong, `safe`; empty if nothing is.
    """

    receiver: Receiver
    verdict: str
    states: int
    sentence: str


_PROOFS = msgspec.json.Decoder(tuple[Proof, ...])


async def prove(found: AppFile, source: DataFolder) -> tuple[Proof, ...]:
    """Have the explorer look at an app with receipts off and exact; takes about a second for the sample shop.

    Cancelled, it ends the process.

    Raises:
        PmtuiError: it could not.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", __name__, found.spec, str(source.path), stdout=-1, stderr=-1, stdin=-3
    )
    try:
        out, err = await process.communicate()
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode:
        lines = err.decode(errors="replace").strip().splitlines() or [f"exit code {process.returncode}"]
        raise StorageError(f"the explorer could not look: {safe(lines[-1])}")
    return _PROOFS.decode(out)


def look(found: AppFile, source: DataFolder) -> tuple[Proof, ...]:
    """The same in this process.

    Raises:
        PmtuiError: the logs cannot be read.
    """
    logs = read_logs(found.app, source)
    proofs: list[Proof] = []
    for receiver in _RECEIVERS:
        verdict = explore(found.app, logs, receivers=dict.fromkeys(found.app.contexts, receiver))
        sentence = verdict.why if verdict.violation is None else verdict.violation.sentence
        proofs.append(Proof(receiver, verdict.verdict, verdict.states, safe(sentence)))
    return tuple(proofs)


def main(spec: str, data: str) -> int:
    """Look, and print the proofs as JSON."""
    try:
        proofs = look(load(spec), DataFolder(Path(data)))
    except PmtuiError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.buffer.write(msgspec.json.encode(proofs))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
