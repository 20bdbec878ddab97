"""Ids of the lines of an order, which do not depend on the order of the rows in a file.

The id of a line is its SKU and its count among equal SKUs, or the value of a column `line_id`. The
rows are all rows of the file: rules that leave out rows are applied later. With `rows: sum`, rows
of the same SKU or `line_id` have the same id.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence

from ordosync.accounts.files.formats.rows import NO_LINES, Row, repeated_texts
from ordosync.accounts.files.input_options.order_files import OrderFiles
from ordosync.accounts.files.parsing.converters import InvalidRowError, cell, raw_texts
from ordosync.accounts.files.parsing.one_row import line_rows
from ordosync.accounts.files.reading.file_listing import natural

_DIGEST_VERSION = "2"
"""Version of digests; digests of earlier releases start differently and are not compared."""


def lines_with_ids(number: str, rows: Sequence[Row], options: OrderFiles) -> list[tuple[str, Row]]:
    """Return the rows of an order with the ids of their lines, sorted.

    So an order does not depend on the sequence of its rows, even if rows with the same SKU differ.
    """
    has_ids = "line_id" in options.sources
    name = "line_id" if has_ids else "sku"
    named_rows = [(_text(row, name, options), row) for row in rows if row.problem != NO_LINES]
    if len(named_rows) > 1:
        # Rows with different names need no further look.
        is_unique = len({text for text, _ in named_rows}) == len(named_rows)
        named_rows.sort(
            key=lambda item: (
                natural(item[0]),
                item[0],
                [] if is_unique else _cells(item[1], options),
            )
        )
    if has_ids:
        return [(f"{number}/#{_escaped(text)}", row) for text, row in named_rows]
    count: Counter[str] = Counter()
    lines = []
    for sku, row in named_rows:
        count[sku] += options.rows == "each" or not count[sku]
        lines.append((f"{number}/{_escaped(sku)}#{count[sku]}", row))
    return lines


def missing_sku(newer: Sequence[Row], older: Sequence[Row], options: OrderFiles) -> str | None:
    """Return the SKU of a line that older rows have and newer rows lack; None if all are there."""
    newer_lines, older_lines = _sku_by_id(newer, options), _sku_by_id(older, options)
    if options.rows == "sum":
        older_lines = [*dict.fromkeys(older_lines)]
    missing = Counter(older_lines) - Counter(newer_lines)
    return next((sku for _, sku in missing), None)


def content_of(rows: Sequence[Row], options: OrderFiles) -> str:
    """Return a digest of an order in one file, made of the mapped columns and those of rules.

    It does not depend on the order of the rows, except for the first row if a rule checks it.
    """
    repeated = repeated_texts(rows, options.order_columns)
    if repeated is None:
        order_texts = [_texts(column, rows) for column in options.order_columns]
    else:
        order_texts = [[text] if text else [] for text in repeated]
    rules = (*options.skip_orders, *options.only_orders)
    first = [rows[0].cells.get(rule.column, "") for rule in rules]
    text = json.dumps([order_texts, first, sorted(_cells(row, options) for row in rows)])
    return f"{mapping_version(options)}-{hashlib.sha256(text.encode()).hexdigest()[:32]}"


def mapping_version(options: OrderFiles) -> str:
    """Return the version of the mapping; only digests of the same version are compared."""
    return f"{_DIGEST_VERSION}.{options.fingerprint}"


def _sku_by_id(rows: Sequence[Row], options: OrderFiles) -> list[tuple[str, str]]:
    try:
        rows, options = line_rows(rows, options), options.line_options
    # If the newest file has it, it is reported when the order is read.
    except InvalidRowError:
        return []
    return [(id_, _text(row, "sku", options)) for id_, row in lines_with_ids("", rows, options)]


def _texts(column: str, rows: Sequence[Row]) -> list[str]:
    texts = {row.cells.get(column, "") for row in rows}
    texts.discard("")
    return sorted(texts) if len(texts) > 1 else list(texts)


def _cells(row: Row, options: OrderFiles) -> list[str]:
    cells = [row.cells.get(column, "") for column in options.row_columns]
    cells.append(row.problem)
    return cells + options.line_cells(row.cells) if options.one_row else cells


def _text(row: Row, name: str, options: OrderFiles) -> str:
    try:
        return cell(row, name, options)
    # The problem is reported when the row is read. The text as it is will do for an id.
    except InvalidRowError:
        return " ".join(raw_texts(row, name, options))


def own_id(line_id: str) -> str:
    """Return the Merchant's id of a line, otherwise its SKU with its count among equal SKUs."""
    text = line_id.rpartition("/")[2].removeprefix("#")
    return text.replace("%23", "#").replace("%2F", "/").replace("%25", "%")


def sku_of(line_id: str) -> str:
    """Return the SKU in the id of a line; empty if it is the Merchant's own id."""
    text = line_id.rpartition("/")[2]
    return "" if text.startswith("#") else own_id(text.rpartition("#")[0])


def _escaped(text: str) -> str:
    """Return a text without the separators of an id, so that two lines never share an id."""
    return text.replace("%", "%25").replace("/", "%2F").replace("#", "%23")
