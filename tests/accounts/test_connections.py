"""Connections of accounts that are not used are closed, and those that are used never are."""

import resource
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from ordosync.accounts.connections import _MOST_IDLE, Connections
from ordosync.clock import Clock
from tests.benchmarks.measuring import ORDOSYNC
from tests.benchmarks.portals import many, ordoro
from tests.benchmarks.serving import serving


class Connected:
    """A session or a place that counts how often it was closed."""

    def __init__(self) -> None:
        self.closed = 0

    def counted(self, _before_write: object) -> "Connected":
        """Return itself, as the session of a portal."""
        return self

    def close(self) -> None:
        """Count it."""
        self.closed += 1


class Accounts:
    """Accounts with a session and a place each, which portals use one after the other."""

    def __init__(self) -> None:
        self.connections = Connections(Clock())
        self.made: dict[str, tuple[Connected, Connected]] = {}

    def use(self, name: str) -> None:
        """Let a portal call the service of an account, and read its place."""
        with self.connections.in_use(name):
            self.connect(name)

    def connect(self, name: str) -> None:
        """Call the service of an account, and read its place."""
        make: Any = Connected
        session: Any = self.connections.session(name, make, lambda: None)
        place: Any = self.connections.place(name, "options", make)
        self.made[name] = session, place

    def use_others(self, count: int) -> None:
        """Let portals use this many other accounts."""
        for i in range(count):
            self.use(f"other-{i}")

    def closed(self, name: str) -> tuple[int, int]:
        """Return how often the session and the place of an account were closed."""
        session, place = self.made[name]
        return session.closed, place.closed


@pytest.fixture(name="accounts")
def _accounts() -> Accounts:
    return Accounts()


def test_connections_stay_open_for_the_next_portal(accounts: Accounts) -> None:
    accounts.use("shop")
    accounts.use_others(_MOST_IDLE - 1)

    assert accounts.closed("shop") == (0, 0)


def test_those_that_were_not_used_for_longest_are_closed(accounts: Accounts) -> None:
    accounts.use("first")
    accounts.use("second")
    accounts.use("first")
    accounts.use_others(_MOST_IDLE - 1)

    assert accounts.closed("second") == (1, 1)
    assert accounts.closed("first") == (0, 0)


def test_those_in_use_are_never_closed(accounts: Accounts) -> None:
    with accounts.connections.in_use("shop", "warehouse"):
        accounts.connect("shop")
        accounts.use("shop")
        accounts.use_others(3 * _MOST_IDLE)

        assert accounts.closed("shop") == (0, 0)
    accounts.use_others(_MOST_IDLE)
    assert accounts.closed("shop") == (1, 1)


def test_an_account_keeps_its_session_and_so_its_limits(accounts: Accounts) -> None:
    accounts.use("shop")
    before = accounts.made["shop"]
    accounts.use_others(_MOST_IDLE)
    accounts.use("shop")

    assert accounts.closed("shop") == (1, 1)
    assert accounts.made["shop"] == before


def test_a_portal_that_fails_uses_its_accounts_no_more(accounts: Accounts) -> None:
    with suppress(ValueError), accounts.connections.in_use("shop"):
        accounts.connect("shop")
        raise ValueError
    accounts.use_others(_MOST_IDLE)

    assert accounts.closed("shop") == (1, 1)


@pytest.mark.slow
def test_far_more_accounts_than_a_process_may_open_files(tmp_path: Path) -> None:
    count, files = 300, 200
    with serving(0) as url:
        many(tmp_path, count, merchant=ordoro(url), more=", tasks: {import-orders: daily}")
        limited = subprocess.run(
            [ORDOSYNC, "run-due", "--jobs", "8", "--json"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (files, files)),
        )

    assert (limited.returncode, limited.stderr) == (0, "")
    assert limited.stdout.count('"import-orders"') >= count
