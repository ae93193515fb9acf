"""A story: a violation with all that is needed to show it again."""

from collections.abc import Mapping, Sequence

import msgspec

from pmtui.explorer.exploration import Exploration, receivers_of
from pmtui.explorer.explore import replay
from pmtui.explorer.outside import outside
from pmtui.explorer.search import Orders
from pmtui.explorer.verdict import Bounds, Step, Verdict, Violation
from pmtui.model.app import App, Receiver
from pmtui.storage.log import Row

Logs = Mapping[str, Sequence[Row]]

SECONDS = 2.0
"""How long a small story may take."""
_STATES = 20_000


class Story(msgspec.Struct, frozen=True):
    """What was found, and on what.

    Attributes:
        violation: what is wrong, and the steps that show it.
        logs: the events from outside that it takes, by context; a context without any may be missing.
        receivers: what was set in place of what the app says, by context.
        orders, order_independent: as they were explored.
        by_steps: whether taking the steps alone shows it; otherwise only exploring its events does.
    """

    violation: Violation
    logs: Logs
    receivers: Mapping[str, Receiver] = {}
    orders: Orders = "all"
    order_independent: bool = False
    by_steps: bool = True

    def same(self, other: Violation | None) -> bool:
        """Whether another violation is wrong in the same way.

        That is of the same kind and manager, and at the same line where that is known. It must be the same action
        that is doubled or lost, and the same reason why a manager cannot go on, whatever numbers are in it.
        """
        ours = self.violation
        if other is None or (other.kind, other.manager) != (ours.kind, ours.manager):
            return False
        if ours.kind in ("doubled", "lost", "stuck") and _words(ours.sentence) != _words(other.sentence):
            return False
        return not ours.at or other.at == ours.at

    def on(self, logs: Logs, violation: Violation) -> "Story":
        """The same, shown by other events or steps."""
        return msgspec.structs.replace(self, logs=logs, violation=violation)

    def taken(self, app: App, steps: Sequence[Step], logs: Logs | None = None) -> tuple[bool, Violation | None]:
        """Take steps: whether all of them could be taken, each to where it ended before, and what showed."""
        again = replay(app, self.logs if logs is None else logs, steps, receivers=self.receivers, orders=self.orders)
        return again.followed, again.violation

    def shown(
        self, app: App, *, logs: Logs | None = None, steps: Sequence[Step] | None = None, seconds: float = SECONDS
    ) -> Violation | None:
        """What other events or steps show, if it is the same.

        Args:
            app: whose managers.
            logs: in place of the story's.
            steps: in place of the story's.
            seconds: the longest that exploring may take, where the steps alone show nothing.
        """
        logs = self.logs if logs is None else logs
        if not self.by_steps:
            return self.found(app, logs, seconds)
        _, violation = self.taken(app, self.violation.steps if steps is None else steps, logs)
        return violation if self.same(violation) else None

    def found(self, app: App, logs: Logs, seconds: float = SECONDS) -> Violation | None:
        """What an exploration of other events finds within some seconds, if it is the same."""
        violation = self.explored(app, logs, seconds).violation
        return violation if self.same(violation) else None

    def explored(self, app: App, logs: Logs, seconds: float = SECONDS) -> Verdict:
        """The verdict on other events, explored as the story's were, for at most some seconds.

        Whether handlers are deterministic is only looked at where that is what the story is about.
        """
        return Exploration(
            app,
            logs,
            receivers_of(app, self.receivers),
            self.orders,
            Bounds(_STATES, seconds),
            None,
            order_independent=self.order_independent,
            twice=self.violation.kind in ("nondeterministic", "warm"),
        ).run()


def story_of(
    app: App,
    violation: Violation,
    logs: Logs,
    *,
    receivers: Mapping[str, Receiver] | None = None,
    orders: Orders = "all",
    order_independent: bool = False,
) -> Story:
    """The story of what an exploration found; the arguments are those of `explore`."""
    story = Story(violation, only(app, logs, violation), dict(receivers or {}), orders, order_independent)
    return story if story.shown(app) is not None else msgspec.structs.replace(story, by_steps=False)


def _words(sentence: str) -> list[str]:
    what, _, _ = sentence.partition(" when the worker ")
    return [word for word in what.split() if not any(map(str.isdigit, word))]


def only(app: App, logs: Logs, violation: Violation) -> Logs:
    """The events that a violation was found on; all, where it does not say."""
    if not violation.events:
        return kept_of(app, logs)
    kept = {name: set(positions) for name, positions in violation.events.items()}
    some = {name: [row for row in rows if row.position in kept.get(name, ())] for name, rows in logs.items()}
    return kept_of(app, some)


def kept_of(app: App, logs: Logs) -> Logs:
    """The contexts that have events, with the versions that their streams then have."""
    return {name: outside(app, rows) for name, rows in logs.items() if rows}


def count(logs: Logs) -> int:
    """How many events there are."""
    return sum(map(len, logs.values()))
