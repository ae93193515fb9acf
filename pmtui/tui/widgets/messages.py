"""What parts of the screen have to say to the screen that they are on."""

from textual.message import Message

from pmtui.view.pages import Tone


class Wanted(Message):
    """The words of an action were clicked: it is to be done."""

    def __init__(self, action: str) -> None:
        super().__init__()
        self.action_id = action


class Selected(Message):
    """A manager was chosen."""

    def __init__(self, manager: str) -> None:
        super().__init__()
        self.manager = manager


class Said(Message):
    """A line for the person."""

    def __init__(self, words: str, tone: Tone = "plain") -> None:
        super().__init__()
        self.words, self.tone = words, tone
