"""Steps that a person asks for before there is a worker to take them."""

from pmtui.tui.actions import BY_ID

EARLY = ("step", "step_event", "pause")
"""The ids of the actions that can wait for a worker."""

_MOST = 9


class Early:
    """What is asked for early waits, in its order, until the worker is up; a few at most, for a key may be held down.

    Attributes:
        busy: how many commands are under way after which other workers begin.
    """

    def __init__(self) -> None:
        self.busy = 0
        self._asked: list[str] = []

    def ask(self, name: str) -> str:
        """Have an action wait; the words for that."""
        if len(self._asked) == _MOST:
            return f"Its worker is still starting; {_MOST} steps wait for it, and no more."
        self._asked.append(name)
        return f"Its worker is still starting. {self.words}"

    @property
    def words(self) -> str:
        """What waits, as a sentence; empty for nothing."""
        told = ", ".join(BY_ID[name].words for name in self._asked)
        return f"Then: {told}." if told else ""

    def take(self) -> list[str]:
        """What waits, which it does no longer."""
        asked, self._asked = self._asked, []
        return asked
