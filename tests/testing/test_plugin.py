"""The pytest plugin, in runs of pytest of its own; it is there because pmtui is installed."""

import subprocess
import sys

import pytest

APPS = """
import pytest
from pmtui import App, Append, Context, ProcessManager, handles
from pmtui.explorer import Bounds
from pmtui.storage.log import Row
from pmtui.testing import event

def shop(receiver="exact"):
    app = App("shop", contexts={"orders": "", "payments": Context(receiver=receiver)})

    @app.manager
    class Payment(ProcessManager):
        correlate = "order_id"

        @handles("orders", "OrderPlaced", starts=True)
        def charge(self, event, state):
            yield Append("payments", event.data["order_id"], "PaymentTaken")

    return app

PLACED = event("orders", "OrderPlaced", order_id="order-1")
"""


@pytest.fixture
def ran(pytester):
    def run(body: str, *arguments: str):
        pytester.makepyfile(APPS + body)
        return pytester.runpytest_subprocess("-p", "no:cacheprovider", "--strict-markers", *arguments)

    return run


def test_the_fixture_passes_where_every_crash_is_survived(ran):
    body = """
def test_it(explore):
    verdict = explore(shop(), PLACED, PLACED)
    assert verdict.verdict == "holds"
    assert verdict.states > 1
"""
    ran(body).assert_outcomes(passed=1)


def test_the_fixture_fails_with_the_story_and_the_handlers_line(ran):
    result = ran("def test_it(explore):\n    explore(shop('none'), PLACED)\n")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*shop: violated (* states, * edges, every order)",
            "*PaymentTaken of orders@1 is doubled when the worker is killed after acting and before saving",
            "*  1. *",
            "*at *test_the_fixture_fails_with_the_story_and_the_handlers_line.py:*",
        ]
    )
    result.stdout.no_fnmatch_line("*exploring.py*")


def test_the_story_is_kept_where_pytest_was_started_and_goes_again(ran, pytester):
    (pytester.path / "my.py").write_text(APPS + "app = shop('none')\n")
    body = """
import my

def test_by_fixture(explore):
    explore(my.app, event("orders", "OrderPlaced", order_id="secret"), event("orders", "OrderPlaced", order_id="2"))

@pytest.mark.crash_points(my.app, PLACED)
def test_by_marker():
    pass
"""
    result = ran(body)
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(["*the story is kept in *shop.crash.json"])
    [story] = pytester.path.glob("*.crash.json")
    assert "secret" not in story.read_text()
    again = [sys.executable, "-m", "pmtui.cli.main", "explore", "my.py:app", "--replay", str(story)]
    assert subprocess.run(again, cwd=pytester.path, capture_output=True, check=False).returncode == 1


def test_a_receiver_may_be_given_for_all_contexts(ran):
    body = """
def test_none(explore):
    explore(shop(), PLACED, receiver="none")

def test_exact(explore):
    explore(shop("none"), PLACED, receiver="exact")
"""
    ran(body).assert_outcomes(passed=1, failed=1)


def test_logs_may_be_given_instead_of_events(ran):
    body = """
ROW = Row(3, "a", "s", 1, "OrderPlaced", '{"order_id": "1"}', "{}", "2026-01-01T00:00:00Z")

def test_it(explore):
    assert explore(shop(), logs={"orders": [ROW], "payments": []}).states > 1
    with pytest.raises(Exception, match="either events"):
        explore(shop())
    with pytest.raises(Exception, match="either events"):
        explore(shop(), PLACED, logs={})
"""
    ran(body).assert_outcomes(passed=1)


def test_a_bound_that_is_reached_is_no_pass(ran):
    body = """
def test_it(explore):
    many = [event("orders", "OrderPlaced", order_id="order-1") for n in range(300)]
    explore(shop(), *many, bounds=Bounds(states=2))
"""
    result = ran(body)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*shop: incomplete, * states reached (*); this is no pass"])


def test_a_marked_test_passes_only_if_every_crash_is_survived(ran):
    body = """
@pytest.mark.crash_points(shop(), PLACED)
def test_right():
    pass

@pytest.mark.crash_points(shop(), PLACED, receiver="none")
def test_wrong():
    pass
"""
    result = ran(body)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*PaymentTaken of orders@1 is doubled*"])


def test_a_marked_test_has_its_own_say_as_well(ran):
    body = """
@pytest.mark.crash_points(shop(), PLACED)
def test_it(tmp_path):
    raise AssertionError(f"my own {tmp_path.is_dir()}")
"""
    result = ran(body)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*my own True*"])


def test_tests_that_explore_can_be_left_out(ran):
    body = """
def test_explores(explore):
    explore(shop(), PLACED)

@pytest.mark.crash_points(shop(), PLACED)
def test_marked():
    pass

def test_plain():
    pass
"""
    ran(body, "-m", "not crash_points").assert_outcomes(passed=1, deselected=2)


def test_an_unknown_context_is_told_in_one_line(ran):
    result = ran("def test_it(explore):\n    explore(shop(), event('order', 'OrderPlaced'))\n")
    result.stdout.fnmatch_lines(["*OrderPlaced of the unknown context 'order': known are orders, payments*"])


def test_a_run_that_does_not_explore_loads_no_explorer(ran):
    body = "import sys\n\ndef test_it():\n    assert 'pmtui.testing.exploring' not in sys.modules\n"
    ran(body).assert_outcomes(passed=1)


def test_nothing_but_the_plugin_needs_pytest():
    code = (
        "import sys\nsys.modules['pytest'] = sys.modules['_pytest'] = None\n"
        "import pmtui.testing, pmtui.testing.exploring\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
