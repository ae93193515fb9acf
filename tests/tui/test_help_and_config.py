"""Help that finds and runs, and what a person has set as it holds on the screen."""

from pathlib import Path

import pytest
from fake import FakeSession, in_state
from textual.widgets import Input, OptionList

from pmtui.tui.actions import ACTIONS
from pmtui.tui.config.file import Read, read
from pmtui.tui.keys import Keymap
from pmtui.tui.screens.help import HelpScreen, matching
from pmtui.tui.screens.inspector import InspectorScreen
from pmtui.tui.screens.main import MainScreen


@pytest.fixture
def settings(tmp_path):
    def set(text: str) -> Read:
        path = Path(tmp_path / "config.toml")
        path.write_text(text)
        return read(path)

    return set


def ids(words: str) -> list[str]:
    return [action.id for action in matching(words, Keymap())]


# help


def test_every_action_is_in_the_help_in_the_order_of_the_registry():
    assert ids("") == [action.id for action in ACTIONS]


def test_help_finds_by_key_first_by_word_and_by_group():
    assert ids("x")[0] == "crash"
    assert ids("R")[0] == "start_over"
    assert set(ids("crashing")) >= {"crash", "crash_at", "restart", "traceback"}
    assert ids("kill sigkill") == ["crash"]
    assert ids("no such words") == []


async def test_help_finds_as_one_types_and_runs_what_is_chosen(show):
    async with show() as shown:
        await shown.press("question_mark")
        await shown.press(*"whole")
        assert isinstance(shown.app.screen, HelpScreen)
        await shown.press("backspace", "backspace", "backspace", "backspace", "backspace", *"end of")
        assert "Go on to the end of the event." in shown.text()
        assert "Kill its worker" not in shown.text()
        await shown.press("enter")
        await shown.until(lambda: shown.session.calls == [("step_event", "fulfilment")])
        assert isinstance(shown.app.screen, MainScreen)


async def test_arrows_move_in_the_help_and_a_click_runs(show):
    async with show() as shown:
        await shown.press("question_mark")
        await shown.press("down", "enter")
        await shown.until(lambda: shown.session.calls == [("step", "fulfilment")])
        await shown.press("question_mark")
        await shown.press(*"sigkill")
        listed = shown.app.screen.query_one(OptionList)
        await shown.pilot.click(listed, offset=(4, 1))
        await shown.until(lambda: shown.session.calls[-1] == ("crash", "fulfilment"))


async def test_help_says_why_what_it_runs_does_nothing_now(show):
    async with show() as shown:
        await shown.press("question_mark")
        await shown.press(*"new worker", "enter")
        await shown.until(lambda: "Its worker is alive: x kills it." in shown.text())


async def test_help_closes_by_escape_and_by_its_own_key_and_finds_nothing_calmly(show):
    async with show() as shown:
        await shown.press("question_mark")
        await shown.pilot.press("?")
        assert isinstance(shown.app.screen, MainScreen)
        await shown.press("question_mark")
        await shown.press(*"[/foo] zz")
        assert "Nothing is called that." in shown.text()
        await shown.press("enter", "escape")
        assert isinstance(shown.app.screen, MainScreen)
        assert shown.session.calls == []


async def test_the_inspector_s_help_runs_what_there_is_there(show):
    async with show() as shown:
        await shown.press("enter")
        assert isinstance(shown.app.screen, InspectorScreen)
        await shown.press("question_mark")
        await shown.press(*"take one phase", "enter")
        assert shown.session.calls[-1][0] == "look"
        await shown.press("escape")
        await shown.press("question_mark")
        await shown.press(*"show everything", "enter")
        await shown.until(lambda: isinstance(shown.app.screen, MainScreen))


# the keymap


async def test_a_changed_key_does_it_and_is_told_everywhere(show, settings):
    found = settings('[keymap]\nstep = "V"\ncrash = ["ctrl+k", "K"]\n')
    assert not found.faults
    session = FakeSession()
    async with show(session, settings=found) as shown:
        assert "V reads orders@1" in shown.text()
        footer = shown.text().splitlines()[-1]
        assert footer.startswith(" V step") and "ctrl+k crash now" in footer
        await shown.press("s")
        assert session.calls == []
        await shown.press("V")
        assert session.calls == [("step", "fulfilment")]
        await shown.press("x")
        assert session.calls[1:] == []
        await shown.press("r")
        assert "Its worker is alive: ctrl+k K kills it." in shown.text()
        await shown.press("question_mark")
        await shown.press(*"sigkill")
        assert "ctrl+k K" in shown.text()
        await shown.press("escape", "ctrl+k")
        assert session.calls[1:] == [("crash", "fulfilment")]


async def test_refusals_and_the_banner_of_the_past_name_changed_keys(show, settings):
    found = settings('[keymap]\nearlier = "f5"\nlive = "f6"\nrewind = "f7"\ndiagram = "f8"\n')
    assert not found.faults
    async with show(await in_state("done"), size=(120, 36), settings=found) as shown:
        await shown.press("f6")
        assert "This is the present: f5 goes back." in shown.text()
        await shown.press("f7")
        assert "This is the present: f5 goes back, then f7 rewinds to there." in shown.text()
        await shown.press("S")
        assert "Only the diagram is saved: f8 opens it." in shown.text()
        await shown.press("f5", "f5")
        assert "f6 live    f7 makes this the present" in shown.text()


async def test_keys_of_the_application_can_be_changed_too(show, settings):
    found = settings('[keymap]\npalette = "ctrl+o"\nsave_screen = "f9"\n')
    assert not found.faults
    async with show(settings=found) as shown:
        await shown.pilot.press("ctrl+p")
        assert isinstance(shown.app.screen, MainScreen)
        await shown.press("f9")
        assert "Saved the screen" in shown.text()
        await shown.pilot.press("ctrl+o")
        assert not isinstance(shown.app.screen, MainScreen)


async def test_a_click_on_a_hint_does_what_its_key_does_also_after_it_was_changed(show, settings):
    session = FakeSession()
    async with show(session, settings=settings('[keymap]\nstep = "V"\n')) as shown:
        y = next(y for y, line in enumerate(shown.text().splitlines()) if "V reads" in line)
        await shown.pilot.click("#manager", offset=(4, y - 1))
        await shown.settle()
        assert session.calls == [("step", "fulfilment")]


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_each_hint_is_clicked(show, size):
    session = await in_state("acted")
    async with show(session, size) as shown:
        y, line = next((y, line) for y, line in enumerate(shown.text().splitlines()) if "x here repeats" in line)
        await shown.pilot.click("#manager", offset=(line.index("x here"), y - 1))
        await shown.settle()
        assert session.calls == [("crash", "fulfilment")]


async def test_the_keys_of_a_sheet_are_clicked(show):
    async with show() as shown:
        for key in ("question_mark", "p", "X"):
            await shown.press(key)
            line = shown.app.screen.query_one(".keys")
            text = str(line.render())
            await shown.pilot.click(line, offset=(text.index("esc") + 1, 0))
            await shown.until(lambda: isinstance(shown.app.screen, MainScreen))


@pytest.mark.parametrize("key", ["j", "down"])
async def test_lists_are_moved_in_by_vim_keys_and_arrows(show, key):
    async with show(await in_state("start")) as shown:
        await shown.press("X", key, key)
        listed = shown.app.screen.query_one(OptionList)
        before = listed.highlighted
        await shown.press({"j": "k", "down": "up"}[key])
        assert listed.highlighted == before - 1


# the rest of the file


async def test_times_are_shown_as_wanted(show, settings):
    session = FakeSession()
    for _ in range(8):
        session.advance()
    async with show(session, (120, 36), settings=settings('time = "12h"')) as shown:
        assert "10:04:00 am" in shown.text()
    async with show(session, (120, 36), settings=settings('time = "minutes"')) as shown:
        assert "10:04" in shown.text() and "10:04:00" not in shown.text()


async def test_the_journal_stands_where_it_is_wanted(show, settings):
    async with show(size=(150, 40), settings=settings('[layout]\njournal = "right"')) as shown:
        assert shown.main.journal.region.y == shown.main.log_panes[0].region.y
    async with show(size=(200, 40), settings=settings('[layout]\njournal = "below"')) as shown:
        assert shown.main.journal.region.y > shown.main.log_panes[0].region.y


async def test_the_speed_is_set_when_it_was_chosen_and_only_then(show, settings):
    session = FakeSession()
    async with show(session, settings=settings('speed = "20"')):
        assert session.calls == [("set_speed", "20")]
    session = FakeSession()
    async with show(session, settings=settings('theme = "dark"')):
        assert session.calls == []


async def test_a_broken_file_is_told_until_the_next_key_and_keeps_nobody_out(show, settings):
    session = FakeSession()
    async with show(session, settings=settings('theme = "\x7f"\n')) as shown:
        assert "config.toml:1: is no TOML" in shown.text()
        assert "pmtui config tells all." in shown.text()
        await shown.press("s")
        assert session.calls == [("step", "fulfilment")]
        assert "config.toml" not in shown.text()


async def test_hostile_words_of_the_file_stay_words(show, settings):
    found = settings('"[@click=app.quit]x[/]" = 1\n"\\u001b[2J\\u202e" = 2\n')
    async with show(size=(200, 60), settings=found) as shown:
        assert "unknown key '[@click=app.quit]x[/]'" in shown.text()
        assert shown.text().replace("\n", "").isprintable()


async def test_typing_in_the_field_of_help_is_plain_text(show):
    async with show() as shown:
        await shown.press("question_mark")
        await shown.press(*"sjkq")
        assert shown.app.screen.query_one(Input).value == "sjkq"
