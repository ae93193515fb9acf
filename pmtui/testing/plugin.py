"""The pytest plugin: a test that passes only if no crash, at any point, can do harm.

    from pmtui.testing import event
    from shop import app

    PLACED = event("orders", "OrderPlaced", order_id="order-1", amount=10)

    def test_no_crash_does_harm(explore):
        explore(app, PLACED)

or, where a test has something else to say as well, as a marker with the same arguments:

    @pytest.mark.crash_points(app, PLACED, receiver="exact")
    def test_the_shop_keeps_its_name():
        assert app.name == "shop"

What does not hold fails with the smallest story that leads there, and keeps it as `APP.crash.json` in the folder where
pytest was started. So does what reached a bound, which is never a pass. Every
test that explores has the marker, so `-m "not crash_points"` leaves them out.
"""

from collections.abc import Callable, Generator
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:  # every run of pytest loads this module, and few explore
    from pmtui.explorer import Verdict

_MARKER = "crash_points"


@pytest.fixture
def explore(pytestconfig: pytest.Config) -> "Callable[..., Verdict]":
    """Explore an app: fails unless its managers survive every crash; see `pmtui.testing.exploring.survives`."""
    from pmtui.testing.exploring import survives  # noqa: PLC0415  (see above)

    return partial(survives, keep=pytestconfig.invocation_params.dir)


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line(
        "markers",
        f"{_MARKER}(app, *events, logs=…, receiver=…, orders=…, order_independent=…, bounds=…): "
        "passes only if the app's managers survive every crash at every point",
    )


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark every test that explores by itself."""
    if "explore" in getattr(item, "fixturenames", ()):
        item.add_marker(_MARKER)


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, Any, Any]:
    """Explore what the markers say before the test itself runs."""
    __tracebackhide__ = True
    for marker in pyfuncitem.iter_markers(_MARKER):
        if marker.args:
            from pmtui.testing.exploring import survives  # noqa: PLC0415  (see above)

            survives(*marker.args, **{"keep": pyfuncitem.config.invocation_params.dir, **marker.kwargs})
    return (yield)
