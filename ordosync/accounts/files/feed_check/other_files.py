"""Orders of a file that other files of the account have, too, but with other content."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any

from ordosync.accounts.feeds import MOST_EXAMPLES, FeedFinding
from ordosync.accounts.files.formats.rows import InvalidFileError
from ordosync.accounts.files.reading.file_listing import as_of
from ordosync.accounts.files.reading.row_index import RowIndex
from ordosync.models import InvalidRecord, Order
from ordosync.text import plural

_PAGE = 500


def differing_orders(index: RowIndex[Any], others: Mapping[str, Path]) -> Iterator[FeedFinding]:
    """Yield the orders of an index that differ in other files, which are added to it."""
    keys = index.keys() if others else frozenset()
    found: set[str] = set()
    for name, path in others.items():
        # A file that cannot be read is reported where it is checked.
        with suppress(InvalidFileError, OSError):
            index.add(name, path, as_of=as_of(name, path), only=keys, only_compared=True)
            found |= index.among(path, keys)
    numbers = list(_differing(index, sorted(found)))
    if numbers:
        shown = ", ".join(numbers[:MOST_EXAMPLES])
        more = f" and {len(numbers) - MOST_EXAMPLES} more" if len(numbers) > MOST_EXAMPLES else ""
        noun = plural(len(numbers), "order differs", "orders differ")
        yield FeedFinding(
            code="other-files",
            text=f"{len(numbers)} {noun} in another file of the account; the newest file counts:"
            f" {shown}{more}",
            count=len(numbers),
        )


def _differing(index: RowIndex[Any], keys: list[str]) -> Iterator[str]:
    rest = iter(keys)
    while page := list(islice(rest, _PAGE)):
        for key, record in index.some(page).items():
            is_conflict = isinstance(record, InvalidRecord) and record.code == "conflict"
            if is_conflict or (isinstance(record, Order) and record.remark):
                yield key
