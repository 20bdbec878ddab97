"""The connection that the store uses: what SQLite and PostgreSQL have in common, as sqlite3 has it.

Both accept the same SQL text, with the placeholders of sqlite3; see `postgres/dialect.py`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

Values = Sequence[Any] | Mapping[str, Any]
"""The values of the placeholders of a statement, by position or by name."""


class Row(Protocol):
    """A row of a result, by the names or the positions of its columns."""

    def __getitem__(self, key: Any, /) -> Any:
        """Return one value."""


class Cursor(Protocol):
    """The result of a statement."""

    @property
    def rowcount(self) -> int:
        """Number of the rows that the statement changed."""

    def fetchone(self) -> Any:
        """Return the next row; None if there is no other."""

    def fetchall(self) -> list[Any]:
        """Return all other rows."""

    def __iter__(self) -> Iterator[Any]:
        """Iterate over the other rows."""


class Connection(Protocol):
    """A connection in autocommit mode."""

    @property
    def in_transaction(self) -> bool:
        """True if a transaction is open."""

    def execute(self, sql: str, parameters: Values = (), /) -> Cursor:
        """Execute a statement."""

    def executemany(self, sql: str, parameters: Iterable[Values], /) -> Cursor:
        """Execute a statement for each of these values."""

    def close(self) -> None:
        """Close the connection."""
