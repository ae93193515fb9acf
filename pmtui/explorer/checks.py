"""The user's own checks: what must hold in every state, at every end, and in some state at least."""

import linecache
import traceback
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from pmtui.explorer.world import World
from pmtui.handling.decide import event_of
from pmtui.handling.state import StateCodec
from pmtui.model.app import App, Check
from pmtui.model.event import Event


class InstanceSeen(msgspec.Struct, frozen=True):
    """An instance as checks see it.

    Attributes:
        correlation: its name.
        status: `running` or `completed`.
        state: as its handlers get it, a copy.
    """

    correlation: str
    status: str
    state: Any


class WorldSeen:
    """What checks may look at. Nothing that they do to it changes anything.

    Attributes:
        data: whether there was anything in what they looked at.
        logs: the contexts whose logs they looked at.
    """

    def __init__(self, world: World) -> None:
        self.data = False
        self.logs: set[str] = set()
        self._world = world

    def log(self, context: str) -> list[Event]:
        """A context's events so far, in order.

        Raises:
            KeyError: there is no such context.
        """
        self.logs.add(context)
        events = [event_of(context, row) for row in self._world.logs[context].state.events.rows]
        self.data = self.data or bool(events)
        return events

    def instances(self, manager: str) -> dict[str, InstanceSeen]:
        """A manager's instances that have been started, by correlation id.

        Raises:
            KeyError: there is no such manager.
        """
        states = StateCodec(self._world.managers[manager].cls.State)
        found = {
            name: InstanceSeen(name, each.status, states.read(each.state))
            for name, each in self._world.ledgers[manager].state.instances.items()
            if each.status != "missing"
        }
        self.data = self.data or bool(found)
        return found


class Failed(Exception):
    """A check does not hold.

    Attributes:
        name: of the function.
        sentence: in its own words.
        place: `file:line`.
    """

    def __init__(self, name: str, error: Exception, check: Check) -> None:
        frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename == check.__code__.co_filename]
        where = frames[-1] if frames else None
        line = linecache.getline(where.filename, where.lineno or 0).strip() if where else ""
        if isinstance(error, AssertionError):
            said = str(error).partition("\n")[0]  # pytest adds its own account below the words, or has only that
            if not said or said.startswith("assert "):
                said = line.removeprefix("assert ").strip()
        else:
            said = f"{type(error).__name__}: {error}"
        self.name = name
        self.sentence = f"{name}: {said}" if said else name
        self.place = f"{where.filename}:{where.lineno}" if where else ""
        super().__init__(self.sentence)


class Checks:
    """All checks of an app, and which of them ever saw anything.

    Attributes:
        seen: names of those that saw data.
        true: names of the possibilities that were true in some state.
        logs: the contexts whose logs they looked at; there the order across streams counts.
    """

    def __init__(self, app: App) -> None:
        self.seen: set[str] = set()
        self.true: set[str] = set()
        self.logs: set[str] = set()
        self._app = app
        self.any = bool(app.invariants or app.eventualities or app.possibilities)

    def state(self, world: World) -> None:
        """Check a state.

        Raises:
            Failed: an invariant does not hold.
        """
        self._check(self._app.invariants, world)
        for name, _ in self._ask({n: c for n, c in self._app.possibilities.items() if n not in self.true}, world):
            self.true.add(name)

    def end(self, world: World) -> None:
        """Check an end.

        Raises:
            Failed: what should hold eventually does not.
        """
        self._check(self._app.eventualities, world)

    def _check(self, checks: Mapping[str, Check], world: World) -> None:
        for _ in self._ask(checks, world):
            pass

    def _ask(self, checks: Mapping[str, Check], world: World) -> Iterator[tuple[str, Any]]:
        for name, check in checks.items():
            seen = WorldSeen(world)
            try:
                answer = check(seen)
            except Exception as error:
                raise Failed(name, error, check) from error
            finally:
                self.logs |= seen.logs
            if seen.data:
                self.seen.add(name)
            if answer:
                yield name, answer

    def blind(self) -> tuple[str, ...]:
        """The checks that never saw any data, and the possibilities that never came true."""
        names = [*self._app.invariants, *self._app.eventualities]
        return (*(n for n in names if n not in self.seen), *(n for n in self._app.possibilities if n not in self.true))
