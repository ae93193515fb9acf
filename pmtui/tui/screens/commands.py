"""What the actions of the registry do: to the session, or to the screen."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pmtui.model.app import Receiver
from pmtui.model.errors import PmtuiError
from pmtui.tui.picture import save_new
from pmtui.tui.screens.arranging import ARRANGING
from pmtui.tui.screens.crash_at import Choice, CrashAtScreen
from pmtui.tui.screens.everywhere import EVERYWHERE, app_of
from pmtui.tui.screens.inspector import InspectorScreen, named
from pmtui.tui.screens.stopping import open_breakpoints, toggle_breakpoint
from pmtui.tui.screens.traceback import TracebackScreen
from pmtui.tui.screens.travel import TravelScreen
from pmtui.tui.screens.whatif import Ask, advance, append, deliver_again, duplicate
from pmtui.tui.widgets.finder import Finder
from pmtui.tui.widgets.header import SPEED_WORDS, receipts_word
from pmtui.tui.widgets.log import LogPane
from pmtui.tui.widgets.searchedpane import SearchedPane
from pmtui.view.finding.query import Query
from pmtui.view.safe import safe
from pmtui.view.session import Jump
from pmtui.view.snapshot import SPEEDS, ManagerView
from pmtui.view.svg import to_svg
from pmtui.view.words import count

if TYPE_CHECKING:
    from pmtui.tui.screens.main import MainScreen

_NEXT_RECEIPTS: dict[str, Receiver] = {"none": "exact", "exact": "high-water", "high-water": "none", "mixed": "exact"}


class Commands:
    """One method for each action. Whether it makes sense now has been asked before.

    Those for the session are sent beside the screen's own work; what they answer as a fault is shown as a line.
    """

    def __init__(self, screen: MainScreen) -> None:
        self._screen = screen
        self._last_filter = ""

    def do(self, name: str, manager: ManagerView | None, number: int) -> None:
        """Do one. Those about a manager do nothing in an app without one."""
        if name == "pane":
            self._pane(number)
        elif (everywhere := EVERYWHERE.get(name)) is not None:
            everywhere(self._screen)
        elif (arranging := ARRANGING.get(name)) is not None:
            arranging(self._screen.arranging)
        elif (in_lab := _IN_LAB.get(name)) is not None:
            in_lab(self._screen, self._ask)
        elif (method := _OF_MANAGER.get(name)) is not None:
            if manager is not None:
                method(self, manager)
        else:
            _OF_SCREEN[name](self)

    def _ask(self, command: Coroutine[Any, Any, None], told: str = "") -> None:
        async def asking() -> None:
            try:
                await command
            except PmtuiError as error:
                self._screen.say(str(error), "error")
            else:
                if told:
                    self._screen.say(told)

        self._screen.run_worker(asking(), group="commands")

    # stepping and crashing

    def _pause(self, manager: ManagerView) -> None:
        session = self._screen.session
        going = manager.state in ("running", "idle")
        self._ask(session.pause(manager.name) if going else session.go_on(manager.name))

    def _step(self, manager: ManagerView) -> None:
        self._ask(self._screen.session.step(manager.name))

    def _step_event(self, manager: ManagerView) -> None:
        self._ask(self._screen.session.step_event(manager.name))

    def _crash(self, manager: ManagerView) -> None:
        self._ask(self._screen.session.crash(manager.name))

    def _restart(self, manager: ManagerView) -> None:
        self._ask(self._screen.session.restart(manager.name))

    def _crash_at(self, manager: ManagerView) -> None:
        def chosen(choice: Choice | None) -> None:
            if choice is None:
                return
            told = f"It will die at {choice.point}, once." if choice.point else "It will not die at a chosen point."
            self._ask(self._screen.session.crash_at(manager.name, choice.point), told)

        self._screen.app.push_screen(CrashAtScreen(manager), chosen)

    def _traceback(self, manager: ManagerView) -> None:
        if manager.failure is not None:
            self._screen.app.push_screen(TracebackScreen(manager.failure))

    # the lab

    def _faster(self) -> None:
        self._change_speed(1)

    def _slower(self) -> None:
        self._change_speed(-1)

    def _change_speed(self, by: int) -> None:
        session = self._screen.session
        # From the session's own picture: of keys that come fast, none may count on one that is not drawn yet.
        number = SPEEDS.index(session.snapshot().speed) + by
        speed = SPEEDS[min(max(number, 0), len(SPEEDS) - 1)]
        session.set_speed(speed)
        self._screen.say(f"Speed: {SPEED_WORDS[speed]}.")

    def _receipts(self) -> None:
        session = self._screen.session
        receiver = _NEXT_RECEIPTS[session.snapshot().receipts]
        what = {
            "none": "nothing stops a repeated action",
            "exact": "each action has its own",
            "high-water": "the highest one per aggregate and sender counts",
        }[receiver]
        session.set_receipts(receiver)
        self._screen.say(f"Receipts {receipts_word(receiver)}: {what}.")

    def _start_over(self) -> None:
        self._ask(self._screen.session.start_over(), "Started over.")

    # time

    def _earlier(self) -> None:
        self._travel("earlier")

    def _later(self) -> None:
        self._travel("later")

    def _earlier_mark(self) -> None:
        self._travel("earlier_mark")

    def _later_mark(self) -> None:
        self._travel("later_mark")

    def _travel(self, jump: Jump) -> None:
        self._ask_told(self._screen.session.travel(jump))

    def _travel_to(self, manager: ManagerView) -> None:
        def chosen(where: str | None) -> None:
            if where:
                self._ask_told(self._screen.session.travel_to(where, manager.name))

        self._screen.app.push_screen(TravelScreen(), chosen)

    def _ask_told(self, command: Coroutine[Any, Any, str]) -> None:
        """Ask for what answers with a sentence where it came to nothing."""

        async def asking() -> None:
            told = await command
            if told:
                self._screen.say(told)

        self._ask(asking())

    def _live(self) -> None:
        self._ask(self._screen.session.present())

    def _rewind(self) -> None:
        self._ask(self._screen.session.rewind(), "Rewound: this is the present now.")

    # looking

    def _next_manager(self, manager: ManagerView) -> None:
        names = [other.name for other in self._screen.snapshot.managers]
        self._screen.select(names[(names.index(manager.name) + 1) % len(names)])

    def _next_pane(self) -> None:
        self._go_to(1)

    def _previous_pane(self) -> None:
        self._go_to(-1)

    def _go_to(self, by: int) -> None:
        stops, stop = self._screen.stops, self._screen.stop
        first = next(index for index, each in enumerate(stops) if each in self._screen.panes)
        number = stops.index(stop) + by if stop in stops else first  # out of the diagram
        self._screen.reveal(stops[number % len(stops)])

    def _pane(self, number: int) -> None:
        panes = self._screen.panes
        if number <= len(panes):
            self._screen.reveal(panes[number - 1])
        else:
            self._screen.say(f"There are {len(panes)} panes.")

    def _down(self) -> None:
        self._choose(1)

    def _up(self) -> None:
        self._choose(-1)

    def _choose(self, by: int) -> None:
        pane = self._screen.pane
        pane.focus()
        pane.choose_rows(by)

    def _page_down(self) -> None:
        self._screen.pane.scroll_rows(self._screen.pane.page_rows())

    def _page_up(self) -> None:
        self._screen.pane.scroll_rows(-self._screen.pane.page_rows())

    def _top(self) -> None:
        self._screen.pane.scroll_to_start()

    def _bottom(self) -> None:
        self._screen.pane.scroll_to_newest()

    def _follow(self) -> None:
        pane = self._screen.pane
        pane.follow(not pane.following)
        self._screen.say("It follows what happens." if pane.following else "It stays where it is: `F` follows again.")

    def _inspect(self) -> None:
        screen = self._screen
        subject = screen.stop.subject()
        if screen.zoomed is screen.diagram:
            screen.diagram.open_row()
        elif subject is None:
            screen.say("There is nothing here to look at.")
        else:
            screen.app.push_screen(InspectorScreen(screen.session.look, subject))

    def _copy(self) -> None:
        screen = self._screen
        subject = screen.stop.subject()
        if subject is None:
            screen.say("There is nothing here to copy.")
            return

        async def copying() -> None:
            closeup = await screen.session.look(subject, lambda _done, _total: None)
            app_of(screen).copy(closeup.text, named(closeup))

        self._ask(copying())

    # finding

    def _find(self) -> None:
        pane = self._screen.pane
        if isinstance(pane, SearchedPane):
            self._screen.find(pane)
        else:
            self._screen.say("The diagram is not searched: esc closes it, / finds in the panes.")

    def _next_match(self) -> None:
        self._go_to_match(1)

    def _previous_match(self) -> None:
        self._go_to_match(-1)

    def _go_to_match(self, step: int) -> None:
        screen, pane = self._screen, self._screen.pane
        if isinstance(pane, SearchedPane) and pane.found is not None:
            pane.choose_rows(step)
        elif not self._last_filter:
            screen.say("Nothing is looked for: `/` finds.")
        elif isinstance(pane, LogPane):
            pane.go_to_match(Query.parse(self._last_filter), step)
        else:
            screen.say("In the journal `n` and `N` go along what `/` has found.")

    def _back(self) -> None:
        """Out of finding, the filter first, then what stands out; then out of what is maximised."""
        screen = self._screen
        finder = screen.query_one(Finder)
        pane = finder.pane or screen.pane
        if finder.display:
            finder.end()
        if isinstance(pane, SearchedPane) and pane.found is not None:
            self._last_filter = pane.filter
            pane.find("")
        elif screen.only:
            screen.look_only_at("")
        elif screen.zoomed is not None:
            self._close()

    def _only(self) -> None:
        screen = self._screen
        label = screen.stop.label()
        if screen.only:
            screen.look_only_at("")
        elif not label:
            screen.say("There is nothing here to pick out.")
        else:
            screen.look_only_at(label)
            screen.say(f"Only {label} stands out: o or esc ends that.")

    def _zoom(self) -> None:
        screen = self._screen
        screen.zoomed = None if screen.zoomed is not None else screen.pane
        screen.lay_out()

    # the diagram

    def _diagram(self) -> None:
        screen = self._screen
        if screen.zoomed is screen.diagram:
            self._close()
            return
        screen.zoomed = screen.diagram
        screen.lay_out()
        screen.reveal(screen.diagram)
        screen.diagram.show(screen.snapshot)

    def _close(self) -> None:
        self._screen.zoomed = None
        self._screen.lay_out()

    def _fold(self) -> None:
        self._move_lanes(-1)

    def _unfold(self) -> None:
        self._move_lanes(1)

    def _move_lanes(self, by: int) -> None:
        if self._screen.zoomed is self._screen.diagram:
            self._screen.diagram.move_lanes(by)

    def _export(self) -> None:
        screen = self._screen
        if screen.zoomed is not screen.diagram:
            screen.say("Only the diagram is saved: d opens it.")
            return
        text = to_svg(screen.diagram.window.diagram, f"{screen.snapshot.app}: what led to what")
        try:
            path = save_new(text, Path.cwd(), f"{screen.snapshot.app}-diagram")
        except PmtuiError as error:
            screen.say(str(error), "error")
        else:
            rows = count(len(screen.diagram.window.rows), "row")
            screen.say(f"Saved the diagram, {rows}, as {safe(path.name)}, in the working directory.")


_IN_LAB: dict[str, Callable[[MainScreen, Ask], None]] = {
    "breakpoint": toggle_breakpoint,
    "breakpoints": open_breakpoints,
    "append": append,
    "duplicate": duplicate,
    "deliver_again": deliver_again,
    "advance": advance,
}
_OF_MANAGER: dict[str, Callable[[Commands, ManagerView], None]] = {
    "pause": Commands._pause,
    "step": Commands._step,
    "step_event": Commands._step_event,
    "crash": Commands._crash,
    "restart": Commands._restart,
    "crash_at": Commands._crash_at,
    "traceback": Commands._traceback,
    "travel_to": Commands._travel_to,
    "next_manager": Commands._next_manager,
}
_OF_SCREEN: dict[str, Callable[[Commands], None]] = {
    "faster": Commands._faster,
    "slower": Commands._slower,
    "receipts": Commands._receipts,
    "start_over": Commands._start_over,
    "earlier": Commands._earlier,
    "later": Commands._later,
    "earlier_mark": Commands._earlier_mark,
    "later_mark": Commands._later_mark,
    "live": Commands._live,
    "rewind": Commands._rewind,
    "next_pane": Commands._next_pane,
    "previous_pane": Commands._previous_pane,
    "down": Commands._down,
    "up": Commands._up,
    "page_down": Commands._page_down,
    "page_up": Commands._page_up,
    "top": Commands._top,
    "bottom": Commands._bottom,
    "follow": Commands._follow,
    "inspect": Commands._inspect,
    "copy": Commands._copy,
    "find": Commands._find,
    "next_match": Commands._next_match,
    "previous_match": Commands._previous_match,
    "back": Commands._back,
    "only": Commands._only,
    "zoom": Commands._zoom,
    "diagram": Commands._diagram,
    "fold": Commands._fold,
    "unfold": Commands._unfold,
    "export": Commands._export,
}
