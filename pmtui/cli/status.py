"""`pmtui status`: where the managers of an app stand, from their files alone."""

from pathlib import Path

import click

from pmtui.cli.options import app_argument, data_folder, data_option
from pmtui.view.atrest import at_rest
from pmtui.view.reader import Reader
from pmtui.view.status import ManagerStatus, status_of
from pmtui.view.words import span
from pmtui.workers.appfile import load


@click.command()
@app_argument
@data_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, and only that.")
def command(app: str, data: Path | None, as_json: bool) -> None:
    """Show each manager's cursors, lag and state, and why it is stuck. Reads only."""
    found = load(app)
    folder = data_folder(found, data)
    reader = Reader(found.app, folder, unseen=True)
    managers = found.app.managers.values()
    statuses = at_rest(reader, lambda reader: [status_of(reader, manager) for manager in managers])
    if as_json:
        extra = {s.name: {**s.as_json(), "since": s.since, "pid": s.pid, "oldest": s.oldest} for s in statuses}
        import json  # noqa: PLC0415  (people wait for the other form)

        click.echo(json.dumps({"managers": extra}))
        return
    for status in statuses:
        for line in _lines(status):
            click.echo(line)


def _lines(status: ManagerStatus) -> list[str]:
    head = f"{status.name}  {status.state}"
    if status.pid is not None:
        head += f"  worker {status.pid}"
    if status.since:
        head += f"  since {status.since}"
    lines = [head]
    if status.reason:
        lines.append(f"  {status.reason}")
    width = max((len(name) for name in status.progress), default=0)
    for name, each in status.progress.items():
        behind = f"{each.behind:,}{'+' if each.capped else ''} to do" if each.behind else "nothing to do"
        if each.cursor > each.head:
            behind = "THE LOG ENDS BEFORE THAT: it went back in time, or is another one"
        lines.append(f"  {name:<{width}}  at {each.cursor:,} of {each.head:,}  {behind}")
    if status.oldest is not None:
        lines.append(f"  the oldest event not handled was recorded {span(-max(1.0, status.oldest))}")
    if status.counters.late:
        were = "event was" if status.counters.late == 1 else "events were"
        lines.append(f"  {status.counters.late:,} {were} ignored because the instance's start came later")
    return lines
