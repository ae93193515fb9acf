"""Appending an event from outside."""

import json as pretty
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Input, Static, TextArea

from pmtui.model import json
from pmtui.model.errors import PmtuiError
from pmtui.tui.screens.over import Over, label, wrong_line
from pmtui.view.offers import Offer
from pmtui.view.safe import safe
from pmtui.view.session import Session
from pmtui.view.snapshot import ContextView
from pmtui.view.words import count

_FIELDS = ("context", "type", "stream", "position")


class AppendScreen(Over[str]):
    """Context, type, stream, position and data. It stays until the event is appended, and tells where: `orders@11`.

    It knows the context's types of events: the arrows go through them, and one that is known brings a stream and the
    data of the last such event with it, as long as nobody has written there.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "append", "append", show=False, priority=True),
        Binding("up", "choose(-1)", "before", show=False),
        Binding("down", "choose(1)", "next", show=False),
    ]
    AUTO_FOCUS = "#type"
    title_words = "Append an event from outside"
    keys = (("enter", "append"), ("↑ ↓", "known ones"), ("tab", "next field"), ("esc", "cancel"))

    def __init__(self, session: Session, context: str) -> None:
        super().__init__()
        self._session = session
        self._first = context
        self._offers: tuple[Offer, ...] = ()
        self._offered = ("", "")
        """Stream and data as they were filled in."""
        self._known = ""
        """The context whose types of events are known."""

    @property
    def _contexts(self) -> dict[str, ContextView]:
        return {view.name: view for view in self._session.snapshot().contexts}

    def inside(self) -> ComposeResult:
        """A line for each field but the data, which have eight; then what is known or wrong."""
        for name in _FIELDS:
            with Horizontal(classes="field"):
                yield Static(Content(name), classes="name", markup=False)
                yield Input(value=self._first if name == "context" else "", id=name, select_on_focus=False)
        yield label("data, a JSON object")
        yield TextArea("{}", id="data", show_line_numbers=True, theme="css", tab_behavior="focus", soft_wrap=True)
        yield label(id="said")
        yield wrong_line()

    def on_mount(self) -> None:
        """The context is filled in."""
        self._learn(self._first, fill=True)

    # what is known

    def _learn(self, context: str, *, fill: bool) -> None:
        """Read what can be appended to a context, and begin with the first of it."""
        view = self._contexts.get(context)
        if view is None:
            return
        self._known = context
        self.query_one("#position", Input).value = str(view.head + 1)

        async def learning() -> None:
            try:
                self._offers = await self._session.offers(context)
            except PmtuiError as error:
                self._offers = ()
                self.wrong(str(error))
            if fill and self._offers:
                self._offer(self._offers[0])
            self._tell()

        self.run_worker(learning(), group="commands")

    def _offer(self, offer: Offer) -> None:
        self.query_one("#type", Input).value = offer.type
        self._fill(offer)

    def _fill(self, offer: Offer) -> None:
        """Put a known event's stream and data in, where nobody has written."""
        stream, data = self.query_one("#stream", Input), self.query_one("#data", TextArea)
        text = pretty.dumps(pretty.loads(offer.data), indent=2)
        if stream.value in ("", self._offered[0]):
            stream.value = offer.stream
        if data.text in ("", "{}", self._offered[1]):
            data.text = text
        self._offered = (offer.stream, text)

    def _tell(self) -> None:
        """Who will handle it, and which positions stay empty."""
        words = [self._reader_words()]
        missing = self._missing()
        if missing:
            first = self._contexts[self._known].head + 1
            gap = f"{first}" if missing == 1 else f"{first}–{first + missing - 1}"
            words.append(f"{gap} {'stays' if missing == 1 else 'stay'} empty")
        self.query_one("#said", Static).update(Content("; ".join(filter(None, words))))

    def _reader_words(self) -> str:
        typed = self.query_one("#type", Input).value.strip()
        if not typed:
            known = ", ".join(offer.type for offer in self._offers[:6])
            return f"known here: {known}" if known else ""
        offer = next((each for each in self._offers if each.type == typed), None)
        if offer is None or not (offer.starting or offer.handling):
            return f"nobody handles {safe(typed)} of {safe(self._known)}"
        told = [f"starts an instance of {', '.join(map(safe, offer.starting))}"] if offer.starting else []
        return "; ".join(told + ([f"is handled by {', '.join(map(safe, offer.handling))}"] if offer.handling else []))

    def _missing(self) -> int | None:
        """How many positions would stay empty; None if what was typed is no position that can be had."""
        typed = self.query_one("#position", Input).value.strip()
        view = self._contexts.get(self._known)
        if view is None or not (typed.isascii() and typed.isdecimal() and len(typed) < 19):
            return None
        return missing if (missing := int(typed) - view.head - 1) >= 0 else None

    # keys

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        if event.input.id == "context" and event.value != self._known:
            self._learn(event.value, fill=False)
        elif event.input.id == "type":
            offer = next((each for each in self._offers if each.type == event.value), None)
            if offer is not None:
                self._fill(offer)
        self.wrong("")
        self._tell()

    @on(TextArea.Changed)
    def _written(self, event: TextArea.Changed) -> None:
        self.wrong(json.fault(event.text_area.text))

    def action_choose(self, by: int) -> None:
        """The next context or type that is known, where the focus is."""
        focused = self.focused.id if self.focused is not None else ""
        names = list(self._contexts) if focused == "context" else [offer.type for offer in self._offers]
        if focused not in ("context", "type") or not names:
            return
        field = self.query_one(f"#{focused}", Input)
        at = names.index(field.value) + by if field.value in names else 0
        field.value = names[at % len(names)]
        field.cursor_position = len(field.value)

    def action_append(self) -> None:
        """Append it, if all is well."""
        context, type, stream = (self.query_one(f"#{name}", Input).value.strip() for name in _FIELDS[:3])
        data = self.query_one("#data", TextArea).text.strip()
        missing = self._missing()
        if context not in self._contexts:
            self.wrong(f"There is no context {context!r}; there are {', '.join(self._contexts)}.")
        elif not stream or not type:
            self.wrong("A type and a stream have to be named.")
        elif missing is None:
            self.wrong(f"The position is {self._contexts[context].head + 1} or later; a later one leaves a gap.")
        elif fault := json.fault(data):
            self.wrong(fault)
        else:
            self.run_worker(self._append(context, stream, type, data, missing), group="commands")

    async def _append(self, context: str, stream: str, type: str, data: str, missing: int) -> None:
        try:
            position = await self._session.append(context, stream, type, data, missing=missing)
        except PmtuiError as error:
            self.wrong(str(error))
        else:
            gap = f", behind {count(missing, 'missing position')}" if missing else ""
            self.dismiss(f"Appended {context}@{position}{gap}.")
