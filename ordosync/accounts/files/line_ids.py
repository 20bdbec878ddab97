"""Ids of the lines of an order, which do not depend on the order of the rows in a file.

A line has its SKU and its count among equal SKUs as its id, or what a column `line_id` says. The
rows are those of the file: no rule has left a row out yet.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence

from ordosync.accounts.files.file_listing import natural
from ordosync.accounts.files.formats.converters import InvalidRowError, cell
from ordosync.accounts.files.formats.rows import Row
from ordosync.accounts.files.options import OrderFiles

_DIGEST_VERSION = "2"
"""No digest of an earlier release starts with it, so none is compared with a new digest."""


def lines_with_ids(number: str, rows: Sequence[Row], options: OrderFiles) -> list[tuple[str, Row]]:
    """Return the rows of an order with the ids of their lines, sorted.

    So an order is the same whatever the order of its rows, even if rows with the same SKU differ.
    """
    named = "line_id" in options.columns
    known = [(_text(row, "line_id" if named else "sku", options), row) for row in rows]
    if len(known) > 1:
        known.sort(key=lambda one: (natural(one[0]), one[0], _cells(one[1], options)))
    if named:
        return [(f"{number}/#{_escaped(text)}", row) for text, row in known]
    count: Counter[str] = Counter()
    found = []
    for sku, row in known:
        count[sku] += 1
        found.append((f"{number}/{_escaped(sku)}#{count[sku]}", row))
    return found


def missing_sku(newer: Sequence[Row], older: Sequence[Row], options: OrderFiles) -> str | None:
    """Return the SKU of a line that older rows have and newer rows lack; None if there is none."""
    kept = Counter(_sku_by_id(newer, options))
    gone = Counter(_sku_by_id(older, options)) - kept
    return next((sku for _, sku in gone), None)


def content_of(rows: Sequence[Row], options: OrderFiles) -> str:
    """Return a digest of an order in one file: of all that decides whether and how it is sent.

    That is the mapped columns and those of rules. It does not depend on the order of the rows,
    except for the first row if a rule judges that.
    """
    whole = [_texts(column, rows) for column in options.order_columns]
    rules = (*options.skip_orders, *options.only_orders)
    first = [rows[0].cells.get(rule.column, "") for rule in rules]
    text = json.dumps([whole, first, sorted(_cells(row, options) for row in rows)])
    return f"{mapping_version(options)}-{hashlib.sha256(text.encode()).hexdigest()[:32]}"


def mapping_version(options: OrderFiles) -> str:
    """Return a version of the mapping; only orders that were read by the same are compared."""
    return f"{_DIGEST_VERSION}.{options.fingerprint}"


def _sku_by_id(rows: Sequence[Row], options: OrderFiles) -> list[tuple[str, str]]:
    return [(id_, _text(row, "sku", options)) for id_, row in lines_with_ids("", rows, options)]


def _texts(column: str, rows: Sequence[Row]) -> list[str]:
    texts = {row.cells.get(column, "") for row in rows}
    texts.discard("")
    return sorted(texts) if len(texts) > 1 else list(texts)


def _cells(row: Row, options: OrderFiles) -> list[str]:
    cells = [row.cells.get(column, "") for column in options.row_columns]
    cells.append(row.problem)
    return cells


def _text(row: Row, name: str, options: OrderFiles) -> str:
    try:
        return cell(row, name, options)
    # It is reported when the row is read. Its text is good enough as a name.
    except InvalidRowError:
        return row.cells.get(options.columns[name], "")


def _escaped(text: str) -> str:
    """Return a text without the separators of an id, so that two lines never share an id."""
    return text.replace("%", "%25").replace("/", "%2F").replace("#", "%23")
