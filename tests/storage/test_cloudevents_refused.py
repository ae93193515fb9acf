"""What an import refuses: one line that names the file and its line, and nothing is written."""

import gzip
import json
from contextlib import closing

import pytest

from pmtui.model.errors import InputError, PmtuiError
from pmtui.storage.cloudevents import import_file
from pmtui.storage.sqlite.events import head_of
from pmtui.storage.sqlite.log import SqliteLog

GOOD = {
    "specversion": "1.0",
    "id": "e-1",
    "source": "/shop",
    "type": "OrderPlaced",
    "subject": "order-1",
    "time": "2026-03-02T10:00:00Z",
    "position": 1,
    "data": {"order_id": "order-1"},
}


def line(position=2, **change):
    return json.dumps(GOOD | {"position": position, "id": f"e-{position}"} | change).encode()


def without(name):
    return json.dumps({key: value for key, value in (GOOD | {"position": 2}).items() if key != name}).encode()


BAD = {
    "not JSON": (b'{"id": ', "not JSON: "),
    "not JSON after the object": (line() + b"{}", "not JSON: Extra data"),
    "not UTF-8": (line(id="@").replace(b"@", b"\xff"), "not UTF-8"),
    "surrogate in UTF-8": (line(id="@").replace(b"@", b"\xed\xa0\x80"), "not UTF-8"),
    "UTF-16": ('{"id": 1}'.encode("utf-16"), "not UTF-8"),
    "a list": (b"[1, 2]", "is a list, not a JSON object"),
    "a text": (b'"x"', "is a text, not a JSON object"),
    "null": (b"null", "is null, not a JSON object"),
    "NaN": (line(data={"n": "@"}).replace(b'"@"', b"NaN"), "holds NaN, which JSON does not have"),
    "Infinity": (line(data={"n": "@"}).replace(b'"@"', b"-Infinity"), "holds -Infinity, which JSON does not have"),
    "a number too large": (
        line(data={"n": "@"}).replace(b'"@"', b"1e999"),
        "not JSON that can be kept: Number out of range",
    ),
    "half a surrogate pair": (line(data={"n": "@"}).replace(b"@", b"\\ud800"), "holds half a surrogate pair"),
    "half a surrogate pair as a key": (line(data={"@": 1}).replace(b"@", b"\\udc00"), "holds half a surrogate pair"),
    "half a surrogate pair in the stream": (line(subject="@").replace(b"@", b"\\ud83d"), "holds half a surrogate pair"),
    "nested too deep": (line(data={"n": "@"}).replace(b'"@"', b"[" * 300 + b"]" * 300), "is nested more than 200 deep"),
    "nested beyond reading": (b"[" * 100_000, "maximum recursion depth"),
    "no id": (without("id"), "has no 'id'"),
    "no source": (without("source"), "has no 'source'"),
    "no type": (without("type"), "has no 'type'"),
    "no subject": (without("subject"), "has no 'subject' (the stream)"),
    "no time": (without("time"), "has no 'time'"),
    "no data": (without("data"), "has no 'data'"),
    "no position": (without("position"), "has no position, but earlier lines do"),
    "position null": (line(None), "has no position, but earlier lines do"),
    "id null": (line(id=None), "has no 'id'"),
    "id a number": (line(id=7), "'id' is a number, not a text"),
    "type empty": (line(type=""), "'type' is empty"),
    "subject a list": (line(subject=["a"]), "'subject' is a list, not a text"),
    "source an object": (line(source={}), "'source' is an object, not a text"),
    "time naive": (line(time="2026-03-02T10:00:00"), "'time' '2026-03-02T10:00:00' has no time zone"),
    "time a date": (line(time="2026-03-02"), "has no time zone"),
    "time nonsense": (line(time="yesterday"), "'time' 'yesterday' is not an RFC 3339 time"),
    "time a number": (line(time=1), "'time' is a number, not a text"),
    "data null": (line(data=None), "'data' is null, not an object"),
    "data a text": (line(data="x"), "'data' is a text, not an object"),
    "data a list": (line(data=[]), "'data' is a list, not an object"),
    "data true": (line(data=True), "'data' is true or false, not an object"),
    "data_base64": (line(data_base64="eA=="), "has 'data_base64'; only JSON in 'data' is known"),
    "another version": (line(specversion="0.3"), "'specversion' is '0.3'; only 1.0 is known"),
    "position a text": (line("2"), "'position' is a text, not a whole number"),
    "position a fraction": (line(2.5), "'position' is 2.5, not a whole number"),
    "position with a point": (line(2.0), "'position' is 2.0, not a whole number"),
    "position true": (line(True), "'position' is true or false, not a whole number"),
    "position 0": (line(0), "'position' is 0, not a whole number from 1"),
    "position negative": (line(-4), "'position' is -4, not a whole number"),
    "position enormous": (line(2**63 - 1), "not a whole number from 1 to 2**62"),
    "position repeated": (line(1), "position 1 is repeated; positions must increase"),
}


def written(path):
    with closing(SqliteLog.open("log", path)) as log:
        return head_of(log.database.connection)


@pytest.mark.parametrize(("bad", "why"), BAD.values(), ids=BAD)
def test_a_bad_line_is_named_and_nothing_is_written(tmp_path, bad, why):
    file, path = tmp_path / "orders.jsonl", tmp_path / "new" / "orders.db"
    file.write_bytes(json.dumps(GOOD).encode() + b"\n" + bad + b"\n" + line(9) + b"\n")
    with pytest.raises(InputError) as caught:
        import_file(path, file)
    assert str(caught.value).startswith(f"{file}:2: ")
    assert why in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not path.parent.exists()


@pytest.mark.parametrize("bad", [b'{"id": ', without("subject"), line(1)])
def test_a_log_that_was_there_stays_as_it_was(tmp_path, bad):
    file, path = tmp_path / "orders.jsonl", tmp_path / "orders.db"
    file.write_bytes(json.dumps(GOOD).encode())
    import_file(path, file)
    more = b"".join(line(n) + b"\n" for n in range(2, 2000))
    file.write_bytes(json.dumps(GOOD).encode() + b"\n" + more + bad)
    with pytest.raises(InputError, match=r"orders\.jsonl:2000: "):
        import_file(path, file)
    assert written(path) == 1


def test_a_decreasing_position_is_refused(tmp_path):
    file = tmp_path / "orders.jsonl"
    file.write_bytes(line(2) + b"\n" + line(7) + b"\n" + line(5) + b"\n")
    with pytest.raises(InputError, match=":3: position 5 comes after 7; positions must increase"):
        import_file(tmp_path / "orders.db", file)
    assert not (tmp_path / "orders.db").exists()


def test_a_position_after_lines_without_one_is_refused(tmp_path):
    file = tmp_path / "orders.jsonl"
    file.write_bytes(without("position") + b"\n" + line(7) + b"\n")
    with pytest.raises(InputError, match=":2: has a position, but earlier lines have none"):
        import_file(tmp_path / "orders.db", file)


def test_the_first_line_is_line_1_and_blank_lines_count(tmp_path):
    file = tmp_path / "orders.jsonl"
    file.write_bytes(b"\n\nx\n")
    with pytest.raises(InputError, match=r"orders\.jsonl:3: not JSON"):
        import_file(tmp_path / "orders.db", file)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (gzip.compress(line() * 1000)[:-20], "cut.jsonl.gz"),
        (gzip.compress(line(1) + b"\n")[:-4], "cut.jsonl"),
        (b"no gzip at all", "plain.jsonl.gz"),
        (gzip.compress(line())[:12] + b"\xff" * 60, "damaged.jsonl.gz"),
    ],
    ids=["cut", "cut by another name", "plain", "damaged"],  # what is packed has the time in it
)
def test_a_gzip_file_that_is_cut_off_or_damaged_is_refused(tmp_path, content, name):
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(InputError) as caught:
        import_file(tmp_path / "orders.db", file)
    assert str(caught.value).startswith(f"{file}: not a whole gzip file")
    assert not (tmp_path / "orders.db").exists()


def test_a_file_that_is_not_there_or_is_a_folder_is_refused(tmp_path):
    for file, why in ((tmp_path / "none.jsonl", "No such file"), (tmp_path, "directory")):
        with pytest.raises(InputError, match=why):
            import_file(tmp_path / "orders.db", file)
    assert list(tmp_path.iterdir()) == []


def test_the_log_itself_is_no_file_of_events(tmp_path):
    path = tmp_path / "orders.db"
    SqliteLog.open("orders", path, create=True).close()
    with pytest.raises(InputError, match="is the log itself"):
        import_file(path, path)


def test_a_database_of_something_else_is_left_alone(tmp_path):
    path, file = tmp_path / "orders.db", tmp_path / "orders.jsonl"
    path.write_bytes(b"not a database" * 100)
    file.write_bytes(line())
    with pytest.raises(PmtuiError):
        import_file(path, file)
    assert path.read_bytes() == b"not a database" * 100
