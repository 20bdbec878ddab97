"""Poolers: one that shares sessions between transactions is refused in one line."""

import os
from contextlib import closing
from pathlib import Path

import pytest

from ordosync.postgres.connection import connect
from tests.postgres.pooler import pooler
from tests.support.command import CONFIG, HEADER, ordosync, row, shop
from tests.support.postgres import ELSEWHERE
from tests.support.stores import configured

pytestmark = pytest.mark.skipif(
    bool(os.environ.get(ELSEWHERE)), reason="the server may need a password or TLS"
)
REFUSED = (
    "is behind a pooler that shares sessions between transactions; use a direct connection or"
    " session pooling\n"
)


@pytest.mark.parametrize("words", [("run-due",), ("health",), ("config", "check", "--online")])
def test_pooler_of_transactions_is_one_line(
    tmp_path: Path, postgres_server: str, words: tuple[str, ...]
) -> None:
    with pooler(postgres_server, of_transactions=True) as url:
        shop(tmp_path, HEADER + row("1"), config=configured(CONFIG, url))

        refused = ordosync(tmp_path, *words)

    assert (refused.code, refused.out) == (4, "")
    assert refused.err == f"error: database {url}: {REFUSED}"


def test_pooler_of_sessions_is_used_with_the_timeouts_that_it_ignored(postgres_server: str) -> None:
    with (
        pooler(postgres_server, of_transactions=False) as url,
        closing(connect(url, "here")) as connection,
    ):
        timeout = connection.run("show idle_in_transaction_session_timeout").fetchone()[0]

    assert timeout == "4s"
