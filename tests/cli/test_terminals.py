"""Output of every command on a narrow terminal, in a pipe, without colour, in the C locale."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator

import pytest

from ordosync.cli.commands import COMMANDS, load
from tests.support.combinations import covering
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
    "report-shortages",
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
WIDE = ("activity", "attention", "orders list --account shop", "report", "why 1001", "--help")
"""The commands whose tables and pages need the most room."""
ALSO_IN_A_PIPE = (
    "alerts list",
    "alerts test",
    "config example",
    "config schema",
    "cron install --help",
    "cron remove --help",
    "demo --help",
    "digest",
    "dismiss 999",
    "edits apply 1001",
    "edits keep 1001",
    "edits list",
    "feed check orders.csv",
    "find 山田",
    "help",
    "help files",
    "init started",
    "orders add 1004 --line MUG=1 --dry-run --account shop",
    "orders edit 1001 --name Ada --account shop",
    "orders export --account shop",
    "orders list --account northwind --status awaiting_fulfillment",
    "orders pick --account northwind",
    "orders release 1001 --account shop",
    "orders short S-1001 --line MUG=1 --reason other --account northwind",
    "orders unflag 1001 --account shop",
    "orders restore 1002 --account shop",
    "orders ship 1003 --carrier UPS --tracking 1Z8 --dry-run --account shop",
    "orders slips --csv --account shop",
    "orders split S-1001 --piece MUG=1 --account northwind",
    "place list shop",
    "place try shop",
    "products add MUG --account shop",
    "products edit MUG --name Mug --account shop",
    "purge --order 1001",
    "rebuild-state",
    "reconcile",
    "restore --help",
    "store copy --help",
    "work --help",
    "workers --help",
    "config use --help",
    "retry",
    "schema activity",
    "sku export shop-northwind -",
    "sku import shop-northwind map.csv",
    "sku list",
    "sku remove shop-northwind MUG",
    "sku set shop-northwind MUG NW-MUG",
    "stock adjust MUG --by 1 --account northwind",
    "stock release --help",
    "stock resume CUP",
    "stock stop MUG --note recalled",
    "stock stops",
    "stock set MUG 12 --account northwind",
)
"""Further commands, of which some change the accounts in a way that the others do not see."""
NAMES = ("Zoë Ünal-Straßer", "محمد عبد الله", "שלום כהן", "🎁 für 👩\u200d👩\u200d👧 山田太郎")


@pytest.fixture(name="busy", scope="module")
def _busy(tmp_path_factory: pytest.TempPathFactory) -> TwoAccounts:
    """Return two accounts with orders in every state, some with strange names."""
    both = TwoAccounts(tmp_path_factory.mktemp("busy"))
    both.shop("orders", "add", "1003", "--line", "TASSE-GRÜN=1", "--name", NAMES[0])
    for at, name in enumerate(NAMES[1:], 1):
        both.shop("orders", "add", f"A-{at}", "--line", "MUG=1", "--name", name)
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


@pytest.mark.parametrize(
    "words",
    [each if each in WIDE else pytest.param(each, marks=pytest.mark.slow) for each in SHOWS],
)
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


@pytest.mark.parametrize("words", [*SHOWS, *ALSO_IN_A_PIPE])
def test_a_pipe_has_plain_lines(busy: TwoAccounts, words: str) -> None:
    result = busy.run(*words.split())

    assert result.code in (0, 1, 2)
    assert "\x1b" not in result.out + result.err
    assert result.out + result.err or words == "run-due"


@pytest.mark.parametrize(
    ("words", "locale"),
    covering(["why 1001", "report", "orders show 1003 --account shop"], ["C", "C.UTF-8"]),
)
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


def test_each_command_is_here() -> None:
    names = {" ".join(path) for path in _paths()}

    covered = {name for name in names for words in (*SHOWS, *ALSO_IN_A_PIPE) if _is(name, words)}
    assert names == covered


def _paths() -> Iterator[tuple[str, ...]]:
    for name in COMMANDS:
        inner = getattr(load(name), "commands", {})
        yield from ((name, each) for each in inner)
        if not inner:
            yield (name,)


def _is(name: str, words: str) -> bool:
    return words == name or words.startswith(f"{name} ")


def test_each_command_runs_without_an_environment(busy: TwoAccounts) -> None:
    """A service may have no LANG, HOME and PATH. One process runs all, since each start is slow."""
    words = [(*each.split(),) for each in (*SHOWS, *ALSO_IN_A_PIPE)]
    code = (
        "import sys\n"
        "from ordosync.__main__ import main\n"
        f"for words in {words!r}:\n"
        "    sys.argv = ['ordosync', *words]\n"
        "    try: main()\n"
        "    except SystemExit as end: assert end.code in (None, 0, 1, 2), words"
    )

    result = subprocess.run(
        [sys.executable, "-c", code], cwd=busy.folder, env={}, capture_output=True, check=False
    )

    assert result.returncode == 0, result.stderr.decode()
    assert b"Traceback" not in result.stderr
    out = result.stdout.decode()
    assert all(name in out for name in NAMES)
    assert "\x1b" not in out


_VERBATIM = ("config show", "cron render")
"""Commands that write text for other programs, whose lines are never wrapped."""
