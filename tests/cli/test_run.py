"""run and status: what they leave behind."""

import pytest


@pytest.fixture
def shop(tmp_path, pmtui):
    """The shop with its orders imported."""
    assert pmtui("new", tmp_path / "shop")[0] == 0
    data = tmp_path / "shop" / "data"
    assert pmtui("import", data / "orders.db", data / "orders.jsonl")[0] == 0
    return tmp_path / "shop"


def beside_databases(shop):
    """The files of write-ahead logs."""
    return sorted(path.name for path in shop.rglob("*.db-*"))


def test_a_run_that_ends_cleanly_leaves_no_write_ahead_log(shop, process):
    assert process("run", shop / "shop.py", "--until-idle").returncode == 0
    assert len(list(shop.rglob("*.db"))) == 6
    assert beside_databases(shop) == []


def test_status_leaves_no_write_ahead_log(shop, process, pmtui):
    process("run", shop / "shop.py", "--until-idle")
    code, out, _ = pmtui("status", shop / "shop.py")
    assert (code, out.count("nothing to do")) == (0, 7)
    assert beside_databases(shop) == []


def test_status_sees_what_is_only_in_the_write_ahead_log_of_a_killed_worker(shop, process, pmtui):
    killed = process(
        "run", shop / "shop.py", "--until-idle", "--no-restart", "--crash-at", "fulfilment:orders@3:acted:0"
    )
    assert killed.returncode == 1
    left = beside_databases(shop)
    assert "fulfilment.db-wal" in left
    assert "fulfilment  killed" in pmtui("status", shop / "shop.py")[1]
    assert beside_databases(shop) == left


def test_a_run_tidies_away_what_a_killed_one_left(shop, process):
    process("run", shop / "shop.py", "--until-idle", "--no-restart", "--crash-at", "fulfilment:orders@3:acted:0")
    assert process("run", shop / "shop.py", "--until-idle").returncode == 0
    assert beside_databases(shop) == []


def test_status_says_that_a_log_ends_before_its_cursor(shop, process, pmtui):
    process("run", shop / "shop.py", "--until-idle")
    (shop / "data" / "orders.db").unlink()
    code, out, _ = pmtui("status", shop / "shop.py")
    assert code == 0
    assert out.count("orders    at 18 of 0  THE LOG ENDS BEFORE THAT") == 2
