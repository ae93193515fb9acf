"""Where a handler failed, in full."""

from textual.content import Content

from pmtui.tui.screens.over import Reading
from pmtui.view.snapshot import Failure


class TracebackScreen(Reading):
    """A failure's sentence, its place and its whole traceback."""

    title_words = "Why it stopped"

    def __init__(self, failure: Failure) -> None:
        super().__init__()
        self._failure = failure

    def text(self) -> Content:
        """The sentence and the place first, then the traceback as Python wrote it."""
        head = [
            Content.styled(self._failure.sentence, "bold"),
            Content.styled(self._failure.place, "$primary"),
            Content(""),
        ]
        return Content("\n").join([*head, *(Content(line) for line in self._failure.traceback)])
