"""The options that every command gets from its context, and when the configuration is loaded."""

import inspect
from pathlib import Path

import pytest

from ordosync.cli.context import Context, with_context
from tests.support.command import ordosync, shop


def test_config_takes_the_place_of_the_context_and_the_others_come_last() -> None:
    @with_context()
    def command(name: str = "", *, context: Context, dry_run: bool = False) -> None:
        pass

    assert list(inspect.signature(command).parameters) == [
        *("name", "config", "dry_run", "as_json", "debug")
    ]


def test_a_command_without_json_has_no_such_option() -> None:
    @with_context(json=False)
    def command(*, context: Context) -> None:
        pass

    assert list(inspect.signature(command).parameters) == ["config", "debug"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        # The options contradict each other, so the configuration is never read.
        (("retry",), 2),
        (("report", "--csv", "--json"), 2),
        (("sync",), 3),
    ],
)
def test_the_configuration_is_loaded_when_it_is_needed(
    tmp_path: Path, words: tuple[str, ...], code: int
) -> None:
    shop(tmp_path, config="accounts: [")

    result = ordosync(tmp_path, *words)

    assert result.code == code


def test_a_command_reads_the_configuration_that_it_is_given(tmp_path: Path) -> None:
    shop(tmp_path)
    (tmp_path / "config.yaml").rename(tmp_path / "other.yaml")

    result = ordosync(tmp_path, "autosync", "--config", "other.yaml")
    missing = ordosync(tmp_path, "autosync")

    assert (result.code, missing.code) == (0, 3)
