"""`pmtui new`: the sample shop as a start."""

import shlex
import shutil
from pathlib import Path

import click

from pmtui.model.errors import InputError
from pmtui.storage.folder import sample_folder
from pmtui.view.safe import safe


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
def command(folder: Path) -> None:
    """Copy the sample shop, app and logs, to start from.

    DIR is made; if it is there already, it must be empty.
    """
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder}: is not a folder")
    if folder.is_dir() and any(folder.iterdir()):
        raise InputError(f"{folder}: is not empty; nothing was copied")
    sample = sample_folder()
    (folder / "data").mkdir(parents=True, exist_ok=True)
    for file in (sample / "shop.py", *sorted((sample / "data").glob("*.jsonl"))):
        shutil.copyfile(file, folder / file.relative_to(sample))
    click.echo(f"{safe(str(folder))} has the shop: its app, shop.py, and the orders of a morning in data. Next:")
    click.echo(f"  pmtui lab {safe(shlex.quote(str(folder / 'shop.py')))}")
