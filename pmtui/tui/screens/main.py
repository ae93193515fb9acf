"""The main screen: it pulls pictures of the session, lays out its parts and knows what is selected."""

import asyncio
import time
from collections.abc import Callable
from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.geometry import Region
from textual.message import Message
from textual.reactive import Reactive
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Static

from pmtui.model.errors import PmtuiError
from pmtui.tui.bindings import bindings
from pmtui.tui.early import Early
from pmtui.tui.kept import Forgetful, Keeper
from pmtui.tui.moment import ALWAYS, for_the_moment
from pmtui.tui.screens.arranging import Arranging
from pmtui.tui.screens.commands import Commands
from pmtui.tui.screens.notice import Notice
from pmtui.tui.screens.places import Places
from pmtui.tui.touring import Touring
from pmtui.tui.widgets.diagram import DiagramPane
from pmtui.tui.widgets.finder import Finder
from pmtui.tui.widgets.footer import Footer
from pmtui.tui.widgets.header import Header
from pmtui.tui.widgets.instance import InstancePanel
from pmtui.tui.widgets.journal import JournalPane
from pmtui.tui.widgets.log import LogPane
from pmtui.tui.widgets.manager import ManagerPane
from pmtui.tui.widgets.managers import ManagersPane
from pmtui.tui.widgets.messages import Said, Selected, Wanted
from pmtui.tui.widgets.painted import Plain, plain_lines
from pmtui.tui.widgets.pane import Pane
from pmtui.tui.widgets.searchedpane import SearchedPane
from pmtui.tui.widgets.stop import Stop
from pmtui.tui.widgets.tabs import Tabs
from pmtui.tui.widgets.tour import TourPanel
from pmtui.view.pages import Tone
from pmtui.view.session import Session
from pmtui.view.snapshot import ManagerView, Snapshot

_PULL_PAUSE = 0.2


class MainScreen(Screen[None]):
    """What a session looks like. It is asked for at most five pictures a second, and only when something changed.

    Selection, focus, scrolling and what is maximised live here and are lost with it; everything else is the session's.
    """

    AUTO_FOCUS = ""
    place = "main"
    BINDINGS: ClassVar[list[BindingType]] = list(bindings("main"))
    focused: Reactive[Widget | None] = Reactive(None, repaint=False)
    """Moving the focus repaints two headings, not the whole screen."""

    class Pulled(Message):
        """There is a new picture."""

        def __init__(self, snapshot: Snapshot) -> None:
            super().__init__()
            self.snapshot = snapshot

    class Broken(Message):
        """The session cannot go on."""

        def __init__(self, error: PmtuiError) -> None:
            super().__init__()
            self.error = error

    class LabWanted(Message):
        """The tour needs another lab in the place of this one."""

    def __init__(
        self,
        session: Session,
        now: Callable[[], float] = time.time,
        keeper: Keeper | None = None,
        notice: str = "",
        touring: Touring | None = None,
        early: Early | None = None,
    ) -> None:
        super().__init__()
        self.touring = touring or Touring()
        self.session = session
        self.snapshot = session.snapshot()
        self.only = ""
        self.header = Header(id="header")
        self.top = Plain(id="top")
        self.manager_pane = ManagerPane(id="manager", now=now)
        self.instance = InstancePanel(id="instance")
        self.managers = ManagersPane(id="managers", now=now)
        self.body, self.left, self.logs = Plain(id="body"), Plain(id="left"), Plain(id="logs")
        self.log_panes = self._make_log_panes()
        self.tabs = Tabs(id="tabs")
        self.journal = JournalPane(session.journal_page, session.search_journal, session.journal_rows)
        self.diagram = DiagramPane(session.handled_page)
        self.tour_panel = TourPanel(id="tour")
        self.finder = Finder(id="find")
        self.footer = Footer(id="footer")
        self.too_small = Static(Content(""), id="small", markup=False)
        self.arranging = Arranging(self, keeper or Forgetful())
        self.places = Places(self)
        self._selected = self.arranging.manager
        self._notice = Notice(self)
        self._first_notice = notice
        self._commands = Commands(self, self._notice, early or Early())

    # what there is

    @property
    def manager(self) -> ManagerView | None:
        """The selected manager; None in an app without one."""
        managers = self.snapshot.managers
        return next((manager for manager in managers if manager.name == self._selected), next(iter(managers), None))

    @property
    def panes(self) -> list[SearchedPane]:
        """All panes but the diagram, in the order of their numbers."""
        return [*self.log_panes, self.journal]

    @property
    def pane(self) -> Pane:
        """The pane that keys scroll."""
        if isinstance(self.focused, Pane):
            return self.focused
        return next((pane for pane in self.log_panes if pane.display), self.journal)

    @property
    def stops(self) -> list[Stop]:
        """Where the focus goes, in order: the manager, its instance, the table where these are shown, the panes."""
        beside: list[Stop] = [part for part in (self.instance, self.managers) if part.display]
        return [self.manager_pane, *beside, *(p for p in self.panes if not self.arranging.hides(p))]

    @property
    def stop(self) -> Stop:
        """What has the focus, or else the pane that keys scroll."""
        return self.focused if isinstance(self.focused, Stop) else self.pane

    # making and showing

    def compose(self) -> ComposeResult:
        """All parts; where they go depends on the size."""
        yield self.header
        with self.top:
            yield self.manager_pane
            yield self.instance
        yield self.managers
        with self.body:
            with self.left:
                with self.logs:
                    yield from self.log_panes
                yield self.tabs
            yield self.journal
            yield self.diagram
        yield self.tour_panel
        yield self.finder
        yield self.footer
        yield self.too_small

    def _make_log_panes(self) -> list[LogPane]:
        """A pane for the log of each context."""
        session, names = self.session, [context.name for context in self.snapshot.contexts]
        return [
            LogPane(
                name,
                number,
                partial(session.log_page, name),
                partial(session.search_log, name),
                partial(session.log_rows, name),
            )
            for number, name in enumerate(names, 1)
        ]

    @property
    def whole(self) -> bool:
        """Whether all parts are there: not while the screen is being made, or taken away for another lab's."""
        parts = (self.header, self.manager_pane, self.instance, self.managers, self.body, self.left, self.logs)
        more = (self.tabs, self.journal, self.diagram, self.tour_panel, self.finder, self.footer, self.too_small)
        return all(part.is_attached for part in (*parts, *more, *self.log_panes))

    def render_lines(self, crop: Region) -> list[Strip]:
        """The ground behind all parts."""
        return plain_lines(self, crop)

    def on_mount(self) -> None:
        """Begin to pull."""
        self.places.lay_out()
        self.show()
        self.set_focus(self.pane)
        self.run_worker(self._pull(), group="pull")
        self.set_interval(1, self.manager_pane.tick)
        if self._first_notice:
            self._notice.say(self._first_notice, "error", stays=True)

    def on_resize(self) -> None:
        """Lay out anew."""
        self.places.lay_out()
        self.show()

    # pulling and showing

    async def _pull(self) -> None:
        version = -1
        while True:
            try:
                snapshot = await self.session.changed(version)
            except PmtuiError as error:
                self.post_message(self.Broken(error))
                return
            version = snapshot.version
            self.post_message(self.Pulled(snapshot))
            await asyncio.sleep(_PULL_PAUSE)

    @on(Pulled)
    async def _pulled(self, message: Pulled) -> None:
        before, self.snapshot = self.snapshot, message.snapshot
        if [context.name for context in before.contexts] != [context.name for context in self.snapshot.contexts]:
            await self.logs.remove_children()
            self.log_panes = self._make_log_panes()
            await self.logs.mount_all(self.log_panes)
            self.places.zoom(None)
        elif len(before.managers) != len(self.snapshot.managers):
            self.places.lay_out()  # the table has a line for each
        self._select_stopped(before)
        self.look()
        self._commands.take_up()

    def on_screen_resume(self) -> None:
        """What was laid over it is gone."""
        self.look()

    def look(self) -> None:
        """Show the newest picture, and let the tour look at it, which waits while something is laid over the screen."""
        if self.is_active and self.manager is not None:
            self.touring.look(self.snapshot, self.manager.name, self)
        self.show()

    def _select_stopped(self, before: Snapshot) -> None:
        """Where another manager than the selected one has come to a breakpoint, select it."""
        known = {manager.name: (manager.stop, manager.turn) for manager in before.managers}
        stopped = [
            manager.name
            for manager in self.snapshot.managers
            if manager.stop and known.get(manager.name) != (manager.stop, manager.turn)
        ]
        if stopped and self.manager is not None and self.manager.name not in stopped:
            self._selected = stopped[0]

    def show(self) -> None:
        """Show what is known now."""
        now, manager, layout = self.snapshot, self.manager, self.places.layout
        if layout is None or not self.whole:
            return
        self.places.keep_up()
        self.tour_panel.show(self.touring.told)
        self.header.show(now)
        self.manager_pane.show(now, manager, self._notice.line, layout.tall)
        self.instance.show(manager, manager is not None and now.at_full_speed(manager), layout.tall)
        for pane in self.log_panes:
            pane.show(now, manager)
        self.journal.show(manager)
        if self.diagram.display:
            self.diagram.show(now)
        if self.managers.display:
            self.managers.show(now, "" if manager is None else manager.name)
        self.footer.show(tuple(filter(self.touring.passes, for_the_moment(now, manager))), ALWAYS)

    def select(self, name: str) -> None:
        """Select a manager."""
        self._selected = name
        self.arranging.keep(name)
        self.look()

    def say(self, words: str, tone: Tone = "plain") -> None:
        """Show a line for some seconds, or until the next key; keys in it stand between backticks."""
        self._notice.say(words, tone)

    # doing

    def action_do(self, name: str, number: int = 0) -> None:
        """Do what an action of the registry says; where it would do nothing now, say why."""
        self._commands.do(name, number)

    @on(Wanted)
    def _clicked(self, message: Wanted) -> None:
        self.action_do(message.action_id)

    @on(Selected)
    def _clicked_manager(self, message: Selected) -> None:
        self.select(message.manager)

    @on(Said)
    def _said(self, message: Said) -> None:
        self.say(message.words, message.tone)

    @on(Tabs.Chosen)
    def _clicked_tab(self, message: Tabs.Chosen) -> None:
        self.places.reveal(self.panes[message.index])

    @on(Tabs.Turned)
    def _turned_page(self, message: Tabs.Turned) -> None:
        self.places.turn_page(message.pages)

    @on(DiagramPane.Chosen)
    def _chosen_in_diagram(self, message: DiagramPane.Chosen) -> None:
        pane = next((pane for pane in self.log_panes if pane.context == message.context), None)
        if pane is not None:
            self.places.zoom(None)
            self.places.reveal(pane)
            pane.go_to(message.position)

    # finding

    def look_only_at(self, label: str) -> None:
        """Make what has this label stand out in all panes; nothing does for an empty one."""
        self.only = label
        for pane in self.panes:
            pane.only = label
            pane.repaint()

    def find(self, pane: SearchedPane) -> None:
        """Ask what is to be found in a pane."""
        self.footer.display = False
        self.finder.ask(pane)

    @on(Finder.Ended)
    def _finding_ended(self) -> None:
        self.footer.display = True
