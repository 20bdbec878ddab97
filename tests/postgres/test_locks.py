"""Locks: transactions of one portal, account or store exclude each other, and no others."""

from collections.abc import Collection
from contextlib import closing

import pytest

from ordosync.errors import DatabaseError
from ordosync.postgres.connection import connect
from ordosync.postgres.locks import write_transaction

Locked = tuple[Collection[str], Collection[str]]
"""The portals and the accounts of a transaction."""


def excludes(url: str, first: Locked, second: Locked) -> bool:
    """True if a transaction waits while another one is open."""
    impatient = f"{url}%20-clock_timeout%3D50ms"
    with (
        closing(connect(url, "here")) as one,
        closing(connect(impatient, "here")) as other,
        write_transaction(one, portals=first[0], accounts=first[1]),
    ):
        try:
            with write_transaction(other, portals=second[0], accounts=second[1]):
                return False
        except DatabaseError as error:
            return "55P03" in str(error)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ((["a"], []), (["a"], []), True),
        ((["a"], []), (["b"], []), False),
        ((["a"], []), ([], []), True),
        (([], []), (["a"], []), True),
        ((["a", "b"], []), (["b", "c"], []), True),
        ((["a"], ["acme"]), (["b"], ["acme"]), True),
        ((["a"], ["acme"]), (["b"], ["globex"]), False),
        ((["acme"], []), (["b"], ["acme"]), False),
    ],
)
def test_what_two_transactions_share_excludes_one_of_them(
    postgres: str, first: Locked, second: Locked, expected: bool
) -> None:
    assert excludes(postgres, first, second) == expected


def test_stores_in_two_schemas_do_not_exclude_each_other(postgres: str) -> None:
    with closing(connect(postgres, "here")) as one, closing(connect(postgres, "here")) as other:
        other.schema = "another"

        with write_transaction(one), write_transaction(other):
            assert one.in_transaction
            assert other.in_transaction


def test_a_commit_that_need_not_be_durable_waits_for_no_disk(postgres: str) -> None:
    with closing(connect(postgres, "here")) as db, write_transaction(db, durable=False):
        assert db.execute("show synchronous_commit").fetchone()[0] == "off"
