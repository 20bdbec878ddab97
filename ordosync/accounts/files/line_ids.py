"""Which line of an order a row is, wherever in its file the row stands.

A line is known by its SKU and its count among equal SKUs, or by a column `line_id`. Rows come here
as their file has them: no rule has left one out yet.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence

from ordosync.accounts.files.file_listing import natural
from ordosync.accounts.files.formats.converters import InvalidRowError, cell
from ordosync.accounts.files.formats.rows import Row
from ordosync.accounts.files.options import OrderFiles

_FORM = "2"
"""Of the digest: no digest of an earlier release begins like this, so none is compared with it."""


def lines(number: str, rows: Sequence[Row], options: OrderFiles) -> list[tuple[str, Row]]:
    """Return the rows of an order with the ids of their lines, in an order of our own.

    The same order is so the same whatever the order of its rows, also where equal SKUs differ.
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
    """Return the SKU of a line that older rows have and newer ones lack; None where none is."""
    kept = Counter(_sku_by_id(newer, options))
    gone = Counter(_sku_by_id(older, options)) - kept
    return next((sku for _, sku in gone), None)


def content_of(rows: Sequence[Row], options: OrderFiles) -> str:
    """Return the content of an order in one file: all that decides whether and how it is sent.

    That is the mapped columns and those of rules. The order of the rows is not in it, but for
    which of them is the first one, where a rule is about that.
    """
    whole = [_said(column, rows) for column in options.order_columns]
    rules = (*options.skip_orders, *options.only_orders)
    first = [rows[0].cells.get(rule.column, "") for rule in rules]
    text = json.dumps([whole, first, sorted(_cells(row, options) for row in rows)])
    return f"{form(options)}-{hashlib.sha256(text.encode()).hexdigest()[:32]}"


def form(options: OrderFiles) -> str:
    """Return how the orders of these files are read; only what was read alike is compared."""
    return f"{_FORM}.{options.fingerprint}"


def _sku_by_id(rows: Sequence[Row], options: OrderFiles) -> list[tuple[str, str]]:
    return [(id_, _text(row, "sku", options)) for id_, row in lines("", rows, options)]


def _said(column: str, rows: Sequence[Row]) -> list[str]:
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
    except InvalidRowError:  # it is reported where the row is read; as a name its text will do
        return row.cells.get(options.columns[name], "")


def _escaped(text: str) -> str:
    """Keep apart what an id is made of: a number may end with what another's SKU begins with."""
    return text.replace("%", "%25").replace("/", "%2F").replace("#", "%23")
