"""The lab at the start of a story that the explorer found."""

import tempfile
from pathlib import Path

import msgspec

from pmtui.explorer.story import Story
from pmtui.lab.session import LabSession, Options
from pmtui.model.point import Point
from pmtui.storage import cloudevent
from pmtui.storage.folder import DataFolder
from pmtui.workers.appfile import AppFile
from pmtui.workers.copies import Progress


async def open_story(found: AppFile, story: Story, progress: Progress) -> LabSession:
    """Open the lab on a story's events alone, with its receivers, paused; its crashes are set as with `X`.

    Args:
        found: the app.
        story: one that goes with the oldest event first, see `arranged`.
        progress: called from another thread while the lab's copy is made.

    Raises:
        PmtuiError: one line; nothing is left behind.
    """
    crashes = tuple(Point.parse(step.point) for step in story.violation.steps if step.what == "crash")
    with tempfile.TemporaryDirectory(prefix="pmtui-") as name:
        folder = Path(name)
        for context, rows in story.logs.items():
            lines = (msgspec.json.encode(cloudevent.written(row, context)) + b"\n" for row in rows)
            (folder / f"{context}.jsonl").write_bytes(b"".join(lines))
        options = Options(receivers=story.receivers, crashes=crashes)
        return await LabSession.open(found, DataFolder(folder), options, progress)
