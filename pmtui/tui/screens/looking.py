"""What keys do on the main screen alone: go from part to part, scroll, choose, look closely, draw the diagram."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from pmtui.model.errors import PmtuiError
from pmtui.tui.picture import save_new
from pmtui.tui.screens.asking import Asking
from pmtui.tui.screens.deeds import Deeds, of_manager
from pmtui.tui.screens.everywhere import app_of
from pmtui.tui.screens.inspector import InspectorScreen, named
from pmtui.tui.widgets.pane import Pane
from pmtui.view.safe import safe
from pmtui.view.snapshot import ManagerView
from pmtui.view.svg import to_svg
from pmtui.view.words import count

if TYPE_CHECKING:
    from pmtui.tui.screens.main import MainScreen


class Looking:
    """Moving about on the main screen."""

    def __init__(self, screen: MainScreen, ask: Asking) -> None:
        self._screen = screen
        self._ask = ask

    @property
    def deeds(self) -> Deeds:
        """By the action's id."""
        screen = self._screen

        def of_pane(deed: Callable[[Pane], None]) -> Callable[[], None]:
            """A deed done to the pane that keys scroll."""
            return lambda: deed(screen.pane)

        return {
            "next_manager": of_manager(screen, self._next_manager),
            "next_pane": lambda: self._go_to(1),
            "previous_pane": lambda: self._go_to(-1),
            "down": of_pane(lambda pane: self._choose(pane, 1)),
            "up": of_pane(lambda pane: self._choose(pane, -1)),
            "page_down": of_pane(lambda pane: pane.scroll_rows(pane.page_rows())),
            "page_up": of_pane(lambda pane: pane.scroll_rows(-pane.page_rows())),
            "top": of_pane(lambda pane: pane.scroll_to_start()),
            "bottom": of_pane(lambda pane: pane.scroll_to_newest()),
            "follow": of_pane(self._follow),
            "inspect": self._inspect,
            "copy": self._copy,
            "only": self._only,
            "zoom": lambda: screen.places.zoom(screen.pane if screen.places.zoomed is None else None),
            "diagram": self._diagram,
            "fold": lambda: self._move_lanes(-1),
            "unfold": lambda: self._move_lanes(1),
            "export": self._export,
        }

    def go_to_pane(self, number: int) -> None:
        """Give the pane of a number the focus."""
        panes = self._screen.panes
        if number <= len(panes):
            self._screen.places.reveal(panes[number - 1])
        else:
            self._screen.say(f"There are {len(panes)} panes.")

    def _next_manager(self, manager: ManagerView) -> None:
        names = [other.name for other in self._screen.snapshot.managers]
        self._screen.select(names[(names.index(manager.name) + 1) % len(names)])

    def _go_to(self, by: int) -> None:
        stops, stop = self._screen.stops, self._screen.stop
        first = next(index for index, each in enumerate(stops) if each in self._screen.panes)
        number = stops.index(stop) + by if stop in stops else first  # out of the diagram
        self._screen.places.reveal(stops[number % len(stops)])

    @staticmethod
    def _choose(pane: Pane, by: int) -> None:
        pane.focus()
        pane.choose_rows(by)

    def _follow(self, pane: Pane) -> None:
        pane.follow(not pane.following)
        self._screen.say("It follows what happens." if pane.following else "It stays where it is: `F` follows again.")

    def _inspect(self) -> None:
        screen = self._screen
        subject = screen.stop.subject()
        if screen.places.zoomed is screen.diagram:
            screen.diagram.open_row()
        elif subject is None:
            screen.say("There is nothing here to look at.")
        else:
            screen.app.push_screen(InspectorScreen(screen.session, subject))

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

    def _only(self) -> None:
        screen = self._screen
        label = screen.stop.label()
        if screen.only:
            screen.look_only_at("")
        elif not label:
            screen.say("There is nothing here to pick out.")
        else:
            screen.look_only_at(label)
            screen.say(f"Only {label} stands out: `o` or `esc` ends that.")

    # the diagram

    def _diagram(self) -> None:
        screen = self._screen
        if screen.places.zoomed is screen.diagram:
            screen.places.zoom(None)
            return
        screen.places.zoom(screen.diagram)
        screen.places.reveal(screen.diagram)
        screen.diagram.show(screen.snapshot)

    def _move_lanes(self, by: int) -> None:
        if self._screen.places.zoomed is self._screen.diagram:
            self._screen.diagram.move_lanes(by)

    def _export(self) -> None:
        screen = self._screen
        if screen.places.zoomed is not screen.diagram:
            screen.say("Only the diagram is saved: `d` opens it.")
            return
        text = to_svg(screen.diagram.window.diagram, f"{screen.snapshot.app}: what led to what")
        try:
            path = save_new(text, Path.cwd(), f"{screen.snapshot.app}-diagram")
        except PmtuiError as error:
            screen.say(str(error), "error")
        else:
            rows = count(len(screen.diagram.window.rows), "row")
            screen.say(f"Saved the diagram, {rows}, as {safe(path.name)}, in the working directory.")
