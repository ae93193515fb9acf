"""What README and the manual show: their examples run, their commands and pictures are there."""

import re
import shlex
import subprocess
import sys
import textwrap
from collections import defaultdict
from pathlib import Path

import pytest

from pmtui.cli.main import COMMANDS

ROOT = Path(__file__).parents[1]
PAGES = ("README.md", "docs/manual.md", "docs/architecture.md")
BLOCK = re.compile(r"^```python\n# (?P<file>\w+\.py)\n(?P<code>.*?)^```$", re.DOTALL | re.MULTILINE)
_SAID = r"(?:    (?!\$).*\n|\n(?=    (?!\$)))+"
TRANSCRIPT = re.compile(rf"^    \$ \.venv/bin/pmtui (?P<arguments>.*)\n(?P<said>{_SAID})", re.MULTILINE)
LINK = re.compile(r"\]\((?P<target>[^)\s]+)\)")
COMMAND = re.compile(r"(?:^ {4}(?:\$ )?(?:\.venv/bin/)?|`(?:\.venv/bin/)?)pmtui (?P<name>[a-z]+)", re.MULTILINE)


def files_of(page: str) -> dict[str, str]:
    """The Python files of a page; blocks of the same name are one file."""
    files: dict[str, str] = defaultdict(str)
    for match in BLOCK.finditer(page):
        files[match["file"]] += match["code"]
    return files


@pytest.mark.parametrize("name", ["README.md", "docs/manual.md"])
def test_the_examples_of_a_page_run(name, pytester):
    page = (ROOT / name).read_text(encoding="utf-8")
    assert page.count("```python\n") == len(BLOCK.findall(page)), "a block does not begin with the name of its file"
    for file, code in files_of(page).items():
        (pytester.path / file).write_text(code, encoding="utf-8")
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", "--strict-markers")
    outcomes = result.parseoutcomes()
    assert set(outcomes) == {"passed"}
    tests = re.findall(r"^def test_", "".join(files_of(page).values()), re.MULTILINE)
    assert outcomes["passed"] == len(tests)


def test_what_commands_say_in_the_readme_is_what_they_say(tmp_path):
    def pmtui(*arguments: str) -> str:
        run = [sys.executable, "-m", "pmtui.cli.main", *arguments]
        return subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60).stdout

    pmtui("new", "myshop")
    transcripts = list(TRANSCRIPT.finditer((ROOT / "README.md").read_text(encoding="utf-8")))
    assert transcripts
    for match in transcripts:
        assert pmtui(*shlex.split(match["arguments"])) == textwrap.dedent(match["said"])


@pytest.mark.parametrize("name", PAGES)
def test_what_a_page_links_to_is_there(name):
    page = (ROOT / name).read_text(encoding="utf-8")
    headings = {re.sub(r"[^\w\- ]", "", line.lstrip("# ").lower()).replace(" ", "-") for line in page.splitlines()}
    for target in (match["target"] for match in LINK.finditer(page)):
        if target.startswith("https://"):
            continue
        path, _, heading = target.partition("#")
        assert ((ROOT / name).parent / path).exists(), target
        assert path or heading in headings, target


@pytest.mark.parametrize("name", PAGES)
def test_a_page_names_only_commands_that_are_there(name):
    page = (ROOT / name).read_text(encoding="utf-8")
    assert {match["name"] for match in COMMAND.finditer(page)} <= COMMANDS.keys()


def test_every_command_is_in_the_readme():
    page = (ROOT / "README.md").read_text(encoding="utf-8")
    assert {match["name"] for match in COMMAND.finditer(page)} == COMMANDS.keys()
