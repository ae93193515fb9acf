"""`pmtui watch` where it cannot watch; on a terminal it is tested in tests/terminal."""

from pathlib import Path

import pytest


@pytest.fixture
def shop(tmp_path, pmtui):
    assert pmtui("new", tmp_path / "shop")[0] == 0
    return tmp_path / "shop" / "shop.py"


def test_without_a_terminal_it_says_what_to_do_instead(shop, process):
    done = process("watch", shop)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode() == "pmtui: watching needs a terminal; without one, use pmtui status\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere.py"], "nowhere.py"),
        (["{shop}", "--data", "{shop}.gone"], "no such folder"),
        (["{shop}", "--data", "{shop}"], "not a folder"),
        (["{shop}", "--from-start"], "No such option"),
        ([], "Missing argument 'APP'. See pmtui watch --help."),
    ],
)
def test_bad_input_is_one_line_and_nothing_is_created(shop, pmtui, monkeypatch, arguments, words):
    monkeypatch.setattr("pmtui.cli.watch.on_terminal", lambda: True)
    before = sorted(Path(shop).parent.rglob("*"))
    code, out, err = pmtui("watch", *[argument.format(shop=shop) for argument in arguments])
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert words in err
    assert [path for path in sorted(Path(shop).parent.rglob("*")) if "__pycache__" not in str(path)] == before
