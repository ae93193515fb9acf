"""Copying over the terminal, and saving the screen as a picture."""

import base64
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from fake import FakeSession, in_state

from pmtui.model.errors import InputError
from pmtui.tui.picture import save_new, without_fonts
from pmtui.view.closeup.subject import EventAt


@pytest.fixture
def sent(monkeypatch) -> list[str]:
    """What goes to the terminal's clipboard."""
    written: list[str] = []

    def write(self, text: str) -> None:
        if match := re.fullmatch("\x1b]52;c;([^\a]*)\a", text):
            written.append(base64.b64decode(match[1]).decode())

    monkeypatch.setattr("textual.drivers.headless_driver.HeadlessDriver.write", write)
    return written


async def test_y_copies_the_chosen_event_and_says_so(show, sent):
    session = FakeSession()
    async with show(session) as shown:
        await shown.press("j", "y")
        assert session.calls == [("look", EventAt("orders", 2))]
        assert sent == ['{"specversion":"1.0"}']
        assert "Copied orders@2 as a CloudEvent, 21 characters." in shown.text()


async def test_y_in_the_inspector_copies_the_chosen_node_as_it_is_stored(show, sent):
    async with show(size=(120, 36)) as shown:
        await shown.press("enter", "y", "slash")
        await shown.pilot.press(*"click")
        await shown.press("enter")
        await shown.press("y", "Y")
        assert sent[0] == "order-1"
        assert sent[1].startswith('"[@click=app.quit]x[/] [/foo] 注文 ')
        assert sent[2] == '{"specversion":"1.0"}'
        assert "as a CloudEvent" in shown.text()


async def test_what_cannot_be_copied_is_said(show, sent):
    session = FakeSession()
    session.put("orders", "OrderPlaced", "order-9", 901)
    async with show(session) as shown:
        await shown.press("G", "y")
        assert "orders@901 is not in its log" in shown.text()
        await shown.press("4", "y")
        assert "nothing here to copy" in shown.text()
        assert sent == []


async def test_a_very_long_text_comes_with_a_doubt(show, sent):
    async with show() as shown:
        shown.app.copy("é" * 60_000 + "\ud800", "it")
        await shown.settle()
        assert sent == ["é" * 60_000 + "?"]
        assert "Some terminals take no more than 74,000." in shown.text()


async def test_the_screen_is_saved_as_a_new_file_each_time(show, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    async with show(await in_state("hostile")) as shown:
        await shown.press("ctrl+s")
        assert "Saved the screen as " in shown.text()
        for key in ("question_mark", "ctrl+s", "escape", "enter", "ctrl+s"):
            await shown.press(key)
        assert "Saved the screen as " in shown.text()
    pictures = sorted(tmp_path.iterdir())
    assert len(pictures) == 3
    texts = ["".join(ElementTree.parse(picture).getroot().itertext()) for picture in pictures]
    assert any("Keys" in text for text in texts)
    assert all(
        "http"
        not in picture.read_text().replace("http://www.w3.org/2000/svg", "").replace("https://www.textualize.io", "")
        for picture in pictures
    )


async def test_a_folder_that_cannot_be_written_is_said(show, tmp_path, monkeypatch):
    def refuse(*_: object) -> Path:
        raise InputError("/nowhere/pmtui.svg: Read-only file system")

    monkeypatch.setattr("pmtui.tui.app.save_new", refuse)
    async with show() as shown:
        await shown.press("ctrl+s")
        assert "Read-only file system" in shown.text()


def test_nothing_is_overwritten(tmp_path):
    (tmp_path / "a.svg").write_text("mine")
    (tmp_path / "a-2.svg").symlink_to(tmp_path / "elsewhere")
    assert save_new("picture", tmp_path, "a") == tmp_path / "a-3.svg"
    assert (tmp_path / "a.svg").read_text() == "mine"
    assert not (tmp_path / "elsewhere").exists()
    with pytest.raises(InputError, match="No such file"):
        save_new("picture", tmp_path / "none", "a")


def test_a_picture_loads_nothing_from_elsewhere():
    assert without_fonts("a @font-face { src: url(x) } b @font-face{\n}c").split() == ["a", "b", "c"]
