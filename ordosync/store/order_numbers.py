"""The table `order_numbers`: the numbers that people see, of orders whose ids are different.

A shop has an id for each order; a plug-in, or the shop itself, gives it another number.
"""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ordosync.sql import Connection

OF_PRODUCTS = ("import-products", "write-inventory-back")
"""Tasks whose steps have ids of products, which may equal ids of orders."""


class OrderNumbers:
    """The numbers of one portal's orders, as the Merchant shows them."""

    def __init__(self, connection: "Connection", portal: str) -> None:
        self._db = connection
        self._portal = portal

    def of(self, ids: Sequence[str]) -> Mapping[str, str]:
        """Return the number of each of the Merchant's ids whose number is different."""
        rows = self._db.execute(
            "select merchant_id, number from order_numbers where portal = ?"
            " and merchant_id in (select value from json_each(?))",
            (self._portal, json.dumps(list(ids))),
        )
        return {row["merchant_id"]: row["number"] for row in rows}

    def ids(self, number: str) -> Sequence[str]:
        """Return the Merchant's ids of the orders with this number, in any case."""
        rows = self._db.execute(
            "select merchant_id from order_numbers where portal = ?"
            " and lower(number) = lower(?) order by merchant_id",
            (self._portal, number),
        )
        return [row["merchant_id"] for row in rows]

    def add(self, numbers: Mapping[str, str]) -> None:
        """Save numbers by the Merchant's ids."""
        self._db.executemany(
            "insert into order_numbers (portal, merchant_id, number) values (?, ?, ?)"
            " on conflict (portal, merchant_id) do update set number = excluded.number",
            [(self._portal, id_, number) for id_, number in numbers.items()],
        )
