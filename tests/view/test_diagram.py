"""The space-time diagram: what is drawn of what the managers did."""

from diagram_kit import LANES, action, handled, killed, lines
from hypothesis import given
from hypothesis import strategies as st

from pmtui.view.diagram import Diagram, lanes_of
from pmtui.view.drawing import draw
from pmtui.view.snapshot import Consequence, ContextView, ManagerView, Snapshot, SourceView

FULFILMENT = 1


def broken(diagram: Diagram) -> list[bool]:
    return [FULFILMENT in row.broken for row in diagram.rows]


def test_an_event_and_an_action_on_the_other_side_share_a_row_and_further_ones_follow() -> None:
    diagram = draw(LANES, [handled("orders@1", action("payments@1"), action("shipping@4"))])
    assert lines(diagram) == [
        "orders-taken-fulfilment@1 fulfilment-taken-payments@1 [handled] Happened",
        "fulfilment-taken-shipping@4 [branch] Act",
    ]


def test_an_action_back_to_the_same_side_has_a_row_of_its_own() -> None:
    diagram = draw(LANES, [handled("payments@1", action("shipping@1"))])
    assert lines(diagram) == [
        "payments-taken-fulfilment@1 [handled] Happened",
        "fulfilment-taken-shipping@1 [branch] Act",
    ]


def test_a_crash_after_acting_breaks_the_lane_and_the_repeated_action_stands_beside_its_original() -> None:
    diagram = draw(
        LANES,
        [
            handled("orders@1", action("payments@1")),
            killed("orders@3", action("payments@3")),
            handled("orders@3", action("payments@4", "doubled", original=3)),
        ],
    )
    assert lines(diagram) == [
        "orders-taken-fulfilment@1 fulfilment-taken-payments@1 [handled] Happened",
        "orders-lost-fulfilment@3 fulfilment-taken-payments@3 [volatile] Happened",
        "[crash] killed, not saved",
        "[start] restarted",
        "orders-taken-fulfilment@3 [handled] Happened",
        "fulfilment-doubled-payments@4 [branch] doubled: payments@3 again",
    ]
    assert broken(diagram) == [False, False, False, True, False, False]
    assert diagram.rows[5].twin == 1
    assert diagram.rows[5].words[0][1] == "error"


def test_with_a_receipt_the_repeated_action_is_stopped() -> None:
    diagram = draw(
        LANES, [killed("orders@3", action("payments@3")), handled("orders@3", action("payments@3", "stopped"))]
    )
    assert lines(diagram)[-1] == "fulfilment-stopped-payments@3 [branch] stopped by its receipt"
    assert all(row.twin is None for row in diagram.rows)


def test_what_was_lost_is_drawn_behind_the_crash() -> None:
    interrupted = killed("orders@3", words="killed, not acted")
    diagram = draw(LANES, [interrupted, handled("orders@3", action("payments@3"), action("shipping", "lost"))])
    assert lines(diagram) == [
        "orders-taken-fulfilment@3 fulfilment-taken-payments@3 [handled] Happened",
        "[crash] killed: saved, 1 of 2 actions taken",
        "fulfilment-lost-shipping@ [break] lost: Act",
    ]
    assert broken(diagram) == [False, False, True]


def test_a_large_turn_that_was_killed_is_one_event_with_the_number_of_its_actions() -> None:
    turn = killed("orders@1700", action("payments", number=500), turn=4, size=500)
    diagram = draw(LANES, [turn], dead=["fulfilment"])
    event, act = diagram.rows[0].arrows
    assert (event.number, act.number, act.text) == (500, 500, "+500")
    assert lines(diagram)[1:] == ["[crash] killed, not saved", "[break] no worker"]


def test_a_lane_stays_broken_while_others_go_on() -> None:
    other = handled("payments@3", action("shipping@1"), manager="refunds")
    diagram = draw(LANES, [killed("orders@3", action("payments@3")), other], dead=["fulfilment"])
    assert broken(diagram) == [False, False, True, True]


def test_a_repetition_whose_crash_nobody_saw_is_told_once_a_turn() -> None:
    again = [handled(f"orders@{n}", action(f"payments@{n}", "stopped"), turn=7) for n in (1, 2)]
    marks = [row.mark for row in draw(LANES, again).rows]
    assert marks == ["repeat", "handled", "branch", "handled", "branch"]


def test_long_runs_are_folded_but_for_their_ends() -> None:
    run = [handled(f"orders@{n}", action(f"payments@{n}")) for n in range(1, 42)]
    diagram = draw(LANES, run)
    assert [row.mark for row in diagram.rows] == ["handled", "handled", "fold", "handled", "handled"]
    fold = diagram.rows[2]
    assert fold.words == (("⋯ 37 events, one action each", "quiet"),)
    assert [(arrow.text, arrow.number) for arrow in fold.arrows] == [("39", 37), ("+37", 37)]
    assert len(draw(LANES, run, unfolded=fold.entries).rows) == 41


def test_a_fold_says_what_its_events_have_in_common() -> None:
    def fold(*actions: int) -> str:
        run = [handled(f"orders@{n + 1}", *[action("payments@1")] * number) for n, number in enumerate(actions)]
        return next(row.words[0][0] for row in draw(LANES, run).rows if row.mark == "fold")

    assert fold(*[0] * 10) == "⋯ 6 events, no action"
    assert fold(*[2] * 10) == "⋯ 6 events, 2 actions each"
    assert fold(1, 1, 1, 2, 1, 1, 1, 1, 1) == "⋯ 5 events, 6 actions"


def test_many_doubled_actions_are_one_red_row_and_a_plain_one_among_them_is_not() -> None:
    again = [
        handled(f"orders@{n}", action(f"payments@{n + 500}", "doubled", original=n), turn=2) for n in range(1, 501)
    ]
    rows = draw(LANES, [*again, handled("orders@501", action("payments@1001"))]).rows
    assert [row.words[0] for row in rows if row.mark == "fold"] == [("⋯ 496 events, each doubled", "error")]
    assert rows[-1].words[0] == ("Happened", "plain")


def test_at_a_cut_nothing_is_left_out_of_a_fold() -> None:
    run = [handled(f"orders@{n}", action(f"payments@{n}")) for n in range(1, 41)]
    rows = draw(LANES, run, cuts={0, 20}).rows
    assert [row.mark for row in rows] == ["fold", "fold", "handled", "handled"]
    assert [len(row.entries) for row in rows[:2]] == [20, 18]


def test_a_timer_and_an_unknown_context_have_no_arrow() -> None:
    rows = draw(LANES, [handled("timers@1", action("gone@1"), label="order-1")]).rows
    assert rows[0].arrows == () and rows[0].where is None
    assert rows[0].words[0][0] == "timer Happened"


def test_a_manager_stands_right_of_the_first_context_it_reads() -> None:
    def manager(name: str, *sources: str) -> ManagerView:
        return ManagerView(name, "paused", Consequence(""), sources=tuple(SourceView(source) for source in sources))

    contexts = tuple(ContextView(name) for name in ("orders", "payments", "shipping"))
    managers = (manager("b", "timers", "payments", "orders"), manager("a", "payments"), manager("idle", "timers"))
    lanes = lanes_of(Snapshot("shop", "lab", "exact", "4", contexts, managers))
    assert [lane.name for lane in lanes] == ["orders", "payments", "b", "a", "shipping", "idle"]


fates = st.sampled_from(["taken", "doubled", "stopped", "refused", "lost", "asked"])
actions = st.builds(
    action,
    st.sampled_from(["orders", "payments@2", "shipping@9", "gone@1"]),
    fates,
    st.integers(0, 9),
    st.integers(1, 3),
)
entries = st.lists(
    st.one_of(
        st.builds(
            lambda where, acts, turn, manager: handled(where, *acts, turn=turn, manager=manager),
            st.sampled_from(["orders@1", "payments@2", "timers@3", "gone@4"]),
            st.lists(actions, max_size=3),
            st.integers(1, 5),
            st.sampled_from(["fulfilment", "refunds"]),
        ),
        st.builds(
            lambda acts, turn: killed("orders@1", *acts, turn=turn), st.lists(actions, max_size=2), st.integers(1, 5)
        ),
    ),
    max_size=40,
)


@given(entries, st.sets(st.integers(0, 40)))
def test_whatever_happened_every_event_is_drawn_or_folded_once_and_no_arrow_leaves_the_lanes(
    done: list[object], cuts: set[int]
) -> None:
    diagram = draw(LANES, done, dead=["refunds"], cuts=cuts)  # type: ignore[arg-type]
    lossy = {
        (each.manager, each.entry.key[0])  # type: ignore[attr-defined]
        for each in done
        if any(one.fate == "lost" for one in each.entry.actions)  # type: ignore[attr-defined]
    }
    expected = [
        (each.manager, each.entry.key)  # type: ignore[attr-defined]
        for each in done
        if each.entry.glyph != "✖" or (each.manager, each.entry.key[0]) not in lossy  # type: ignore[attr-defined]
    ]
    shown = [key for row in diagram.rows if row.first for key in row.entries]
    assert shown == expected
    for row in diagram.rows:
        assert LANES[row.lane].name == row.manager
        for arrow in row.arrows:
            assert row.lane in (arrow.start, arrow.end) and arrow.start != arrow.end
            assert arrow.start in range(5) and arrow.end in range(5)
        assert row.lane not in row.broken or row.mark in ("start", "break")
        assert row.twin is None or row.twin < diagram.rows.index(row)
