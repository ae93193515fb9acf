"""`NAME.crash.json`: a story in a file, with all that it takes to run it again without the logs that it was found on.

One JSON object. `pmtui` says that it is a crash, `version` how to read it. `events` are CloudEvents by context, `steps`
what is done with them; `sentence`, `story` and `at` say the same for people. `app` is the app's name and where it was
found, as seen from the file's folder; nothing is ever imported because a file says so.
"""

import itertools
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from pmtui.explorer.story import Story
from pmtui.explorer.verdict import Kind, Step, Violation
from pmtui.model.app import App, Receiver
from pmtui.model.errors import InputError
from pmtui.model.point import Point
from pmtui.storage import cloudevent
from pmtui.storage.log import Row

VERSION = 1
_LARGEST = 16 * 2**20
_MOST = 10_000
"""A story has at most so many events and steps; those that an exploration finds have a few."""


class CrashFile(msgspec.Struct, frozen=True, kw_only=True):
    """What is in the file.

    Attributes:
        pmtui, version: always `crash`, and 1.
        app: the app's name.
        found: where the app was found: a path from the file's folder, `shop.py:app`, or `module:app`.
        kind, sentence, story, at, manager, steps: of the violation; the line in `at` is that of then.
        receivers, orders, order_independent, by_steps: as in `Story`.
        redacted: whether other texts and numbers stand for those of the events.
        kept: those that had to stay nevertheless, as `orders@1 amount`.
        nearest: what would have to be otherwise for nothing to be wrong.
        events: from outside, CloudEvents by context.
    """

    pmtui: Literal["crash"] = "crash"
    version: int = VERSION
    app: str
    found: str
    kind: Kind
    sentence: str
    story: tuple[str, ...]
    at: str
    manager: str
    steps: tuple[Step, ...]
    events: Mapping[str, tuple[msgspec.Raw, ...]]
    receivers: Mapping[str, Receiver] = {}
    orders: Literal["all", "oldest"] | Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] = "all"
    order_independent: bool = False
    by_steps: bool = True
    redacted: bool = False
    kept: tuple[str, ...] = ()
    nearest: str = ""

    def story_for(self, app: App) -> Story:
        """The story, for an app that it can be one of.

        Raises:
            InputError: one line: it is of another app, or the app has not what it names.
        """
        if app.name != self.app:
            raise InputError(f"the story is of the app {self.app!r}, not of {app.name}")
        for name in (*self.events, *self.receivers):
            if name not in app.contexts:
                raise InputError(f"the story has the context {name!r}; {app.name} has {', '.join(app.contexts)}")
        for step in self.steps:
            _check(step, app)
        logs = {name: _rows(name, events) for name, events in self.events.items()}
        positions = {name: tuple(row.position for row in rows) for name, rows in logs.items()}
        violation = Violation(self.kind, self.sentence, self.steps, self.story, "", self.manager, positions)
        return Story(violation, logs, self.receivers, self.orders, self.order_independent, self.by_steps)


def crash_file(story: Story, app: App, found: str, *, redacted: bool, kept: Sequence[str], nearest: str) -> CrashFile:
    """A story as a file has it; `found` is where its app was found."""
    violation = story.violation
    return CrashFile(
        app=app.name,
        found=found,
        kind=violation.kind,
        sentence=violation.sentence,
        story=violation.story,
        at=violation.at.rpartition("/")[2],
        manager=violation.manager,
        steps=violation.steps,
        events={
            name: tuple(msgspec.Raw(msgspec.json.encode(cloudevent.written(row, name))) for row in rows)
            for name, rows in story.logs.items()
        },
        receivers=story.receivers,
        orders=story.orders,
        order_independent=story.order_independent,
        by_steps=story.by_steps,
        redacted=redacted,
        kept=tuple(kept),
        nearest=nearest,
    )


def encoded(file: CrashFile) -> bytes:
    """A crash file's text, indented for people."""
    return msgspec.json.format(msgspec.json.encode(file), indent=1) + b"\n"


def write_new(folder: Path, file: CrashFile) -> Path:
    """Write `APP.crash.json`, or `APP-2.crash.json` and so on where that is there already; returns the path.

    Only its owner may read it. A file that tells of the same already is left as it is.

    Raises:
        OSError: it cannot be written.
    """
    text = encoded(file)
    for number in itertools.count(1):
        path = folder / f"{file.app}{f'-{number}' if number > 1 else ''}.crash.json"
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            if _tells_of(path, file):
                return path
            continue
        with os.fdopen(descriptor, "wb") as opened:
            opened.write(text)
        return path
    raise AssertionError("there is always a next number")


def _tells_of(path: Path, file: CrashFile) -> bool:
    """Whether the file that is there has the same story, perhaps in other words."""
    try:
        there = read(path)
    except InputError:
        return False
    words = {"sentence": file.sentence, "story": file.story}
    return encoded(msgspec.structs.replace(there, **words)) == encoded(file)


def read(path: Path) -> CrashFile:
    """Read a crash file. Nothing that it names is opened or imported.

    Raises:
        InputError: one line: it cannot be read, is too large, is something else, or of a newer pmtui.
    """
    try:
        with path.open("rb") as opened:
            text = opened.read(_LARGEST + 1)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from None
    if len(text) > _LARGEST:
        raise InputError(f"{path}: larger than {_LARGEST // 2**20} MB; no crash file is")
    try:
        return decoded(text)
    except InputError as error:
        raise InputError(f"{path}: {error}") from None


def decoded(text: bytes | str) -> CrashFile:
    """A crash file from its text.

    Raises:
        InputError: one line: it is something else, or of a newer pmtui.
    """
    try:
        head = msgspec.json.decode(text, type=_Head)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise InputError('not a crash file: it needs "pmtui": "crash" and a version') from None
    if head.version != VERSION:
        newer = "; a newer pmtui wrote it" if head.version > VERSION else ""
        raise InputError(f"version {head.version} of crash files is not known here{newer}")
    try:
        file = msgspec.json.decode(text, type=CrashFile)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise InputError(f"not a crash file: {error}") from None
    if len(file.steps) > _MOST or sum(map(len, file.events.values())) > _MOST:
        raise InputError(f"more than {_MOST:,} events or steps; no story has so many")
    return file


class _Head(msgspec.Struct):
    """What every version has."""

    pmtui: Literal["crash"]
    version: int


def _check(step: Step, app: App) -> None:
    """See that an app could take a step.

    Raises:
        InputError: it names what is not there.
    """
    if step.what == "arrived":
        known: Iterable[str] = app.contexts
    elif step.manager not in app.managers:
        raise InputError(f"the story has the manager {step.manager!r}; {app.name} has {', '.join(app.managers)}")
    else:
        known = app.managers[step.manager].sources
        Point.parse(step.point)
    if not step.sources:
        raise InputError("a step of the story has no events")
    for source in step.sources:
        if source not in known:
            raise InputError(f"the story reads {source!r}; there are {', '.join(known)}")


def _rows(name: str, events: Sequence[msgspec.Raw]) -> list[Row]:
    """Events as a log has them.

    Raises:
        InputError: which one is wrong, and what is.
    """
    rows: list[Row] = []
    versions: dict[str, int] = {}
    for number, raw in enumerate(events, 1):
        try:
            event = cloudevent.parsed(bytes(raw))
            position = event.get("position")
            if position is None or position <= (rows[-1].position if rows else 0):
                raise ValueError("needs a position above the one before")
            version = versions[event["subject"]] = versions.get(event["subject"], 0) + 1
            rows.append(Row(*cloudevent.columns(event))._replace(version=version))
        except ValueError as error:
            raise InputError(f"event {number} of {name}: {error}") from None
    return rows
