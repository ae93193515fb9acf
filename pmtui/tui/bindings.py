"""The registry's keys as Textual's bindings."""

from collections.abc import Iterator

from textual.binding import Binding

from pmtui.tui.actions import ACTIONS, Place


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
