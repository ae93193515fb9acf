"""Random operations on both stores: whatever can be read must be the same."""

import shutil
import tempfile
from pathlib import Path

import msgspec
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from storage_kit import AT, PIN, MemoryStore, SqliteStore, instance, journal_row, run, save, timer

from pmtui.storage.errors import StorageError
from pmtui.storage.ledger import Counters, Cursor
from pmtui.storage.log import Draft, Pin, Receipt, Repeat, Sender

STREAMS = ["a", "b", "Ä", "a/b"]
TYPES = ["T", "U"]
SENDERS = [Sender("shop", "m", "orders", identity) for identity in "12"]
streams = st.sampled_from(STREAMS)
small = st.integers(0, 6)
receipts = st.builds(Receipt, small, st.integers(0, 2), streams, st.sampled_from([b"x", b"y"]), small, small)


async def started(ledger):
    """A start, but for what may differ."""
    return msgspec.structs.replace(await ledger.start(1, AT), identity="")


class Roll(Exception):
    """Makes a transaction roll back."""


class Stores(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.stores = [MemoryStore(), SqliteStore(self.folder)]
        self.logs = [store.log() for store in self.stores]
        self.ledgers = [store.ledger() for store in self.stores]
        for ledger, log in zip(self.ledgers, self.logs, strict=True):
            for each in (ledger, log):  # SQLite waits for no disk here: what is compared is not durability
                if hasattr(each, "database"):
                    each.database.connection.execute("PRAGMA synchronous = OFF")
        self.both(started, self.ledgers)

    def teardown(self):
        for store in self.stores:
            store.close()
        shutil.rmtree(self.folder)

    def both(self, call, on):
        """Make the same call on both; both give the same or both refuse for the same reason."""
        outcomes = []
        for each in on:
            try:
                outcomes.append(run(call(each)))
            except (StorageError, Roll) as error:
                outcomes.append(type(error))
        assert outcomes[0] == outcomes[1]
        return outcomes[0]

    @rule(
        new=st.lists(st.tuples(streams, st.integers(1, 4)), max_size=4),
        sender=st.sampled_from(SENDERS),
        given=st.lists(receipts, max_size=4),
        repeats=st.lists(st.builds(Repeat, small, small, streams, small, small, small), max_size=2),
        scavenge=st.none() | small,
        pin=st.none() | st.builds(Pin, small, small, st.just(PIN.runs)),
        roll=st.booleans(),
    )
    def transact(self, new, sender, given, repeats, scavenge, pin, roll):
        drafts = [Draft(f"{s}{v}", s, v, "T", "{}", "{}", AT) for s, v in new]

        async def work(log):
            async with log.transaction() as transaction:
                await transaction.record(sender, given)
                await transaction.repeated(sender, repeats)
                if scavenge is not None:
                    await transaction.scavenge(sender, scavenge)
                if pin is not None:
                    await transaction.set_pin("shop", "m", pin)
                head, first = transaction.head, await transaction.append(drafts)
                seen = [await transaction.history(stream) for stream in STREAMS]
                if roll:
                    raise Roll
                return head, first, seen

        self.both(work, self.logs)

    @rule()
    def start(self):
        self.both(started, self.ledgers)

    @rule(behind=st.integers(0, 1), clean=st.booleans())
    def note(self, behind, clean):
        epoch = run(self.ledgers[0].load()).epoch - behind
        self.both(lambda ledger: ledger.note(epoch, "stopped", "", AT, clean=clean), self.ledgers)

    @rule(upto=small, limit=st.integers(0, 3))
    def fire(self, upto, limit):
        epoch = run(self.ledgers[0].load()).epoch
        self.both(lambda ledger: ledger.fire(epoch, upto, limit), self.ledgers)

    @rule(
        off=st.sampled_from([0, 0, 0, 0, 1]),
        advances=st.booleans(),
        source=st.sampled_from(["orders", "payments"]),
        step=st.integers(0, 3),
        known=st.sampled_from([True, True, True, False]),
        who=streams,
        timers=st.dictionaries(st.sampled_from(TYPES), small, max_size=2),
        status=st.sampled_from(["running", "completed", "missing"]),
    )
    def save(self, off, advances, source, step, known, who, timers, status):
        state = run(self.ledgers[0].load())
        before = state.cursors.get(source, Cursor(0, "uuid")) if known else Cursor(2, "uuid")
        old = run(self.ledgers[0].instances([who])).get(who, instance(who))
        new = instance(who, status, missed=step, timers={name: timer(name, due) for name, due in timers.items()})
        change = save(
            state.epoch,
            state.turn + advances + off,
            advances=advances,
            clock=step,
            cursors={source: (before, Cursor(before.position + step, "uuid"))},
            instances=[(old, new)],
            journal=[journal_row(step)],
            targets={source: before},
            counters=Counters(step, 1, 2, 3, 4, 5),
        )
        self.both(lambda ledger: ledger.save(change), self.ledgers)

    @invariant()
    def what_can_be_read_is_the_same(self):
        async def of_log(log):
            async with log.transaction() as transaction:
                return (
                    await log.head(),
                    list(await log.page(0, 1000)),
                    await log.pin("shop", "m"),
                    await transaction.versions(STREAMS),
                    [await transaction.history(stream) for stream in STREAMS],
                    [sorted(await transaction.receipts(sender, 1, None)) for sender in SENDERS],
                    [await transaction.floor(sender) for sender in SENDERS],
                )

        async def of_ledger(ledger):
            return (
                msgspec.structs.replace(await ledger.load(), identity=""),
                await ledger.instances(STREAMS),
                await ledger.next_due(),
                await ledger.timers.head(),
                list(await ledger.timers.page(0, 1000)),
            )

        self.both(of_log, self.logs)
        self.both(of_ledger, self.ledgers)


TestStoresAgree = Stores.TestCase
TestStoresAgree.settings = settings(
    max_examples=80,
    stateful_step_count=20,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
