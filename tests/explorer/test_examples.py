"""The sample shop and real loans, through every crash in every order."""

import json
from pathlib import Path

import pytest

from pmtui.explorer import explore
from pmtui.storage.log import Row
from pmtui.workers.appfile import load

ROOT = Path(__file__).resolve().parent.parent.parent
LOANS = ROOT / "tests" / "examples"


def rows(file: Path) -> list[Row]:
    found = []
    versions: dict[str, int] = {}
    for line in file.read_text().splitlines():
        event = json.loads(line)
        stream = event["subject"]
        version = versions[stream] = versions.get(stream, 0) + 1
        data = json.dumps(event["data"])
        found.append(Row(event["position"], event["id"], stream, version, event["type"], data, "{}", event["time"]))
    return found


@pytest.fixture(scope="module")
def shop():
    return load(str(ROOT / "sample_data" / "shop.py")).app, {"orders": rows(ROOT / "sample_data/data/orders.jsonl")}


@pytest.mark.parametrize("receiver", ["exact", "high-water"])
def test_the_shop_holds_for_every_crash_in_every_order(shop, receiver):
    app, logs = shop
    verdict = explore(app, logs, receivers=dict.fromkeys(app.contexts, receiver))
    assert (verdict.verdict, verdict.orders) == ("holds", "every order")
    assert verdict.unreached == ("fulfilment.thank",), "nothing is delivered on that morning"


def test_without_receipts_the_shop_takes_a_payment_twice_in_a_story_of_at_most_four_steps(shop):
    app, logs = shop
    violation = explore(app, logs, receivers=dict.fromkeys(app.contexts, "none")).violation
    assert violation.kind == "doubled"
    assert violation.sentence == (
        "payments@1 TakePayment of orders@1 is doubled when the worker is killed after acting and before saving"
    )
    assert len(violation.story) <= 4
    assert violation.at.endswith(f"shop.py:{app.managers['fulfilment'].handlers['orders', 'OrderPlaced'].line}")


def test_the_first_loans_hold_for_every_crash_in_every_order():
    app = load(str(LOANS / "loans.py")).app
    logs = {name: rows(LOANS / "data" / f"{name}.jsonl") for name in ("applications", "offers", "workitems")}
    assert sum(map(len, logs.values())) == 300
    verdict = explore(app, logs)
    assert verdict.verdict == "holds"
    assert "loan-desk.offer_unanswered" not in verdict.unreached
