"""Order documents in JSON and XML, and the options that read them."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from ordosync.accounts.files.formats.file_rows import read_rows
from ordosync.accounts.files.formats.rows import Row
from ordosync.accounts.files.input_options.order_files import OrderFiles

JSON = {
    "record": "orders[]",
    "lines": "lines[]",
    "columns": {
        "order_number": "id",
        "ship_to.name": "to.name",
        "sku": "lines[].sku",
        "quantity": "lines[].qty",
    },
}
XML = {
    "record": "orders/order",
    "lines": "line",
    "columns": {
        "order_number": "@id",
        "ship_to.name": "to/name",
        "sku": "line/@sku",
        "quantity": "line/@qty",
    },
}
Lines = Sequence[tuple[str, str]]
"""The SKU and the quantity of each line."""


def as_json(orders: Mapping[str, Lines], name: str = "Ann") -> str:
    """Return a document with these orders, all to one person."""
    return json.dumps(
        {
            "orders": [
                {
                    "id": id_,
                    "to": {"name": name},
                    "lines": [{"sku": sku, "qty": quantity} for sku, quantity in lines],
                }
                for id_, lines in orders.items()
            ]
        }
    )


def as_xml(orders: Mapping[str, Lines], name: str = "Ann") -> str:
    """Return the same orders as XML."""
    parts = []
    for id_, lines in orders.items():
        texts = [f"<line sku={quoteattr(sku)} qty={quoteattr(count)}/>" for sku, count in lines]
        to = f"<to><name>{escape(name)}</name></to>"
        parts.append(f"<order id={quoteattr(id_)}>{to}{''.join(texts)}</order>\n")
    return f"<orders>{''.join(parts)}</orders>\n"


def options(glob: Path, **given: Any) -> OrderFiles:
    """Return the options of a file by its suffix."""
    return OrderFiles(glob=glob, **{**(XML if glob.suffix == ".xml" else JSON), **given})


def rows_in(path: Path, text: str | bytes, **given: Any) -> list[Row]:
    """Write a document, and return its rows."""
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return list(read_rows(path, options(path, **given)))


def cells_in(path: Path, text: str | bytes, **given: Any) -> list[tuple[str, ...]]:
    """Write a document without problems, and return the cells of its rows."""
    rows = rows_in(path, text, **given)
    assert [row.problem for row in rows] == [""] * len(rows)
    columns = options(path, **given).columns.values()
    return [tuple(row.cells.get(column, "") for column in columns) for row in rows]
