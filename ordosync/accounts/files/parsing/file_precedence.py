"""Precedence of several files that name the same order: the newest file is used.

Exports overlap, and an order changes until it is sent. But a newer file without a line of an older
file may have been cut by a page or a rule of the export. That is a conflict that a user resolves.
"""

import hashlib
from collections.abc import Sequence

from msgspec.structs import replace

from ordosync.accounts.files.formats.rows import FileRows
from ordosync.accounts.files.input_options.order_files import OrderFiles
from ordosync.accounts.files.parsing.line_ids import content_of, mapping_version, missing_sku
from ordosync.accounts.files.parsing.order_parser import parse_order
from ordosync.models import InvalidRecord, Order


def preferred_order(
    number: str, files: Sequence[FileRows], options: OrderFiles
) -> Order | InvalidRecord:
    """Return the order from the newest of these files, which come oldest first."""
    newest = files[-1]
    older_files = _differing(files, options) if len(files) > 1 else []
    for older in older_files:
        if (sku := missing_sku(newest.rows, older.rows, options)) is not None:
            return _conflict(number, newest, older, sku, options)
    item = parse_order(number, newest, options)
    if not older_files:
        return item
    remark = f"{newest.name} is used, not the older {_names(older_files)}"
    if isinstance(item, InvalidRecord):
        return replace(item, reason=f"{item.reason}; {remark}")
    return replace(item, remark=remark)


def _differing(files: Sequence[FileRows], options: OrderFiles) -> list[FileRows]:
    """Return the older files whose content differs from the newest, newest first."""
    *older, newest = files
    content = content_of(newest.rows, options)
    return [file for file in reversed(older) if content_of(file.rows, options) != content]


def _conflict(
    number: str, newest: FileRows, older: FileRows, sku: str, options: OrderFiles
) -> InvalidRecord:
    both = "\n".join(content_of(file.rows, options) for file in (newest, older))
    return InvalidRecord(
        id=number,
        code="conflict",
        reason=f"{newest.name} has no line of SKU {sku[:40]!a}, which the older {older.name} has;"
        " remove the wrong file, then retry the order",
        content=f"{mapping_version(options)}-{hashlib.sha256(both.encode()).hexdigest()[:32]}",
        # The conflict counts only for an order that was sent from an even older file.
        as_of=older.as_of,
    )


def _names(files: Sequence[FileRows]) -> str:
    more = f" and {len(files) - 1} more" if len(files) > 1 else ""
    return f"{files[0].name}{more}"
