"""An instance's state as lines."""

from pmtui.model import json
from pmtui.view.safe import safe
from pmtui.view.snapshot import InstanceView, TimerView
from pmtui.workers.protocol import InstanceReport


def state_lines(text: str) -> tuple[tuple[str, str], ...]:
    """Each field of a state with its value as Python writes it, in order; nothing for an empty or unreadable one."""
    if not text:
        return ()
    try:
        values = json.decode_object(text)
    except ValueError:
        return (("state", safe(text)),)
    return tuple(
        (safe(name, 80), safe(value if isinstance(value, str) else repr(value))) for name, value in values.items()
    )


def instance_view(told: InstanceReport, clock: int) -> InstanceView:
    """An instance as its worker tells of it, with the manager's clock in microseconds since 1970."""
    timers = tuple(TimerView(safe(timer.type), (timer.due - clock) / 1e6) for timer in told.timers)
    status = told.status if told.status in ("running", "completed", "missing") else "new"
    return InstanceView(safe(told.correlation), status, safe(told.started), state_lines(told.state), timers)  # type: ignore[arg-type]  # checked in the line above
