"""What all managers did, in one order and page by page."""

from collections.abc import Callable

import pytest
from diagram_kit import action, handled, killed
from view_kit import Files

from pmtui.view.handled import START, handled_page, in_order
from pmtui.view.pages import Handled, HandledPage, JournalEntry, Place


def order(**managers: list[Handled]) -> list[str]:
    read = {name: [each.entry for each in entries] for name, entries in managers.items()}
    return [f"{each.manager} {each.entry.where}" for each in in_order(read)]


def test_managers_are_merged_by_the_moment_each_wrote() -> None:
    a = [handled("orders@1", at=10), handled("orders@2", at=30)]
    b = [handled("orders@1", at=20), handled("orders@2", at=40)]
    assert order(a=a, b=b) == ["a orders@1", "b orders@1", "a orders@2", "b orders@2"]


def test_nothing_comes_before_the_action_that_it_answers_whatever_the_clocks_say() -> None:
    acts = [handled("orders@1", at=10), handled("orders@2", action("payments@7"), at=50)]
    answers = [handled("payments@7", at=5), handled("payments@8", at=6)]
    assert order(b=answers, a=acts) == ["a orders@1", "a orders@2", "b payments@7", "b payments@8"]


def test_what_a_killed_turn_appended_comes_before_its_answers_too() -> None:
    acts = [handled("orders@1", at=10), killed("orders@2", action("payments@7"))]
    assert order(b=[handled("payments@7", at=10)], a=acts) == ["a orders@1", "a orders@2", "b payments@7"]


def test_managers_that_wait_for_one_another_in_a_circle_are_still_all_there() -> None:
    a = [handled("payments@1", action("orders@1"))]
    b = [handled("orders@1", action("payments@1"))]
    assert sorted(order(a=a, b=b)) == ["a payments@1", "b orders@1"]


def nothing(manager: str) -> tuple[list[JournalEntry], None]:
    return [], None


@pytest.fixture
def page(files: Files) -> Callable[..., HandledPage]:
    files.append(*["OrderPlaced"] * 23)
    files.work(23)
    reader = files.reader()

    def page(limit: int, before: Place | None = None, after: Place | None = None) -> HandledPage:
        return handled_page(reader, nothing, limit, before=before, after=after)

    return page


def places(found: HandledPage) -> list[int]:
    return [each.entry.last for each in found.entries]


def test_pages_read_backwards_and_forwards_cover_everything_once(page: Callable[..., HandledPage]) -> None:
    newest = page(10)
    assert (places(newest), newest.more_before, newest.more_after) == ([*range(14, 24)], True, False)
    older = page(10, before=newest.above)
    assert (places(older), older.more_before, older.more_after) == ([*range(4, 14)], True, True)
    oldest = page(10, before=older.above)
    assert (places(oldest), oldest.more_before) == ([1, 2, 3], False)
    first = page(10, after={"fulfilment": START})
    assert (places(first), first.more_before, first.more_after) == ([*range(1, 11)], False, True)
    second = page(10, after=first.below)
    assert places(second) == [*range(11, 21)]
    assert places(page(10, before=second.above)) == [*range(1, 11)]
    assert places(page(10, after=oldest.below)) == [*range(4, 14)]
    last = page(10, after=newest.below)
    assert (places(last), last.more_after) == ([], False)


def test_what_is_appended_comes_after_the_newest_page(page: Callable[..., HandledPage], files: Files) -> None:
    newest = page(5)
    files.append("OrderPlaced", "OrderPlaced")
    files.work(2)
    assert places(page(5, after=newest.below)) == [24, 25]


def test_a_page_tells_where_actions_went_as_numbers(page: Callable[..., HandledPage]) -> None:
    entry = page(1).entries[0].entry
    assert (entry.source, entry.first, entry.last, entry.size) == ("orders", 23, 23, 1)
    assert [(each.context, each.first, each.added, each.fate) for each in entry.actions] == [
        ("payments", 23, 1, "taken"),
        ("shipping", 23, 1, "taken"),
        ("", 0, 0, "own"),
    ]
    assert entry.moment > 0


def test_a_crashed_turn_stands_before_its_repetition_on_whichever_page(files: Files) -> None:
    files.append("OrderPlaced", "OrderPlaced")
    files.work(2)
    crashed = killed("orders@2", turn=2).entry

    def extra(manager: str) -> tuple[list[JournalEntry], None]:
        return [crashed], None

    newest = handled_page(files.reader(), extra, 2)
    assert [each.entry.glyph for each in newest.entries] == ["✖", "✓"]
    older = handled_page(files.reader(), extra, 2, before=newest.above)
    assert [each.entry.where for each in older.entries] == ["orders@1"]
    newer = handled_page(files.reader(), extra, 9, after=older.below)
    assert [each.entry.glyph for each in newer.entries] == ["✖", "✓"]


def test_without_a_ledger_there_is_nothing(files: Files) -> None:
    assert handled_page(files.reader(), nothing, 5).entries == ()
