"""A file is replaced as a whole or not at all."""

from pathlib import Path

import pytest

from ordosync.atomic_write import private_file


def interrupted_write(path: Path) -> None:
    with private_file(path) as file:
        file.write("new")
        raise KeyboardInterrupt


def test_a_file_that_is_not_finished_leaves_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "slips.html"
    path.write_text("old")

    with pytest.raises(KeyboardInterrupt):
        interrupted_write(path)

    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_private_file_replaces_the_old_one_and_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "slips.html"
    path.write_text("old")
    path.chmod(0o666)

    with private_file(path) as file:
        file.write("Zoë \ud800\r\n")

    assert path.read_bytes() == "Zoë \\ud800\r\n".encode()
    assert path.stat().st_mode & 0o777 == 0o600
