"""Importing files of events and exporting them again."""

import gzip
import json
import sqlite3
from contextlib import closing

import pytest

from pmtui.model.errors import InputError
from pmtui.storage.cloudevents import Imported, export_events, import_events, import_file
from pmtui.storage.errors import StorageError
from pmtui.storage.log import Draft
from pmtui.storage.sqlite.events import append_to
from pmtui.storage.sqlite.log import SqliteLog


def event(number, position=None, **more):
    """One CloudEvent; a position of 0 leaves it out."""
    made = {
        "specversion": "1.0",
        "id": f"e-{number}",
        "source": "/shop",
        "type": "OrderPlaced",
        "subject": f"order-{number}",
        "time": f"2026-03-02T10:{number:02d}:00+01:00",
        "position": number if position is None else position,
        "data": {"order_id": f"order-{number}"},
    }
    if made["position"] == 0:
        del made["position"]
    return made | more


def write(path, events):
    path.write_text("".join(json.dumps(each) + "\n" for each in events))
    return path


@pytest.fixture
def file(tmp_path):
    return tmp_path / "orders.jsonl"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "orders.db"


def rows(path):
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(
            "SELECT position, id, stream, version, type, data, metadata, recorded_at FROM events ORDER BY position"
        ).fetchall()


def exported(path, name="orders"):
    lines = []
    with closing(SqliteLog.open(name, path, read_only=True)) as log:
        export_events(log, lines.append)
    return [json.loads(line) for line in b"".join(lines).splitlines()]


def append(path, stream="order-9", metadata="{}"):
    with closing(SqliteLog.open("orders", path, create=True)) as log, log.database.transaction() as connection:
        return append_to(connection, [Draft("x", stream, 1, "Noted", "{}", metadata, "2026-03-02T12:00:00Z")])


def test_positions_are_kept_with_their_gaps_and_streams_are_numbered_from_1(file, path):
    write(file, [event(1), event(2), event(6, subject="order-1"), event(9)])
    assert import_file(path, file) == Imported(4, 0)
    assert [(row[0], row[2], row[3]) for row in rows(path)] == [
        (1, "order-1", 1),
        (2, "order-2", 1),
        (6, "order-1", 2),
        (9, "order-9", 1),
    ]


def test_times_are_kept_as_they_were_written(file, path):
    write(file, [event(1, time="2026-03-02T10:00:00.5+05:30"), event(2, time="2026-03-02t10:00:00z")])
    import_file(path, file)
    assert [row[7] for row in rows(path)] == ["2026-03-02T10:00:00.5+05:30", "2026-03-02t10:00:00z"]


def test_importing_twice_changes_nothing(file, path):
    write(file, [event(1), event(4)])
    import_file(path, file)
    before = rows(path)
    assert import_file(path, file) == Imported(0, 2)
    assert rows(path) == before


def test_the_same_instant_written_otherwise_is_the_same_event(file, path):
    import_file(path, write(file, [event(1, time="2026-03-02T10:00:00+01:00")]))
    assert import_file(path, write(file, [event(1, time="2026-03-02T09:00:00Z")])) == Imported(0, 1)


def test_a_longer_file_adds_what_is_above_the_head_and_continues_the_streams(file, path):
    import_file(path, write(file, [event(1), event(4, subject="order-1")]))
    longer = [event(1), event(4, subject="order-1"), event(7, subject="order-1")]
    assert import_file(path, write(file, longer)) == Imported(1, 2)
    assert [(row[0], row[3]) for row in rows(path)] == [(1, 1), (4, 2), (7, 3)]


def test_appended_events_come_after_the_highest_imported_position(file, path):
    import_file(path, write(file, [event(41)]))
    assert append(path) == 42


@pytest.mark.parametrize(
    "change",
    [
        {"id": "other"},
        {"source": "/elsewhere"},
        {"type": "OrderCancelled"},
        {"subject": "order-2"},
        {"time": "2026-03-02T10:01:01+01:00"},
        {"data": {"order_id": "order-2"}},
        {"data": {"order_id": "order-1", "more": True}},
        {"priority": 1},
    ],
)
def test_an_event_other_than_the_one_already_there_is_refused_whatever_differs(file, path, change):
    import_file(path, write(file, [event(1), event(2)]))
    before = rows(path)
    write(file, [event(1) | change, event(2), event(3)])
    with pytest.raises(InputError, match=r"orders\.jsonl:1: the log has another event at position 1"):
        import_file(path, file)
    assert rows(path) == before


def test_true_is_not_1(file, path):
    import_file(path, write(file, [event(1, data={"n": 1})]))
    with pytest.raises(InputError, match=":1: the log has another event"):
        import_file(path, write(file, [event(1, data={"n": True})]))


def test_an_event_in_a_gap_below_the_head_is_refused(file, path):
    import_file(path, write(file, [event(1), event(5)]))
    before = rows(path)
    with pytest.raises(InputError, match=r":2: position 3 is not above the log's head, 5"):
        import_file(path, write(file, [event(1), event(3), event(5), event(6)]))
    assert rows(path) == before


def test_a_conflict_far_below_in_a_long_file_is_named_by_its_line(file, path):
    events = [event(n % 60, position=n, id=f"e-{n}") for n in range(1, 1501)]
    import_file(path, write(file, events))
    events[1234]["type"] = "Other"
    with pytest.raises(InputError, match=":1235: the log has another event at position 1235"):
        import_file(path, write(file, events))


def test_without_positions_events_are_numbered_and_known_again_by_source_and_id(file, path):
    append(path)
    write(file, [event(1, 0), event(2, 0)])
    assert import_file(path, file) == Imported(2, 0)
    assert [row[0] for row in rows(path)] == [1, 2, 3]
    assert import_file(path, write(file, [event(2, 0), event(3, 0), event(3, 0)])) == Imported(1, 2)
    assert [row[1] for row in rows(path)] == ["x", "e-1", "e-2", "e-3"]


def test_without_positions_the_same_id_of_another_source_is_another_event(file, path):
    write(file, [event(1, 0), event(1, 0, source="/other")])
    assert import_file(path, file) == Imported(2, 0)


def test_without_positions_another_event_under_the_same_source_and_id_is_refused(file, path):
    import_file(path, write(file, [event(1, 0)]))
    with pytest.raises(InputError, match=":1: another event has the same source '/shop' and id 'e-1'"):
        import_file(path, write(file, [event(1, 0, type="Other")]))


def test_with_positions_the_same_id_may_stand_twice(file, path):
    assert import_file(path, write(file, [event(1), event(1, 2)])) == Imported(2, 0)


@pytest.mark.parametrize("name", ["orders.jsonl.gz", "orders.jsonl"])
def test_gzip_is_known_by_name_or_by_its_first_bytes(tmp_path, path, name):
    packed = tmp_path / name
    packed.write_bytes(gzip.compress(json.dumps(event(1)).encode() + b"\n"))
    assert import_file(path, packed) == Imported(1, 0)


def test_blank_lines_and_a_missing_last_line_feed_do_no_harm(file, path):
    file.write_text(f"{json.dumps(event(1))}\r\n\n{json.dumps(event(2))}")
    assert import_file(path, file) == Imported(2, 0)


def test_an_empty_file_adds_nothing(file, path):
    file.write_bytes(b"")
    assert import_file(path, file) == Imported(0, 0)


def test_an_export_gives_back_what_was_imported_extensions_included(file, path):
    events = [
        event(1, traceparent="00-ab", dataschema="https://example.org/s", datacontenttype="application/json"),
        event(3, priority=5, sampled=True, nothing=None, pmtuinote="mine", pmtui="odd", pmtuicloudevents={"a": 1}),
        {key: value for key, value in event(4).items() if key != "specversion"},
    ]
    import_file(path, write(file, events))
    assert exported(path) == events


def test_an_export_keeps_the_usual_order_of_keys_and_so_the_bytes(file, path):
    text = b'{"specversion":"1.0","id":"a","source":"/s","type":"T","subject":"x","time":"2026-03-02T10:00:00Z",'
    file.write_bytes(text + b'"position":3,"data":{"z":1,"a":[1.5,"\xc3\xa9"]}}\n')
    import_file(path, file)
    lines = []
    with closing(SqliteLog.open("orders", path)) as log:
        export_events(log, lines.append)
    assert b"".join(lines) == file.read_bytes()


def test_what_an_action_appended_is_the_same_after_export_and_import(file, path, tmp_path):
    cause = {"app": "shop", "manager": "fulfilment", "source": "orders", "position": 1, "ordinal": 0}
    append(path, metadata=json.dumps(cause))
    (made,) = exported(path, "payments")
    assert made["source"] == "/payments"
    assert (made["pmtuiapp"], made["pmtuisource"], made["pmtuiposition"]) == ("shop", "orders", 1)
    assert made["position"] == 1

    copy = tmp_path / "copy.db"
    import_file(copy, write(file, [made]))
    assert exported(copy, "elsewhere") == [made]
    metadata = json.loads(rows(copy)[0][6])
    assert {key: metadata[key] for key in cause} == cause

    with closing(SqliteLog.open("payments", path)) as log:
        assert import_events(log, file) == Imported(0, 1)


def test_a_damaged_event_ends_the_export_in_one_line(path):
    append(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE events SET data = '{'")
        connection.commit()
    with pytest.raises(StorageError, match=r"orders\.db: the event at position 1 is damaged"):
        exported(path)


def test_progress_ends_at_1(file, path):
    write(file, [event(n % 60, n) for n in range(1, 1200)])
    seen = []
    import_file(path, file, seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 1.0
    told = []
    with closing(SqliteLog.open("orders", path)) as log:
        assert export_events(log, lambda _: None, told.append) == 1199
    assert told == sorted(told)
    assert told[-1] == 1.0
