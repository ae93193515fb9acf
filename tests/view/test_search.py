"""What a query finds in logs and journals, slice by slice."""

import asyncio
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from view_kit import Files

from pmtui.view.finding import matches
from pmtui.view.finding.matches import Matches
from pmtui.view.finding.query import Query, Term
from pmtui.view.finding.search import Direction, Found, search_journal, search_log
from pmtui.view.journal import journal_rows
from pmtui.view.logpage import log_rows


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("", ()),
        ("  order ", (Term("any", "order"),)),
        ("!paid", (Term("any", "paid", True),)),
        ("type:Order !stream:a", (Term("type", "Order"), Term("stream", "a", True))),
        ('data:"grandfather clock" x', (Term("data", "grandfather clock"), Term("any", "x"))),
        ('"unfinished quote', (Term("any", "unfinished quote"),)),
        ("10:04 typ:x http://a", (Term("any", "10:04"), Term("any", "typ:x"), Term("any", "http://a"))),
        ("type: !", (Term("any", "type:"), Term("any", "!"))),
    ],
)
def test_how_a_query_is_read(text, terms):
    assert Query.parse(text).terms == terms


@given(st.text())
def test_whatever_is_typed_is_a_query(text):
    assert all(term.text for term in Query.parse(text).terms)


def found(files: Files, text: str, place: int = 2**62, direction: Direction = "down", rows: int = 1000) -> list[int]:
    return list(search_log(files.reader(), "orders", Query.parse(text), place, direction, rows).places)


@pytest.fixture
def shop(files: Files) -> Files:
    files.append("OrderPlaced", order_id="order-1", item="grandfather clock")
    files.append("OrderChanged", order_id="order-1", item="100%_\\ [x]")
    files.append("OrderPlaced", order_id="order-2", item="Überraschung")
    files.append("Odd")
    files.execute("UPDATE events SET data = '{no json', metadata = '[', stream = 'odd-stream' WHERE position = 4")
    return files


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("", [1, 2, 3, 4]),
        ("ORDERPLACED", [1, 3]),
        ("!placed", [2, 4]),
        ("type:changed", [2]),
        ("type:order-1", []),
        ("correlation:order-1", [1, 2]),
        ("correlation:odd-stream", [4]),
        ("!correlation:order-1", [3, 4]),
        ("stream:orders-3", [3]),
        ('data:"grandfather clock"', [1]),
        ("Überraschung", [3]),
        ("100%_\\", [2]),
        ("%", [2]),
        ("_\\", [2]),
        ("[x]", [2]),
        ("placed !clock", [3]),
        ("{no json", [4]),
        ("' OR 1 --", []),
    ],
)
def test_what_a_query_finds(shop, text, places):
    assert found(shop, text) == places


def test_what_an_action_caused_is_found_by_its_correlation(files):
    files.append("OrderPlaced", "OrderPlaced")
    files.work(2)
    got = search_log(files.reader(), "shipping", Query.parse("correlation:order-2"), 0, "up", 10)
    assert got.places == (2,)


def test_a_slice_looks_at_so_many_rows_and_says_where_it_is(shop):
    query = Query.parse("order-1")
    down = search_log(shop.reader(), "orders", query, 2**62, "down", 2)
    assert down == Found((), 3, 4, 2, ended=False)
    assert search_log(shop.reader(), "orders", query, 3, "down", 2) == Found((1, 2), 1, 2, 2, ended=False)
    assert search_log(shop.reader(), "orders", query, 1, "down", 2) == Found((), 1, 0, 0, ended=True)
    assert search_log(shop.reader(), "orders", query, 1, "up", 9) == Found((2,), 4, 4, 3, ended=True)
    assert search_log(shop.reader(), "payments", query, 1, "up", 9).ended


def test_a_journal_is_searched_by_its_events_and_what_they_asked_for(files):
    files.append("OrderPlaced", "OrderPlaced")
    files.work(2)

    def ids(text: str) -> tuple[int, ...]:
        return search_journal(files.reader(), "fulfilment", Query.parse(text), 0, "up", 10).places

    assert ids("correlation:order-2") == (2,)
    assert ids("data:TakePayment") == (1, 2)
    assert ids("!shipment-order-1") == (2,)
    entry = journal_rows(files.reader(), "fulfilment", [2], None)[0]
    assert (entry.where, entry.label, len(entry.actions)) == ("orders@2", "order-2", 3)
    assert journal_rows(files.reader(), "nobody", [], None) == ()


def test_rows_are_read_by_their_positions(shop):
    rows = log_rows(shop.reader(), "orders", [1, 3, 99])
    assert [(row.position, row.label, row.missing) for row in rows] == [(1, "order-1", 0), (3, "order-2", 0)]
    assert log_rows(shop.reader(), "orders", []) == ()


class Numbers:
    """A log in memory, of which the numbers that three divides match."""

    def __init__(self, numbers: list[int]) -> None:
        self.numbers = numbers
        self.most = 0

    async def look(self, place: int, direction: Direction, rows: int) -> Found:
        self.most = max(self.most, rows)
        if direction == "up":
            here = [n for n in self.numbers if n > place][:rows]
        else:
            here = [n for n in self.numbers if n < place][-rows:]
        if not here:
            return Found((), place, 0, 0, ended=True)
        reached = here[-1] if direction == "up" else here[0]
        return Found(tuple(n for n in here if not n % 3), reached, here[-1], len(here), ended=len(here) < rows)


async def all_of(found: Matches) -> None:
    for _ in range(100_000):
        if not await found.go_on():
            return
    raise AssertionError("it never ends")


@given(st.sets(st.integers(1, 400)), st.sets(st.integers(401, 700)), st.integers(1, 50), st.integers(0, 30))
def test_all_that_matches_is_found_once_whenever_it_comes(there, later, rows, early):
    async def go() -> None:
        log = Numbers(sorted(there))
        found = Matches(log.look, clock=lambda: 0.0)
        found._rows = rows
        for _ in range(early):
            await found.go_on()
        log.numbers = sorted(there | later)
        await all_of(found)
        assert found.places == [n for n in log.numbers if not n % 3]
        assert found.looked == len(log.numbers)
        assert found.complete

    asyncio.run(go())


@given(st.integers(0, 80), st.integers(1, 20), st.none() | st.integers(0, 90), st.none() | st.integers(0, 90))
def test_pages_of_what_was_found(count, limit, after, before):
    found = Matches(Numbers([]).look)
    found.places = list(range(1, count + 1))
    page, more_before, more_after = found.page(limit, after, before)
    every = found.places
    if after is not None:
        expected = [n for n in every if n > after][:limit]
    else:
        expected = [n for n in every if before is None or n < before][-limit:]
    assert page == expected
    if page:
        assert (more_before, more_after) == (page[0] != every[0], page[-1] != every[-1])


async def test_slices_shrink_where_rows_are_slow_and_grow_where_they_are_fast():
    log = Numbers(list(range(1, 60_000)))
    quick = Matches(log.look, clock=lambda: 0.0)
    await all_of(quick)
    assert log.most == 20_000
    ticks = iter(range(10**9))
    slow = Matches(log.look, clock=lambda: float(next(ticks)))
    for _ in range(20):
        await slow.go_on()
    assert slow._rows == 20


async def test_a_search_ends_with_as_many_as_are_kept(monkeypatch):
    monkeypatch.setattr(matches, "MOST", 10)
    found = Matches(Numbers(list(range(1, 9_000))).look)
    await all_of(found)
    assert found.full and found.complete
    assert found.places[-1] == 8997


def test_hostile_texts_are_only_text(files):
    for text in ("\x1b]0;x\x07", "a\x00b", "\u202e", "💥", '"', "\\", "'", "%" * 500):
        files.append("OrderPlaced", order_id=text)
    for text in ("'; DROP TABLE events; --", "\\", "%" * 500, "(" * 400, "type:\\ !data:'", "a\x00b"):
        found(files, text)
    assert len(json.dumps(found(files, ""))) > 0
