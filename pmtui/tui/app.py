"""The application: one session, two themes, every way out."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextvars import copy_context
from pathlib import Path
from typing import ClassVar

from textual import work
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.filter import LineFilter
from textual.screen import Screen

from pmtui.model.errors import PmtuiError
from pmtui.tui import terminal
from pmtui.tui.backstop import Backstop
from pmtui.tui.bindings import own_bindings
from pmtui.tui.config.config import Config
from pmtui.tui.config.file import Read
from pmtui.tui.kept import Forgetful, Keeper
from pmtui.tui.palette import ActionsProvider, Palette
from pmtui.tui.picture import save_new, without_fonts
from pmtui.tui.screens.inspector import InspectorScreen
from pmtui.tui.screens.main import MainScreen
from pmtui.tui.screens.start import StartScreen
from pmtui.tui.themes import DARK, LIGHT, THEMES
from pmtui.tui.touring import Touring
from pmtui.view.pages import Tone
from pmtui.view.safe import safe
from pmtui.view.session import Session
from pmtui.view.words import count

_SAFE_TO_COPY = 50_000
Progress = Callable[[str], None]
MakeSession = Callable[[Progress], Awaitable[Session]]
"""Makes the session on the screen's event loop, telling in lines, from any thread, how far it has come."""


class PmtuiApp(App[None]):
    """The screen of one session, which it makes when it starts and closes on every way out.

    Attributes:
        fault: what ended it, where the session could not be made or broke with one clear line for the person.
    """

    TITLE = "pmtui"
    CSS_PATH = "pmtui.tcss"
    COMMANDS: ClassVar = {ActionsProvider}
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c", "quit", "quit", show=False, priority=True, system=True),
        *own_bindings({"palette": "command_palette", "suspend": "suspend_process", "save_screen": "save_screen"}),
    ]

    def __init__(
        self,
        make_session: MakeSession,
        *,
        light: bool = False,
        now: Callable[[], float] = time.time,
        settings: Read | None = None,
        keeper: Keeper | None = None,
        touring: Touring | None = None,
    ) -> None:
        """Nothing is made before it runs.

        Args:
            make_session: called once, on the event loop that the app runs on.
            light: whether to begin with the light theme.
            now: the wall clock, for how long ago things happened.
            settings: what a person has set; the defaults where there is nothing.
            keeper: keeps how the screen was left; nothing does by default.
            touring: the person and the tour; without it there is none.
        """
        super().__init__()
        self.config = Config() if settings is None else settings.config
        self._settings = settings
        self._keeper: Keeper = keeper or Forgetful()
        self.set_keymap(self.config.keymap.for_textual)
        self.fault: PmtuiError | None = None
        self._make_session = make_session
        self._session: Session | None = None
        self._opening: asyncio.Future[Session] | None = None
        self._backstop = Backstop()
        self._wall_clock = now
        self._touring = touring or Touring()
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = (LIGHT if light else DARK).name

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Textual's filters, and the net against control characters."""
        return [self._backstop, *super().get_line_filters()]

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """None of Textual's own: the palette lists the registry."""
        del screen
        return ()

    async def on_mount(self) -> None:
        """Show the start, and make the session beside it."""
        if not self.is_headless:
            terminal.on_signals(self._leave)
            self.set_interval(1, self._look_at_terminal)
        start = StartScreen()
        await self.push_screen(start)
        self._begin(start, self._make_session)

    @work(group="session")
    async def _begin(self, start: StartScreen, make_session: MakeSession) -> None:
        loop, context = asyncio.get_running_loop(), copy_context()

        def progress(line: str) -> None:
            loop.call_soon_threadsafe(start.progress, line, context=context)

        try:
            self._opening = asyncio.ensure_future(make_session(progress))
            self._session = await asyncio.shield(self._opening)
        except PmtuiError as error:
            self._end_with(error)
            return
        if self._settings is not None and ("speed",) in self._settings.given:
            self._session.set_speed(self.config.speed)
        notice = "" if self._settings is None else safe(self._settings.notice)
        main = MainScreen(self._session, self._wall_clock, self._keeper, notice, self._touring, start.early)
        await self.switch_screen(main)
        if not self.is_headless:
            self.call_after_refresh(terminal.make_responsive)

    async def on_main_screen_lab_wanted(self) -> None:
        """The tour goes on in another lab; the one before is closed first, and what was laid over it with it."""
        while not isinstance(self.screen, MainScreen):
            await self.pop_screen()
        start = StartScreen()
        await self.switch_screen(start)
        await self.close_session()
        self._begin(start, self._touring.open)

    def on_main_screen_broken(self, message: MainScreen.Broken) -> None:
        """The session cannot go on."""
        self._end_with(message.error)

    def _end_with(self, error: PmtuiError) -> None:
        self.fault = error
        self.exit(return_code=1)

    def action_command_palette(self) -> None:
        """Open the palette; without the id that Textual gives it, which the one before has until it is quite gone."""
        if not isinstance(self.screen, Palette):
            self.push_screen(Palette())

    def switch_theme(self) -> None:
        """From dark to light, or back."""
        self.theme = DARK.name if self.theme == LIGHT.name else LIGHT.name

    def say(self, words: str, tone: Tone = "plain") -> None:
        """Show a line on the uppermost screen that has a place for one."""
        for screen in reversed(self.screen_stack):
            if isinstance(screen, MainScreen | InspectorScreen):
                screen.say(words, tone)
                return

    def action_save_screen(self) -> None:
        """Save what is seen as a picture in the working directory, and say where."""
        stem = time.strftime("pmtui-%Y%m%d-%H%M%S", time.localtime(self._wall_clock()))
        try:
            path = save_new(without_fonts(self.export_screenshot()), Path.cwd(), stem)
        except PmtuiError as error:
            self.say(safe(str(error)), "error")
        else:
            self.say(f"Saved the screen as {safe(path.name)}, in the working directory.")

    def copy(self, text: str, name: str) -> None:
        """Copy a text to the person's clipboard, and say that it was.

        It goes through the terminal (OSC 52), so over SSH too; whether the terminal takes it, it does not tell.

        Args:
            text: as it is stored.
            name: what it is, in people's words.
        """
        self.copy_to_clipboard(text.encode(errors="replace").decode())
        doubt = " Some terminals take no more than 74,000." if len(text) > _SAFE_TO_COPY else ""
        self.say(f"Copied {name}, {count(len(text), 'character')}.{doubt}")

    async def close_session(self) -> None:
        """Close the session, if one was made; safe to call twice."""
        session, self._session = self._session, None
        opening, self._opening = self._opening, None
        if session is None and opening is not None:
            opening.cancel()  # it removes what it has made; nobody else could
            found = (await asyncio.gather(opening, return_exceptions=True))[0]
            session = None if isinstance(found, BaseException) else found
        if session is not None:
            await session.close()

    async def on_unmount(self) -> None:
        """Whatever ended the screen, its session ends with it."""
        await self.close_session()

    def _look_at_terminal(self) -> None:
        if terminal.is_gone():
            terminal.let_go()
            self._leave(1)

    def _leave(self, code: int) -> None:
        self.exit(return_code=code)
