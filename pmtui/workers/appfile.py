"""Finding the app that a user named. No other code of theirs is ever imported."""

import importlib
import importlib.util
import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from pmtui.handling.errors import saying
from pmtui.model.app import App
from pmtui.model.errors import DefinitionError, InputError


@dataclass(frozen=True, slots=True)
class AppFile:
    """An app and where it was found.

    Attributes:
        app: the app.
        spec: what finds it again, from any folder: `/absolute/shop.py:app` or `module:app`.
        data: the data folder it has unless another is named: `data` beside its file.
    """

    app: App
    spec: str
    data: Path


def load(spec: str) -> AppFile:
    """Import an app. What it prints meanwhile goes to standard error, for standard output belongs to the result.

    Args:
        spec: a path, `shop.py` or `shop.py:app`, or `module:attribute`. Without an attribute the file must define
            exactly one app.

    Raises:
        InputError: one line: no such file or module, it does not parse, it raises (with file and line), no such app.
    """
    sys.dont_write_bytecode = True  # what the app imports is edited too, and a stale .pyc would hide that
    where, attribute = _split(spec)
    if not where or "\0" in where:
        raise InputError(f"{spec!r} names no app; one looks like shop.py, shop.py:app or module:app")
    path = Path(where)
    try:
        named = path.exists() and not (path / "__init__.py").exists()  # a package is a module
    except OSError as error:
        raise InputError(f"{where}: {error.strerror}") from None
    if where.endswith(".py") or os.sep in where or named:
        where = str(path.resolve())  # before it runs: it may go to another folder
        module = _import_file(path, Path(where))
    else:
        module = _import_module(where, spec)
    name, app = _find(module, where, attribute)
    folder = Path(module.__file__ or "").resolve().parent
    return AppFile(app, f"{where}:{name}", folder / "data")


def _split(spec: str) -> tuple[str, str]:
    where, colon, attribute = spec.rpartition(":")
    return (where, attribute) if colon and (attribute.isidentifier() or not attribute) else (spec, "")


@contextmanager
def _explained(shown: str, file: str = "") -> Iterator[None]:
    """Run the user's code; whatever it raises is told in one line, but for ctrl+c."""
    try:
        with redirect_stdout(sys.stderr):
            yield
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        raise InputError(_explain(error, shown, file)) from error


def _import_file(path: Path, resolved: Path) -> ModuleType:
    if path.is_dir():
        raise InputError(f"{path}: a folder; name the app file in it, such as {path / 'shop.py'}")
    if not path.exists():
        raise InputError(f"{path}: no such file")
    name = f"pmtui_app_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, resolved)
    if spec is None or spec.loader is None:
        raise InputError(f"{path}: not a Python file (its name must end in .py)")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    folder = str(resolved.parent)
    if folder not in sys.path:
        sys.path.insert(0, folder)  # so that it can import what lies beside it, as when Python runs it
    # Not from a .pyc: an edit within the same second and of the same size would not be seen.
    with _explained(str(path), str(resolved)):
        code = compile(resolved.read_bytes(), str(resolved), "exec", dont_inherit=True)
        exec(code, module.__dict__)  # noqa: S102  (this is the file that the user asked to run)
    return module


def _import_module(name: str, spec: str) -> ModuleType:
    folder = str(Path.cwd())
    if folder not in sys.path:
        sys.path.insert(0, folder)
    with _explained(name):
        try:
            return importlib.import_module(name)
        except ModuleNotFoundError as error:
            if error.name is None or not (name == error.name or name.startswith(f"{error.name}.")):
                raise
    raise InputError(f"{spec}: no such file and no module {name!r}")


def _explain(error: BaseException, shown: str, file: str) -> str:
    """One line with the place in the user's code."""
    return " ".join(_placed(error, shown, file).split("\n"))


def _placed(error: BaseException, shown: str, file: str) -> str:
    if isinstance(error, OSError) and not error.__traceback__:
        return f"{shown}: {error.strerror}"
    if isinstance(error, SyntaxError):
        return f"{error.filename or shown}{f':{error.lineno}' if error.lineno else ''}: {error.msg}"
    if isinstance(error, ValueError | UnicodeError) and "source code" in str(error):
        return f"{shown}: {error}"
    frames = [f for f in traceback.extract_tb(error.__traceback__) if not file or f.filename == file]
    place = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else shown
    if isinstance(error, DefinitionError):
        return f"{place}: {error}"
    return f"{place}: {type(error).__name__}: {saying(error)}".rstrip(": ")


def _find(module: ModuleType, where: str, attribute: str) -> tuple[str, App]:
    found = {name: value for name, value in vars(module).items() if isinstance(value, App)}
    if attribute:
        if attribute not in found:
            there = f"; apps there: {', '.join(found)}" if found else ""
            raise InputError(f"{where}: no App called {attribute!r}{there}")
        app = found[attribute]
    elif not found:
        raise InputError(f"{where}: defines no App; write app = App(name, contexts=[...])")
    elif len({id(app) for app in found.values()}) > 1:
        raise InputError(f"{where}: defines several apps; say which one: {where}:{next(iter(found))}")
    else:
        attribute, app = next(iter(found.items()))
    if not app.managers:
        raise InputError(f"{where}: the app {app.name} has no process managers")
    return attribute, app
