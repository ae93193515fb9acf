"""What becomes of a story on the command line: its files, and running it again."""

import os
import shlex
from dataclasses import dataclass
from pathlib import Path

from pmtui.explorer.arranged import arranged
from pmtui.explorer.crashfile import CrashFile, crash_file, read, write_new
from pmtui.explorer.redact import redact
from pmtui.explorer.story import Story
from pmtui.explorer.testfile import test_file
from pmtui.model.errors import InputError
from pmtui.view.safe import safe
from pmtui.workers.appfile import AppFile


@dataclass(frozen=True, slots=True)
class Kept:
    """What was kept of a story.

    Attributes:
        file: the crash file; None where it could not be written.
        notes: what is to be said about the files, each with a label.
    """

    file: Path | None
    notes: tuple[tuple[str, str], ...]


def keep(found: AppFile, story: Story, nearest: str, *, write_test: Path | None, show_data: bool) -> Kept:
    """Write a story's crash file here, and its test where one is asked for.

    Raises:
        OSError: the test cannot be written.
    """
    kept: tuple[str, ...] = ()
    if not show_data:
        story, kept = redact(found.app, story)

    def as_seen_from(folder: Path) -> CrashFile:
        where, _, attribute = found.spec.rpartition(":")
        spec = f"{os.path.relpath(where, folder)}:{attribute}" if os.sep in where else found.spec
        return crash_file(story, found.app, spec, redacted=not show_data, kept=kept, nearest=nearest)

    notes: list[tuple[str, str]] = []
    file: Path | None = None
    try:
        file = write_new(Path(), as_seen_from(Path.cwd()))
        opens = "" if arranged(found.app, story) is None else f"; to open it: pmtui lab {shlex.quote(str(file))}"
        notes.append(("story", safe(f"{file}{opens}")))
        notes.append(("", _about_data(show_data, kept)))
    except OSError as error:
        notes.append(("note", f"the story could not be written here: {error.strerror}"))
    if write_test is not None:
        text = test_file(as_seen_from(write_test.absolute().parent), safe(story.violation.sentence))
        with write_test.open("x", encoding="utf-8") as opened:
            opened.write(text)
        notes.append(("test", safe(str(write_test))))
    return Kept(file, tuple(notes))


def read_story(found: AppFile, file: Path) -> Story:
    """The story in a crash file.

    Raises:
        InputError: one line that names the file.
    """
    told = read(file)
    try:
        return told.story_for(found.app)
    except InputError as error:
        raise InputError(f"{file}: {error}") from None


def app_of(file: Path) -> str:
    """Where a crash file says that its app was found, as APP; nothing is imported.

    Raises:
        InputError: one line that names the file.
    """
    spec = read(file).found
    if not spec:
        raise InputError(f"{file} does not say where its app is; name it: pmtui lab APP --story {file}")
    where, colon, attribute = spec.rpartition(":")
    in_file = where.endswith(".py")
    return f"{Path(os.path.normpath(file.absolute().parent / where))}{colon}{attribute}" if in_file else spec


def _about_data(shown: bool, kept: tuple[str, ...]) -> str:
    if shown:
        return "with what its events say"
    if not kept:
        return "without what its events say; --show-data leaves it in"
    return f"without what its events say, but for {safe(', '.join(kept), 300)}: it takes that to go the same way"
