"""What is read of the configuration file, and how what is wrong with it is told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmtui.tui.actions import ACTIONS
from pmtui.tui.config.config import Config
from pmtui.tui.config.file import read
from pmtui.tui.config.listing import default_file, what_holds
from pmtui.tui.keys import FIXED, own_keys


@pytest.fixture
def config(tmp_path):
    def written(text):
        path = tmp_path / "config.toml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read(path)

    return written


def told(found):
    return [str(fault).removeprefix(f"{found.path}:") for fault in found.faults]


def test_without_a_file_the_defaults_hold(tmp_path):
    found = read(tmp_path / "config.toml")
    assert not found.there
    assert (found.faults, found.notice, found.given) == ((), "", frozenset())
    assert found.config.theme == Config().theme == "auto"


def test_what_is_set_holds(config):
    found = config(
        'theme = "light"\ntime = "12h"\nspeed = "max"\nlayout.journal = "right"\nlayout.remember = false\n'
        'keymap = { step = "V", down = ["J", "down"] }\n'
    )
    assert not found.faults
    now = found.config
    assert (now.theme, now.time, now.speed, now.journal, now.remember) == ("light", "12h", "max", "right", False)
    assert now.keymap.for_textual == {"step": "V,shift+v", "down": "J,shift+j,down"}


def test_each_fault_is_told_with_its_line_and_everything_else_holds(config):
    found = config(
        """theme = "blue"
colour = 3
time = "12h"
[layout]
jurnal = "right"
remember = 1
[keymap]
step = "x"
restart = "ctrl+c"
stepp = "q"
faster = "shift+1"
pane = "p"
slower = [1]
pause = "w"
"""
    )
    assert told(found) == [
        '1: theme is one of "auto", "dark", "light", not "blue"',
        "2: unknown key 'colour'; there are theme, time, speed, layout, keymap",
        "5: unknown key 'jurnal' in [layout]; is journal meant?",
        "6: remember is one of true, false, not 1",
        "8: step: x is the key of crash already",
        "9: restart: ctrl+c always quits",
        "10: unknown action 'stepp'; is step meant?",
        "11: faster: terminals send another character for shift+1",
        "12: pane cannot be changed: 1 to 9 always go to the panes",
        "13: slower is a key, or a list of keys, not a list",
    ]
    assert found.config.time == "12h"
    assert found.config.keymap.for_textual == {"pause": "w"}
    assert found.notice.startswith(
        'config.toml:1: theme is one of "auto", "dark", "light", not "blue". pmtui config tells 9 more.'
    )


def test_keys_may_be_swapped_and_a_key_given_twice_is_told_with_both_lines(config):
    assert not config('[keymap]\nstep = "x"\ncrash = "s"\n').faults
    found = config('[keymap]\nstep = "V"\n\ncrash = "V"\ncrash_at = []\n')
    assert told(found) == ["2: step: V is the key of crash already, line 4"]
    assert found.config.keymap.for_textual["crash"] == "V,shift+v"


def test_quit_may_keep_ctrl_c(config):
    assert not config('[keymap]\nquit = ["Q", "ctrl+c"]\n').faults


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("theme = ", 1),
        ('theme = "dark"\ntheme = "light"\n', 2),
        ("\n\n[keymap\n", 3),
        (b"\n# \xff\n", 2),
        ("x = " + "[" * 5000, None),
    ],
)
def test_what_is_no_toml_is_told_with_its_line_and_the_defaults_hold(config, text, line):
    found = config(text)
    assert len(found.faults) == 1
    assert line is None or found.faults[0].line == line
    assert found.config.theme == "auto"


@pytest.mark.parametrize("text", ['keymap = "x"', 'layout = "x"', "[[keymap]]\nstep = 1", "[theme]\nx = 1"])
def test_a_value_where_a_table_belongs_is_told(config, text):
    assert [fault.line for fault in config(text).faults] == [1]


def test_a_file_that_cannot_be_read_is_told(tmp_path):
    assert told(read(tmp_path))[0].endswith("cannot be read: Is a directory")


def test_the_default_file_is_the_defaults_and_names_every_action(config):
    lines = list(default_file())
    plain = config("\n".join(lines))
    assert (plain.faults, plain.given) == ((), frozenset())
    everything = [line.removeprefix("# ") if " = " in line else line for line in lines]
    found = config("\n".join(everything))
    assert not found.faults
    for action in ACTIONS:
        assert action.id in FIXED or found.config.keymap.keys(action) == own_keys(action)
    assert (found.config.theme, found.config.remember) == ("auto", True)


def test_what_holds_can_be_kept_as_the_file(config):
    found = config('theme = "light"\n[keymap]\nfaster = "*"\ncrash = "\\\\"\n')
    assert not found.faults
    again = config("\n".join(what_holds(found)))
    assert not again.faults
    assert again.config.theme == "light"
    assert again.config.keymap.for_textual == found.config.keymap.for_textual


@given(
    st.lists(
        st.sampled_from(
            [
                "[keymap]",
                "[layout]",
                'step = "x"',
                "theme = 1",
                '"a.b" = 2',
                "x = [",
                "time = '12h'",
                "[[a]]",
                "# k = 1",
            ]
        )
        | st.text(max_size=20),
        max_size=6,
    )
)
def test_no_file_keeps_anybody_out(tmp_path_factory, lines):
    path = tmp_path_factory.mktemp("any") / "config.toml"
    path.write_bytes("\n".join(lines).encode(errors="replace"))
    found = read(path)
    assert all(0 <= fault.line <= len(lines) + 20 and "\n" not in str(fault.words) for fault in found.faults)
    assert isinstance(found.config, Config)
