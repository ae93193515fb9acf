"""`pmtui explore`: one verdict, its exit code, and files that anybody may use."""

import errno
import hashlib
import json
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from pmtui.cli.story import app_of
from pmtui.model.errors import InputError
from pmtui.storage.folder import sample_folder

ORDER = '{"order_id": "order-1", "amount": 5}'

APP = """
from pmtui import App, NewEvent, ProcessManager, Send, handles

print("imported")
app = App("till", contexts=["orders", "payments"])


@app.manager
class Charging(ProcessManager):
    correlate = "order_id"

    @handles("orders", "OrderPlaced", starts=True)
    def charge(self, event, state):
        print("charging")
        yield Send("payments", f"payment-{event.data['order_id']}", "TakePayment", {})

    @handles("orders", "OrderLost")
    def lose(self, event, state):
        pass


@app.aggregate("payments")
def payment(history, command):
    yield NewEvent("PaymentTaken", {})
"""

RANDOM = APP.replace("import App,", "import App, Append,").replace(
    'yield Send("payments", f"payment-{event.data[\'order_id\']}", "TakePayment", {})',
    'import uuid; yield Append("payments", "p", "PaymentTaken", {"id": str(uuid.uuid4())})',
)


@pytest.fixture
def shop(tmp_path, monkeypatch):
    """The sample shop's app file, in a folder of its own, which is also where we are."""
    shutil.copytree(sample_folder(), tmp_path / "shop")
    monkeypatch.chdir(tmp_path)
    return Path("shop/shop.py")


@pytest.fixture
def till(tmp_path, monkeypatch, pmtui):
    """A small app with one order in its log, and where we are."""
    monkeypatch.chdir(tmp_path)
    Path("till.py").write_text(APP)
    Path("data").mkdir()
    assert pmtui("append", "data/orders.db", "order-1", "OrderPlaced", ORDER)[0] == 0
    return Path("till.py")


def told(done):
    return json.loads(done[1])


def hashes(folder: Path) -> dict[str, str]:
    return {str(p): hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.rglob("*") if p.is_file()}


def test_the_shop_holds_with_receipts_and_leaves_nothing_behind(pmtui, shop):
    before = hashes(Path.cwd())
    code, out, err = pmtui("explore", shop, "--receiver", "exact")
    assert (code, err) == (0, "")
    assert out.startswith("holds for every crash in every order: ")
    assert hashes(Path.cwd()) == before


def test_without_receipts_it_fails_with_a_story_of_at_most_four_steps(pmtui, shop):
    done = pmtui("explore", shop, "--receiver", "none", "--json")
    assert done[0] == 1
    found = told(done)
    assert set(found) == {"verdict", "states", "edges", "orders", "violation"}
    assert set(found["violation"]) == {"sentence", "story", "at"}
    assert found["verdict"] == "violated"
    assert len(found["violation"]["story"]) <= 4
    file, _, line = found["violation"]["at"].rpartition(":")
    assert "def take_payment" in Path(file).read_text().splitlines()[int(line) - 1]


def test_json_is_the_only_thing_on_standard_output_whatever_the_app_prints(process, till):
    done = process("explore", till, "--json")
    assert json.loads(done.stdout) == {
        "verdict": "holds",
        "states": json.loads(done.stdout)["states"],
        "edges": json.loads(done.stdout)["edges"],
        "orders": "every order",
        "violation": None,
    }
    assert done.stdout.count(b"\n") == 1
    assert b"charging" in done.stderr


@pytest.mark.parametrize(("orders", "words"), [("oldest", "with the oldest first"), ("3", "in 3 orders")])
def test_other_orders_are_said_in_the_verdict(pmtui, till, orders, words):
    code, out, _ = pmtui("explore", till, "--orders", orders)
    assert code == 0
    assert out.startswith(f"holds for every crash {words}: ")


def test_a_file_says_where_its_app_was_found_as_seen_from_itself(pmtui, shop):
    pmtui("explore", shop, "--receiver", "none")
    Path("elsewhere").mkdir()
    moved = Path("shop.crash.json").rename("elsewhere/shop.crash.json")
    assert app_of(moved) == str(Path.cwd() / "elsewhere/shop/shop.py:app")
    moved.write_text(json.dumps(json.loads(moved.read_text()) | {"found": "my.shop:app"}))
    assert app_of(moved) == "my.shop:app"
    moved.write_text(json.dumps(json.loads(moved.read_text()) | {"found": ""}))
    with pytest.raises(InputError, match="does not say where its app is; name it"):
        app_of(moved)


def test_a_handler_that_is_not_deterministic_exits_with_3(pmtui, till):
    till.write_text(RANDOM)
    done = pmtui("explore", till, "--json")
    assert done[0] == 3
    assert told(done)["verdict"] == "not deterministic"
    assert "uuid" in told(done)["violation"]["sentence"]


def test_a_bound_that_is_reached_exits_with_4(pmtui, shop):
    done = pmtui("explore", shop, "--max-states", "1", "--json")
    assert done[0] == 4
    assert told(done)["verdict"] == "incomplete"
    assert told(done)["violation"] is None


def test_what_was_never_reached_is_told(pmtui, till):
    assert "never reached: charging.lose" in pmtui("explore", till)[1]


def test_what_the_managers_caused_and_their_ledgers_do_not_count(pmtui, till, process):
    before = told(pmtui("explore", till, "--json"))
    assert process("run", till, "--until-idle").returncode == 0
    assert told(pmtui("explore", till, "--json")) == before


def test_events_are_read_from_a_file_where_there_is_no_log(pmtui, till):
    log, file = Path("data/orders.db"), Path("data/orders.jsonl")
    before = told(pmtui("explore", till, "--json"))
    file.write_text(pmtui("export", log)[1])
    log.unlink()
    assert told(pmtui("explore", till, "--json")) == before
    assert not log.exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere.py"], "nowhere.py: no such file"),
        (["till.py", "--data", "nowhere"], "nowhere: no such folder"),
        (["till.py", "--data", "till.py"], "till.py: not a folder"),
        (["till.py", "--data", "empty"], "empty: no events from outside in orders, payments"),
        (["till.py", "--receiver", "some"], "'some' is not one of"),
        (["till.py", "--orders", "newest"], "neither all nor oldest nor a number"),
        (["till.py", "--orders", "0"], "neither all nor oldest nor a number"),
        (["till.py", "--orders", "1" * 5000], "neither all nor oldest nor a number"),
        (["till.py", "--max-states", "0"], "--max-states"),
        (["till.py", "--max-seconds", "nan"], "--max-seconds"),
        (["till.py", "--write-test", "till.py"], "till.py: is there already"),
        (["till.py", "--replay", "nowhere"], "nowhere: No such file"),
        (["till.py", "--replay", "till.py"], "till.py: not a crash file"),
        (["till.py", "--replay", "till.py", "--receiver", "none"], "--receiver makes no sense with --replay"),
        (["till.py", "--junit", "nowhere/x.xml"], "nowhere/x.xml: no such folder"),
        (["till.py", "--write-test", "nowhere/test_x.py"], "nowhere/test_x.py: no such folder"),
    ],
)
def test_what_is_wrong_with_the_call_is_one_line_and_exit_2(pmtui, till, arguments, words):
    Path("empty").mkdir()
    code, out, err = pmtui("explore", *arguments)
    assert (code, out) == (2, "")
    lines = [line for line in err.splitlines() if line not in ("imported", "charging")]
    assert len(lines) == 1
    assert words in lines[0]


def test_an_app_without_a_data_folder_is_told_so(pmtui, till):
    shutil.rmtree("data")
    code, _, err = pmtui("explore", till)
    assert code == 2
    assert "data: no such folder" in err


def test_a_damaged_log_is_named(pmtui, till):
    Path("data/payments.db").write_bytes(b"x" * 5000)
    code, _, err = pmtui("explore", till)
    assert code == 2
    assert "data/payments.db" in err


def test_the_story_is_kept_for_its_owner_alone_and_goes_again(pmtui, shop):
    assert pmtui("explore", shop, "--receiver", "none")[0] == 1
    file = Path("shop.crash.json")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "desk lamp" not in file.read_text()
    shutil.rmtree("shop/data")
    code, out, _ = pmtui("explore", shop, "--replay", file)
    assert code == 1
    assert out.startswith("violated: payments@1 TakePayment of orders@1 is doubled")


def test_with_show_data_the_story_says_what_the_events_said(pmtui, shop):
    pmtui("explore", shop, "--receiver", "none", "--show-data")
    assert "order-1" in Path("shop.crash.json").read_text()


def test_exploring_twice_keeps_one_file_and_another_story_another(pmtui, shop):
    for _ in range(2):
        pmtui("explore", shop, "--receiver", "none")
    assert [path.name for path in Path().glob("*.crash.json")] == ["shop.crash.json"]
    pmtui("explore", shop, "--receiver", "none", "--show-data")
    assert sorted(path.name for path in Path().glob("*.crash.json")) == ["shop-2.crash.json", "shop.crash.json"]


def test_a_replay_holds_once_it_is_mended(pmtui, till):
    assert pmtui("explore", till, "--receiver", "none")[0] == 1
    story = Path("till.crash.json")
    mended = json.loads(story.read_text()) | {"receivers": {}}
    story.write_text(json.dumps(mended))
    code, out, _ = pmtui("explore", till, "--replay", story)
    assert (code, out.splitlines()[0]) == (0, "holds: the story goes to its end, and nothing is wrong")


def test_a_replay_that_goes_another_way_exits_with_3(pmtui, till):
    pmtui("explore", till, "--receiver", "none")
    till.write_text(APP.replace("yield Send", "return; yield Send"))
    code, out, _ = pmtui("explore", till, "--replay", "till.crash.json")
    assert code == 3
    assert out.startswith("not the same: ")


def pytest_of(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(folder)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_the_written_test_fails_while_the_bug_is_there_and_passes_when_it_is_mended(pmtui, till):
    till.write_text(APP.replace('contexts=["orders", "payments"]', BROKEN))
    Path("tests").mkdir()
    assert pmtui("explore", till, "--write-test", "tests/test_till.py")[0] == 1
    failed = pytest_of(Path("tests"))
    assert failed.returncode == 1, failed.stdout
    assert "TakePayment of orders@1 is doubled" in failed.stdout
    till.write_text(APP)
    passed = pytest_of(Path("tests"))
    assert passed.returncode == 0, passed.stdout


BROKEN = 'contexts={"orders": "", "payments": __import__("pmtui").Context(receiver="none")}'


def test_reports_are_written_whatever_the_verdict(pmtui, till):
    assert pmtui("explore", till, "--junit", "a.xml", "--markdown", "a.md")[0] == 0
    assert 'failures="0"' in Path("a.xml").read_text()
    assert "✔ till: holds" in Path("a.md").read_text()
    assert pmtui("explore", till, "--receiver", "none", "--junit", "b.xml", "--markdown", "b.md")[0] == 1
    assert 'failures="1"' in Path("b.xml").read_text()
    assert "✖ till: violated" in Path("b.md").read_text()


def test_where_nothing_can_be_written_the_verdict_stands(pmtui, till, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("pmtui.cli.story.write_new", full)
    code, out, _ = pmtui("explore", till, "--receiver", "none")
    assert code == 1
    assert "the story could not be written here: No space left on device" in out


def test_real_workers_are_killed_where_it_is_asked_for(pmtui, till):
    code, out, _ = pmtui("explore", till, "--sigkill", "1")
    assert code == 0
    assert "real workers killed at 1 point came to the same end" in out
