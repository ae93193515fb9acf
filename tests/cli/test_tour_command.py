"""`pmtui tour` where there is no terminal."""


def test_without_a_terminal_it_is_one_line_and_exit_2(process, tmp_path):
    done = process("tour", env={"XDG_STATE_HOME": str(tmp_path)})
    assert done.returncode == 2
    assert done.stdout == b""
    assert done.stderr.decode() == "pmtui: the tour needs a terminal; without one, pmtui tells its story as text\n"
    assert list(tmp_path.iterdir()) == []
