"""What `storage.ledger` promises, for every store."""

import pytest
from storage_kit import AT, instance, journal_row, moved, rows, run, save, timer

from pmtui.storage.errors import Superseded
from pmtui.storage.ledger import Counters, Cursor


@pytest.fixture
def started(ledger):
    run(ledger.start(4711, AT))
    return ledger


def keep(ledger, after, before=None, turn=1):
    """Save one instance."""
    run(ledger.save(save(turn=turn, instances=[(before or instance(after.correlation), after)])))


def test_a_new_ledger_says_nothing_was_done(ledger):
    state = run(ledger.load())
    assert (state.epoch, state.turn, state.clock, state.clean, state.next_due) == (0, 0, 0, True, None)
    assert state.cursors == state.targets == {}
    assert state.counters == Counters()
    assert len(state.identity) == 36


def test_loading_changes_nothing(ledger):
    assert run(ledger.load()) == run(ledger.load())


def test_each_start_raises_the_epoch(ledger):
    assert [run(ledger.start(4711, AT)).epoch for _ in range(3)] == [1, 2, 3]


def test_a_start_after_a_worker_that_did_not_end_by_itself_counts_a_crash(ledger):
    assert run(ledger.start(1, AT)).counters.crashes == 0
    assert run(ledger.start(2, AT)).counters.crashes == 1
    run(ledger.note(2, "stopped", "", AT, clean=True))
    assert run(ledger.load()).clean
    assert run(ledger.start(3, AT)).counters.crashes == 1
    assert not run(ledger.load()).clean


def test_a_note_from_an_older_epoch_is_ignored(ledger):
    run(ledger.start(1, AT))
    run(ledger.start(2, AT))
    run(ledger.note(1, "stopped", "", AT, clean=True))
    assert not run(ledger.load()).clean


def test_nothing_can_be_done_before_a_worker_started(ledger):
    with pytest.raises(Superseded):
        run(ledger.save(save(epoch=0)))
    with pytest.raises(Superseded):
        run(ledger.fire(0, 10, 10))
    run(ledger.note(0, "failed", "", AT, clean=False))
    assert run(ledger.load()).clean


def test_a_save_changes_everything_it_names(started):
    run(
        started.save(
            save(
                clock=50,
                cursors=moved("orders", 0, 6),
                targets={"payments": Cursor(3, "uuid-p")},
                instances=[(instance(), instance(state='{"paid":true}', timers={"PaymentOverdue": timer(due=99)}))],
                journal=[journal_row(6)],
                counters=Counters(1, 2, 3, 4, 5, 6),
            )
        )
    )
    state = run(started.load())
    assert (state.turn, state.clock, state.next_due) == (1, 50, 99)
    assert state.cursors == {"orders": Cursor(6, "uuid-1")}
    assert state.targets == {"payments": Cursor(3, "uuid-p")}
    assert run(started.instances(["order-1"]))["order-1"].state == '{"paid":true}'


def test_counters_add_up_and_crashes_are_left_to_the_next_start(started):
    run(started.save(save(counters=Counters(1, 2, 3, 4, 5, 6))))
    run(started.save(save(turn=2, counters=Counters(1, 2, 3, 4, 5, 6))))
    assert run(started.load()).counters == Counters(2, 4, 6, 8, 0, 12)


def test_the_clock_never_goes_back(started):
    run(started.save(save(clock=50)))
    run(started.save(save(turn=2, clock=40)))
    assert run(started.load()).clock == 50


@pytest.mark.parametrize("wrong", [{"epoch": 2}, {"turn": 2}, {"turn": 0}])
def test_a_save_for_another_epoch_or_turn_is_refused(started, wrong):
    with pytest.raises(Superseded):
        run(started.save(save(**wrong, clock=9)))
    assert run(started.load()).clock == 0


def test_a_worker_that_was_overtaken_can_neither_save_nor_fire(started):
    run(started.start(2, AT))
    with pytest.raises(Superseded):
        run(started.save(save(epoch=1)))
    with pytest.raises(Superseded):
        run(started.fire(1, 100, 10))


def test_a_save_that_does_not_advance_keeps_the_turn(started):
    run(started.save(save()))
    run(started.save(save(turn=1, advances=False, cursors=moved("orders", 0, 3))))
    assert run(started.load()).turn == 1
    with pytest.raises(Superseded):
        run(started.save(save(turn=2, advances=False)))


@pytest.mark.parametrize(
    "other", [moved("orders", 2, 9), moved("orders", 0, 9), moved("orders", 5, 9, "uuid-2")], ids=str
)
def test_a_cursor_that_is_not_where_the_save_expects_it_undoes_the_whole_save(started, other):
    run(started.save(save(cursors=moved("orders", 0, 5))))
    before = run(started.load())
    with pytest.raises(Superseded, match="orders"):
        run(
            started.save(
                save(
                    turn=2,
                    cursors={**moved("shipping", 0, 1), **other},
                    instances=[(instance(), instance())],
                    targets={"payments": Cursor(1, "p")},
                    counters=Counters(handled=1),
                )
            )
        )
    assert run(started.load()) == before
    assert run(started.instances(["order-1"])) == {}


def test_a_cursor_that_was_never_saved_counts_as_0(started):
    with pytest.raises(Superseded):
        run(started.save(save(cursors=moved("orders", 1, 2))))
    run(started.save(save(cursors=moved("orders", 0, 2))))
    run(started.save(save(turn=2, cursors=moved("orders", 2, 7))))
    assert run(started.load()).cursors["orders"].position == 7


def test_instances_are_given_if_ever_heard_of(started):
    keep(started, instance("a", "completed", missed=2))
    assert run(started.instances(["a", "never"])) == {"a": instance("a", "completed", missed=2)}
    assert run(started.instances([])) == {}
    assert list(run(started.instances([f"i{n}" for n in range(1200)] + ["a"]))) == ["a"]


def test_an_instance_is_replaced_whole(started):
    keep(started, instance("a", state='{"n":1}', timers={"T": timer("T")}))
    keep(
        started,
        after := instance("a", "completed", '{"n":2}', "orders@9", 3),
        instance("a", timers={"T": timer("T")}),
        2,
    )
    assert run(started.instances(["a"])) == {"a": after}
    assert run(started.next_due()) is None


def test_a_timer_that_is_scheduled_again_replaces_the_one_pending(started):
    one = instance("a", timers={"T": timer("T", 100), "U": timer("U", 300)})
    keep(started, one)
    keep(started, two := instance("a", timers={"T": timer("T", 200), "U": timer("U", 300)}), one, 2)
    assert run(started.instances(["a"]))["a"] == two
    assert run(started.next_due()) == 200
    assert [fired[:2] for fired in run(started.fire(1, 1000, 10))] == [("a", "T"), ("a", "U")]


def test_fire_moves_what_is_due_by_due_time_into_the_timers_log(started):
    keep(started, instance("b", timers={"T": timer("T", 200, "2026-01-01T00:00:00.000200Z"), "S": timer("S", 900)}))
    keep(started, instance("a", timers={"T": timer("T", 200), "U": timer("U", 100)}), turn=2)
    assert run(started.fire(1, 200, 10)) == [("a", "U", 1), ("a", "T", 2), ("b", "T", 3)]
    fired = rows(started.timers)
    assert [(row.position, row.stream, row.version, row.type) for row in fired] == [
        (1, "a", 1, "U"),
        (2, "a", 2, "T"),
        (3, "b", 1, "T"),
    ]
    assert (fired[2].recorded_at, fired[2].data) == ("2026-01-01T00:00:00.000200Z", '{"order_id":1}')
    assert len({row.id for row in fired}) == 3
    assert run(started.next_due()) == 900
    assert run(started.timers.head()) == 3
    assert run(started.timers.identity()) == run(started.load()).identity
    assert started.timers.name == "timers"


def test_fire_stops_at_its_limit_and_fires_nothing_twice(started):
    keep(started, instance("a", timers={name: timer(name, due) for due, name in enumerate("TUV")}))
    assert [each[1] for each in run(started.fire(1, 10, 2))] == ["T", "U"]
    assert [each[1] for each in run(started.fire(1, 10, 2))] == ["V"]
    assert run(started.fire(1, 10, 2)) == []


def test_a_fired_timer_stays_with_its_instance_until_a_save_takes_it_away(started):
    keep(started, instance("a", timers={"T": timer("T")}))
    run(started.fire(1, 100, 10))
    (fired,) = run(started.instances(["a"]))["a"].timers.values()
    assert fired == timer("T", fired=1)
    keep(started, instance("a"), instance("a", timers={"T": fired}), 2)
    assert run(started.instances(["a"]))["a"].timers == {}


def test_a_save_that_does_not_change_a_timer_does_not_undo_its_firing(started):
    with_timer = instance("a", timers={"T": timer("T")})
    keep(started, with_timer)
    run(started.fire(1, 100, 10))
    keep(started, instance("a", missed=1, timers=with_timer.timers), with_timer, 2)
    assert run(started.instances(["a"]))["a"].timers["T"].fired == 1
    assert run(started.fire(1, 100, 10)) == []


def test_a_timer_that_fired_can_be_scheduled_again_and_fires_at_a_new_position(started):
    keep(started, instance("a", timers={"T": timer("T", 100)}))
    run(started.fire(1, 100, 10))
    old = run(started.instances(["a"]))["a"]
    keep(started, instance("a", timers={"T": timer("T", 150)}), old, 2)
    assert run(started.next_due()) == 150
    assert run(started.fire(1, 150, 10)) == [("a", "T", 2)]
    assert [row.version for row in rows(started.timers)] == [1, 2]


def test_journal_rows_are_kept_in_their_order(started):
    run(started.save(save(journal=[journal_row(1), journal_row(2)])))
    run(started.save(save(turn=2, journal=[journal_row(6, 2)])))
    if hasattr(started, "state"):
        positions = [(row.turn, row.position) for row in started.state.journal]
    else:
        positions = started.database.connection.execute("SELECT turn, position FROM journal ORDER BY id").fetchall()
    assert positions == [(1, 1), (1, 2), (2, 6)]
