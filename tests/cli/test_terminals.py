"""Output of every command on a narrow terminal, in a pipe, without colour, in the C locale."""

import os
import re
import subprocess
import sys

import pytest

from tests.support.command import on_a_terminal
from tests.support.desk import SHIP, TwoAccounts

_NARROW = 60
_STYLE = re.compile(r"\x1b\[[0-9;]*m")
_COLOUR = re.compile(r"\x1b\[[0-9;]*(3[0-7]|9[0-7])m")

SHOWS = (
    "activity",
    "attention",
    "autosync",
    "backup copy.db --force",
    "config check",
    "config check --online",
    "config show",
    "cron render",
    "health",
    "health -v",
    "import-orders",
    "import-orders --dry-run",
    "import-products --dry-run",
    "cancel-orders",
    "orders list --account shop",
    "orders show 1001 --account shop",
    "orders show S-1001 --account northwind",
    "orders cancel 1001 --account shop",
    "products list --account shop",
    "prune",
    "report",
    "report --since 90d",
    "run-due",
    "show 1",
    "show 3",
    "split-order",
    "stock list --account northwind",
    "sync",
    "update-tracking",
    "why 1001",
    "why S-1002",
    "why MUG",
    "why 999",
    "write-inventory-back --dry-run",
    "--help",
    "why --help",
    "orders ship --help",
)


@pytest.fixture(name="busy", scope="module")
def _busy(tmp_path_factory: pytest.TempPathFactory) -> TwoAccounts:
    """Return two accounts with orders in every state, some with strange names."""
    both = TwoAccounts(tmp_path_factory.mktemp("busy"))
    both.shop("orders", "add", "1003", "--line", "TASSE-GRÜN=1", "--name", "Zoë Ünal-Straßer")
    both.imported("1001")
    both.imported("1002")
    both.run("import-products")
    both.northwind("stock", "set", "MUG", "12")
    both.run("write-inventory-back")
    both.shop("orders", "cancel", "1002")
    # It is refused, since the order is cancelled.
    both.northwind("orders", "ship", "S-1002", *SHIP[3:])
    both.northwind(*SHIP)
    return both


@pytest.mark.parametrize("words", SHOWS)
def test_a_narrow_terminal_without_colour_in_the_c_locale_is_readable(
    busy: TwoAccounts, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    monkeypatch.setenv("NO_COLOR", "1")

    seen = on_a_terminal(busy.folder, *words.split(), columns=_NARROW)

    lines = _STYLE.sub("", seen).replace("\r", "").splitlines()
    assert "Traceback" not in seen
    assert not _COLOUR.search(seen)
    # A single word, such as a path, is never broken, so that it can be copied.
    wide = [line for line in lines if len(line.rstrip()) > _NARROW and " " in line.strip()]
    assert not wide or words in _VERBATIM


@pytest.mark.parametrize("words", SHOWS)
def test_a_pipe_has_plain_lines(busy: TwoAccounts, words: str) -> None:
    result = busy.run(*words.split())

    assert result.code in (0, 1, 2)
    assert "\x1b" not in result.out + result.err
    assert result.out + result.err or words == "run-due"


@pytest.mark.parametrize("words", ["why 1001", "report", "orders show 1003 --account shop"])
@pytest.mark.parametrize("locale", ["C", "C.UTF-8"])
def test_a_pipe_is_utf_8_in_every_locale(busy: TwoAccounts, words: str, locale: str) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "ordosync", *words.split()],
        cwd=busy.folder,
        env={**os.environ, "LC_ALL": locale, "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        capture_output=True,
        check=True,
    )

    out = result.stdout.decode()
    assert not result.stderr
    assert "1003" not in words or ("Zoë Ünal-Straßer" in out and "TASSE-GRÜN" in out)


_VERBATIM = ("config show", "cron render")
"""Commands that write text for other programs, whose lines are never wrapped."""
