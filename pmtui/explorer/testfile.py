"""A story as a test: a file for pytest that fails while the story can still happen."""

import json
import re

from pmtui.explorer.crashfile import CrashFile, encoded

_TEST = '''"""{headline}

Written by `pmtui explore --write-test`. It fails while that can still happen, and passes once it cannot.
"""

from pathlib import Path

from pmtui.explorer import assert_holds

APP = {app}
STORY = {story}


def test_no_longer_{name}():
    assert_holds(APP, STORY)
'''
_LONGEST_NAME = 80


def test_file(file: CrashFile, sentence: str) -> str:
    """The text of a Python file.

    Args:
        file: the story; where its app was found is as seen from the folder of the test.
        sentence: what is wrong, harmless to show.
    """
    is_file = file.found.rpartition(":")[0].endswith(".py")
    app = f"Path(__file__).parent / {_literal(file.found)}" if is_file else _literal(file.found)
    story = encoded(file).decode().strip()
    quoted = f'r"""\n{story}\n"""' if '"""' not in story and not story.endswith("\\") else _literal(story)
    name = re.sub(r"[^a-z0-9]+", "_", sentence.partition(" when ")[0].lower())[:_LONGEST_NAME].strip("_")
    headline = sentence.replace("\\", "/").replace('"', "'")
    text = _TEST.format(headline=f"{headline}.", app=app, story=quoted, name=name)
    return text if is_file else text.replace("from pathlib import Path\n\n", "")


def _literal(text: str) -> str:
    """A text in Python, in double quotes as formatters want it."""
    return json.dumps(text)
