"""`pmtui config`: where the file is, what holds, what is wrong."""

import platformdirs
import pytest


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    return platformdirs.user_config_path("pmtui") / "config.toml"


def test_without_a_file_it_says_where_one_would_be_and_what_holds(home, pmtui):
    code, out, err = pmtui("config")
    assert (code, err) == (0, "")
    assert out.startswith(f"# {home} is not there")
    assert 'theme = "auto"  # by default' in out
    assert not home.parent.exists()


def test_what_was_set_is_told_without_the_note(home, pmtui):
    home.parent.mkdir(parents=True)
    home.write_text('theme = "light"\n[keymap]\nstep = "V"\n')
    code, out, _ = pmtui("config")
    assert code == 0
    assert 'theme = "light"\n' in out
    assert 'step = "V"  # "s" by default' in out


def test_each_fault_is_one_line_with_file_and_line_and_the_exit_code_is_2(home, pmtui):
    home.parent.mkdir(parents=True)
    home.write_text('theme = "blue"\n\n[keymap]\nstepp = "x"\n"\\u001b[2J" = "x"\n')
    code, out, err = pmtui("config")
    assert code == 2
    assert err.splitlines() == [
        f'pmtui: {home}:1: theme is one of "auto", "dark", "light", not "blue"',
        f"pmtui: {home}:4: unknown action 'stepp'; is step meant?",
        f"pmtui: {home}:5: unknown action '\\x1b[2J'; pmtui config --default lists all",
    ]
    assert 'theme = "auto"' in out


def test_the_default_file_can_be_kept_as_it_is(home, pmtui):
    _, out, _ = pmtui("config", "--default")
    home.parent.mkdir(parents=True)
    home.write_text(out)
    assert pmtui("config")[0] == 0


def test_edit_makes_the_file_and_opens_it_in_the_editor(home, pmtui, monkeypatch, tmp_path):
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\nprintf \'theme = "dark"\\n\' | cat - "$1" > "$1.new" && mv "$1.new" "$1"\n')
    editor.chmod(0o700)
    monkeypatch.setenv("VISUAL", str(editor))
    code, out, _ = pmtui("config", "--edit")
    assert code == 0
    assert 'theme = "dark"\n' in out
    assert "# step =" in home.read_text()
