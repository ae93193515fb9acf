"""Looking closely: choosing, following links, folding, finding, and back."""

from dataclasses import replace

import pytest
from fake import FakeSession, in_state
from hypothesis import given
from hypothesis import strategies as st

from pmtui.model.errors import InputError
from pmtui.tui.paint import cells, cut_into
from pmtui.tui.screens import inspector
from pmtui.tui.screens.inspector import InspectorScreen
from pmtui.tui.screens.main import MainScreen
from pmtui.view.closeup.node import branch, leaf
from pmtui.view.closeup.subject import ActionOf, EventAt, InstanceOf, ManagerOf


def looked(session: FakeSession) -> list[object]:
    return [call[1] for call in session.calls if call[0] == "look"]


async def test_enter_looks_at_the_event_in_hand_where_nothing_was_chosen(show):
    session = FakeSession()
    async with show(session) as shown:
        await shown.press("s", "enter")
        assert isinstance(shown.app.screen, InspectorScreen)
        assert looked(session) == [EventAt("orders", 1)]
        assert "orders@1" in shown.text().splitlines()[0]


async def test_j_and_k_choose_a_row_and_enter_looks_at_it(show):
    session = FakeSession()
    async with show(session) as shown:
        await shown.press("j", "j", "j", "enter", "escape", "k", "enter")
        assert looked(session) == [EventAt("orders", 6), EventAt("orders", 3)], "a gap is passed over"


async def test_choosing_lets_go_of_following_and_f_takes_hold_again(show):
    async with show() as shown:
        pane = shown.main.pane
        await shown.press("j")
        assert not pane.following
        await shown.press("F")
        assert pane.following
        await shown.press("enter")
        assert looked(shown.session) == [EventAt("orders", 1)]


async def test_choosing_beyond_the_edge_scrolls(show):
    session = FakeSession()
    for position in range(11, 60):
        session.put("orders", "OrderPlaced", f"order-{position}", position)
    async with show(session) as shown:
        await shown.press(*["j"] * 30, "enter")
        assert looked(session) == [EventAt("orders", 34)]
        await shown.press("escape")
        assert "34 OrderPlaced" in shown.text()
        await shown.press(*["k"] * 40, "enter")
        assert looked(session)[-1] == EventAt("orders", 1)


async def test_the_journals_lines_are_events_and_actions(show):
    session = await in_state("done")
    action = session.journal[-1].actions[0]
    async with show(session) as shown:
        await shown.press("5", "enter", "escape", "k", "enter", "escape", "k", "enter")
        event = session.journal[-1].where
        assert [each.where for each in looked(session)[1:2]] == [event]
        assert isinstance(looked(session)[2], EventAt | ActionOf)
        assert action.ordinal == -1  # the fake's actions name no key, so they lead to their event
        assert looked(session)[0] == looked(session)[1]


async def test_a_real_action_of_the_journal_is_looked_at_by_its_key(show):
    session = await in_state("done")
    last = session.journal[-1]
    session.journal[-1] = replace(last, actions=tuple(replace(each, ordinal=0) for each in last.actions))
    source, _, position = last.where.partition("@")
    async with show(session) as shown:
        await shown.press("5", "enter")
        assert looked(session) == [ActionOf("fulfilment", source, int(position), 0)]


async def test_the_focus_comes_to_the_manager_and_to_its_instance(show):
    session = FakeSession()
    async with show(session, size=(120, 36)) as shown:
        await shown.press("shift+tab", "enter", "escape", "shift+tab", "enter")
        assert looked(session) == [InstanceOf("fulfilment", event=EventAt("orders", 1)), ManagerOf("fulfilment")]
    session = FakeSession()
    async with show(session, size=(80, 24)) as shown:
        await shown.press("shift+tab", "enter")
        assert looked(session) == [ManagerOf("fulfilment")], "there is no room for the instance"


async def test_a_click_chooses_and_a_second_one_looks(show):
    session = FakeSession()
    async with show(session) as shown:
        await shown.pilot.click("#log-1", offset=(3, 3))
        await shown.settle()
        assert looked(session) == []
        await shown.pilot.click("#log-1", offset=(3, 3), times=2)
        await shown.settle()
        assert looked(session) == [EventAt("orders", 2)]


async def test_an_empty_pane_says_that_there_is_nothing(show):
    async with show() as shown:
        await shown.press("4", "j", "enter")
        assert isinstance(shown.app.screen, MainScreen)
        assert "nothing here to look at" in shown.text()


async def test_links_lead_on_and_escape_leads_back_to_where_it_was(show):
    session = FakeSession()
    async with show(session) as shown:
        await shown.press("enter", "G", "enter", "G", "enter")
        assert looked(session) == [EventAt("orders", 1), EventAt("orders", 2), EventAt("orders", 3)]
        assert "from orders@1 › orders@2" in shown.text()
        await shown.press("backspace")
        assert "orders@2" in shown.text().splitlines()[0]
        assert shown.app.screen.tree_pane.chosen.link == EventAt("orders", 3), "as it was left"
        await shown.press("escape", "escape")
        assert isinstance(shown.app.screen, MainScreen)


class Growing(FakeSession):
    """Its things grow: at the top, in the middle, and in their values."""

    grown = 0

    async def look(self, subject, progress):
        if self.grown == 99:
            raise InputError("it is in no log any more")
        found = await super().look(subject, progress)
        stream, data, caused = found.nodes
        more = [leaf(f"new {number}", str(number)) for number in range(self.grown)]
        below = [leaf("twin", f"{word} {self.grown}") for word in ("first", "second", "third")[: 2 + self.grown]]
        opens = [branch("opens", [leaf("inside", "in sight")])] * bool(self.grown)
        nodes = (*more, replace(stream, value=f"grown {self.grown}"), data, branch("twins", below), *opens, caused)
        return replace(found, nodes=nodes, about=f"grown {self.grown}")

    def grow(self, to):
        self.grown = to
        self.touch()


async def test_what_is_looked_at_goes_on_with_the_session_in_its_place(show, monkeypatch):
    monkeypatch.setattr(inspector, "_CALM_SECONDS", 0.0)
    session = Growing()
    async with show(session) as shown:
        await shown.press("enter", "j", "h", "j", "j", "j")
        tree = shown.app.screen.tree_pane
        assert (tree.chosen.name, tree.chosen.value) == ("twin", "second 0")
        assert "order_id" not in shown.text(), "data is folded"
        session.grow(1)
        await shown.until(lambda: "second 1" in shown.text())
        text = shown.text()
        assert "grown 1" in text.splitlines()[0] and "new 0" in text and "third 1" in text and "in sight" in text
        assert "order_id" not in text, "what was folded stays so"
        assert (tree.chosen.name, tree.chosen.value) == ("twin", "second 1")
        await shown.press("k", "k", "h", "j")
        assert tree.chosen.name == "opens"
        session.grow(2)
        await shown.until(lambda: "new 1" in shown.text())
        assert tree.chosen.name == "opens" and "second" not in shown.text()
        session.grow(0)
        await shown.until(lambda: "new 0" not in shown.text())
        assert tree.chosen.name == "opens" or "opens" not in shown.text()


async def test_what_comes_above_moves_nothing_that_is_in_sight(show):
    async with show() as shown:
        await shown.press("enter")
        tree = shown.app.screen.tree_pane
        tree.show(tuple(leaf(f"line {number}", number) for number in range(200)))
        tree.move(100)
        tree.move(-5)
        top = tree.standing().top
        tree.renew(tuple(leaf(f"line {number}", number) for number in (-3, -2, -1, *range(200))))
        assert (tree.chosen.name, tree.standing().top) == ("line 95", top + 3)
        tree.renew(tuple(leaf(f"line {number}", number) for number in range(50)))
        assert tree.chosen.name == "line 49", "the last one that is left"


async def test_what_is_gone_meanwhile_stays_as_it_was_seen_and_that_is_said(show, monkeypatch):
    monkeypatch.setattr(inspector, "_CALM_SECONDS", 0.0)
    session = Growing()
    async with show(session) as shown:
        await shown.press("enter")
        session.grow(99)
        await shown.until(lambda: "in no log any more" in shown.text())
        assert "second 0" in shown.text()
        session.grow(1)
        await shown.until(lambda: "second 1" in shown.text())
        assert "in no log any more" not in shown.text()


async def test_back_shows_how_things_are_now(show, monkeypatch):
    session = Growing()
    async with show(session) as shown:
        await shown.press("enter", "G", "enter")
        session.grown = 1
        await shown.press("backspace")
        await shown.until(lambda: "grown 1" in shown.text())
        assert "orders@1" in shown.text().splitlines()[0]
        assert shown.app.screen.tree_pane.chosen.link == EventAt("orders", 2)


async def test_what_is_not_there_is_said_and_nothing_is_lost(show):
    session = FakeSession()
    session.put("orders", "OrderPlaced", "order-9", 901)
    async with show(session) as shown:
        await shown.press("G", "enter")
        assert "orders@901 is not in its log" in shown.text()
        await shown.press("j", "k", "h", "l", "enter", "n", "escape")
        assert isinstance(shown.app.screen, MainScreen)


async def test_folding_and_unfolding(show):
    async with show() as shown:
        await shown.press("enter", "j")
        assert shown.app.screen.tree_pane.chosen.name == "data"
        await shown.press("h")
        assert "amount" not in shown.text()
        await shown.press("l", "l")
        assert shown.app.screen.tree_pane.chosen.name == "order_id"
        await shown.press("h", "enter")
        assert "amount" not in shown.text()


async def test_a_long_value_unfolds_to_all_of_it(show):
    async with show(size=(120, 36)) as shown:
        await shown.press("enter", "slash")
        await shown.pilot.press(*"click")
        await shown.press("enter")
        whole = shown.app.screen.tree_pane.chosen.value
        before = shown.text()
        assert "…" in before
        await shown.press("l")
        assert shown.text().count("long ") > before.count("long ")
        assert whole.count("long") == 40


async def test_finding_unfolds_what_it_finds_and_n_goes_on(show):
    async with show() as shown:
        await shown.press("enter", "j", "h", "slash")
        await shown.pilot.press(*"name")
        await shown.settle()
        assert "2 found" in shown.text()
        await shown.press("enter")
        tree = shown.app.screen.tree_pane
        assert (tree.chosen.name, "1 of 2" in shown.text()) == ("name", True)
        first = tree.chosen.value
        await shown.press("n")
        assert tree.chosen.value == '"b"' and "2 of 2" in shown.text()
        await shown.press("n")
        assert tree.chosen.value == first, "around the end"
        await shown.press("N")
        assert tree.chosen.value == '"b"'
        await shown.press("escape")
        assert isinstance(shown.app.screen, InspectorScreen), "first it takes the marks away"
        await shown.press("n")
        assert "/ finds" in shown.text()
        await shown.press("escape")
        assert isinstance(shown.app.screen, MainScreen)


async def test_hostile_data_is_only_text(show):
    async with show(size=(120, 36)) as shown:
        await shown.press("enter", "slash")
        await shown.pilot.press(*"click")
        await shown.press("enter")
        text = shown.text()
        assert "[@click=app.quit]x[/] [/foo]" in text and "注文" in text
        assert shown.app.is_running


@pytest.mark.parametrize("size", [(40, 10), (80, 24), (200, 60)])
async def test_the_inspector_fits_every_size(show, size):
    async with show(size=size) as shown:
        await shown.press("enter")
        lines = shown.text().splitlines()
        assert all(cells(line) <= size[0] for line in lines)
        await shown.pilot.resize_terminal(61, 17)
        await shown.press("j", "l", "G", "g")
        assert "orders@1" in shown.text()


async def test_help_palette_and_theme_work_there_too(show):
    async with show() as shown:
        await shown.press("enter", "question_mark")
        assert "Keys" in shown.text()
        await shown.press("escape", "ctrl+p")
        await shown.pilot.press(*"unfold")
        await shown.until(lambda: "Unfold; in the diagram" in shown.text())
        await shown.press("escape")


@given(st.text(max_size=60), st.integers(2, 30))
def test_pieces_of_a_long_text_are_all_of_it_and_fit(text, width):
    pieces = cut_into(text, width)
    assert "".join(pieces) == text
    assert all(cells(piece) <= width for piece in pieces)
