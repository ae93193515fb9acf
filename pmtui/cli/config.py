"""`pmtui config`: where the configuration is, what holds, and what is wrong with it."""

import click

from pmtui.tui.config.file import config_file, read
from pmtui.tui.config.listing import default_file, what_holds
from pmtui.view.safe import safe


@click.command()
@click.option("--default", "as_default", is_flag=True, help="Print a file with everything at its default instead.")
@click.option("--edit", is_flag=True, help="Open the file in your editor first; it is made if it is not there.")
def command(as_default: bool, edit: bool) -> int:
    """Print where the configuration is and what holds: theme, time, speed, layout and keys.

    What is wrong in it is told line by line, and the exit code is then 2; the screen takes the default instead.
    """
    if as_default:
        for line in default_file():
            click.echo(line)
        return 0
    if edit:
        path = config_file()
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("\n".join(default_file()) + "\n")
        click.edit(filename=str(path))
    found = read()
    click.echo(f"# {safe(str(found.path))}{'' if found.there else ' is not there: all is as by default'}")
    for line in what_holds(found):
        click.echo(line)
    for fault in found.faults:
        click.echo(f"pmtui: {safe(str(fault), 2000)}", err=True)
    return 2 if found.faults else 0
