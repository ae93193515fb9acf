"""What is read of an app's files: progress, pages of logs, the journal, the story of a crash, where it stands."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from view_kit import Files

from pmtui.storage.errors import StorageError
from pmtui.view import reader as reading
from pmtui.view.journal import SAVED, journal_page
from pmtui.view.logpage import label_and_time, log_page
from pmtui.view.pages import JournalEntry, LogRow
from pmtui.view.reader import Reader
from pmtui.view.status import status_of
from pmtui.view.story import tell
from pmtui.workers.alive import hold

Make = Callable[..., Files]


def progress(files: Files, reader: Reader) -> tuple[int, int, int, int, bool]:
    found = reader.progress(files.manager, reader.state("fulfilment"))["orders"]
    return found.cursor, found.head, found.done, found.behind, found.capped


def test_where_there_are_no_files_there_is_nothing_to_read(files: Files) -> None:
    reader = files.reader()
    assert progress(files, reader) == (0, 0, 0, 0, False)
    assert (reader.head("orders"), reader.state("fulfilment"), reader.worked("fulfilment")) == (0, None, None)
    assert (reader.instances("fulfilment"), reader.pending_timers("fulfilment")) == ((0, 0), 0)
    assert (reader.doubled("orders"), reader.writers("orders")) == (0, ())
    assert log_page(reader, "orders", 5, None, None).rows == ()
    assert journal_page(reader, "fulfilment", 5, None, (), None).entries == ()
    assert list(files.data.path.iterdir()) == [], "reading makes no files"


def test_files_are_seen_as_soon_as_they_are_there(files: Files) -> None:
    reader = files.reader()
    assert reader.head("orders") == 0
    files.append("OrderPlaced")
    assert reader.head("orders") == 1
    assert reader.state("fulfilment") is None
    files.work(1)
    assert progress(files, reader) == (1, 1, 1, 0, False)
    assert (reader.instances("fulfilment"), reader.pending_timers("fulfilment")) == ((1, 0), 1)
    assert reader.writers("payments") == ("fulfilment",)


def test_progress_counts_events_and_not_positions(files: Files) -> None:
    files.append(*["OrderPlaced"] * 6)
    files.execute("DELETE FROM events WHERE position IN (2, 5)")
    reader = files.reader()
    assert progress(files, reader) == (0, 6, 0, 4, False)
    files.work(2)
    assert progress(files, reader) == (3, 6, 2, 2, False)


def test_counting_on_gives_what_counting_anew_gives(files: Files) -> None:
    kept = files.reader()
    for round_ in range(4):
        files.append(*["OrderPlaced", "Unheard", "OrderPlaced"])
        if round_ == 2:
            files.execute("DELETE FROM events WHERE position > 7")
            files.append("OrderPlaced")
        files.work(round_)
        assert progress(files, kept) == progress(files, files.reader())
        assert progress(files, kept) == progress(files, kept)


def test_what_is_behind_is_counted_exactly_up_to_a_bound(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "COUNTED", 5)
    files.append(*["OrderPlaced"] * 4)
    reader = files.reader()
    assert progress(files, reader) == (0, 4, 0, 4, False)
    files.append(*["OrderPlaced"] * 5)
    assert progress(files, reader)[3:] == (5, True)
    files.work(3)
    assert progress(files, reader) == (3, 9, 3, 5, True)
    files.work(3)
    assert progress(files, reader) == (6, 9, 5, 3, False)


def test_a_long_way_behind_is_counted_on_as_it_is_counted_anew(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "COUNTED", 5)
    kept = files.reader()
    files.append(*["OrderPlaced"] * 13)
    for number in (0, 1, 2, 4, 1, 3, 2, 1):
        files.work(number)
        files.append(*["OrderPlaced"] * (number % 2))
        assert progress(files, kept) == progress(files, files.reader())


def row(files: Files, reader: Reader, position: int) -> LogRow:
    return next(row for row in log_page(reader, "orders", 50, None, None).rows if row.position == position)


def test_pages_of_a_log_in_both_directions(files: Files) -> None:
    files.append(*["OrderPlaced"] * 10)
    files.execute("DELETE FROM events WHERE position IN (4, 5)")
    reader = files.reader()

    def page(limit: int, after: int | None = None, before: int | None = None) -> tuple[list[int], bool, bool]:
        found = log_page(reader, "orders", limit, after, before)
        return [row.position for row in found.rows], found.more_before, found.more_after

    assert page(3) == ([8, 9, 10], True, False)
    assert page(20) == ([1, 2, 3, 6, 7, 8, 9, 10], False, False)
    assert page(3, before=8) == ([3, 6, 7], True, True)
    assert page(3, before=3) == ([1, 2], False, True)
    assert page(3, after=0) == ([1, 2, 3], False, True)
    assert page(3, after=2) == ([3, 6, 7], True, True)
    assert page(3, after=7) == ([8, 9, 10], True, False)
    assert page(3, after=10) == ([], True, False)
    assert page(3, before=1)[0] == []


def test_gaps_are_told_before_the_row_that_follows_them_also_at_the_edge_of_a_page(files: Files) -> None:
    files.append(*["OrderPlaced"] * 8)
    files.execute("DELETE FROM events WHERE position IN (1, 4, 5)")
    reader = files.reader()
    assert [row.missing for row in log_page(reader, "orders", 50, None, None).rows] == [1, 0, 2, 0, 0]
    assert log_page(reader, "orders", 2, 5, None).rows[0].missing == 2
    assert log_page(reader, "orders", 2, None, 7).rows[1].missing == 2


def test_a_doubled_event_points_at_its_original(files: Files) -> None:
    files.append("OrderPlaced", "OrderPlaced")
    files.work(1, "acted:1")
    files.work(2, receivers={"payments": "none"})
    reader = files.reader()
    rows = log_page(reader, "payments", 10, None, None).rows
    assert [(row.position, row.original) for row in rows] == [(1, 0), (2, 1), (3, 0)]
    assert not any(row.original for row in log_page(reader, "shipping", 10, None, None).rows)
    assert reader.doubled("payments") == 1
    assert log_page(reader, "payments", 1, 1, None).rows[0].original == 1, "also where only one of them is on the page"


def test_rows_are_labelled_by_what_they_belong_to(files: Files) -> None:
    files.append("OrderPlaced", "Unheard", order_id="order-7")
    files.append("Unheard", order_id=None)
    files.append("OrderPlaced", order_id=7)
    files.work(1)
    reader = files.reader()
    assert [row.label for row in log_page(reader, "orders", 9, None, None).rows] == [
        "order-7",
        "order-7",
        "orders-3",
        "7",
    ]
    assert [row.label for row in log_page(reader, "payments", 9, None, None).rows] == ["order-7"]
    assert label_and_time(reader, "fulfilment", "orders", 1) == ("order-7", "10:00:01")
    assert label_and_time(reader, "fulfilment", "orders", 99) == ("", "")
    assert label_and_time(reader, "fulfilment", "timers", 1) == ("", "")


@pytest.mark.parametrize(
    "evil", ["\x1b]0;x\x07", "[@click=app.quit]x[/]\x9b", "\u202e\u200b", "a\nb\r\tc", "\x7f\u2028"]
)
def test_hostile_text_in_a_log_is_harmless(files: Files, evil: str) -> None:
    files.append("OrderPlaced", order_id=evil)
    files.append(f"Odd{evil}")
    files.execute("UPDATE events SET stream = ?, recorded_at = ? WHERE position = 2", values=(evil, f"T{evil}"))
    told = str(log_page(files.reader(), "orders", 9, None, None))
    assert not any(character in told for character in "\x1b\x07\x9b\u202e\u200b\n\r\t\x7f\u2028")
    assert not any(escape in told for escape in ("\\x", "\\u", "\\n", "\\r", "\\t"))
    assert "Odd" in told


def test_a_megabyte_of_data_is_not_looked_into(files: Files) -> None:
    files.append("OrderPlaced", text="x" * 1_000_000)
    assert row(files, files.reader(), 1).label == "orders-1"


def test_text_that_is_no_utf_8_and_data_that_is_no_json_are_shown(files: Files) -> None:
    files.append(*["OrderPlaced"] * 4)
    files.execute("UPDATE events SET type = CAST(x'41ff42' AS TEXT), data = CAST(x'7bff' AS TEXT) WHERE position = 1")
    files.execute("UPDATE events SET data = '[1]', metadata = 'null' WHERE position = 2")
    files.execute("UPDATE events SET metadata = '{\"correlation\": {}}' WHERE position = 3")
    reader = files.reader()
    rows = log_page(reader, "orders", 9, None, None).rows
    assert rows[0].type == "A\ufffdB"
    assert [row.label for row in rows] == ["orders-1", "orders-2", "order-3", "order-4"]


def test_what_is_no_log_is_refused(files: Files) -> None:
    (files.data.path / "orders.db").write_bytes(b"no database " * 100)
    with pytest.raises(StorageError, match=r"orders\.db"):
        files.reader().head("orders")


def keys(entries: tuple[JournalEntry, ...]) -> list[tuple[int, int, int]]:
    return [entry.key for entry in entries]


def crashed(turn: int, attempt: int) -> JournalEntry:
    return JournalEntry((turn, attempt, 0), "✖", f"orders@{turn}", "", "", "killed, not saved", "")


def test_the_journal_in_order_with_what_crashes_interrupted_before_what_was_saved(files: Files) -> None:
    files.append(*["OrderPlaced"] * 3, "OrderChanged", order_id="order-1")
    files.work(4)
    reader = files.reader()
    extra = [crashed(2, 0), crashed(2, 1), crashed(5, 0)]
    page = journal_page(reader, "fulfilment", 20, None, extra, None)
    saved = [(1, SAVED, 1), (2, 0, 0), (2, 1, 0), (2, SAVED, 2), (3, SAVED, 3), (4, SAVED, 4), (5, 0, 0)]
    assert keys(page.entries) == saved
    assert not page.more_before
    first = page.entries[0]
    assert (first.glyph, first.where, first.type, first.label, first.words) == (
        "✓",
        "orders@1",
        "OrderPlaced",
        "order-1",
        "handled",
    )
    assert [(action.where, action.words) for action in first.actions] == [
        ("payments@1", "performed"),
        ("shipping@1", "performed"),
        ("timers", "due in 30 min"),
    ]


@pytest.mark.parametrize("limit", [1, 2, 3, 4])
def test_paging_backwards_gives_every_entry_once(files: Files, limit: int) -> None:
    files.append(*["OrderPlaced"] * 9)
    files.work(1, limit=3)
    files.work(6)
    reader = files.reader()
    extra = [crashed(1, 0), crashed(3, 0), crashed(3, 1), crashed(8, 0)]
    whole = journal_page(reader, "fulfilment", 50, None, extra, None)
    assert len(whole.entries) == 9 + 4
    assert keys(whole.entries) == sorted(keys(whole.entries))
    found: list[tuple[int, int, int]] = []
    page = journal_page(reader, "fulfilment", limit, None, extra, None)
    for _ in range(20):
        found = keys(page.entries) + found
        assert page.more_before == (len(found) < 13)
        if not page.more_before:
            break
        page = journal_page(reader, "fulfilment", limit, page.entries[0].key, extra, None)
        assert page.more_after
    assert found == keys(whole.entries)


def test_ignored_events_are_in_the_journal(files: Files) -> None:
    files.append("OrderChanged")
    files.work(1)
    [entry] = journal_page(files.reader(), "fulfilment", 5, None, (), None).entries
    assert (entry.glyph, entry.words, entry.actions) == ("·", "ignored", ())


def test_save_then_act_tells_what_was_lost_and_what_was_taken(make: Make) -> None:
    files = make(save_first=True)
    files.append("OrderPlaced", "OrderPlaced")
    files.work(1)
    files.work(1, "acted:0")
    reader = files.reader()
    done, half = journal_page(reader, "fulfilment", 5, None, (), None).entries
    assert [(action.where, action.words) for action in done.actions][:2] == [
        ("payments@1", "performed"),
        ("shipping@1", "performed"),
    ]
    assert [(action.where, action.words, action.tone) for action in half.actions][:2] == [
        ("payments@2", "performed", "quiet"),
        ("shipping", "lost", "error"),
    ]
    _, half = journal_page(reader, "fulfilment", 5, None, (), 2).entries
    assert half.actions[1].words == "to do", "while its worker lives nothing is lost yet"


def test_broken_actions_in_a_ledger_are_shown_as_none(files: Files) -> None:
    files.append("OrderPlaced")
    files.work(1)
    with closing(sqlite3.connect(files.data.ledger("shop", "fulfilment"))) as ledger:
        ledger.execute("UPDATE journal SET actions = '{'")
        ledger.commit()
    [entry] = journal_page(files.reader(), "fulfilment", 5, None, (), None).entries
    assert entry.actions == ()


@pytest.mark.parametrize("stop", ["read", "decided"])
def test_the_story_of_a_crash_before_anything_was_durable(files: Files, stop: str) -> None:
    files.append("OrderPlaced", "OrderPlaced")
    files.work(2, stop)
    story = tell(files.reader(), "fulfilment", "act-then-save")
    assert (story.turn, story.runs, story.applied, story.lost) == (2, (), (), ())
    assert story.cursors["orders"] == 1


def test_the_story_of_a_crash_after_the_first_action(files: Files) -> None:
    files.append("OrderPlaced", "OrderPlaced")
    files.work(2, "acted:0")
    story = tell(files.reader(), "fulfilment", "act-then-save")
    assert (story.turn, story.size) == (2, 1)
    [applied] = story.applied
    assert (applied.context, applied.source, applied.position, applied.ordinal) == ("payments", "orders", 2, 0)
    assert (applied.first, applied.added, applied.times, applied.original) == (2, 1, 1, 0)
    assert story.will_repeat({"payments": "none"}) == 1
    assert story.will_repeat({"payments": "exact", "shipping": "none"}) == 0
    assert story.will_repeat({"payments": "high-water"}) == 0


def test_the_story_tells_how_often_an_action_was_applied(files: Files) -> None:
    files.append("OrderPlaced")
    for _ in range(3):
        files.work(1, "acted:0", receivers={"payments": "none"})
    [applied] = tell(files.reader(), "fulfilment", "act-then-save").applied
    assert (applied.first, applied.times, applied.original) == (3, 3, 1)


def test_the_story_of_a_crash_between_events(files: Files) -> None:
    files.append("OrderPlaced", "OrderPlaced")
    files.work(1)
    story = tell(files.reader(), "fulfilment", "act-then-save")
    assert (story.turn, story.size, story.applied) == (2, 0, ())


def test_the_story_of_a_larger_turn(files: Files) -> None:
    files.append(*["OrderPlaced"] * 6)
    files.execute("DELETE FROM events WHERE position = 3")
    files.work(1, "acted:payments", limit=500)
    story = tell(files.reader(), "fulfilment", "act-then-save")
    assert story.size == 5
    assert {applied.context for applied in story.applied} == {"payments"}
    assert [applied.position for applied in story.applied] == [1, 2, 4, 5, 6]
    assert story.will_repeat({"payments": "none"}) == 5


@pytest.mark.parametrize(
    ("stop", "lost"), [("saved", ["TakePayment", "ShipmentRequested"]), ("acted:0", ["ShipmentRequested"])]
)
def test_the_story_of_lost_actions(make: Make, stop: str, lost: list[str]) -> None:
    files = make(save_first=True)
    files.append("OrderPlaced", "OrderPlaced")
    files.work(2, stop)
    story = tell(files.reader(), "fulfilment", "save-then-act")
    assert (story.turn, [taken.type for taken in story.lost]) == (2, lost)
    assert story.cursors["orders"] == 2


@pytest.mark.parametrize("stop", ["read", "decided", "acted:1"])
def test_nothing_is_lost_before_the_save_nor_after_the_last_action(make: Make, stop: str) -> None:
    files = make(save_first=True)
    files.append("OrderPlaced")
    files.work(1, stop)
    assert tell(files.reader(), "fulfilment", "save-then-act").lost == ()


def test_the_story_where_there_is_no_ledger(files: Files) -> None:
    assert tell(files.reader(), "fulfilment", "act-then-save").turn == 1
    assert tell(files.reader(), "fulfilment", "save-then-act").lost == ()


def status(files: Files) -> tuple[str, str, int | None]:
    found = status_of(files.reader(), files.manager)
    return found.state, found.reason, found.pid


def test_status_of_one_that_never_ran(files: Files) -> None:
    assert status(files) == ("new", "", None)
    found = status_of(files.reader(), files.manager)
    assert (found.since, found.oldest, found.counters.handled) == ("", None, 0)


def test_status_while_a_worker_lives(files: Files) -> None:
    files.append("OrderPlaced", "OrderPlaced")
    files.work(1)
    with hold(files.data.ledger("shop", "fulfilment")):
        assert status(files) == ("running", "", 4711)
        files.work(1)
        assert status(files) == ("idle", "", 4711)


def test_status_after_a_kill(files: Files) -> None:
    files.append("OrderPlaced", "OrderPlaced")
    files.work(2, "acted:0")
    assert status(files) == ("killed", "its worker ended without finishing; a restart goes on from its cursors", None)
    found = status_of(files.reader(), files.manager)
    assert found.oldest is not None
    assert found.oldest > 0
    assert found.as_json() == {
        "handled": 1,
        "ignored": 0,
        "performed": 2,
        "suppressed": 0,
        "crashes": 0,
        "state": "killed",
        "reason": found.reason,
        "cursors": {
            "orders": {"position": 1, "head": 2, "behind": 1, "behind_capped": False},
            "timers": {"position": 0, "head": 0, "behind": 0, "behind_capped": False},
        },
    }


@pytest.mark.parametrize(("end", "reason"), [("stopped", ""), ("failed", "why")])
def test_status_of_one_that_ended_itself(files: Files, end: str, reason: str) -> None:
    files.append("OrderPlaced")
    files.work(1, end=end)
    assert status(files) == (end, reason, None)
    assert status_of(files.reader(), files.manager).since == "later"


def test_reading_never_writes(files: Files, tmp_path: Path) -> None:
    files.append("OrderPlaced")
    files.work(1, end="stopped")
    before = {path: path.read_bytes() for path in files.data.path.rglob("*") if path.is_file()}
    reader = files.reader()
    status_of(reader, files.manager)
    log_page(reader, "orders", 5, None, None)
    journal_page(reader, "fulfilment", 5, None, (), None)
    tell(reader, "fulfilment", "act-then-save")
    reader.close()
    after = {path: path.read_bytes() for path in before}
    assert after == before


def test_files_that_are_only_being_made_count_as_not_there_yet(files):
    files.folder.joinpath("data").mkdir(exist_ok=True)
    reader = files.reader()
    for path in (reader.files["orders"], reader.ledger_file("fulfilment")):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")  # as far as a maker that was killed had come
    assert reader.log("orders") is None
    assert reader.ledger("fulfilment") is None
