"""Asking a handler once for each event and state, however many stories lead there."""

from collections.abc import Callable

import msgspec

from pmtui.explorer.noticing import Noticing
from pmtui.handling.decide import Decider
from pmtui.handling.decision import Act, Decision
from pmtui.handling.sources import Picked
from pmtui.model.app import App, Manager
from pmtui.model.event import Event
from pmtui.storage.ledger import Instance
from pmtui.storage.log import Row

Asked = Callable[[Picked, Instance, Decision], None]
"""Called once for each event and instance that a handler was asked about, with what it decided."""


class RememberingDecider(Decider):
    """A `Decider` that remembers what it was told: handlers give the same for the same event and state.

    That they do is not taken for granted but checked, at each first time, by whom `asked` tells.

    Args:
        app, manager: whose handlers.
        asked: see `Asked`.
        same: gives handlers the same event, and notes what they look at.

    Attributes:
        reached: (source, type) of the events that were handled.
    """

    def __init__(self, app: App, manager: Manager, asked: Asked, same: Noticing) -> None:
        super().__init__(app, manager)
        self._asked = asked
        self._same = same
        self._names: dict[Picked, tuple[Event, str]] = {}
        self._known: dict[tuple[object, ...], Decision] = {}
        self.reached: set[tuple[str, str]] = set()

    def read(self, context: str, row: Row) -> Event:
        """See `Decider.read`."""
        return self._same(super().read(context, row))

    def meet(self, picked: Picked, index: int) -> tuple[Event, str]:
        """See `Decider.meet`."""
        met = self._names.get(picked)
        if met is None:
            met = self._names[picked] = super().meet(picked, index)
        return met

    def decide(
        self,
        picked: Picked,
        event: Event,
        index: int,
        instance: Instance,
        *,
        fresh: bool,  # noqa: ARG002  (checked at each first time)
    ) -> Decision:
        """See `Decider.decide`."""
        timers = instance.timers
        key = (
            picked,
            instance.correlation,
            instance.status,
            instance.state,
            instance.missed,
            instance.started,
            tuple(timers.values()) if timers else None,
        )
        known = self._known.get(key)
        if known is None:
            event, _ = super().meet(picked, index)  # one of its own: a handler may change the data it is given
            known = super().decide(picked, event, index, instance, fresh=True)
            self._asked(picked, instance, known)
            self._known[key] = known
            if known.outcome == "handled":
                self.reached.add((picked.source, picked.row.type))
        return msgspec.structs.replace(known, acts=[_again(act, index) for act in known.acts])


def _again(act: Act, index: int) -> Act:
    """The same action, not taken yet."""
    return msgspec.structs.replace(act, index=index, outcome="asked", first=0, added=0, original=0)
