"""Scenarios: what is told to one manager, and what is expected of it."""

import dataclasses
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NoReturn, get_args

from pmtui.handling.state import StateCodec
from pmtui.model import instant
from pmtui.model.actions import Action
from pmtui.model.app import App, Manager
from pmtui.model.errors import InputError
from pmtui.model.manager import ProcessManager
from pmtui.testing.differences import actions_as_lines, difference, fields_as_lines
from pmtui.testing.told import START, Told, checked
from pmtui.testing.world import Reaction, World


def scenario(app: App, manager: type[ProcessManager] | str | None = None, *, starts_at: datetime = START) -> "Scenario":
    """A scenario in which nothing has happened yet.

    Args:
        app: the app.
        manager: the class or the name of the manager that it is about; may be left out where the app has only one.
        starts_at: its time at the beginning, with a time zone.

    Raises:
        InputError: the app has no such manager, or the time no zone.
    """
    if starts_at.tzinfo is None:
        raise InputError("starts_at=… needs a time with a time zone")
    return Scenario(World.new(app, _find(app, manager), instant.microseconds(starts_at)))


class Scenario:
    """What has been told to a manager so far; see `pmtui.testing` for a whole example. It never changes.

    Attributes:
        actions: what the manager asked for at the last `when`.
    """

    __slots__ = ("_reaction", "_when", "_world", "actions")

    def __init__(self, world: World, when: Told | timedelta | None = None, reaction: Reaction | None = None) -> None:
        self._world = world
        self._when = when
        self._reaction = reaction
        self.actions: tuple[Action, ...] = reaction.asked if reaction is not None else ()

    def given(self, *events: Told) -> "Scenario":
        """After these events too, one after the other; what the manager asks for is not looked at.

        Raises:
            InputError: the app has no such context, or the manager does not handle such an event, which therefore can
                change nothing.
            EventFailed: the manager cannot handle one of them.
        """
        __tracebackhide__ = True
        world = self._world
        for told in events:
            checked(world.app, told)
            if (told.context, told.type) not in world.manager.handlers:
                raise InputError(f"given {told.type} of {told.context}: {self._not_handled(told)}")
            world, _ = world.happens(told)
        return Scenario(world)

    def when(self, event: Told) -> "Scenario":
        """After this event too; the following `then` is about what the manager asks for because of it.

        An event told to happen later lets the timers come due that are due before it; they come first.

        Raises:
            InputError: the app has no such context.
            EventFailed: the manager cannot handle it.
        """
        __tracebackhide__ = True
        world, reaction = self._world.happens(checked(self._world.app, event))
        return Scenario(world, event, reaction)

    def when_time_passes(self, time: timedelta) -> "Scenario":
        """After this much time; the following `then` is about the timers that come due, in their order.

        Raises:
            InputError: time does not go back.
            EventFailed: the manager cannot handle a timer.
        """
        __tracebackhide__ = True
        if time < timedelta():
            raise InputError(f"time does not pass by {time}; it only goes on")
        microseconds = time // timedelta(microseconds=1)
        world, reaction = self._world.passes(self._world.at + microseconds)
        return Scenario(world, time, reaction)

    def then(self, *actions: Action) -> "Scenario":
        """The manager asked for exactly these actions, in this order. Returns the same scenario.

        Raises:
            AssertionError: it asked for others; the message shows the difference.
            InputError: one of them is no action, or nothing has happened that they could follow from.
        """
        __tracebackhide__ = True
        for action in actions:
            if not isinstance(action, get_args(Action)):
                raise InputError(f"then takes actions, such as Append(…), not {type(action).__name__}")
        reaction = self._reacted("then")
        if reaction.asked != actions:
            found = actions_as_lines(reaction.asked)
            if not reaction.asked:
                found = [f"nothing: {self._why_nothing(reaction)}"]
            self._differs("asked for something else", actions_as_lines(actions), found)
        return self

    def then_nothing(self) -> "Scenario":
        """The manager asked for nothing, whether it handled the event, ignored it or does not handle such events.

        Raises:
            AssertionError: it asked for something.
            InputError: nothing has happened yet.
        """
        __tracebackhide__ = True
        return self.then()

    def then_state(self, state: Any = None, /, *, of: str = "", **fields: Any) -> "Scenario":
        """The instance's state is this. Returns the same scenario.

        Args:
            state: the whole state, as the manager's `State` or as a dict.
            of: the instance's correlation id; left out, it is the one that the last `when` was about.
            fields: instead of the whole state only these of its fields.

        Raises:
            AssertionError: it is another; the message shows the difference.
            InputError: no state or fields are given, or both; or `of` must say which instance is meant.
        """
        __tracebackhide__ = True
        if (state is None) == (not fields):
            raise InputError("then_state takes either a whole state or some of its fields")
        name = of or self._instance()
        instance = self._world.instance(name)
        if instance is None or instance.status == "missing":
            raise AssertionError(f"{self._world.manager.name} has no state of {name}: no event has started it")
        found = _fields(StateCodec(self._world.manager.cls.State).read(instance.state))
        expected = fields or _fields(state)
        if fields:
            found = {key: value for key, value in found.items() if key in fields}
        if found != expected:
            self._differs(f"remembers something else of {name}", fields_as_lines(expected), fields_as_lines(found))
        return self

    def _not_handled(self, told: Told) -> str:
        types = sorted(self._world.manager.types(told.context))
        there = f"of that context it handles {', '.join(types)}" if types else "it handles nothing of that context"
        return f"{self._world.manager.name} does not handle it; {there}"

    def _reacted(self, what: str) -> Reaction:
        if self._reaction is None:
            raise InputError(f"{what} needs something to follow from: use when(…) or when_time_passes(…) before it")
        return self._reaction

    def _instance(self) -> str:
        names = {handled.correlation for handled in self._reacted("then_state").handled} - {""}
        if len(names) != 1:
            about = ", ".join(sorted(names)) or "no instance"
            raise InputError(f"this was about {about}: say which instance is meant, then_state(of=…)")
        return names.pop()

    def _why_nothing(self, reaction: Reaction) -> str:
        if not reaction.handled:
            return self._not_handled(self._when) if isinstance(self._when, Told) else "no timer came due"
        ignored = [handled for handled in reaction.handled if handled.outcome == "ignored"]
        if not ignored:
            return "its handler asked for none"
        name = ignored[-1].correlation
        instance = self._world.instance(name)
        if not name:
            return "the event names no instance and was ignored"
        if instance is None or instance.status == "missing":
            return f"no event has started {name}, so it was ignored"
        return f"{name} is completed, so it was ignored" if instance.status == "completed" else "the timer was ignored"

    def _differs(self, how: str, expected: list[str], found: list[str]) -> NoReturn:
        __tracebackhide__ = True
        reaction = self._reaction
        met = ", ".join(f"{each.where} {each.type}" for each in reaction.handled) if reaction is not None else ""
        if not met and isinstance(self._when, Told):
            met = f"{self._when.context} {self._when.type}"
        headline = f"{self._world.manager.name} {how}" + (f" after {met}" if met else "")
        raise AssertionError(difference(headline, expected, found))


def _find(app: App, wanted: type[ProcessManager] | str | None) -> Manager:
    known = ", ".join(app.managers) or "none"
    if wanted is None:
        if len(app.managers) != 1:
            raise InputError(f"the app {app.name} has several managers or none: say which one it is about ({known})")
        return next(iter(app.managers.values()))
    for manager in app.managers.values():
        if wanted in (manager.name, manager.cls):
            return manager
    name = wanted if isinstance(wanted, str) else wanted.__name__
    raise InputError(f"the app {app.name} has no manager {name}: known are {known}")


def _fields(state: Any) -> dict[str, Any]:
    if dataclasses.is_dataclass(state) and not isinstance(state, type):
        return {field.name: getattr(state, field.name) for field in dataclasses.fields(state)}
    if isinstance(state, Mapping):
        return dict(state)
    raise InputError(f"a state is the manager's State or a dict, not {type(state).__name__}")
