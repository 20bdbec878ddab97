"""Search for orders by a part of a number or name, and for similar numbers."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from ordosync.embedded import order_list
from ordosync.embedded.order_filter import (
    fold,
    has_words,
    names_customer,
    words_of,
)
from ordosync.text import compact

if TYPE_CHECKING:
    import sqlite3

    from ordosync.embedded.database import EmbeddedFile
    from ordosync.embedded.order_list import ListedOrder

Field = Literal["number", "tracking", "customer", "sku", "name"]
FIRST = "~1"
"""Suffix of a number that names the first of several orders that were sent with this number."""
_FEW = 5


class Match(Struct, frozen=True, kw_only=True):
    """An order or a product, and the field that contains the text."""

    id: str
    """The number of an order or the SKU of a product."""
    field: Field
    value: str
    """The field's text; the recipient's name if the text was found in an address."""
    is_exact: bool
    """True if the field is the text, apart from case."""
    status: str = ""
    """Of an order."""


class Matches(Struct, frozen=True, kw_only=True):
    """The first matches, exact ones before others, and how many there are."""

    matches: Sequence[Match]
    total: int


class Search:
    """Searches one local account."""

    def __init__(self, file: "EmbeddedFile") -> None:
        self._file = file

    def namesakes(self, number: str) -> "list[ListedOrder]":
        """Return the orders that were sent with this number, the oldest first.

        A number that is taken gets the suffix `~2`, `~3`.
        """
        with self._file.reading("find orders of the same number") as db:
            # The last character is the one after the tilde, so this is a range of the index.
            rows = db.execute(
                "select number from orders where number = ?1"
                " or (number > ?1 || '~' and number < ?1 || char(127))",
                (number,),
            )
            suffixes = (row["number"].removeprefix(number) for row in rows.fetchall())
            ends = [end for end in suffixes if not end or end[1:].isdecimal()]
            return order_list.numbered(db, [f"{number}{end}" for end in ends])

    def sharing(self, tracking_numbers: Sequence[str]) -> list[tuple[str, str]]:
        """Return each of these numbers with the orders that have a valid label of it."""
        with self._file.reading("find orders of tracking numbers") as db:
            rows = db.execute(_SHARING, {"numbers": json.dumps(list(tracking_numbers))})
            return [(row["tracking"], row["order_number"]) for row in rows]

    def tracking_of(self, numbers: Sequence[str]) -> dict[str, list[str]]:
        """Return the tracking numbers of the valid labels of these orders, the oldest first."""
        found: dict[str, list[str]] = {}
        with self._file.reading("read tracking numbers") as db:
            rows = db.execute(_TRACKING, {"numbers": json.dumps(list(numbers))})
            for row in rows:
                found.setdefault(row["order_number"], []).append(row["tracking"])
        return found

    def pieces_of(self, numbers: Sequence[str]) -> dict[str, dict[str, str]]:
        """Return the statuses of the pieces of these orders, by order and by number of a piece.

        A piece that was split itself is its own pieces.
        """
        found: dict[str, dict[str, str]] = {}
        with self._file.reading("read the pieces of orders") as db:
            for row in db.execute(_PIECES, {"numbers": json.dumps(list(numbers))}):
                found.setdefault(row["root"], {})[row["number"]] = row["status"]
        return found

    def orders(self, text: str, *, limit: int) -> Matches:
        """Return the orders with this text in their number, tracking numbers or addresses."""
        return self._find("find orders", _ORDERS, text, limit)

    def similar_skus(self, sku: str) -> list[str]:
        """Return SKUs that differ from this one by case or hyphens, or that have more or less."""
        with self._file.reading("find a similar SKU") as db:
            db.create_function("compact", 1, compact, deterministic=True)
            rows = db.execute(_SIMILAR_SKUS, {"compact": compact(sku), "limit": _FEW})
            return [row["sku"] for row in rows]

    def products(self, text: str, *, limit: int) -> Matches:
        """Return the products with this text in their SKU or name."""
        return self._find("find products", _PRODUCTS, text, limit)

    def _find(self, action: str, query: str, text: str, limit: int) -> Matches:
        with self._file.reading(action) as db:
            db.create_function("fold", 1, fold, deterministic=True)
            db.create_function("compact", 1, compact, deterministic=True)
            values = {
                "text": fold(text),
                "words": words_of(text),
                "word": text.lower(),
                "compact": compact(text),
                "limit": limit,
            }
            rows = db.execute(query, values).fetchall()
        matches = [
            Match(
                id=row["id"],
                field=row["field"],
                value=row["value"] or "",
                is_exact=bool(row["is_exact"]),
                status=row["status"],
            )
            for row in rows
        ]
        return Matches(matches=matches, total=rows[0]["total"] if rows else 0)

    def similar(self, number: str) -> list[str]:
        """Return the newest numbers that differ from this one only by a prefix, case or hyphens."""
        with self._file.reading("find a similar number") as db:
            return _similar(db, compact(number))


def _similar(db: "sqlite3.Connection", number: str) -> list[str]:
    rows = db.execute(
        "with compact as (select number, sequence,"
        " replace(replace(lower(number), '-', ''), ' ', '') as word from orders)"
        " select number from compact where substr(word, -length(?1)) = ?1"
        " or substr(?1, -length(word)) = word"
        " order by word <> ?1, sequence desc limit ?2",
        (number, _FEW),
    )
    return [row["number"] for row in rows]


# With max(), the other columns are those of the row that has it.
_ORDERS = f"""
with matches (sequence, field, value, is_exact) as (
    select sequence, 'number', number, lower(number) = :word from orders
        where instr(compact(number), :compact) > 0
    union all
    select sequence, 'tracking', tracking_number, compact(tracking_number) = :compact
        from shipments join orders on number = order_number
        where instr(compact(tracking_number), :compact) > 0
    union all
    select sequence, 'tracking', further.value, compact(further.value) = :compact
        from shipments join orders on number = order_number
        join json_each(more_numbers) as further
        where more_numbers <> '[]' and instr(compact(further.value), :compact) > 0
    union all
    select sequence, 'customer', ship_to ->> 'name', 0 from orders where {names_customer(":words")}
)
select number as id, status, field, value, max(is_exact) as is_exact, count(*) over () as total
from matches join orders using (sequence) group by sequence
order by is_exact desc, sequence desc limit :limit
"""  # noqa: S608 - constants
_SIMILAR_SKUS = """
select sku from products where (:compact <> '' and instr(compact(sku), :compact) > 0)
    or (length(compact(sku)) > 2 and instr(:compact, compact(sku)) > 0)
order by compact(sku) <> :compact, abs(length(compact(sku)) - length(:compact)), sku limit :limit
"""
_TRACKING = """
select order_number, value as tracking
from shipments join json_each(json_insert(more_numbers, '$[#]', tracking_number))
where order_number in (select value from json_each(:numbers)) and voided_at is null
    and value <> ''
order by created_at, shipments.id, key <> json_array_length(more_numbers), key
"""
_PIECES = """
with recursive family (root, number) as (
    select number, number from orders
        where is_split and number in (select value from json_each(:numbers))
    union all
    select root, orders.number from family join orders on parent = family.number
)
select root, number, status from family join orders using (number)
where not is_split order by sequence
"""
_SHARING = """
with wanted (tracking) as (select value from json_each(:numbers))
select tracking, order_number from wanted
    join shipments on tracking_number = tracking collate nocase where voided_at is null
union
select tracking, order_number from shipments join json_each(more_numbers) as further
    join wanted on tracking = further.value collate nocase
    where more_numbers <> '[]' and voided_at is null
order by order_number
"""
_PRODUCTS = f"""
select sku as id, '' as status, case when instr(fold(sku), :text) then 'sku' else 'name' end
    as field, case when instr(fold(sku), :text) then sku else name end as value,
    fold(sku) = :text as is_exact, count(*) over () as total
from products where instr(fold(sku), :text) > 0 or {has_words("fold(name)", ":words")}
order by is_exact desc, sku limit :limit
"""  # noqa: S608 - constants
