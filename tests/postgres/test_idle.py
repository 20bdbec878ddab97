"""An idle call by cron asks the store, and does not parse the configuration."""

import subprocess
import sys
from pathlib import Path

import pytest

from ordosync import idle
from ordosync.postgres.idle import nothing_is_due
from tests.support.command import AT_ONCE, HEADER, ordosync, row, shop
from tests.support.stores import configured

NAMES = ("yaml", "typer", "ordosync.config", "ordosync.store.steps", "ordosync.engine")


def is_idle(words: list[str]) -> bool:
    return idle.is_idle(words, nothing_is_due)


@pytest.fixture(name="folder")
def _folder(tmp_path: Path, postgres: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder where everything is done, and nothing is due."""
    shop(tmp_path, HEADER + row("1"), config=configured(AT_ONCE, postgres))
    assert ordosync(tmp_path, "run-due").code == 0
    monkeypatch.setenv("ORDOSYNC_CONFIG", str(tmp_path / "config.yaml"))
    return tmp_path


def test_nothing_is_parsed_while_nothing_is_due(folder: Path) -> None:
    code = (
        "import sys; sys.argv = ['ordosync', 'run-due']\n"
        "from ordosync.__main__ import main\n"
        "main()\n"
        f"print([name for name in {NAMES!r} if name in sys.modules])"
    )

    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=folder
    )

    assert result.stdout == "[]\n"


def test_an_edited_configuration_is_not_idle(folder: Path) -> None:
    assert is_idle(["run-due"])

    with (folder / "config.yaml").open("a") as file:
        file.write("# edited\n")

    assert not is_idle(["run-due"])


@pytest.mark.usefixtures("folder")
def test_a_due_task_is_not_idle(postgres: str) -> None:
    import psycopg  # noqa: PLC0415 - only here

    assert is_idle(["run-due"])
    with psycopg.connect(postgres, autocommit=True) as db:
        db.execute("update schedule set next_at = '2020-01-01T00:00:00.000Z'")

    assert not is_idle(["run-due"])


@pytest.mark.parametrize("url", ["postgresql://127.0.0.1:1/none", "postgresql://${NOT_SET}/x"])
def test_a_server_that_is_not_there_is_left_to_the_full_program(folder: Path, url: str) -> None:
    (folder / "config.yaml").write_text(configured(AT_ONCE, url))

    assert not is_idle(["run-due"])


@pytest.mark.usefixtures("folder")
def test_an_idle_call_is_noted_for_the_checks_of_other_hosts(postgres: str) -> None:
    import psycopg  # noqa: PLC0415 - only here

    with psycopg.connect(postgres, autocommit=True) as db:
        db.execute("delete from meta where key = 'called_at'")
        assert is_idle(["run-due"])

        assert db.execute("select 1 from meta where key = 'called_at'").fetchone()
