"""How keys are written, named and told."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.keys import _character_to_key

from pmtui.model.errors import InputError
from pmtui.tui.actions import ACTIONS, BY_ID
from pmtui.tui.keys import UNBOUND, Keymap, own_keys, parse_key, written


@pytest.mark.parametrize("character", string.printable.strip())
def test_every_character_has_the_name_that_textual_gives_its_key(character):
    assert parse_key(character) == _character_to_key(character)


@pytest.mark.parametrize(
    ("people", "name"),
    [
        ("ctrl+x", "ctrl+x"),
        ("Ctrl+X", "ctrl+x"),
        ("alt+?", "alt+question_mark"),
        ("ctrl++", "ctrl+plus"),
        ("+", "plus"),
        ("shift+tab", "shift+tab"),
        ("shift+ctrl+left", "ctrl+shift+left"),
        ("Esc", "escape"),
        ("PgDn", "pagedown"),
        ("F5", "f5"),
        ("é", "é"),
    ],
)
def test_keys_are_read_as_people_write_them(people, name):
    assert parse_key(people) == name


@pytest.mark.parametrize(
    ("people", "why"),
    [
        ("", "no key ''"),
        ("xx", "no key 'xx'"),
        ("meta+x", "no key 'meta.x'"),
        ("ctrl+ctrl+x", "no key"),
        ("f13", "no key"),
        ("\x1b", "no key"),
        ("ctrl+i", "terminals send tab"),
        ("ctrl+M", "terminals send enter"),
        ("shift+x", "terminals send X"),
        ("shift+1", "another character"),
        ("ctrl+shift+x", r"terminals send ctrl\+x"),
    ],
)
def test_what_no_terminal_can_send_is_refused_with_the_reason(people, why):
    with pytest.raises(InputError, match=why):
        parse_key(people)


def test_every_key_of_the_registry_can_be_written_and_read_again():
    for action in ACTIONS:
        for key in own_keys(action):
            assert parse_key(written(key)) == key


@given(st.text(max_size=12))
def test_any_text_is_a_key_or_refused(text):
    try:
        key = parse_key(text)
    except InputError:
        return
    assert parse_key(written(key)) == key


def test_chosen_keys_take_the_place_of_an_action_s_own_wherever_keys_are_told():
    keymap = Keymap({"step": ("n",), "down": ("J", "down"), "crash": ()})
    assert keymap.for_textual == {"step": "n", "down": "J,shift+j,down", "crash": UNBOUND}
    assert keymap.key(BY_ID["down"]) == "J ↓"
    assert keymap.key(BY_ID["restart"]) == "r"
    assert keymap.apply(BY_ID["step"]).key == "n"
    assert [keymap.instead_of(key) for key in ("s", "x", "r")] == ["n", "palette", "r"]
    assert keymap.told("`s` steps, a `q` stays, `foo` is no key") == "n steps, a q stays, `foo` is no key"
