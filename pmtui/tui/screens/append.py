"""Appending an event from outside."""

from collections.abc import Awaitable, Callable

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Input, Static

from pmtui.model.errors import PmtuiError
from pmtui.tui.screens.over import Over

Appending = Callable[[str, str, str, str], Awaitable[int]]
_FIELDS = (
    ("context", "context"),
    ("stream", "stream, as in order-7"),
    ("type", "type, as in OrderPlaced"),
    ("data", "data, a JSON object"),
)


class AppendScreen(Over[str]):
    """Context, stream, type and data. It stays until the event is appended, and then tells where: `orders@11`."""

    title_words = "Append an event from outside"
    keys = (("enter", "append"), ("tab", "next field"), ("esc", "cancel"))

    def __init__(self, contexts: tuple[str, ...], context: str, append: Appending) -> None:
        super().__init__()
        self._contexts = contexts
        self._filled = {"context": context, "data": "{}"}
        self._append = append

    def inside(self) -> ComposeResult:
        """The four fields."""
        for name, words in _FIELDS:
            yield Static(Content(words), classes="label", markup=False)
            yield Input(value=self._filled.get(name, ""), id=name, select_on_focus=False)
        yield Static(Content(""), id="wrong", classes="wrong", markup=False)

    def on_mount(self) -> None:
        """The context is filled in; the stream comes first."""
        self.query_one("#stream", Input).focus()

    @on(Input.Submitted)
    async def _submitted(self) -> None:
        context, stream, type, data = (self.query_one(f"#{name}", Input).value.strip() for name, _ in _FIELDS)
        wrong = ""
        if context not in self._contexts:
            wrong = f"There is no context {context!r}; there are {', '.join(self._contexts)}."
        elif not stream or not type:
            wrong = "A stream and a type have to be named."
        else:
            try:
                position = await self._append(context, stream, type, data)
            except PmtuiError as error:
                wrong = str(error)
            else:
                self.dismiss(f"{context}@{position}")
        self.query_one("#wrong", Static).update(Content(wrong))
