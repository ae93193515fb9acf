"""One exploration of an app: part by part, each as often as it turns out to be larger than was known."""

from collections.abc import Callable, Mapping

from pmtui.explorer.budget import Budget, OutOfBounds
from pmtui.explorer.following import follow
from pmtui.explorer.parts import Logs, Owners, Part, Parts, Touched, Unit, in_order
from pmtui.explorer.remembering import RememberingDecider
from pmtui.explorer.search import Found, Orders, Search
from pmtui.explorer.tell import violation_of
from pmtui.explorer.verdict import Bounds, Progress, Verdict, Violation
from pmtui.explorer.world import World
from pmtui.model.app import App, Receiver

_ORDERS = {"all": "every order", "oldest": "the oldest first"}


class Exploration:
    """See `explore`; the arguments are the same."""

    def __init__(
        self,
        app: App,
        logs: Logs,
        receivers: Mapping[str, Receiver],
        orders: Orders,
        bounds: Bounds,
        watch: Callable[[Progress], None] | None,
    ) -> None:
        self._app = app
        self._logs = logs
        self._receivers = receivers
        self._orders = orders
        self._deciders = {
            name: RememberingDecider(app, manager, lambda picked, instance, decision: None)
            for name, manager in app.managers.items()
        }
        self._owners = Owners(app, self._deciders, whole=orders == "oldest" or not in_order(logs))
        self._budget = Budget(bounds, watch)

    def run(self) -> Verdict:
        """Explore every part."""
        violation, why = None, ""
        try:
            violation = self._explore()
        except OutOfBounds as bound:
            why = str(bound)
        return Verdict(
            "violated" if violation else "incomplete" if why else "holds",
            self._budget.states,
            self._budget.edges,
            _ORDERS.get(str(self._orders), f"{self._orders} orders"),
            self._budget.seconds,
            violation,
            why=why,
        )

    def _explore(self) -> Violation | None:
        parts = Parts(self._app, self._logs, self._owners)
        done: dict[frozenset[Unit], Search] = {}
        while left := [part for part in parts.all() if part.units not in done]:
            for part in left:
                search, found = self._cover(part, parts)
                if search is None:
                    break  # it belongs together with more than was known
                if found is not None:
                    return self._told(search, found)
                done[part.units] = search
        return None

    def _cover(self, part: Part, parts: Parts) -> tuple[Search | None, Found | None]:
        """Explore one part; no search if it turned out to be only a piece of a larger one."""
        arriving: frozenset[str] = frozenset()
        while True:
            touched = Touched(self._owners, part)
            world = World(
                self._app,
                part.logs,
                part.managers,
                self._receivers,
                self._deciders,
                touched,
                arriving=arriving,
                timed=self._orders == "oldest",
            )
            search = Search(world, self._orders, self._budget)
            found = None
            try:
                search.run(stop=lambda: touched.more)
            except Found as violation:
                found = violation
            if parts.join(part, touched):
                return None, None
            mixed = frozenset(context for context in touched.contexts if part.logs.get(context))
            if self._orders == "oldest" or mixed <= arriving:
                self._budget.spent(search.states, search.edges)
                return search, found
            arriving |= mixed

    def _told(self, search: Search, found: Found) -> Violation:
        search.begin_again()
        turns = follow(search.world, found.steps).turns
        return violation_of(self._app, found.wrong, found.manager, found.steps, turns, search.world.events())


def receivers_of(app: App, receivers: Mapping[str, Receiver] | None) -> dict[str, Receiver]:
    """The receiver of every context: what is given, else what the app says."""
    return {name: context.receiver for name, context in app.contexts.items()} | dict(receivers or {})
