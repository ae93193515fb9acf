"""What the screen keeps from one start to the next."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmtui.tui.kept import Arrangement, Folder

LEFT = Arrangement(("audit",), False, 1, "refunds")


def test_each_app_has_its_own(tmp_path):
    folder = Folder(tmp_path / "screens")
    assert folder.recall("shop") == Arrangement()
    folder.keep("shop", LEFT)
    assert folder.recall("shop") == LEFT
    assert folder.recall("bank") == Arrangement()
    folder.keep("shop", Arrangement())
    assert folder.recall("shop") == Arrangement()
    assert [path.name for path in (tmp_path / "screens").iterdir()] == ["shop.json"]


@given(st.text() | st.sampled_from(["..", ".", "../../x", "a/b", "x" * 4000, "", "\x00", "\ud800"]))
def test_a_file_is_always_in_the_folder_whatever_the_app_is_called(tmp_path_factory, name):
    folder = Folder(tmp_path_factory.mktemp("kept"))
    folder.keep(name, LEFT)
    assert folder.recall(name) == LEFT
    assert folder.file(name).parent == folder.file("shop").parent


@pytest.mark.parametrize("data", [b"", b"[]", b'{"hidden": 3}', b'{"split": "x"}', b"\xff", b'{"hidden": ["\xff"]}'])
def test_what_cannot_be_read_is_as_if_nothing_had_been_kept(tmp_path, data):
    folder = Folder(tmp_path)
    folder.file("shop").write_bytes(data)
    assert folder.recall("shop") == Arrangement()


def test_a_folder_that_cannot_be_made_keeps_nobody_out(tmp_path):
    (tmp_path / "screens").write_text("in the way")
    folder = Folder(tmp_path / "screens")
    folder.keep("shop", LEFT)
    assert folder.recall("shop") == Arrangement()
