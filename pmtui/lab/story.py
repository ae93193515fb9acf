"""The lab at the start of a story that the explorer found."""

import tempfile
from pathlib import Path

from pmtui.explorer.reading import write_files
from pmtui.explorer.story import Story
from pmtui.lab.session import LabSession
from pmtui.lab.settings import Options
from pmtui.model.point import Point
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
        folder = write_files(story.logs, Path(name))
        options = Options(receivers=story.receivers, crashes=crashes)
        return await LabSession.open(found, folder, options, progress)
