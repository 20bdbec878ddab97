"""A replica is refused in one line, and the primary is found among several addresses."""

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.support import postgres
from tests.support.command import CONFIG, HEADER, Done, ordosync, row, shop
from tests.support.stores import configured

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(os.environ.get(postgres.ELSEWHERE)), reason="it needs its own server"),
]


@pytest.fixture(name="urls")
def _urls(tmp_path: Path, postgres_server: str) -> Iterator[tuple[str, str]]:
    """Return the URLs of a primary server and of its replica."""
    assert postgres_server
    with postgres.server(tmp_path) as primary, postgres.standby(primary) as replica:
        yield primary, replica


def run(folder: Path, url: str, *words: str) -> Done:
    shop(folder, HEADER + row("1"), config=configured(CONFIG, url))
    return ordosync(folder, *words)


@pytest.mark.parametrize(
    "words", [("run-due",), ("health", "-v"), ("config", "check", "--online"), ("activity",)]
)
def test_replica_is_one_line(tmp_path: Path, urls: tuple[str, str], words: tuple[str, ...]) -> None:
    primary, replica = urls
    assert run(tmp_path, primary, "import-orders").code == 0

    refused = run(tmp_path, replica, *words)

    assert (refused.code, refused.out) == (4, "")
    assert refused.err == (
        f"error: database {replica}: is a replica; give the address of the primary server\n"
    )


def test_primary_server_is_found_among_several_addresses(
    tmp_path: Path, urls: tuple[str, str]
) -> None:
    primary, replica = urls
    address, _, database = replica.rpartition("/")
    both = f"{address},{urlsplit(primary).netloc.rpartition('@')[2]}/{database}"

    assert run(tmp_path, both, "import-orders").code == 0
