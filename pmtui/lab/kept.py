"""Breakpoints kept from one lab to the next, a small file for each app."""

import stat
from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path

import msgspec
import platformdirs

from pmtui.model.errors import InputError
from pmtui.storage.whole import write_whole
from pmtui.workers.appfile import AppFile
from pmtui.workers.breakpoints.grammar import read

MOST = 100
"""How many breakpoints an app may have."""
_LARGEST = 2**18


class Kept(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A breakpoint as it is kept: as `str` writes it, and whether it is on."""

    breakpoint: str
    enabled: bool = True


class _File(msgspec.Struct, forbid_unknown_fields=True):
    breakpoints: list[Kept]


def kept_file(found: AppFile) -> Path:
    """Where an app's breakpoints are kept: by its name and where it was found."""
    place = blake2b(found.spec.encode(errors="surrogateescape"), digest_size=6).hexdigest()
    return Path(platformdirs.user_state_dir("pmtui")) / "breakpoints" / f"{found.app.name}-{place}.json"


def load(path: Path) -> list[Kept]:
    """The breakpoints in a file, none if it is not there. Each of them can be read.

    Raises:
        InputError: one line that names the file and what is wrong in it.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # opening something else could wait for ever
            raise InputError(f"{path} is no file; breakpoints are not kept")
        if path.stat().st_size > _LARGEST:
            raise InputError(f"{path} is larger than {_LARGEST:,} bytes, so it is no file of breakpoints")
        text = path.read_bytes()
    except FileNotFoundError:
        return []
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}; breakpoints are not kept") from None
    try:
        kept = msgspec.json.decode(text, type=_File).breakpoints
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise InputError(f"{path} is no file of breakpoints: {error}") from None
    if len(kept) > MOST:
        raise InputError(f"{path} has {len(kept):,} breakpoints; there may be {MOST}")
    for number, each in enumerate(kept, 1):
        try:
            read(each.breakpoint)
        except InputError as error:
            raise InputError(f"{path}, breakpoint {number}: {error}") from None
    return kept


def save(path: Path, kept: Sequence[Kept]) -> None:
    """Keep these, in place of those before.

    Raises:
        InputError: one line: the file cannot be written.
    """
    try:
        write_whole(path, msgspec.json.format(msgspec.json.encode(_File(list(kept))), indent=2) + b"\n")
    except OSError as error:
        raise InputError(f"the breakpoints work, but cannot be kept in {path}: {error.strerror}") from None
