"""Looking closely: one thing as a tree, and the way along what caused what."""

import asyncio
import time
from dataclasses import dataclass
from typing import ClassVar

from rich.style import Style
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.screen import Screen
from textual.strip import Strip
from textual.widgets import Input, Static

from pmtui.model.errors import PmtuiError
from pmtui.tui.actions import BY_ID
from pmtui.tui.bindings import bindings
from pmtui.tui.config.config import config_of
from pmtui.tui.moment import ALWAYS
from pmtui.tui.paint import Row, cut_left
from pmtui.tui.screens.deeds import Deeds
from pmtui.tui.screens.everywhere import app_of, everywhere
from pmtui.tui.widgets.footer import Footer
from pmtui.tui.widgets.messages import Wanted
from pmtui.tui.widgets.painted import Painted
from pmtui.tui.widgets.tree import Standing, Tree
from pmtui.view.closeup.node import Closeup
from pmtui.view.closeup.subject import Subject
from pmtui.view.pages import Tone
from pmtui.view.session import Session

_CALM_SECONDS = 1.0
_SHARE = 5
"""What is open is looked at again at most so often, and for at most one part in so many of the time."""
_MOMENT = tuple(BY_ID[name] for name in ("inspect", "unfold", "back", "find"))


def named(closeup: Closeup) -> str:
    """What is copied of a whole thing, in people's words."""
    return f"{closeup.title} as a CloudEvent" if closeup.kind == "event" else closeup.title


class Head(Painted):
    """What is looked at, and the way that led there."""

    closeup: Closeup | None = None
    trail: tuple[str, ...] = ()

    @property
    def ground(self) -> Style:
        """The header's."""
        return self.ink.bar

    def show(self, closeup: Closeup | None, trail: tuple[str, ...]) -> None:
        """Show this thing; `trail` names what was looked at before, the oldest first."""
        self.closeup, self.trail = closeup, trail
        self.repaint()

    def paint(self, width: int, _height: int) -> list[Strip]:
        """One line."""
        ink, row = self.ink, Row(width - 1)
        row.to(1)
        if self.closeup is not None:
            if not self.closeup.title.startswith(self.closeup.kind):
                row.put(self.closeup.kind, ink.quiet).put("  ", ink.plain)
            row.put(self.closeup.title, ink.bold, width // 2)
            row.put("  ", ink.plain).put(self.closeup.about, ink.plain)
        room = row.width - row.used - 4
        if self.trail and room > 8:
            row.right([(cut_left("from " + " › ".join(self.trail), room), ink.faint)])
        return [row.strip(ink.bar).extend_cell_length(width, ink.bar)]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was looked at, and how its tree stood when it was left."""

    closeup: Closeup
    standing: Standing


class InspectorScreen(Screen[None]):
    """One thing looked at closely; links lead to others, and back again. While the session goes on, so does it.

    Args:
        session: what it is a thing of.
        subject: what to begin with.
    """

    AUTO_FOCUS = "Tree"
    BINDINGS: ClassVar[list[BindingType]] = list(bindings("inspector"))
    place = "inspector"

    def __init__(self, session: Session, subject: Subject) -> None:
        super().__init__()
        self.closeup: Closeup | None = None
        self._session = session
        self._first = subject
        self._trail: list[Step] = []
        self._gone = False

    @property
    def tree_pane(self) -> Tree:
        """The tree."""
        return self.query_one(Tree)

    def compose(self) -> ComposeResult:
        """Head, tree, the line for finding, a line for the person, footer."""
        yield Head(id="header")
        yield Tree(id="tree")
        yield Input(placeholder="find in names and values", id="find", select_on_focus=False)
        yield Static(Content(""), id="said", markup=False)
        yield Footer(id="footer")

    def on_mount(self) -> None:
        """Look."""
        self.query_one(Input).display = False
        self.query_one(Footer).show(_MOMENT, ALWAYS)
        self._open(self._first)
        self.run_worker(self._keep_up(), group="keeping up")

    def say(self, words: str, tone: Tone = "plain") -> None:
        """Show a line, until something else is said."""
        said = self.query_one("#said", Static)
        said.set_class(tone == "error", "wrong")
        said.update(Content(config_of(self.app).keymap.told(words)))

    # the way

    def _open(self, subject: Subject) -> None:
        async def looking() -> None:
            try:
                closeup = await self._session.look(subject, self._looking)
            except PmtuiError as error:
                self.say(str(error), "error")
                return
            if self.closeup is not None:
                self._trail.append(Step(self.closeup, self.tree_pane.standing()))
            self.say("")
            self._show(closeup)
            self.tree_pane.show(closeup.nodes, closeup.focus)

        self.say("Looking …")
        self.run_worker(looking(), group="commands", exclusive=True)

    def _looking(self, done: int, total: int) -> None:
        self.say(f"Looking: {done:,} of {total:,} handled events …")

    def _show(self, closeup: Closeup) -> None:
        self.closeup = closeup
        self.query_one(Head).show(closeup, tuple(step.closeup.title for step in self._trail))

    def _back(self) -> None:
        """To what was looked at before; from the first, away."""
        self.workers.cancel_group(self, "commands")
        if not self._trail:
            if self.app.screen is self:  # escape may have been pressed twice
                self.dismiss(None)
            return
        step = self._trail.pop()
        self._show(step.closeup)
        self.tree_pane.restore(step.closeup.nodes, step.standing)
        self.say("")
        self.run_worker(self._renew(), group="keeping up")

    async def _keep_up(self) -> None:
        """Look again whenever there is another picture of the session, calmly."""
        version = self._session.snapshot().version
        while True:
            try:
                version = (await self._session.changed(version)).version
            except PmtuiError:
                return  # the screen below says it
            began = time.monotonic()
            await self._renew()
            await asyncio.sleep(max(_CALM_SECONDS, _SHARE * (time.monotonic() - began)))

    async def _renew(self) -> None:
        """Show what has become of what is looked at; what is no longer there stays as it was seen last."""
        shown = self.closeup
        if shown is None:
            return
        try:
            closeup = await self._session.look(shown.subject, lambda _done, _total: None)
        except PmtuiError as error:
            self._gone = True
            self.say(str(error), "error")
            return
        if self._gone:
            self._gone = False
            self.say("")
        if self.closeup is shown and closeup != shown:
            self._show(closeup)
            self.tree_pane.renew(closeup.nodes)

    def _follow(self) -> None:
        chosen = self.tree_pane.chosen
        if chosen is not None and chosen.link is not None:
            self._open(chosen.link)
        else:
            self.tree_pane.turn()

    @on(Wanted)
    def _clicked(self, message: Wanted) -> None:
        self.action_do(message.action_id)

    def _copy(self) -> None:
        chosen = self.tree_pane.chosen
        if chosen is not None:
            app_of(self).copy(chosen.copied, chosen.name)

    def _copy_all(self) -> None:
        if self.closeup is not None:
            app_of(self).copy(self.closeup.text, named(self.closeup))

    # finding

    def _find(self) -> None:
        field = self.query_one(Input)
        field.display = True
        self.set_focus(field)  # at once: the next key may have been pressed already

    def _end_finding(self) -> None:
        self.query_one(Input).display = False
        self.set_focus(self.tree_pane)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        found = self.tree_pane.find(event.value)
        self.say(f"{found:,} found" if event.value else "")

    @on(Input.Submitted)
    def _found(self, event: Input.Submitted) -> None:
        self._end_finding()
        self.tree_pane.find(event.value)
        self._go_to_match(1)

    def _go_to_match(self, step: int) -> None:
        if not self.tree_pane.wanted:
            self.say("Nothing is looked for: `/` finds.")
            return
        number = self.tree_pane.next_match(step)
        total = self.tree_pane.find(self.tree_pane.wanted)
        self.say(f"{number:,} of {total:,}" if number else "Not found.")

    def _escape(self) -> None:
        """Out of finding first, then the marks, then back."""
        field = self.query_one(Input)
        if field.has_focus:
            self._end_finding()
        elif self.tree_pane.wanted:
            field.value = ""
            self.tree_pane.find("")
        else:
            self._back()

    # doing

    def action_do(self, name: str) -> None:
        """Do what an action of the registry says."""
        self._deeds[name]()

    @property
    def _deeds(self) -> Deeds:
        tree = self.tree_pane
        return {
            **everywhere(self),
            "inspect": self._follow,
            "back": self._escape,
            "copy": self._copy,
            "copy_all": self._copy_all,
            "unfold": tree.unfold,
            "fold": tree.fold,
            "find": self._find,
            "next_match": lambda: self._go_to_match(1),
            "previous_match": lambda: self._go_to_match(-1),
            "down": lambda: tree.move(1),
            "up": lambda: tree.move(-1),
            "page_down": lambda: tree.move(tree.page_rows()),
            "page_up": lambda: tree.move(-tree.page_rows()),
            "top": lambda: tree.move(-(2**31)),
            "bottom": lambda: tree.move(2**31),
        }
