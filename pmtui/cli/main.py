"""The console script: which commands there are, and what becomes of errors."""

import gc
import importlib
import io
import os
import sys

import click

from pmtui.model.errors import PmtuiError
from pmtui.view.safe import safe

COMMANDS = {
    "lab": ("lab", "Step an app's managers phase by phase, crash them for real, and watch what a restart does."),
    "tour": ("tour", "Take the guided tour: ten short steps through crashes and what stops them."),
    "run": ("run", "Run an app's managers, each in a worker that is restarted when it dies."),
    "explore": ("explore", "Look whether any crash, at any point, can double or lose an action."),
    "status": ("status", "Show each manager's cursors, lag and state, and why it is stuck."),
    "watch": ("watch", "Watch an app's managers and live logs on the screen, reading only."),
    "import": ("import_", "Add the events of a file to a log."),
    "export": ("export", "Write a log's events as CloudEvents, one JSON object a line."),
    "tail": ("tail", "Show the last events of a log."),
    "append": ("append", "Append one event to a log and print its position."),
    "config": ("config", "Print where the configuration is and what holds: theme, time, speed, layout and keys."),
    "new": ("new", "Copy the sample shop, app and logs, to start from."),
}
"""Every command: its module here, which is imported only when it is called, and the line that `--help` shows."""


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called, so that `--help` costs nothing."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """In the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import a command's module; each has it as `command`."""
        if cmd_name not in COMMANDS:
            return None
        found: click.Command = importlib.import_module(f"pmtui.cli.{COMMANDS[cmd_name][0]}").command
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The table as it stands."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(
    "pmtui", cls=LazyGroup, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(package_name="pmtui")
@click.pass_context
def group(ctx: click.Context) -> None:
    """See, crash and trust event-sourced process managers.

    Without a command: the lab on a sample shop.
    """
    if ctx.invoked_subcommand is None:
        from pmtui.cli.lab import open_sample  # noqa: PLC0415  (the lab is much to import)

        open_sample()


def main() -> None:
    """Run the command line and exit: 0 done, 1 it does not hold, 2 the call or its input is wrong, 130 interrupted.

    What is wrong is said in one line on standard error, made harmless, never as a traceback.
    """
    _fill_closed_streams()
    code = _run(sys.argv[1:])
    gc.freeze()  # or Python looks for garbage in all that was imported, several times over, before it ends
    sys.exit(code)


def _fill_closed_streams() -> None:
    """Have nothing where whoever started us closed a standard stream, or some file would get its number."""
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        if getattr(sys, name) is None:
            nothing = os.open(os.devnull, os.O_RDWR)
            if nothing != number:
                os.dup2(nothing, number)
                os.close(nothing)
            os.set_inheritable(number, True)
            setattr(sys, name, os.fdopen(number, mode, closefd=False))


def _run(arguments: list[str]) -> int:
    platform = sys.platform
    if platform not in ("linux", "darwin"):
        return _complain("pmtui needs Linux or macOS; on Windows, use WSL")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(
                errors="backslashreplace"
            )  # a terminal without UTF-8 shows \u2026, and nobody falls over
    try:
        result = group.main(arguments, "pmtui", standalone_mode=False)
        sys.stdout.flush()
    except click.UsageError as error:
        name = error.ctx.command_path if error.ctx is not None else "pmtui"
        return _complain(f"{error.format_message()} See {name} --help.")
    except (PmtuiError, click.ClickException) as error:
        return _complain(str(error))
    except (click.Abort, KeyboardInterrupt):
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # whoever read has gone: let Python flush into nothing at exit
        return 1
    except OSError as error:
        return _complain(f"{error.filename}: {error.strerror}" if error.filename else f"{error.strerror or error}")
    return result if isinstance(result, int) else 0


def _complain(message: str) -> int:
    line = " ".join(part.strip() for part in message.splitlines() if part.strip())
    click.echo(f"pmtui: {safe(line, 2000)}", err=True)
    return 2


if __name__ == "__main__":
    main()
