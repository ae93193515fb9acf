"""new: the shop to start from."""

import shlex

from pmtui.storage.folder import sample_folder


def test_new_copies_the_app_and_its_logs_and_says_what_to_type_next(pmtui, tmp_path):
    folder = tmp_path / "my shop"
    code, out, err = pmtui("new", folder)
    assert (code, err) == (0, "")
    assert (folder / "shop.py").read_text() == (sample_folder() / "shop.py").read_text()
    assert [file.name for file in (folder / "data").iterdir()] == ["orders.jsonl"]
    assert shlex.split(out.splitlines()[-1]) == ["pmtui", "lab", str(folder / "shop.py")]


def test_an_empty_folder_will_do(pmtui, tmp_path):
    (tmp_path / "shop").mkdir()
    assert pmtui("new", tmp_path / "shop")[0] == 0


def test_a_folder_with_something_in_it_is_left_alone(pmtui, tmp_path):
    (tmp_path / "mine").write_text("mine")
    code, out, err = pmtui("new", tmp_path)
    assert (code, out) == (2, "")
    assert "is not empty; nothing was copied" in err
    assert [file.name for file in tmp_path.iterdir()] == ["mine"]
    assert pmtui("new", tmp_path / "mine")[2] == f"pmtui: {tmp_path}/mine: is not a folder\n"


def test_what_was_copied_runs(pmtui, process, tmp_path):
    pmtui("new", tmp_path / "shop")
    data = tmp_path / "shop" / "data"
    assert pmtui("import", data / "orders.db", data / "orders.jsonl")[0] == 0
    done = process("run", tmp_path / "shop" / "shop.py", "--until-idle")
    assert done.returncode == 0
    assert "PaymentTaken" in pmtui("tail", data / "payments.db")[1]
