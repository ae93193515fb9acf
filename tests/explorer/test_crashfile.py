"""`.crash.json`: written and read again, redacted, and nothing that anybody puts into one does harm."""

import json
import stat
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pmtui.explorer.crashfile import CrashFile, crash_file, decoded, encoded, read, write_new
from pmtui.explorer.redact import redact
from pmtui.explorer.rerun import again
from pmtui.explorer.shrink import shrink
from pmtui.explorer.story import Story
from pmtui.model.errors import InputError

from .story_kit import found, placed, shop


@pytest.fixture(scope="module")
def story() -> Story:
    app = shop()
    return shrink(app, found(app, {"orders": [placed(1, "order-7", amount=2000, name="Ada")]}), seconds=60).story


@pytest.fixture(scope="module")
def redacted(story):
    app = shop()
    clean, kept = redact(app, story)
    return crash_file(clean, app, "shop.py:app", redacted=True, kept=kept, nearest="")


def changed(file: CrashFile, **fields) -> bytes:
    return json.dumps({**json.loads(encoded(file)), **fields}).encode()


def test_a_story_goes_the_same_way_from_its_file_without_the_logs(story, redacted):
    told = decoded(encoded(redacted)).story_for(shop())
    went = again(shop(), told)
    assert went.outcome == "same"
    assert went.violation.sentence == story.violation.sentence
    assert went.violation.steps == story.violation.steps


def test_what_events_say_is_not_in_the_file_but_for_what_the_story_needs(redacted):
    text = encoded(redacted).decode()
    assert "order-7" not in text
    assert "2000" in text, "the handler compares it with a number of its own"
    assert redacted.kept == ("orders@1 amount",)


def test_the_same_value_has_the_same_stand_in_so_instances_are_found_again():
    app = shop()
    logs = {"orders": [placed(1, "order-7"), placed(2, "order-7"), placed(3, "order-8")]}
    rows = redact(app, found(app, logs)).story.logs["orders"]
    names = [json.loads(row.data)["order_id"] for row in rows]
    assert "order-7" not in names
    assert len(set(names)) == len({json.loads(row.data)["order_id"] for row in logs["orders"][: len(rows)]})


def test_with_its_data_the_file_has_what_the_events_said(story):
    file = crash_file(story, shop(), "shop.py:app", redacted=False, kept=(), nearest="")
    assert "order-7" in encoded(file).decode()
    assert decoded(encoded(file)).story_for(shop()).logs["orders"][0].data == story.logs["orders"][0].data


def test_only_its_owner_may_read_it(tmp_path, redacted):
    path = write_new(tmp_path, redacted)
    assert path.name == "shop.crash.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_that_is_there_is_never_overwritten(tmp_path, redacted):
    (tmp_path / "shop.crash.json").write_text("mine")
    (tmp_path / "shop-2.crash.json").symlink_to(tmp_path / "elsewhere")
    assert write_new(tmp_path, redacted).name == "shop-3.crash.json"
    assert (tmp_path / "shop.crash.json").read_text() == "mine"
    assert not (tmp_path / "elsewhere").exists()


def test_the_same_story_is_written_once(tmp_path, redacted):
    first = write_new(tmp_path, redacted)
    before = first.stat().st_mtime_ns
    assert write_new(tmp_path, redacted) == first
    assert first.stat().st_mtime_ns == before
    assert write_new(tmp_path, msgspec.structs.replace(redacted, manager="closing")) != first


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"", "not a crash file"),
        (b"\xff\xfe", "not a crash file"),
        (b"[" * 100_000, "not a crash file"),
        (b'{"pmtui": "crash"}', "not a crash file"),
        (b'{"pmtui": "receipt", "version": 1}', "not a crash file"),
        (b'{"pmtui": "crash", "version": 2}', "version 2 of crash files is not known here; a newer pmtui wrote it"),
        (b'{"pmtui": "crash", "version": 0}', "version 0 of crash files is not known here"),
        (b'{"pmtui": "crash", "version": 1}', "not a crash file: Object missing required field"),
    ],
)
def test_what_is_no_crash_file_is_refused_in_one_line(tmp_path, text, words):
    path = tmp_path / "x.crash.json"
    path.write_bytes(text)
    with pytest.raises(InputError, match=words) as error:
        read(path)
    assert str(error.value).startswith(f"{path}: ")
    assert "\n" not in str(error.value)


def test_a_file_without_end_is_not_read_to_its_end():
    with pytest.raises(InputError, match="larger than 16 MB"):
        read(Path("/dev/zero"))


EVENT = {"id": "1", "source": "/orders", "type": "OrderPlaced", "subject": "s", "time": "2026-03-02T12:00:00Z"}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"app": "other"}, "of the app 'other', not of shop"),
        ({"events": {"orders\x1b[31m": []}}, "has the context"),
        ({"receivers": {"nowhere": "none"}}, "has the context 'nowhere'"),
        ({"events": {"orders": [{**EVENT, "data": {}}]}}, "event 1 of orders: needs a position"),
        ({"events": {"orders": [{**EVENT, "data": 3, "position": 1}]}}, "event 1 of orders: 'data' is a number"),
        ({"events": {"orders": [{**EVENT, "data": {}, "position": 2}] * 2}}, "event 2 of orders: needs a position"),
        ({"steps": [{"what": "crash", "manager": "nobody", "sources": ["orders"], "point": ""}]}, "manager 'nobody'"),
        ({"steps": [{"what": "crash", "manager": "charging", "sources": ["orders"], "point": "x"}]}, "is not a point"),
        ({"steps": [{"what": "crash", "manager": "charging", "sources": [], "point": "a:b@1:read"}]}, "has no events"),
        ({"steps": [{"what": "arrived", "manager": "", "sources": ["moon"], "point": ""}]}, "reads 'moon'"),
    ],
)
def test_a_story_that_the_app_cannot_have_is_refused_in_one_line(redacted, fields, words):
    file = decoded(changed(redacted, **fields))
    with pytest.raises(InputError, match=words):
        file.story_for(shop())


@pytest.mark.parametrize(
    "fields",
    [
        {"orders": 0},
        {"orders": "some"},
        {"kind": "worse"},
        {"receivers": {"orders": "sometimes"}},
        {"steps": [{"what": "slept", "manager": "", "sources": [], "point": ""}]},
        {"events": []},
    ],
)
def test_fields_that_no_story_has_are_refused(redacted, fields):
    with pytest.raises(InputError, match="not a crash file"):
        decoded(changed(redacted, **fields))


steps = st.builds(
    dict,
    what=st.sampled_from(["handled", "crash", "arrived"]),
    manager=st.sampled_from(["charging", "closing", ""]),
    sources=st.lists(st.sampled_from(["orders", "payments", "timers", "letters"]), max_size=3),
    point=st.sampled_from(
        [
            "",
            "charging:orders@1:saved",
            "charging:orders@1:acted:0",
            "closing:payments@1:read",
            "charging:orders@9:acted:x",
        ]
    ),
    fires=st.booleans(),
    targets=st.lists(st.sampled_from(["orders", "moon"]), max_size=2),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(steps, max_size=5), st.booleans())
def test_whatever_steps_a_file_has_they_are_refused_or_taken(redacted, given_steps, by_steps):
    try:
        told = decoded(changed(redacted, steps=given_steps, by_steps=by_steps)).story_for(shop())
    except InputError:
        return
    assert again(shop(), told).outcome in ("same", "holds", "otherwise")


def test_a_story_holds_once_the_contexts_keep_receipts(redacted):
    told = decoded(changed(redacted, receivers={})).story_for(shop())
    assert again(shop(), told) == ("holds", None)


def test_a_story_whose_handler_does_something_else_now_goes_otherwise(redacted):
    told = decoded(encoded(redacted)).story_for(shop("save-then-act"))
    assert again(shop("save-then-act"), told).outcome == "otherwise"
