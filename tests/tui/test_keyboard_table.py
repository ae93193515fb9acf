from keyboard import README, with_table

from pmtui.tui.actions import ACTIONS


def test_the_readme_s_table_of_keys_is_the_registry():
    """If this fails: python -m tests.tui.keyboard."""
    text = README.read_text()
    assert with_table(text) == text


def test_every_action_is_in_the_table():
    text = README.read_text()
    assert all(action.help in text for action in ACTIONS)
