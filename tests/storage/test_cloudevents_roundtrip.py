"""Whatever is imported comes out again."""

import json
import tempfile
from contextlib import closing
from datetime import timedelta, timezone
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from pmtui.storage.cloudevents import Imported, export_events, import_events
from pmtui.storage.sqlite.log import SqliteLog

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
names = texts.filter(bool)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**80), 2**80) | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
times = st.datetimes(timezones=zones).map(lambda moment: moment.isoformat())
extensions = st.dictionaries(
    st.from_regex(r"[a-z0-9]{1,12}|pmtui[a-z]{0,4}", fullmatch=True).filter(
        lambda name: name not in {"specversion", "id", "source", "type", "subject", "time", "data", "position"}
    ),
    st.booleans() | st.integers() | texts | values,
    max_size=3,
)


@st.composite
def files(draw):
    events = []
    position = 0
    for _ in range(draw(st.integers(0, 6))):
        position += draw(st.integers(1, 10**6))
        event = draw(extensions) | {
            "id": draw(names),
            "source": draw(names),
            "type": draw(names),
            "subject": draw(st.sampled_from(["a", "b"]) | names),
            "time": draw(times),
            "position": position,
            "data": draw(st.dictionaries(texts, values, max_size=4)),
        }
        if draw(st.booleans()):
            event["specversion"] = "1.0"
        events.append(event)
    return events


def text(events):
    return [json.dumps(event, sort_keys=True) for event in events]


@settings(max_examples=60, deadline=None)
@given(files(), st.booleans())
def test_export_gives_back_what_was_imported_and_importing_that_changes_nothing(events, ascii_only):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "events.jsonl"
        file.write_text("".join(json.dumps(each, ensure_ascii=ascii_only) + "\n" for each in events), newline="")
        with closing(SqliteLog.open("log", Path(folder) / "log.db", create=True)) as log:
            assert import_events(log, file) == Imported(len(events), 0)
            lines = []
            export_events(log, lines.append)
            out = b"".join(lines)
            assert text(json.loads(line) for line in out.split(b"\n") if line) == text(events)
            file.write_bytes(out)
            assert import_events(log, file) == Imported(0, len(events))
