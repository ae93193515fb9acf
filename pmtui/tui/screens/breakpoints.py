"""All breakpoints: to look through, to switch on and off, to remove, to add by typing."""

from collections.abc import Awaitable, Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from pmtui.model.errors import PmtuiError
from pmtui.tui.config.config import config_of
from pmtui.tui.paint import cells, cut
from pmtui.tui.screens.over import Over, label, wrong_line
from pmtui.tui.widgets.marks import mark_of
from pmtui.view.breakpoints import deed_words, hits_words
from pmtui.view.session import Session
from pmtui.view.snapshot import BreakpointView

_WIDE = 71
_HOW = (
    "orders   OrderPlaced   orders@3:acted   instance order-3   doubled",
    "data.amount > 100   state.paid == true   action TakePayment",
    "… and …   not …   … from hit 3   … then crash",
)


class BreakpointsScreen(Over[None]):
    """The list, each in words, and a field for one more."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("delete,backspace", "remove", "remove", show=False),
        Binding("space", "switch", "on or off", show=False),
        Binding("up,down", "list", "list", show=False),
    ]
    AUTO_FOCUS = "#typed"  # the field: typing must never switch or remove one
    title_words = "Breakpoints"
    keys = (("enter", "add"), ("↑ ↓", "list"), ("space", "on, off"), ("del", "remove"), ("esc", "close"))

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session

    @property
    def breakpoints(self) -> tuple[BreakpointView, ...]:
        """As they are now."""
        return self._session.snapshot().breakpoints

    def inside(self) -> ComposeResult:
        """The list, how one looks, the field."""
        yield label(id="none")
        yield OptionList(markup=False)
        yield label()
        for line in _HOW:
            yield label(line)
        yield Input(id="typed", placeholder="stop where …", select_on_focus=False)
        yield wrong_line()

    def on_mount(self) -> None:
        """What there is."""
        self._show()

    def _show(self) -> None:
        views = self.breakpoints
        options = self.query_one(OptionList)
        chosen = options.highlighted
        options.clear_options()
        options.add_options([Option(_line(view), id=str(view.number)) for view in views])
        options.display = bool(views)
        if views:
            options.highlighted = min(chosen or 0, len(views) - 1)
        none = self.query_one("#none", Static)
        none.display = not views
        key = config_of(self.app).keymap.instead_of("b")
        none.update(Content(f"None yet: type one, or press {key} on an event."))

    @on(Input.Submitted, "#typed")
    def _typed(self, event: Input.Submitted) -> None:
        field, text = event.input, event.value.strip()
        if text:
            self._do(self._session.add_breakpoint(text), field.clear)

    @on(OptionList.OptionSelected)
    def _selected(self) -> None:
        self.action_switch()

    @property
    def _chosen(self) -> BreakpointView | None:
        options = self.query_one(OptionList)
        views = self.breakpoints
        number = options.highlighted
        return views[number] if options.has_focus and number is not None and number < len(views) else None

    def action_list(self) -> None:
        """From the field to the list."""
        if self.breakpoints:
            self.query_one(OptionList).focus()

    def action_switch(self) -> None:
        """Switch the chosen one on or off."""
        if (view := self._chosen) is not None:
            self._do(self._session.enable_breakpoint(view.number, not view.enabled))

    def action_remove(self) -> None:
        """Remove the chosen one."""
        if (view := self._chosen) is not None:
            self._do(self._session.remove_breakpoint(view.number))

    def _do(self, command: Awaitable[object], then: Callable[[], object] | None = None) -> None:
        async def doing() -> None:
            wrong = ""
            try:
                await command
            except PmtuiError as error:
                wrong = str(error)
            else:
                if then is not None:
                    then()
            if self.is_attached:
                self.wrong(wrong)
                self._show()

        self.app.run_worker(doing(), group="commands")  # not the sheet's own: closing it must not take the key back


def _line(view: BreakpointView) -> Content:
    """`◆ 2  data.amount > 100      pauses · 2 hits`."""
    glyph, _ = mark_of(view)
    told = f"{deed_words(view)} · {hits_words(view) if view.enabled else 'off'}"
    head = f"{glyph} {view.number:>2}  "
    words = cut(view.words, max(10, _WIDE - len(head) - cells(told) - 3))
    gap = max(3, _WIDE - len(head) - cells(words) - cells(told))
    style = "bold $primary" if view.enabled else "$foreground 65%"
    plain = "" if view.enabled else "$foreground 65%"
    return Content("").join(
        [
            Content.styled(head, style),
            Content.styled(words, plain) if plain else Content(words),
            Content(" " * gap),
            Content.styled(told, "$foreground 76%"),
        ]
    )
