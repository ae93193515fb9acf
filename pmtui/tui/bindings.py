"""The registry's keys as Textual's bindings."""

from collections.abc import Iterator, Mapping

from textual.binding import Binding

from pmtui.tui.actions import ACTIONS, BY_ID, Place


def bindings(place: Place) -> Iterator[Binding]:
    """The keys of all actions that there are on a screen, each with its action's id, so that a keymap can change it."""
    for action in ACTIONS:
        if place not in action.places or not action.keys:
            continue
        if action.id == "pane":
            for key in action.keys:
                yield Binding(key, f"do('pane', {key})", action.words, id=f"pane.{key}", show=False)
        else:
            yield Binding(",".join(action.keys), f"do('{action.id}')", action.words, id=action.id, show=False)


def own_bindings(actions: Mapping[str, str]) -> Iterator[Binding]:
    """The keys of actions that the application does itself, whatever has the focus; by id, as Textual names them."""
    for name, does in actions.items():
        action = BY_ID[name]
        yield Binding(",".join(action.keys), does, action.words, show=False, priority=True, system=True, id=name)
