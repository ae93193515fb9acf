"""Finding the app that a person named, and saying in one line why it is not to be had."""

import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from pmtui.model.errors import InputError
from pmtui.workers.appfile import load

APP = """from pmtui import App, ProcessManager, handles

app = App("shop", contexts=["orders"])


@app.manager
class Fulfilment(ProcessManager):
    correlate = "order_id"

    @handles("orders", "OrderPlaced", starts=True)
    def place(self, event, state):
        return ()
"""


@pytest.fixture(autouse=True)
def _tidy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "modules", dict(sys.modules))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.chdir(tmp_path)


def refused(spec: str) -> str:
    with pytest.raises(InputError) as caught:
        load(spec)
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert "Traceback" not in sentence
    return sentence


def written(text: str, name: str = "shop.py") -> Path:
    path = Path.cwd() / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return path


@pytest.mark.parametrize("spec", ["{}", "{}:app"])
def test_an_app_is_found_and_said_so_that_it_is_found_again_from_anywhere(spec: str, tmp_path: Path) -> None:
    path = written(APP)
    found = load(spec.format("shop.py"))
    assert found.app.name == "shop"
    assert found.spec == f"{path}:app"
    assert found.data == tmp_path / "data"
    os.chdir("/")
    assert load(found.spec).app.name == "shop"


def test_a_file_may_import_what_lies_beside_it(tmp_path: Path) -> None:
    written("NAME = 'orders'\n", "names_beside.py")
    written(APP.replace('["orders"]', "[NAME]").replace("\n\napp", "\nfrom names_beside import NAME\n\napp", 1))
    os.chdir("/")
    assert list(load(str(tmp_path / "shop.py")).app.contexts) == ["orders"]


def test_a_module_is_found_from_the_current_folder(tmp_path: Path) -> None:
    written(APP, "store_module.py")
    found = load("store_module:app")
    assert found.spec == "store_module:app"
    assert found.data == tmp_path / "data"


def test_a_package_in_the_current_folder_is_a_module_too() -> None:
    written(APP, "store_package/__init__.py")
    written(APP, "store_package/inner.py")
    assert load("store_package:app").app.name == "shop"
    assert load("store_package.inner:app").app.name == "shop"


def test_a_module_is_found_by_a_worker(tmp_path: Path) -> None:
    """It is started in the same folder, with -P."""
    written(APP, "store_for_worker.py")
    code = "from pmtui.workers.appfile import load; print(load('store_for_worker:app').app.name)"
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.stdout == "shop\n", done.stderr


def test_an_edited_file_is_seen_the_next_time() -> None:
    path = written(APP)
    assert load("shop.py").app.name == "shop"
    path.write_text(APP.replace('"shop"', '"shed"'))  # the same size, within the same second
    assert load("shop.py").app.name == "shed"


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ("none.py", "none.py: no such file"),
        ("none.py:app", "none.py: no such file"),
        ("folder/none.py", "folder/none.py: no such file"),
        ("nothing_of_the_kind", "nothing_of_the_kind: no such file and no module 'nothing_of_the_kind'"),
        ("nothing.of.the_kind:app", "nothing.of.the_kind:app: no such file and no module 'nothing.of.the_kind'"),
        (".", ".: a folder; name the app file in it"),
        ("", "'' names no app"),
        (":app", "':app' names no app"),
        ("none.py:", "none.py: no such file"),
        ("a\0b.py", "names no app"),
        ("x" * 5000 + ".py", ""),
        ("..shop:app", ""),
    ],
)
def test_what_is_not_there(spec: str, words: str) -> None:
    assert words in refused(spec)


def test_what_is_no_python_file() -> None:
    written("orders: 1", "shop.yaml")
    assert refused("shop.yaml") == "shop.yaml: not a Python file (its name must end in .py)"
    Path("nul.py").write_bytes(b"app = 1\0")
    assert refused("nul.py").startswith("nul.py:")
    Path("latin.py").write_bytes(b"# caf\xe9\n")
    assert "latin.py" in refused("latin.py")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x = 1\ndef f(:\n", ":2: invalid syntax"),
        ("x = 1\n\n1 / 0\n", ":3: ZeroDivisionError: division by zero"),
        ("import sys\nsys.exit(3)\n", ":2: SystemExit: 3"),
        ("import sys\nsys.exit()\n", ":2: SystemExit"),
        ("raise ValueError('one\\ntwo')\n", ":1: ValueError: one two"),
        ("raise RuntimeError\n", ":1: RuntimeError"),
        ("import nothing_of_the_kind\n", ":1: ModuleNotFoundError: No module named 'nothing_of_the_kind'"),
        ("x = 1\n", "defines no App; write app = App(name, contexts=[...])"),
        ("from pmtui import App\napp = App('a', contexts=['b'])\n", "the app a has no process managers"),
        (APP.replace('"orders", "Or', '"order", "Or'), ":6: "),
    ],
)
def test_what_is_wrong_with_a_file(text: str, words: str) -> None:
    written(text)
    sentence = refused("shop.py")
    assert words in sentence
    assert "shop.py" in sentence


def test_an_error_in_what_the_file_imports_is_told_there() -> None:
    path = written("def f(:\n", "broken_beside.py")
    written("import broken_beside\n" + APP)
    assert refused("shop.py").startswith(f"{path}:1: ")


def test_a_module_that_raises_is_told_with_its_place() -> None:
    path = written("x = 1\n1 / 0\n", "store_raises.py")
    assert refused("store_raises:app") == f"{path}:2: ZeroDivisionError: division by zero"


def test_several_apps_must_be_told_apart() -> None:
    written(APP + "\nother = App('other', contexts=['orders'])\nother.manager(Fulfilment)\n")
    assert "defines several apps; say which one: " in refused("shop.py")
    assert load("shop.py:other").app.name == "other"
    written(APP + "\nalias = app\n", "alias.py")
    assert load("alias.py").app.name == "shop", "one app under two names is one"


@pytest.mark.parametrize("attribute", ["apps", "Fulfilment"])
def test_an_attribute_that_is_no_app(attribute: str) -> None:
    written(APP)
    assert refused(f"shop.py:{attribute}").endswith(f"no App called {attribute!r}; apps there: app")


def test_a_file_that_may_not_be_read(as_nobody: Callable[[], AbstractContextManager[None]]) -> None:
    written(APP).chmod(0)
    with as_nobody():
        assert "Permission denied" in refused("shop.py")


def test_what_an_app_prints_is_kept_out_of_the_result(capsys: pytest.CaptureFixture[str]) -> None:
    written(f"print('loading')\n{APP}")
    load("shop.py")
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "loading\n")


def test_an_app_that_goes_to_another_folder_is_found_again(tmp_path: Path) -> None:
    written(f"import os\nos.chdir('/')\n{APP}")
    assert load("shop.py").spec == f"{tmp_path / 'shop.py'}:app"


@pytest.mark.parametrize("raised", ["GeneratorExit", "BaseException('odd')", "type('Stop', (BaseException,), {})()"])
def test_whatever_an_app_raises_is_one_line(raised: str) -> None:
    written(f"x = 1\nraise {raised}\n")
    assert "shop.py:2: " in refused("shop.py")


def test_ctrl_c_while_an_app_is_imported_is_no_fault_of_its(tmp_path: Path) -> None:
    written("raise KeyboardInterrupt\n")
    with pytest.raises(KeyboardInterrupt):
        load("shop.py")
