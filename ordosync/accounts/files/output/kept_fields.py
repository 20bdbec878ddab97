"""Fields of orders as they were written, for a change of some of them.

A file of a change has all fields, and the Supplier may have removed the file before it. Only the
owner can read the kept fields. They are deleted when the order is shipped or cancelled, and with
the order's personal data.
"""

import json
from collections.abc import Mapping, Sequence

from ordosync.accounts.files.output.order_record import OrderRecord
from ordosync.accounts.files.output.order_records import OrderRecords
from ordosync.atomic_write import replace_file
from ordosync.regular_files import read_regular

Fields = Mapping[str, str]


class KeptFields:
    """The fields of each line in the newest whole file of an order."""

    def __init__(self, records: OrderRecords) -> None:
        self._records = records

    def of(self, record: OrderRecord) -> list[dict[str, str]] | None:
        """Return the fields; None if they are not kept."""
        try:
            fields: list[dict[str, str]] = json.loads(read_regular(self._records.kept_path(record)))
        except (OSError, ValueError):
            return None
        return fields

    def save(self, record: OrderRecord, fields: Sequence[Fields]) -> None:
        """Keep the fields of an order's newest file. Raises `OSError`."""
        content = json.dumps([dict(of_line) for of_line in fields]).encode()
        replace_file(self._records.kept_path(record), content, mode=0o600)

    def tidy(self, record: OrderRecord) -> None:
        """Delete the fields of older files. Raises `OSError`."""
        newest = self._records.kept_path(record)
        for path in self._records.kept_paths(record):
            if path != newest:
                path.unlink(missing_ok=True)

    def has(self, record: OrderRecord) -> bool:
        """True if fields of an order are kept."""
        return bool(self._records.kept_paths(record))

    def delete(self, record: OrderRecord) -> None:
        """Delete the fields of an order. Raises `OSError`."""
        for path in self._records.kept_paths(record):
            path.unlink(missing_ok=True)

    def delete_version(self, record: OrderRecord) -> None:
        """Delete the fields of one whole file. Raises `OSError`."""
        if record.whole == record.version:
            self._records.kept_path(record).unlink(missing_ok=True)
