"""The explorer finds every planted bug, by the words of its story, and blames no right twin."""

import pytest

from pmtui.explorer import explore

from .table import PLANTED, Planted

VERDICTS = {1: "violated", 3: "not deterministic"}
CASES = [pytest.param(case, id=case.name) for case in PLANTED]


def explored(case: Planted, side: str):
    app = case.app(side)
    logs = {context: [] for context in app.contexts} | case.rows()
    with pytest.MonkeyPatch.context() as patch:
        if side == "wrong" and case.hook is not None:
            case.hook(patch)
        return explore(app, logs, order_independent=case.order_independent)


@pytest.mark.parametrize("case", CASES)
def test_a_planted_bug_is_found(case):
    verdict = explored(case, "wrong")
    assert verdict.verdict == VERDICTS[case.exit]
    assert verdict.violation.kind in case.kinds
    for words in case.says:
        assert words in verdict.violation.sentence


@pytest.mark.parametrize("case", CASES)
def test_a_right_twin_is_not_blamed(case):
    verdict = explored(case, "right")
    assert (verdict.verdict, verdict.violation) == ("holds", None)
