"""The tables of the store on PostgreSQL, from the same statements as those of SQLite."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ordosync.postgres.dialect import definition
from ordosync.postgres.workers import WORKERS_TABLE
from ordosync.store.migrations import STATEMENTS

if TYPE_CHECKING:
    from ordosync.postgres.connection import PostgresConnection

_ALSO: Mapping[int, Sequence[str]] = {6: (WORKERS_TABLE,)}
"""Statements that only PostgreSQL needs, by the version of the store."""


def apply(connection: "PostgresConnection", *, after: int) -> None:
    """Migrate the tables from a version of the store, in the open transaction."""
    for version, statements in enumerate(STATEMENTS, 1):
        if version > after:
            for statement in (*statements, *_ALSO.get(version, ())):
                connection.run(definition(statement))
