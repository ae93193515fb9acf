"""What `storage.log` promises, for every store."""

import pytest
from storage_kit import (
    AT,
    OTHER,
    PIN,
    SENDER,
    append,
    draft,
    drafts,
    in_transaction,
    receipt,
    rows,
    run,
)

from pmtui.storage.errors import StorageError
from pmtui.storage.log import Pin, Repeat, Row, Sender


class Stop(Exception):
    pass


def test_a_new_log_is_empty_and_its_head_is_0(log):
    assert run(log.head()) == 0
    assert rows(log) == []


def test_each_log_has_an_identity_of_its_own_that_stays(store):
    one, two = store.log("orders"), store.log("orders")
    assert run(one.identity()) == run(one.identity()) != run(two.identity())
    assert len(run(one.identity())) == 36


def test_events_get_the_next_positions_without_a_gap_and_come_back_as_written(log):
    assert append(log, draft("order-1", 1, data='{"a":  1}')) == 1
    assert append(log, draft("order-2", 1), draft("order-1", 2)) == 2
    assert rows(log)[0] == Row(1, "order-1/1", "order-1", 1, "OrderPlaced", '{"a":  1}', "{}", AT)
    assert [(row.position, row.stream, row.version) for row in rows(log)] == [
        (1, "order-1", 1),
        (2, "order-2", 1),
        (3, "order-1", 2),
    ]
    assert run(log.head()) == 3


def test_more_events_than_fit_one_statement_keep_their_order(log):
    append(log, *drafts(1237))
    assert [row.position for row in rows(log)] == list(range(1, 1238))
    assert [row.version for row in rows(log)] == list(range(1, 1238))


def test_a_page_begins_above_and_ends_at_its_limit(log):
    append(log, *drafts(10))
    assert [row.position for row in rows(log, after=3, limit=4)] == [4, 5, 6, 7]
    assert rows(log, after=10) == []
    assert rows(log, limit=0) == []


def test_appending_nothing_uses_no_position(log):
    append(log)
    assert append(log, draft()) == 1


def test_a_transaction_whose_block_raises_leaves_nothing_and_gives_its_positions_back(log):
    append(log, draft("order-1", 1))

    async def fails():
        async with log.transaction() as transaction:
            await transaction.append(drafts(3, "order-2"))
            await transaction.record(SENDER, [receipt(1)])
            await transaction.repeated(SENDER, [Repeat(1, 0, "order-1", 1, 1, 1)])
            await transaction.set_pin("shop", "fulfilment", PIN)
            await transaction.scavenge(OTHER, 5)
            raise Stop

    with pytest.raises(Stop):
        run(fails())
    assert len(rows(log)) == run(log.head()) == 1
    assert run(log.pin("shop", "fulfilment")) is None
    assert in_transaction(log, "receipts", SENDER, 0, None) == []
    assert in_transaction(log, "floor", OTHER) == 0
    assert append(log, draft("order-2", 1)) == 2


def test_a_transaction_knows_the_head_before_it_and_sees_what_it_wrote(log):
    append(log, *drafts(2))

    async def work():
        async with log.transaction() as transaction:
            await transaction.append([draft("order-1", 3)])
            await transaction.record(SENDER, [receipt(1)])
            await transaction.set_pin("shop", "fulfilment", PIN)
            return (
                transaction.head,
                [row.version for row in await transaction.history("order-1")],
                await transaction.versions(["order-1"]),
                await transaction.receipts(SENDER, 0, None),
                await transaction.pin("shop", "fulfilment"),
            )

    assert run(work()) == (2, [1, 2, 3], {"order-1": 3}, [receipt(1)], PIN)


def test_a_taken_version_is_refused_and_nothing_of_its_transaction_stays(log):
    append(log, draft("order-1", 1))
    with pytest.raises(StorageError, match="somebody else"):
        append(log, draft("order-2", 1), draft("order-1", 1))
    assert [row.stream for row in rows(log)] == ["order-1"]


def test_the_same_version_twice_in_one_append_is_refused(log):
    with pytest.raises(StorageError):
        append(log, draft("order-1", 1), draft("order-1", 1))
    assert run(log.head()) == 0


def test_ids_need_not_be_unique(log):
    append(log, draft("order-1", 1)._replace(id="same"), draft("order-1", 2)._replace(id="same"))
    assert [row.id for row in rows(log)] == ["same", "same"]


def test_history_is_one_streams_events_by_version(log):
    append(log, draft("a", 1), draft("b", 1), draft("a", 2), draft("b", 2))
    assert [(row.position, row.version) for row in in_transaction(log, "history", "b")] == [(2, 1), (4, 2)]
    assert in_transaction(log, "history", "never") == []


def test_versions_are_given_of_streams_that_have_events(log):
    append(log, *drafts(3, "a"), draft("b", 1))
    assert in_transaction(log, "versions", ["a", "b", "never", "a"]) == {"a": 3, "b": 1}
    assert in_transaction(log, "versions", []) == {}
    assert in_transaction(log, "versions", [f"s{i}" for i in range(1200)] + ["a"]) == {"a": 3}


def test_the_first_receipt_of_a_key_stays(log):
    in_transaction(log, "record", SENDER, [receipt(1, fingerprint=b"first"), receipt(1, fingerprint=b"second")])
    in_transaction(log, "record", SENDER, [receipt(1, fingerprint=b"third"), receipt(1, 1)])
    assert in_transaction(log, "receipts", SENDER, 0, None) == [receipt(1, fingerprint=b"first"), receipt(1, 1)]


def test_two_actions_of_one_event_on_one_aggregate_have_two_receipts(log):
    in_transaction(log, "record", SENDER, [receipt(1, 0), receipt(1, 1)])
    assert len(in_transaction(log, "receipts", SENDER, 1, 1)) == 2


def test_receipts_are_given_from_a_position_to_a_position_or_to_the_end(log):
    in_transaction(log, "record", SENDER, [receipt(each) for each in (1, 3, 5, 2**40)])

    def positions(first, last):
        return sorted(each.position for each in in_transaction(log, "receipts", SENDER, first, last))

    assert positions(2, 5) == [3, 5]
    assert positions(3, None) == [3, 5, 2**40]
    assert positions(6, 7) == []


def test_senders_are_told_apart_by_every_part_so_that_a_log_made_anew_does_not_look_handled(log):
    senders = [
        SENDER,
        OTHER,
        Sender("shopf", "ulfilment", "orders", "uuid-1"),
        Sender("shop", "fulfilment", "payments", "uuid-1"),
    ]
    for number, sender in enumerate(senders):
        in_transaction(log, "record", sender, [receipt(1, fingerprint=bytes([number]))])
    for number, sender in enumerate(senders):
        assert [r.fingerprint for r in in_transaction(log, "receipts", sender, 0, None)] == [bytes([number])]


def test_scavenging_removes_receipts_up_to_a_position_and_raises_the_floor(log):
    in_transaction(log, "record", SENDER, [receipt(1), receipt(2), receipt(2, 1), receipt(3)])
    in_transaction(log, "record", OTHER, [receipt(1)])
    in_transaction(log, "scavenge", SENDER, 2)
    assert in_transaction(log, "receipts", SENDER, 0, None) == [receipt(3)]
    assert in_transaction(log, "floor", SENDER) == 2
    assert in_transaction(log, "receipts", OTHER, 0, None) == [receipt(1)]
    assert in_transaction(log, "floor", OTHER) == 0


def test_a_floor_never_sinks(log):
    in_transaction(log, "scavenge", SENDER, 9)
    in_transaction(log, "scavenge", SENDER, 4)
    assert in_transaction(log, "floor", SENDER) == 9


def test_repeats_are_noted_beside_the_receipt_they_repeat(log):
    in_transaction(log, "record", SENDER, [receipt(1)])
    in_transaction(log, "repeated", SENDER, [Repeat(1, 0, "payment-1", 2, 1, 1), Repeat(1, 0, "payment-1", 3, 1, 1)])
    assert in_transaction(log, "receipts", SENDER, 0, None) == [receipt(1)]
    if hasattr(log, "state"):
        (share,) = log.state.shares.values()
        assert [repeat.first for _, repeat in share.repeats] == [2, 3]
    else:
        assert log.database.connection.execute("SELECT first, original FROM repeats").fetchall() == [(2, 1), (3, 1)]


def test_a_pin_comes_back_whole_is_replaced_and_belongs_to_one_manager(log):
    assert run(log.pin("shop", "fulfilment")) is None
    in_transaction(log, "set_pin", "shop", "fulfilment", PIN)
    assert run(log.pin("shop", "fulfilment")) == in_transaction(log, "pin", "shop", "fulfilment") == PIN
    later = Pin(4, 2, ())
    in_transaction(log, "set_pin", "shop", "fulfilment", later)
    assert run(log.pin("shop", "fulfilment")) == later
    assert run(log.pin("shop", "refunds")) is None
    assert run(log.pin("other", "fulfilment")) is None
