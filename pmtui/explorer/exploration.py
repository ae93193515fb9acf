"""One exploration of an app: part by part, each as often as it turns out to be larger than was known."""

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from contextlib import contextmanager, nullcontext
from functools import partial
from typing import NamedTuple

from pmtui.explorer.budget import Budget, OutOfBounds, Shares
from pmtui.explorer.chance import Chance
from pmtui.explorer.checks import Checks
from pmtui.explorer.following import follow
from pmtui.explorer.fresh import Fresh
from pmtui.explorer.noticing import noticing, with_noticing
from pmtui.explorer.parts import Logs, Owners, Part, Parts, Touched, Unit, in_order
from pmtui.explorer.remembering import RememberingDecider
from pmtui.explorer.search import Found, Orders, Search
from pmtui.explorer.snapshot import Content
from pmtui.explorer.switches import Switches
from pmtui.explorer.tell import nondeterministic, violation_of
from pmtui.explorer.turns import Wrong
from pmtui.explorer.verdict import Bounds, Progress, Verdict, Violation
from pmtui.explorer.warm import warm_differs
from pmtui.explorer.world import World
from pmtui.model.app import App, Receiver
from pmtui.model.manager import TIMERS

_ORDERS = {"all": "every order", "oldest": "the oldest first"}
_AT_RANDOM = 32
"""So many random orders are tried where there are too many to cover all of them."""

_COVERING = Shares(0.7, 0.6)
_BY_SWITCHES = Shares(0.85, 0.75)
_RANDOM = Shares(1.0, 0.9)
_ALONE = Shares(1.0, 0.9)
"""Up to here covering may go, then the orders with the fewest switches, then random ones; covering where neither comes
after it. What is left of the time is for handling everything once more."""


class Setting(NamedTuple):
    """How a part must be explored, as far as is known.

    Attributes:
        arriving: the contexts that are also acted on: events from outside arrive there at any point.
        exact: the contexts where not only each stream counts: checks see the order, or handlers look at positions.
    """

    arriving: frozenset[str] = frozenset()
    exact: frozenset[str] = frozenset()


class Exploration:
    """See `explore`; the arguments are the same, and two more.

    Args:
        reduced: whether to leave out what makes no difference.
        twice: whether to see that handlers are deterministic and that a restart changes nothing, which takes a process
            of its own.
    """

    def __init__(
        self,
        app: App,
        logs: Logs,
        receivers: Mapping[str, Receiver],
        orders: Orders,
        bounds: Bounds,
        watch: Callable[[Progress], None] | None,
        *,
        order_independent: bool,
        reduced: bool = True,
        twice: bool = True,
    ) -> None:
        self._twice = twice
        self._noticed: set[str] = set()
        same = noticing(self._noticed)
        self._app = with_noticing(app, same)
        self._logs = logs
        self._receivers = receivers
        self._orders = orders
        self._order_independent = order_independent
        self._reduced = reduced
        self._checks = Checks(app)
        self._fresh = Fresh(app)
        self._deciders = {
            name: RememberingDecider(app, manager, partial(self._fresh.ask, name), same)
            for name, manager in app.managers.items()
        }
        whole = orders == "oldest" or self._checks.any or not reduced or not in_order(logs)
        self._owners = Owners(app, self._deciders, whole=whole)
        self._budget = Budget(bounds, watch)
        self._parts = Parts(app, logs, self._owners, together=self._checks.any or not reduced)
        self._settings: dict[frozenset[Unit], Setting] = {}
        self._done: set[frozenset[Unit]] = set()

    def run(self) -> Verdict:
        """Explore every part."""
        violation, why = None, ""
        warm = finding = None
        with self._fresh if self._twice else nullcontext(), _little_garbage():
            if self._twice:
                over = self._budget.over
                warm = warm_differs(self._app, self._logs, self._receivers, Touched(self._owners), over)
            self._budget.begin()
            self._budget.allow(_COVERING if self._orders == "all" else _ALONE)
            try:
                violation = self._explore()
            except OutOfBounds as bound:
                why = str(bound)
                if self._orders == "all":
                    violation = self._some(_BY_SWITCHES, [None]) or self._some(_RANDOM, range(_AT_RANDOM))
            seconds = self._budget.seconds
            if self._twice:
                try:
                    finding = self._fresh.finding(self._budget.left)
                except TimeoutError:
                    why = why or self._budget.bound
        if warm is not None and not (finding and finding.calls):
            violation, finding = violation_of(self._app, *warm, (), (), {}), None
        if finding is not None:
            violation = nondeterministic(self._app, finding)
        return Verdict(
            "not deterministic" if finding else "violated" if violation else "incomplete" if why else "holds",
            self._budget.states,
            self._budget.edges,
            _ORDERS.get(str(self._orders), f"{self._orders} orders"),
            seconds,
            violation,
            () if violation else tuple(self._unreached()),
            () if violation else self._checks.blind(),
            why if violation is None else "",
        )

    def _unreached(self) -> Iterator[str]:
        """Methods none of whose events was handled in any story."""
        for name, manager in self._app.managers.items():
            reached = {manager.handlers[key].method for key in self._deciders[name].reached}
            yield from dict.fromkeys(f"{name}.{h.method}" for h in manager.handlers.values() if h.method not in reached)

    def _explore(self) -> Violation | None:
        while left := self._left():
            for part in left:
                search, found = self._cover(part)
                if search is None:
                    break  # it belongs together with more than was known
                if found is not None:
                    return self._told(search, found)
                self._done.add(part.units)
        return None

    def _left(self) -> list[Part]:
        """The parts that are not covered yet."""
        return [part for part in self._parts.all() if part.units not in self._done]

    def _cover(self, part: Part) -> tuple[Search | None, Found | None]:
        """Explore one part; no search if it turned out to be only a piece of a larger one."""
        chances: list[Chance | None] = [None]
        if isinstance(self._orders, int):
            chances = [Chance(number) for number in range(self._orders)]
        while True:
            setting = self._settings.setdefault(part.units, Setting())
            ends: set[Content] = set()
            for chance in chances:
                search, found, right = self._search(part, setting, chance)
                if not right:
                    break
                found = found or self._other_end(search, ends)
                self._budget.spent(search.states, search.edges)
                if found is not None:
                    return search, found
                ends |= search.ends.keys()
            else:
                return search, None
            if self._settings[part.units] == setting:
                return None, None

    def _some(self, shares: Shares, numbers: Iterable[int | None]) -> Violation | None:
        """Try some orders where there are too many to cover all of them.

        Args:
            shares: of the bounds, as far as it may go.
            numbers: of random orders; None stands for all orders, those with the fewest switches first.
        """
        self._budget.allow(shares)
        try:
            for number in numbers:
                for part in self._left():
                    setting = self._settings.setdefault(part.units, Setting())
                    chance = None if number is None else Chance(number)
                    switches = Switches() if number is None else None
                    search, found, right = self._search(part, setting, chance, switches)
                    self._budget.spent(search.states, search.edges)
                    if right and found is not None:
                        return self._told(search, found)
        except OutOfBounds:
            pass
        return None

    def _search(
        self, part: Part, setting: Setting, chance: Chance | None, switches: Switches | None = None
    ) -> tuple[Search, Found | None, bool]:
        """Explore one part in all orders or a random one; the last says whether it was the right part and setting."""
        touched = Touched(self._owners, None if self._parts.together else part)

        def needed() -> Setting:
            acted_on = frozenset(context for context in touched.contexts if part.logs.get(context))
            exact = frozenset(self._checks.logs | (self._noticed & {*touched.contexts, TIMERS}))
            arriving = setting.arriving if self._orders == "oldest" else setting.arriving | acted_on
            return Setting(arriving, setting.exact | exact)

        sizes = -1, -1, -1

        def stop() -> bool:
            nonlocal sizes
            before, sizes = sizes, (len(touched.contexts), len(self._noticed), len(self._checks.logs))
            return touched.more or (sizes != before and needed() != setting)

        world = self._world(part, touched, setting)
        search = Search(world, self._orders, self._budget, self._checks, chance, switches, remembers=self._reduced)
        found = None
        try:
            search.run(stop)
        except Found as violation:
            found = violation
        grown = self._parts.join(part, touched)
        self._settings[part.units] = needed()
        right = not grown and needed() == setting
        if right and found is None and search.left:
            raise AssertionError("a part was left before it was covered")
        return search, found, right

    def _world(self, part: Part, touched: Touched, setting: Setting) -> World:
        return World(
            self._app,
            part.logs,
            part.managers,
            self._receivers,
            self._deciders,
            touched,
            arriving=setting.arriving,
            whole=self._order_independent or not self._reduced,
            exact=setting.exact,
            timed=self._orders == "oldest",
        )

    def _other_end(self, search: Search, known: Set[Content]) -> Found | None:
        """Where the orders of the sources must not matter: a second end, if there is one."""
        ends = [*known, *(end for end in search.ends if end not in known)]
        if not self._order_independent or len(ends) < 2 or ends[1] not in search.ends:
            return None
        context, stream, *_ = min(ends[0] ^ ends[1])
        sentence = f"{stream} in {context} ends otherwise in another order of the sources"
        return Found(Wrong("order", sentence, None), search.steps_to(search.ends[ends[1]]), "")

    def _told(self, search: Search, found: Found) -> Violation:
        search.begin_again()
        turns = follow(search.world, found.steps).turns
        return violation_of(self._app, found.wrong, found.manager, found.steps, turns, search.world.events())


def receivers_of(app: App, receivers: Mapping[str, Receiver] | None) -> dict[str, Receiver]:
    """The receiver of every context: what is given, else what the app says."""
    return {name: context.receiver for name, context in app.contexts.items()} | dict(receivers or {})


@contextmanager
def _little_garbage() -> Iterator[None]:
    """Look for garbage seldom: a search makes millions of objects that stay, and none that refer to themselves."""
    before = gc.get_threshold()
    gc.set_threshold(100_000, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
