"""Who may import whom, and what a process pays for what it does not use."""

import pkgutil
import subprocess
import sys
from pathlib import Path

import pmtui

ROOT = Path(__file__).parent.parent


def run(code: str) -> subprocess.CompletedProcess[str]:
    """A fresh process, at the place of the project's configuration."""
    command = [sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=120, check=False)


def python(code: str) -> str:
    """What a fresh process prints."""
    done = run(code)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def modules() -> list[str]:
    """Every module of pmtui outside tui, found without importing any."""
    found = ["pmtui"]
    todo = [(Path(path), "pmtui") for path in pmtui.__path__]
    while todo:
        folder, package = todo.pop()
        for module in pkgutil.iter_modules([str(folder)]):
            name = f"{package}.{module.name}"
            if name == "pmtui.tui" or module.name == "__main__":
                continue
            found.append(name)
            if module.ispkg:
                todo.append((folder / module.name, name))
    return found


def test_the_layers_hold():
    code = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True))"
    done = run(code)
    assert done.returncode == 0, done.stdout + done.stderr


def test_nothing_outside_tui_loads_textual():
    names = modules()
    assert {"pmtui.model.app", "pmtui.storage.sqlite.log", "pmtui.storage.memory.log", "pmtui.view.safe"} <= set(names)
    code = (
        "import importlib, sys\n"
        f"for name in {names!r}:\n"
        "    importlib.import_module(name)\n"
        "    if 'textual' in sys.modules: sys.exit(f'{name} loads textual')\n"
    )
    python(code)


def test_what_a_user_imports_takes_neither_a_database_nor_an_event_loop():
    loaded = python(
        "import sys, pmtui; print(*sorted({'sqlite3', 'asyncio', 'aiosqlite', 'textual'} & set(sys.modules)))"
    )
    assert loaded == ""
