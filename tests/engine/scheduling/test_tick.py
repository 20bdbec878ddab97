"""The idle tick finds the store like the full program, or starts the full program."""

from pathlib import Path

import pytest

from ordosync import idle
from ordosync.config import load_config
from tests.support.command import CONFIG

PLAIN = [
    "",
    "database: other.db\n",
    "database: other.db   # the log\n",
    "database : other.db\n",
    "database: 'in quotes.db'\n",
    'database: "in quotes.db"\n',
    "database: sub/folder/x.db\r\n",
    "database: /abs/x.db\n",
    "database: a b.db\n",
    "database: café.db\n",
]
LEFT_ALONE = [
    "database: a.db\ndatabase: b.db\n",
    "database:\n  other.db\n",
    "database: >\n  other.db\n",
    "database: &x other.db\n",
    'database: "a\\tb.db"\n',
    "database: it's.db\n",
    "database: {a: b}\n",
    "'database': other.db\n",
]


@pytest.mark.parametrize("line", PLAIN)
def test_a_plain_line_means_the_same_to_both(tmp_path: Path, line: str) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(line + CONFIG, newline="")

    assert idle.database_of(str(path), path.read_bytes()) == str(load_config(path).database)


@pytest.mark.parametrize("line", LEFT_ALONE[:-1])
def test_a_line_that_is_not_plain_is_left_to_the_full_program(tmp_path: Path, line: str) -> None:
    path = tmp_path / "config.yaml"

    assert idle.database_of(str(path), (line + CONFIG).encode()) is None


def test_a_key_in_quotes_is_another_store_which_is_then_not_idle(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(LEFT_ALONE[-1] + CONFIG)

    # The default store does not exist, or does not have this file's digest.
    assert idle.database_of(str(path), path.read_bytes()) == str(tmp_path / "ordosync.db")
    assert not idle.is_idle(["run-due", "--config", str(path)])


@pytest.mark.parametrize(
    "options",
    [["--help"], ["--jobs", "0"], ["--jobs", "many"], ["--jobs"], ["--config"], ["--what"], ["x"]],
)
def test_other_commands_are_left_to_the_full_program(options: list[str]) -> None:
    assert not idle.is_idle(["run-due", *options])
