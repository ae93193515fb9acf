"""A verdict told: as text, as JUnit XML, as Markdown, as a test."""

import ast
import xml.etree.ElementTree as Xml

import msgspec
import pytest

from pmtui.explorer import Verdict
from pmtui.explorer.crashfile import crash_file, decoded, encoded
from pmtui.explorer.junit import junit
from pmtui.explorer.markdown import markdown
from pmtui.explorer.report import Report, report_of
from pmtui.explorer.testfile import test_file as written_test
from pmtui.explorer.text import text
from pmtui.view.safe import safe

from .story_kit import found, placed, shop


@pytest.fixture(scope="module")
def story():
    return found(shop(), {"orders": [placed(1, "order-1")]})


@pytest.fixture
def violated(story) -> Report:
    verdict = Verdict("violated", 2, 7, "every order", 0.5, story.violation)
    return report_of("shop", verdict, safe, nearest="killed after saving", takes="1 of 12 events")


def holds(**more) -> Report:
    return report_of("shop", Verdict("holds", 401, 2801, "every order", 0.01, **more), safe)


@pytest.mark.parametrize(
    ("orders", "words"),
    [
        ("every order", "holds for every crash in every order: 401 states, 2,801 edges"),
        ("the oldest first", "holds for every crash with the oldest first: 401 states, 2,801 edges"),
    ],
)
def test_what_holds_is_one_line(orders, words):
    assert text(report_of("shop", Verdict("holds", 401, 2801, orders, 0.01), safe), None) == ([words], [])


def test_handlers_never_reached_and_invariants_without_data_are_told():
    lines = text(holds(unreached=("a.b", "c.d"), blind=("stock",)), None).body
    assert [line.strip() for line in lines] == ["note   never reached: a.b, c.d", "note   never saw data: stock"]


def test_a_bound_that_was_reached_is_said_and_never_called_holding():
    report = report_of("shop", Verdict("incomplete", 10, 20, "every order", 1, why="10 states"), safe)
    assert text(report, None).head == ["incomplete: stopped at 10 states, nothing wrong in 10 states, 20 edges"]


def test_a_violation_is_a_sentence_then_its_story_then_where(violated):
    head, lines = text(violated, None)
    assert head == [f"violated: {violated.found.sentence}"]
    assert lines[1].strip() == "1  charging handles orders@1 and is killed after acting and before saving"
    assert lines[2].strip() == "2  charging handles orders@1 again"
    told = "\n".join(lines)
    assert "story_kit.py:" in told
    assert "def charge(self, event, state):" in told
    assert "but    killed after saving instead, nothing is wrong" in told
    assert "takes  1 of 12 events" in told


@pytest.mark.parametrize("width", [40, 80])
def test_no_line_is_wider_than_the_terminal(violated, width):
    lines = text(violated, width, [("story", "x y " * 40)])
    assert max(map(len, [*lines.head, *lines.body])) <= width


def test_junit_has_one_case_that_fails_with_the_story(violated):
    root = Xml.fromstring(junit(violated))
    [case] = root.iter("testcase")
    failure = case.find("failure")
    assert failure is not None
    assert failure.get("message") == violated.found.sentence
    assert "1. charging handles orders@1 and is killed" in (failure.text or "")
    assert root.get("failures") == "1"


def test_junit_passes_only_what_holds():
    assert Xml.fromstring(junit(holds())).find(".//failure") is None
    incomplete = report_of("shop", Verdict("incomplete", 1, 1, "every order", 1, why="1 state"), safe)
    root = Xml.fromstring(junit(incomplete))
    assert root.find(".//error") is not None
    assert root.get("errors") == "1"


HOSTILE = "</failure>\x1b[31m<b>@all</b> `x` [a](http://b) \u202e *y* | ]]> \x00\ud800"


def test_what_events_say_is_neither_markup_nor_control_anywhere(story):
    violation = msgspec.structs.replace(story.violation, sentence=HOSTILE, story=(HOSTILE, "x"))
    report = report_of("shop", Verdict("violated", 2, 7, "every order", 0.5, violation), safe)
    for rendered in (junit(report), markdown(report), "\n".join(text(report, 80).head)):
        assert "\x1b" not in rendered
        assert "\u202e" not in rendered
    assert Xml.fromstring(junit(report)).find(".//b") is None
    for meant in ("<b>", "[a](", "`x`", " @all", "*y*"):
        assert meant not in markdown(report)


def test_markdown_numbers_the_story_and_shows_the_line_as_code(violated):
    lines = markdown(violated).splitlines()
    assert lines[0] == "### ✖ shop: violated"
    assert "1. charging handles orders\\@1 and is killed after acting and before saving" in lines
    assert "    def charge(self, event, state):" in lines


@pytest.mark.parametrize(
    ("app", "place"),
    [
        ("shop.py:app", "Path(__file__).parent / 'shop.py:app'"),
        ("my.shop:app", "'my.shop:app'"),
        ('a"b/{x}.py:app', "Path(__file__).parent / 'a\"b/{x}.py:app'"),
    ],
)
def test_a_test_is_python_that_names_its_app_and_has_the_story(story, app, place):
    file = crash_file(story, shop(), app, redacted=True, kept=(), nearest="")
    module = ast.parse(written_test(file, 'a "b" \\ """ is doubled when x'))
    values = {
        node.targets[0].id: node.value
        for node in module.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    assert ast.unparse(values["APP"]) == place
    assert encoded(decoded(ast.literal_eval(values["STORY"]))) == encoded(file)
    assert [node.name for node in module.body if isinstance(node, ast.FunctionDef)] == ["test_no_longer_a_b_is_doubled"]
