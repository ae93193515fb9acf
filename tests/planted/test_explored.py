"""The explorer finds every planted bug, by the words of its story, and blames no right twin; so does the plugin."""

import pytest

from pmtui.explorer import Verdict, explore

from .table import PLANTED, Planted

VERDICTS = {1: "violated", 3: "not deterministic"}

CASES = [pytest.param(case, id=case.name) for case in PLANTED]


def explored(case: Planted, side: str) -> Verdict:
    app = case.app(side)
    with pytest.MonkeyPatch.context() as patch:
        if side == "wrong" and case.hook is not None:
            case.hook(patch)
        return explore(app, case.logs(app), order_independent=case.order_independent)


@pytest.mark.parametrize("case", CASES)
def test_a_planted_bug_is_found(case):
    verdict = explored(case, "wrong")
    assert verdict.verdict == VERDICTS[case.exit]
    assert verdict.violation is not None
    assert verdict.violation.kind in case.kinds
    for words in case.says:
        assert words in verdict.violation.sentence


@pytest.mark.parametrize("case", CASES)
def test_a_right_twin_is_not_blamed(case):
    verdict = explored(case, "right")
    assert (verdict.verdict, verdict.violation) == ("holds", None)


@pytest.mark.parametrize("side", ["wrong", "right"])
def test_the_plugin_finds_the_same(pytester, side):
    names = [case.name for case in PLANTED if case.hook is None]
    pytester.makepyfile(
        f"""
        import pytest
        from tests.planted.table import PLANTED

        CASES = [pytest.param(case, id=case.name) for case in PLANTED if case.name in {names!r}]

        @pytest.mark.parametrize("case", CASES)
        def test_it(explore, case):
            app = case.app({side!r})
            explore(app, logs=case.logs(app), order_independent=case.order_independent)
        """
    )
    ran = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    ran.assert_outcomes(**{"failed" if side == "wrong" else "passed": len(names)})
