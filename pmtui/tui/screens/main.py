"""The main screen: it pulls pictures of the session, lays out its parts and knows what is selected."""

import asyncio
import time
from collections.abc import Callable, Iterator
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
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Static

from pmtui.model.errors import PmtuiError
from pmtui.tui.actions import BY_ID
from pmtui.tui.bindings import bindings
from pmtui.tui.config.config import config_of
from pmtui.tui.kept import Forgetful, Keeper
from pmtui.tui.layout import SMALLEST, Layout
from pmtui.tui.moment import ALWAYS, for_the_moment
from pmtui.tui.screens.arranging import Arranging
from pmtui.tui.screens.commands import Commands
from pmtui.tui.touring import TOURS, Touring
from pmtui.tui.widgets.diagram import DiagramPane
from pmtui.tui.widgets.finder import Finder
from pmtui.tui.widgets.footer import Footer
from pmtui.tui.widgets.header import Header
from pmtui.tui.widgets.instance import InstancePanel
from pmtui.tui.widgets.journal import JournalPane
from pmtui.tui.widgets.log import LogPane
from pmtui.tui.widgets.logwindow import Fetch
from pmtui.tui.widgets.manager import ManagerPane
from pmtui.tui.widgets.managers import ManagersPane
from pmtui.tui.widgets.painted import Plain, plain_lines
from pmtui.tui.widgets.pane import Pane
from pmtui.tui.widgets.searchedpane import SearchedPane
from pmtui.tui.widgets.stop import Stop
from pmtui.tui.widgets.tabs import Tabs
from pmtui.tui.widgets.tour import TourPanel, rows_of
from pmtui.view.pages import HandledPage, JournalPage, LogPage, Place, Tone
from pmtui.view.session import Session
from pmtui.view.snapshot import ManagerView, Snapshot

_PULL_PAUSE = 0.2
_NOTICE_SECONDS = 6.0
_PARTS = "#header, #manager, #instance, #body, #left, #logs, #tabs, #tour, #find, #footer, #small"


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
    ) -> None:
        super().__init__()
        self.touring = touring or Touring()
        self.session = session
        self.snapshot = session.snapshot()
        self.arranging = Arranging(self, keeper or Forgetful())
        self.zoomed: Pane | None = None
        self._selected = self.arranging.manager
        self._first_notice = notice
        self._first = 0
        self._below = 0
        self._places: Layout | None = None
        self._notice: tuple[str, Tone] | None = None
        self._notice_timer: Timer | None = None
        self._armed = ""
        self.only = ""
        self._commands = Commands(self)
        self._now = now

    # what there is

    @property
    def manager(self) -> ManagerView | None:
        """The selected manager; None in an app without one."""
        managers = self.snapshot.managers
        return next((manager for manager in managers if manager.name == self._selected), next(iter(managers), None))

    @property
    def log_panes(self) -> list[LogPane]:
        """The panes of all logs, in order, those out of sight too."""
        return list(self.query(LogPane))

    @property
    def journal(self) -> JournalPane:
        """The journal's pane."""
        return self.query_one(JournalPane)

    @property
    def diagram(self) -> DiagramPane:
        """The diagram's pane, which is only shown maximised."""
        return self.query_one(DiagramPane)

    @property
    def managers(self) -> ManagersPane:
        """The table of managers."""
        return self.query_one(ManagersPane)

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
        beside: list[Stop] = [part for part in (self.query_one(InstancePanel), self.managers) if part.display]
        return [self.query_one(ManagerPane), *beside, *(p for p in self.panes if not self.arranging.hides(p))]

    @property
    def stop(self) -> Stop:
        """What has the focus, or else the pane that keys scroll."""
        return self.focused if isinstance(self.focused, Stop) else self.pane

    # making and laying out

    def compose(self) -> ComposeResult:
        """All parts; where they go depends on the size."""
        yield Header(id="header")
        with Plain(id="top"):
            yield ManagerPane(id="manager", now=self._now)
            yield InstancePanel(id="instance")
        yield ManagersPane(id="managers", now=self._now)
        with Plain(id="body"):
            with Plain(id="left"):
                with Plain(id="logs"):
                    yield from self._log_panes()
                yield Tabs(id="tabs")
            yield JournalPane(self._fetch_journal, self.session.search_journal, self.session.journal_rows)
            yield DiagramPane(self._fetch_handled)
        yield TourPanel(id="tour")
        yield Finder(id="find")
        yield Footer(id="footer")
        yield Static(Content(""), id="small", markup=False)

    def _log_panes(self) -> Iterator[LogPane]:
        for number, context in enumerate(self.snapshot.contexts, 1):
            name = context.name
            search, rows = partial(self.session.search_log, name), partial(self.session.log_rows, name)
            yield LogPane(name, self._fetch_log(name), number, search, rows)

    def _fetch_log(self, context: str) -> Fetch:
        async def fetch(limit: int, after: int | None, before: int | None) -> LogPage:
            return await self.session.log_page(context, limit, after=after, before=before)

        return fetch

    async def _fetch_journal(self, manager: str, limit: int, before: tuple[int, int, int] | None) -> JournalPage:
        return await self.session.journal_page(manager, limit, before=before)

    async def _fetch_handled(self, limit: int, before: Place | None, after: Place | None) -> HandledPage:
        return await self.session.handled_page(limit, before=before, after=after)

    def render_lines(self, crop: Region) -> list[Strip]:
        """The ground behind all parts."""
        return plain_lines(self, crop)

    def on_mount(self) -> None:
        """Begin to pull."""
        self.lay_out()
        self._show()
        self.set_focus(self.pane)
        self.run_worker(self._pull(), group="pull")
        self.set_interval(1, self.query_one(ManagerPane).tick)
        if self._first_notice:
            self.say(self._first_notice, "error", stays=True)

    @property
    def _whole(self) -> bool:
        """Whether all parts are there: not while the screen is being made, or taken away for another lab's."""
        return len(self.query(_PARTS)) == _PARTS.count("#")

    def on_resize(self) -> None:
        """Lay out anew."""
        self.lay_out()
        self._show()

    def lay_out(self) -> None:
        """Give every part its place on a screen of this size."""
        if not self._whole:
            return
        width, height = self.size
        self._below = rows_of(self.touring.told, width, height)
        small = width < SMALLEST[0] or height < SMALLEST[1]
        self.set_class(small, "-small")
        tour = self.query_one(TourPanel)
        tour.display, tour.styles.height = self._below > 0 and not small, self._below
        if small:
            words = f"{width}×{height} is too small:\nat least {SMALLEST[0]}×{SMALLEST[1]}"
            self.query_one("#small", Static).update(Content(words))
            return
        zoomed = "" if self.zoomed is None else "log" if isinstance(self.zoomed, LogPane) else "journal"
        panes = [pane for pane in self.log_panes if pane is self.zoomed or not self.arranging.hides(pane)]
        layout = self._places = self.arranging.arrange(width, height, len(panes), zoomed, self._below)
        self.query_one("#top").styles.height = layout.top
        instance, journal = self.query_one(InstancePanel), self.journal
        instance.display = layout.side > 0
        instance.styles.width = layout.side
        self.query_one(ManagerPane).styles.margin = 0 if layout.side else (0, 1, 0, 0)
        body, left, logs = self.query_one("#body"), self.query_one("#left"), self.query_one("#logs")
        body.styles.layout = "horizontal" if layout.column else "vertical"
        managers = self.managers
        body.display = self.zoomed is not managers
        managers.display = layout.table > 0 or self.zoomed is managers
        managers.styles.height = layout.table - 1 if layout.table else layout.journal
        managers.styles.margin = (0, 1, 1, 1) if layout.table else (0, 1)
        left.display = zoomed != "journal"
        left.styles.height = layout.logs + 1
        logs.styles.height = layout.logs
        diagram = self.diagram
        diagram.display = self.zoomed is diagram
        diagram.styles.height = layout.journal
        journal.display = layout.journal > 0 and self.zoomed in (None, journal)
        journal.styles.height = layout.journal
        journal.styles.width = layout.column or "1fr"
        journal.styles.margin = (0, 0, 0, 3) if layout.column else 0
        self.query_one("#footer").styles.margin = (layout.bottom, 0, 0, 0) if layout.bottom else 0
        if isinstance(self.zoomed, LogPane):
            self._first = panes.index(self.zoomed)
        self._first = max(0, min(self._first, len(panes) - layout.fit))
        shown = panes[self._first : self._first + layout.fit]
        for pane in self.log_panes:
            pane.display = pane in shown
        self.arranging.place(logs, shown, layout)
        self.arranging.name(self.query_one(Tabs))
        fallback = self.zoomed or (shown[0] if layout.logs and shown else journal)
        if not self.query_one(Finder).display:  # the focus is lost where nothing fits
            self.set_focus(self.stop if self.stop.display else fallback)

    def reveal(self, pane: Stop) -> None:
        """Give a part the focus, making room for it where it is out of sight."""
        if not isinstance(pane, Pane):
            pane.focus()
            return
        before = (self.zoomed, self._first)
        if self.zoomed is not None and pane is not self.zoomed:
            self.zoomed = None if self.zoomed in (self.diagram, self.managers) else pane
        if self.arranging.hides(pane):
            self.arranging.unhide(pane)
            self.lay_out()
        layout, panes = self._places, [each for each in self.log_panes if not self.arranging.hides(each)]
        if layout is not None and isinstance(pane, LogPane):
            index = panes.index(pane)
            if not self._first <= index < self._first + layout.fit:
                self._first = index // layout.fit * layout.fit
        if before != (self.zoomed, self._first):  # laying out draws the whole screen anew
            self.lay_out()
        if not pane.display:
            self.zoomed = pane
            self.lay_out()
        self.set_focus(pane)

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
            logs = self.query_one("#logs")
            self.zoomed = None
            await logs.remove_children()
            await logs.mount_all(self._log_panes())
            self.lay_out()
        elif len(before.managers) != len(self.snapshot.managers):
            self.lay_out()  # the table has a line for each
        self._select_stopped(before)
        self.look()

    def on_screen_resume(self) -> None:
        """What was laid over it is gone."""
        self.look()

    def look(self) -> None:
        """Show the newest picture, and let the tour look at it, which waits while something is laid over the screen."""
        if self.is_active and self.manager is not None:
            self.touring.look(self.snapshot, self.manager.name, self)
        self._show()

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

    def _show(self) -> None:
        now, manager, layout = self.snapshot, self.manager, self._places
        if layout is None or not self.is_attached or not self._whole:
            return
        told = self.touring.told
        if rows_of(told, *self.size) != self._below:
            self.lay_out()
        self.query_one(TourPanel).show(told)
        self.query_one(Header).show(now)
        self.query_one(ManagerPane).show(now, manager, self._notice, layout.tall)
        fast = manager is not None and now.at_full_speed(manager)
        self.query_one(InstancePanel).show(manager, fast, layout.tall)
        for pane in self.log_panes:
            pane.show(now, manager)
        self.journal.show(manager)
        if self.diagram.display:
            self.diagram.show(now)
        if self.managers.display:
            self.managers.show(now, "" if manager is None else manager.name)
        moment = tuple(filter(self.touring.passes, for_the_moment(now, manager)))
        self.query_one(Footer).show(moment, ALWAYS)

    def select(self, name: str) -> None:
        """Select a manager."""
        self._selected = name
        self.arranging.keep(name)
        self.look()

    def turn_page(self, by: int) -> None:
        """Show the next logs that fit, or those before."""
        if self._places is not None and self.zoomed is None:
            self._first += by * self._places.fit
            self.lay_out()

    def say(self, words: str, tone: Tone = "plain", *, stays: bool = False) -> None:
        """Show a line for some seconds, or until the next key; keys in it stand between backticks."""
        if self._notice_timer is not None:
            self._notice_timer.stop()
        self._notice = (config_of(self.app).keymap.told(words), tone)
        self._notice_timer = None if stays else self.set_timer(_NOTICE_SECONDS, self.say_no_more)
        self._show()

    def say_no_more(self) -> None:
        """Take the line away, and with it a question that it asked."""
        self._notice, self._armed = None, ""
        self._show()

    # doing

    def action_do(self, name: str, number: int = 0) -> None:
        """Do what an action of the registry says; where it would do nothing now, say why."""
        if self.query_one(Finder).display and name != "back":
            self.query_one(Finder).end()
        action, manager = BY_ID[name], self.manager
        armed, self._armed = self._armed, ""
        if self._notice is not None:
            self.say_no_more()
        why = self.touring.why_not(action)
        if manager is not None:
            why = why or action.why_not(self.snapshot, manager)
        if why:
            self.say(why)
            return
        touring = self.touring.tour is not None
        question = None if manager is None or touring else action.confirm(self.snapshot, manager)
        if question and armed != name:
            self.say(question, "accent")
            self._armed = name
            return
        self.touring.noticed(action)
        if name in TOURS:
            self.touring.do(name, self)
            self._show()
        else:
            self._commands.do(name, manager, number)

    @on(Footer.Chosen)
    def _clicked_footer(self, message: Footer.Chosen) -> None:
        self.action_do(message.action_id)

    @on(ManagerPane.Selected)
    @on(ManagersPane.Selected)
    def _clicked_manager(self, message: ManagerPane.Selected | ManagersPane.Selected) -> None:
        self.select(message.manager)

    @on(ManagerPane.Hinted)
    def _clicked_hint(self, message: ManagerPane.Hinted) -> None:
        self.action_do(message.action_id)

    @on(Tabs.Chosen)
    def _clicked_tab(self, message: Tabs.Chosen) -> None:
        self.reveal(self.panes[message.index])

    @on(Tabs.Turned)
    def _turned_page(self, message: Tabs.Turned) -> None:
        self.turn_page(message.pages)

    @on(DiagramPane.Chosen)
    def _chosen_in_diagram(self, message: DiagramPane.Chosen) -> None:
        pane = next((pane for pane in self.log_panes if pane.context == message.context), None)
        if pane is not None:
            self.zoomed = None
            self.lay_out()
            self.reveal(pane)
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
        self.query_one(Footer).display = False
        self.query_one(Finder).ask(pane)

    @on(Finder.Ended)
    def _finding_ended(self) -> None:
        self.query_one(Footer).display = True

    @on(SearchedPane.Searched)
    def _searched(self, message: SearchedPane.Searched) -> None:
        self.say(message.sentence)

    @on(Stop.Inspected)
    def _clicked_twice(self) -> None:
        self.action_do("inspect")

    @on(Pane.Failed)
    def _page_failed(self, message: Pane.Failed) -> None:
        self.say(message.sentence, "error")
