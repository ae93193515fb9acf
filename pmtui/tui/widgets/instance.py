"""The instance panel: the process that the event in hand belongs to, or how many there are at full speed."""

from textual.strip import Strip

from pmtui.tui.paint import Row, cells
from pmtui.tui.widgets.stop import Stop
from pmtui.view.closeup.subject import InstanceOf, Subject, event_at
from pmtui.view.snapshot import ManagerView
from pmtui.view.words import span


class InstancePanel(Stop):
    """Correlation id, state and timers of one instance."""

    manager: ManagerView | None = None
    full_speed = False
    tall = True

    def show(self, manager: ManagerView | None, full_speed: bool, tall: bool) -> None:
        """Show the instance in hand of this manager; at full speed its numbers."""
        self.manager, self.full_speed, self.tall = manager, full_speed, tall
        self.repaint()

    def label(self) -> str:
        """The event in hand's."""
        return "" if self.manager is None else self.manager.label

    def subject(self) -> Subject | None:
        """The instance of the event in hand."""
        if self.manager is None or self.manager.turn is None:
            return None
        name, event = self.manager.name, self.manager.turn.event
        return InstanceOf(name, event=event_at(event.context, event.position, name))

    def paint(self, width: int, height: int) -> list[Strip]:
        """A head with a rule, then what is known."""
        ink = self.ink
        head = Row(width)
        head.put("instance ", ink.focus if self.has_focus else ink.plain).put("─" * (width - head.used), ink.rule)
        rows = [Row(width)] * self.tall + [head]
        if self.manager is not None:
            rows += (
                self._numbers(self.manager, width)
                if self.full_speed
                else self._instance(self.manager, width, height - len(rows) - 1)
            )
        return [row.strip(ink.base) for row in rows]

    def _numbers(self, now: ManagerView, width: int) -> list[Row]:
        ink = self.ink
        return [
            Row(width).put(f"{now.running_instances:,}", ink.bold).put(" running", ink.quiet),
            Row(width).put(f"{now.completed_instances:,}", ink.plain).put(" completed", ink.quiet),
            Row(width),
            Row(width).put("timers  ", ink.faint).put(f"{now.pending_timers:,} pending", ink.plain),
        ]

    def _instance(self, manager: ManagerView, width: int, room: int) -> list[Row]:
        ink, instance = self.ink, manager.instance
        if instance is None:
            return [Row(width).put("none in hand", ink.faint)]
        gone = _gone(manager)
        first = Row(width).put(instance.correlation, ink.bold, width - 12).put("  ", ink.plain)
        match instance.status:
            case _ if gone:
                first.put("was in memory only", ink.faint)
            case "running":
                first.put(f"since {instance.started}" if instance.started else "running", ink.faint)
            case "missing":
                first.put("is not there", ink.quiet)
            case status:
                first.put(status, ink.quiet)
        pairs = [(name, value, "") for name, value in instance.state]
        pairs += [
            ("timers" if i == 0 else "", timer.type, span(timer.due_in)) for i, timer in enumerate(instance.timers)
        ]
        column = min(max([7, *(cells(name) + 2 for name, _, _ in pairs)]), width // 2)
        rows = [first] + [Row(width)] * self.tall
        room -= len(rows)
        if len(pairs) > room:
            hidden = len(pairs) - max(0, room - 1)
            pairs = [*pairs[: max(0, room - 1)], ("", f"{hidden} more", "")]
        for name, value, due in pairs:
            row = Row(width).put(name, ink.faint, column - 1).to(column)
            row.put(value, ink.faint if gone else ink.plain, width - column - len(due) - 2)
            rows.append(row.put(f"  {due}", ink.faint if gone else ink.quiet))
        return rows


def _gone(manager: ManagerView) -> bool:
    """Whether a crash has taken the instance's state with it, because it was not saved yet."""
    steps = manager.turn.steps if manager.turn is not None else ()
    return manager.state == "killed" and any(step.label == "saved" and step.state == "todo" for step in steps)
