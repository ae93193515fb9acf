"""The lab under a person's hands, with real workers and real kills."""

import asyncio
import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest
from lab_kit import ONE, TWO, Hands, Open, hashes, inside, opened, orders, point

from pmtui.lab.observer import Observer
from pmtui.model.errors import InputError, PmtuiError
from pmtui.model.point import Point
from pmtui.storage.sqlite.log import SqliteLog
from pmtui.view.snapshot import SPEEDS
from tests.placing import place
from tests.processes import alive

AT = "fulfilment:orders@"


async def test_it_starts_paused_before_the_first_event(data: Path, lab: Open) -> None:
    orders(data, "p", "p")
    hands = await lab(ONE)
    assert (hands.now.mode, hands.now.receipts, hands.now.crashes) == ("lab", "exact", 0)
    manager = hands.manager
    assert (manager.state, manager.handled, manager.to_do) == ("paused", 0, 2)
    assert manager.turn is not None
    assert (manager.turn.point, manager.turn.event.where) == ("", "orders@1")
    assert hands.words == "Paused before orders@1. Nothing of it has happened yet."
    assert [step.state for step in manager.turn.steps] == ["todo"] * 4


async def test_the_originals_are_never_written_whatever_is_done(data: Path, lab: Open, labs: Path) -> None:
    orders(data, *["ps"] * 4)
    (data / "notes.txt").write_text("mine")
    before = hashes(data)
    hands = await lab(ONE, receiver="none")
    await hands.step(3)
    await hands.crash()
    await hands.restart()
    await hands.session.append("shipping", "s", "Lost", "{}")
    await hands.session.start_over()
    hands.session.set_speed("max")
    await hands.dry()
    assert hashes(data) == before
    assert inside(labs)
    await hands.session.close()
    assert hashes(data) == before
    assert inside(labs) == []


async def test_originals_with_an_open_write_ahead_log_are_copied_whole_and_left_alone(data: Path, lab: Open) -> None:
    orders(data, "p")
    with closing(SqliteLog.open("orders", data / "orders.db")) as log:
        log.database.connection.execute("PRAGMA wal_autocheckpoint = 0")
        place(data / "orders.db", [("OrderPlaced", {"order_id": "in-the-wal"})])
        assert (data / "orders.db-wal").stat().st_size > 0
        before = {name: hash_ for name, hash_ in hashes(data).items() if not name.endswith("-shm")}
        hands = await lab(ONE)
        assert hands.manager.to_do == 2
        assert {name: hash_ for name, hash_ in hashes(data).items() if not name.endswith("-shm")} == before


async def test_ledgers_are_copied_too(data: Path, lab: Open) -> None:
    orders(data, "p", "p", "p")
    hands = await lab(ONE, live=True)
    await hands.event()
    await hands.event()
    await hands.session.close()
    before = hashes(data)
    hands = await lab("")
    assert (hands.manager.handled, hands.manager.to_do) == (2, 1)
    assert hands.words.startswith("Paused before orders@3.")
    assert (hands.now.suppressed, hands.now.doubled, hands.now.lost) == (0, 0, 0)
    await hands.event()
    await hands.session.close()
    assert hashes(data) == before


async def test_from_the_start_drops_what_the_managers_caused_and_nothing_else(data: Path, lab: Open) -> None:
    orders(data, "ps", "ps")
    place(data / "shipping.db", [("Delivered", {}), ("Delivered", {})])
    hands = await lab(ONE, live=True, receiver="none")
    await hands.step(3)
    await hands.crash()
    await hands.restart()
    await hands.event()
    await hands.event()
    await hands.session.close()
    hands = await lab("", from_start=True)
    assert hands.words.startswith("Paused before orders@1.")
    assert await hands.types("payments") == []
    assert await hands.types("shipping") == ["Delivered", "Delivered"]
    assert await hands.types("orders") == ["OrderPlaced"] * 2
    await hands.event()
    assert (hands.now.doubled, hands.now.suppressed) == (0, 0), "no receipt of before may stop anything"
    assert await hands.types("payments") == ["PaymentTaken"]


async def test_live_works_on_the_folder_itself(data: Path, lab: Open, labs: Path) -> None:
    orders(data, "p")
    hands = await lab(ONE, live=True)
    assert hands.now.mode == "live"
    assert inside(labs) == []
    await hands.event()
    assert hands.hints == {"a": "appends an event"}
    with pytest.raises(InputError, match="nothing to start over from"):
        await hands.session.start_over()
    pid = hands.manager.pid
    await hands.session.close()
    assert pid is not None
    assert not alive(pid)
    with closing(SqliteLog.open("payments", data / "payments.db", read_only=True)) as log:
        assert log.database.connection.execute("SELECT type FROM events").fetchall() == [("PaymentTaken",)]


async def test_events_files_are_imported_where_there_is_no_log(data: Path, lab: Open) -> None:
    line = (
        '{"specversion":"1.0","id":"a%d","source":"/shop","type":"OrderPlaced","subject":"order-%d","position":%d,'
        '"time":"2026-01-02T10:00:0%dZ","data":{"order_id":"order-%d","do":"p"}}\n'
    )
    (data / "orders.jsonl").write_text("".join(line % (i, i, i, i, i) for i in (1, 3)))
    before = hashes(data)
    hands = await lab(ONE)
    page = await hands.session.log_page("orders", 10)
    assert [(row.position, row.missing) for row in page.rows] == [(1, 0), (3, 1)]
    await hands.event()
    assert hashes(data) == before


async def test_a_log_that_cannot_be_read_is_told_and_nobody_waits_for_ever(data: Path, lab: Open, labs: Path) -> None:
    orders(data, "ps")
    with closing(sqlite3.connect(data / "orders.db")) as connection:
        connection.executescript("PRAGMA wal_checkpoint(TRUNCATE)")
        root = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'events'").fetchone()[0]
        size = connection.execute("PRAGMA page_size").fetchone()[0]
    with (data / "orders.db").open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\xff" * size)
    with pytest.raises(PmtuiError, match="malformed"):
        await asyncio.wait_for(lab(ONE), 30)
    assert inside(labs) == []


async def test_it_goes_to_the_point_it_is_opened_at(data: Path, lab: Open) -> None:
    orders(data, *["ps"] * 5)
    hands = await lab(ONE, at=Point.parse(f"{AT}4:acted:0"))
    assert (hands.manager.state, hands.point) == ("paused", f"{AT}4:acted:0")
    assert len(await hands.types("payments")) == 4
    assert len(await hands.types("shipping")) == 3
    assert await hands.step() == f"{AT}4:acted:1"


@pytest.mark.parametrize("at", [f"{AT}9:read", f"{AT}1:acted:5", "fulfilment:shipping@1:read"])
async def test_a_point_that_is_never_reached_is_told_and_leaves_nothing(data: Path, labs: Path, at: str) -> None:
    orders(data, "p", "p")
    with pytest.raises(InputError, match=f"{at} was never reached"):
        await opened(ONE, data, at=Point.parse(at))
    assert inside(labs) == []


async def test_a_point_of_another_manager_is_told(data: Path, labs: Path) -> None:
    orders(data, "p")
    with pytest.raises(InputError):
        await opened(ONE, data, at=Point.parse("refunds:orders@1:read"))
    assert inside(labs) == []


async def test_a_crash_can_be_set_for_a_point_and_happens_once(data: Path, lab: Open) -> None:
    orders(data, "ps", "ps")
    hands = await lab(ONE, receiver="none")
    with pytest.raises(InputError, match="not of fulfilment"):
        await hands.session.crash_at("fulfilment", Point.parse("refunds:orders@1:read"))
    with pytest.raises(InputError, match="does not read payments: it reads orders"):
        await hands.session.crash_at("fulfilment", Point.parse("fulfilment:payments@1:read"))
    await hands.session.crash_at("fulfilment", Point.parse(f"{AT}1:decided"))
    await hands.session.crash_at("fulfilment", None)
    await hands.event()
    await hands.session.crash_at("fulfilment", Point.parse(f"{AT}2:acted:0"))
    await hands.session.go_on("fulfilment")
    await hands.dead()
    assert hands.words.startswith("Killed: acted, not saved. payments has the event; orders is still at 1.")
    await hands.restart()
    await hands.dry()
    assert (hands.now.crashes, hands.now.doubled) == (1, 1)


async def test_a_large_turn_is_told_from_its_files(data: Path, lab: Open) -> None:
    orders(data, *["ps"] * 60)
    hands = await lab(ONE, receiver="exact")
    hands.session.set_speed("max")
    await hands.session.crash_at("fulfilment", Point.parse(f"{AT}60:acted:payments"))
    await hands.session.go_on("fulfilment")
    await hands.dead()
    assert hands.words == "Killed in orders 1–60: 60 actions in payments; cursor at 0."
    assert hands.hints["r"] == "restarts it: the turn is handled again and receipts will stop what was taken"
    [entry] = (await hands.session.journal_page("fulfilment", 5)).entries
    assert (entry.glyph, entry.where, entry.type, entry.words) == ("✖", "orders@1–60", "60 events", "killed, not saved")
    hands.session.set_receipts("none")
    await hands.until(
        lambda now: "60 actions will be repeated" in dict(now.manager("fulfilment").consequence.hints)["r"]
    )
    await hands.restart()
    await hands.dry()
    await hands.until(lambda now: now.doubled == 60)
    assert len(await hands.types("shipping")) == 60


async def test_start_over_brings_the_first_moment_back_but_keeps_receipts_and_speed(data: Path, lab: Open) -> None:
    orders(data, "ps", "ps")
    hands = await lab(ONE, receiver="none")
    first = hands.now
    await hands.step(4)
    await hands.crash()
    await hands.restart()
    await hands.event()
    await hands.session.append("orders", "o", "OrderPlaced", "{}")
    hands.session.set_receipts("high-water")
    hands.session.set_speed("20")
    old = hands.manager.pid
    assert hands.now.doubled == 2
    await hands.session.start_over()
    now = hands.now
    assert (now.receipts, now.speed) == ("high-water", "20")
    assert (now.crashes, now.doubled, now.suppressed, now.lost) == (0, 0, 0, 0)
    assert [context.head for context in now.contexts] == [context.head for context in first.contexts] == [2, 0, 0]
    assert hands.manager.sources == first.manager("fulfilment").sources
    assert hands.words == "Paused before orders@1. Nothing of it has happened yet."
    assert (await hands.session.journal_page("fulfilment", 5)).entries == ()
    assert old is not None
    assert not alive(old)
    assert now.version > first.version
    await hands.event()
    assert (await hands.types("payments"), hands.now.doubled) == (["PaymentTaken"], 0)


async def test_a_failing_handler_stops_that_manager_only_and_goes_on_when_it_is_mended(data: Path, lab: Open) -> None:
    orders(data, "", "")
    text = TWO.replace(
        'yield Append("notifications", f"customer-{event.data[\'order_id\']}", "Noted", {})', "return 1 / 0"
    )
    assert text != TWO
    hands = await lab(text)
    hands.session.set_speed("max")
    await hands.session.go_on("fulfilment")
    other = Hands(hands.session, "refunds")
    await hands.until(lambda now: now.manager("refunds").state == "failed")
    await hands.until(lambda now: now.manager("fulfilment").state == "idle" and not now.manager("fulfilment").to_do)
    failure = other.manager.failure
    assert failure is not None
    file = data.parent / "shop.py"
    line = next(i for i, text in enumerate(file.read_text().splitlines(), 1) if "1 / 0" in text)
    assert failure.place == f"{file}:{line}"
    assert failure.sentence == "payments@1: ZeroDivisionError: division by zero"
    assert any(f"line {line}, in note" in each for each in failure.traceback)
    assert other.words.startswith("Stopped: payments@1: ZeroDivisionError: division by zero")
    assert hands.now.crashes == 0
    await hands.until(lambda now: now.manager("refunds").deaths == 1)  # its process has ended
    entry = (await hands.session.journal_page("refunds", 5)).entries[-1]
    assert entry.where.startswith("payments@1")
    assert entry.words == "failed, not saved"
    file.write_text(TWO)
    await other.restart()
    await hands.until(lambda now: now.manager("refunds").to_do == 0)
    assert (await hands.types("notifications")).count("Noted") == 2
    assert [entry.words for entry in (await hands.session.journal_page("refunds", 5)).entries] == [
        "failed, not saved",
        "handled",
        "handled",
    ]


async def test_where_the_first_event_of_a_larger_turn_fails_the_journal_names_that_event(data: Path, lab: Open) -> None:
    orders(data, "p", "p", "!", "p", "p")
    hands = await lab(ONE)
    hands.session.set_speed("max")
    await hands.session.go_on("fulfilment")
    await hands.until(lambda now: now.manager("fulfilment").state == "failed")
    async with asyncio.timeout(5):
        while not (page := await hands.session.journal_page("fulfilment", 5)).entries or page.entries[-1].glyph != "✖":
            await asyncio.sleep(0.01)  # its process is about to end
    entry = page.entries[-1]
    assert (entry.where, entry.type, entry.label) == ("orders@3", "OrderPlaced", "order-3")
    assert (entry.first, entry.last, entry.size, entry.actions) == (3, 3, 1, ())
    assert "orders@3" in hands.words


async def test_a_file_that_no_longer_parses_is_told_and_can_be_mended(data: Path, lab: Open) -> None:
    orders(data, "p")
    hands = await lab(ONE)
    await hands.step(1)
    await hands.crash()
    file = data.parent / "shop.py"
    file.write_text("def f(:\n")
    await hands.restart_into("failed")
    assert f"{file}:1: invalid syntax" in hands.words
    file.write_text(ONE)
    await hands.restart_into("paused")
    await hands.event()
    assert hands.now.doubled == 0


@pytest.mark.parametrize("speed", SPEEDS)
async def test_it_goes_on_at_every_speed_and_pauses(data: Path, lab: Open, speed: str) -> None:
    orders(data, *["p"] * 3)
    hands = await lab(ONE)
    hands.session.set_speed(speed)  # type: ignore[arg-type]
    await hands.session.go_on("fulfilment")
    await hands.until(lambda now: bool(point(now.manager("fulfilment"))) or now.manager("fulfilment").handled > 0)
    await hands.session.pause("fulfilment")
    await hands.until(lambda now: now.manager("fulfilment").state == "paused")
    assert hands.now.speed == speed
    hands.session.set_speed("max")
    await hands.dry()
    assert len(await hands.types("payments")) == 3


async def test_a_kill_at_full_speed_and_a_restart_go_on_without_a_pause(data: Path, lab: Open) -> None:
    orders(data, *["ps"] * 3000)
    hands = await lab(ONE)
    hands.session.set_speed("max")
    await hands.session.go_on("fulfilment")
    await hands.until(lambda now: now.manager("fulfilment").handled > 0)
    await hands.crash()
    await hands.restart()
    await hands.until(lambda now: now.manager("fulfilment").state == "idle" and not now.manager("fulfilment").to_do)
    assert (hands.now.doubled, hands.now.lost, hands.now.crashes) == (0, 0, 1)
    assert [context.head for context in hands.now.contexts] == [3000, 3000, 3000]


async def test_when_all_is_dry_time_moves_on_to_the_timers(data: Path, lab: Open) -> None:
    orders(data, "", "")
    hands = await lab(TWO)
    hands.session.set_speed("max")
    await hands.session.go_on("fulfilment")
    await hands.until(lambda now: now.contexts[3].head == 4 and now.manager("fulfilment").pending_timers == 0)
    assert sorted(await hands.types("notifications")) == ["Noted", "Noted", "ReminderSent", "ReminderSent"]
    rows = (await hands.session.log_page("notifications", 10)).rows
    assert [row.time for row in rows if row.type == "ReminderSent"] == ["10:30:01", "10:30:02"]
    await hands.until(lambda now: now.clock == 1_767_349_802.0)


async def test_while_paused_no_timer_fires(data: Path, lab: Open) -> None:
    orders(data, "")
    hands = await lab(TWO)
    for _ in range(2):
        await hands.event()
    await Hands(hands.session, "refunds").event()
    await hands.until(lambda now: "s" in dict(now.manager("fulfilment").consequence.hints))
    assert hands.hints["s"] == "moves the clock on to it"
    assert "ReminderSent" not in await hands.types("notifications")
    await hands.until(lambda now: now.manager("fulfilment").pending_timers == 1)


async def test_stepping_one_manager_holds_the_others(data: Path, lab: Open) -> None:
    orders(data, "", "")
    hands = await lab(TWO)
    await hands.session.go_on("fulfilment")
    await hands.until(lambda now: all(each.state in ("running", "idle") for each in now.managers))
    await hands.session.step("fulfilment")
    await hands.until(lambda now: all(each.state == "paused" for each in now.managers))
    assert [each.held for each in hands.now.managers] == [False, True]
    await hands.session.go_on("fulfilment")
    await hands.until(lambda now: not any(each.held for each in now.managers))


async def test_an_appended_event_takes_the_labs_time_and_the_next_version(data: Path, lab: Open) -> None:
    orders(data, "p")
    hands = await lab(ONE)
    await hands.event()
    assert await hands.session.append("orders", "orders-1", "OrderPlaced", '{"order_id": "x", "do": "p"}') == 2
    assert await hands.session.append("shipping", "new", "Delivered", "") == 1
    rows = (await hands.session.log_page("orders", 10)).rows
    assert [(row.position, row.time, row.label) for row in rows] == [(1, "10:00:01", "order-1"), (2, "10:00:01", "x")]
    for context, stream, type_, data_ in [
        ("stock", "s", "T", "{}"),
        ("orders", "", "T", "{}"),
        ("orders", "s", "", "{}"),
        ("orders", "s", "T", "[1]"),
        ("orders", "s", "T", "{"),
        ("orders", "s", "T", '{"a": "\ud800"}'),
    ]:
        with pytest.raises(InputError) as refused:
            await hands.session.append(context, stream, type_, data_)
        assert "\n" not in str(refused.value)
    assert len(await hands.types("orders")) == 2


async def test_the_story_of_a_crash_is_told_even_when_the_restart_comes_at_once(
    data: Path, lab: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders(data, *["p"] * 3)
    hands = await lab(ONE, receiver="none")
    telling = threading.Event()
    bury = Observer.bury

    def slowly(observer: Observer, name: str, after: int) -> None:
        telling.set()
        time.sleep(0.2)
        bury(observer, name, after)

    monkeypatch.setattr(Observer, "bury", slowly)
    await hands.session.crash_at("fulfilment", Point.parse(f"{AT}3:read"))
    for i in range(1, 3):
        await hands.step(3)
        telling.clear()
        await hands.session.crash("fulfilment")
        if i == 1:  # while the story is being told; else before
            await asyncio.to_thread(telling.wait, 5)
        await hands.restart()
        again = "It will take 1 action again."
        assert hands.words == f"Restarted, before orders@{i}. {again}"
        await hands.event()
        await hands.until(lambda now, i=i: now.doubled == i)
    entries = (await hands.session.journal_page("fulfilment", 10)).entries
    assert [entry.words for entry in entries] == ["killed, not saved", "handled"] * 2
    assert entries[1].actions[0].words == "doubled: payments@1 again"
    await hands.session.go_on("fulfilment")
    await hands.dry()


async def test_a_worker_that_dies_of_itself_is_noticed(data: Path, lab: Open) -> None:
    orders(data, "p")
    hands = await lab(ONE.replace("raise RuntimeError", "import os; os._exit(9) #"))
    await hands.session.append("orders", "bad", "OrderPlaced", '{"order_id": "bad", "do": "!"}')
    await hands.session.go_on("fulfilment")
    await hands.dead()
    assert hands.now.crashes == 1
    assert len(await hands.types("payments")) == 1


async def test_closing_ends_every_process_at_once_and_may_be_done_twice(data: Path, lab: Open, labs: Path) -> None:
    orders(data, "!")
    hands = await lab(ONE.replace("raise RuntimeError", "\n                while True: pass #"))
    pid = hands.manager.pid
    assert pid is not None
    await hands.step(1)
    await hands.session.step("fulfilment")  # never comes back
    started = time.monotonic()
    await hands.session.close()
    await hands.session.close()
    assert time.monotonic() - started < 2.0
    assert not alive(pid)
    assert inside(labs) == []


async def test_what_cannot_be_opened_leaves_nothing(data: Path, labs: Path) -> None:
    (data / "orders.db").write_text("no database" * 200)
    before = hashes(data)
    with pytest.raises(PmtuiError) as refused:
        await opened(ONE, data)
    assert str(data / "orders.db") in str(refused.value)
    assert "\n" not in str(refused.value)
    assert hashes(data) == before
    assert inside(labs) == []


async def test_hostile_events_are_harmless_in_every_part_of_the_picture(data: Path, lab: Open) -> None:
    evil = "\x1b]0;x\x07[/red][@click=app.quit]\u202e\x9b\u200b"
    place(data / "orders.db", [("OrderPlaced", {"order_id": evil, "do": "p"}), (f"Odd{evil}", {"a": "x" * 1_000_000})])
    hands = await lab(ONE)
    for _ in range(4):
        told = (
            str(hands.now)
            + str(await hands.session.log_page("orders", 10))
            + str(await hands.session.log_page("payments", 10))
        )
        told += str(await hands.session.journal_page("fulfilment", 10))
        assert "Odd␛" in told
        assert "[/red]" in told
        assert not {"\x1b", "\x07", "\u202e", "\x9b", "\u200b"} & set(told)
        assert not any(escape in told for escape in ("\\x1b", "\\x9b", "\\u202e", "\\u200b"))
        await hands.step()
