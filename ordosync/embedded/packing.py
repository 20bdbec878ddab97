"""Open units to pack, by product or by order, and orders with the units of their lines.

The file is not kept open while the caller writes what it has read: a reader that waits, such as a
pager, must not keep a writer waiting.
"""

import json
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from ordosync.embedded import order_list, shipments, units
from ordosync.embedded.commitments import Commitments
from ordosync.embedded.order_filter import OrderFilter
from ordosync.embedded.order_list import ListedOrder
from ordosync.embedded.units import LineUnits
from ordosync.models import OWN, Shipment
from ordosync.text import natural_key

if TYPE_CHECKING:
    import sqlite3

    from ordosync.embedded.database import EmbeddedFile

_PAGE = 500


class PickLine(Struct, frozen=True, kw_only=True):
    """The open units of a product in one warehouse, of all selected orders."""

    warehouse: str
    storage_bin: str
    """Empty if the product has no bin."""
    sku: str
    name: str
    """The product's name, not those on the orders."""
    units: Decimal
    orders: int
    """The number of orders that these units are for."""
    parts: tuple[tuple[str, Decimal], ...]
    """The numbers of these orders, the oldest first, each with its units."""
    held: frozenset[str] = frozenset()
    """Those of these orders that are not shipped yet, since the Merchant edited them."""


class OrderUnits(Struct, frozen=True, kw_only=True):
    """An order with the units of each of its lines, in the same order, and its numbers."""

    listed: ListedOrder
    units: Sequence[LineUnits]
    tracking: Sequence[str]
    """The tracking numbers of its valid labels."""


class Packing:
    """The orders of one local account, for its packing table."""

    def __init__(self, file: "EmbeddedFile") -> None:
        self._file = file

    def select(self, selection: OrderFilter) -> Sequence[int]:
        """Return the sequence numbers of the selected orders, the newest last."""
        with self._file.reading("select orders") as db:
            return order_list.select(db, selection)

    def pick(self, sequences: Sequence[int], skus: Sequence[str] = ()) -> list[PickLine]:
        """Return the open units of these orders by warehouse, bin and SKU.

        A kit counts as its components. `skus` selects products and kits, in any case. The list is
        as long as that of the products at most.
        """
        with self._file.reading("list the open units") as db:
            commitments = Commitments(db)
            kits = db.execute("select sku from products where is_kit").fetchall()
            parts = [
                (kit["sku"], sku, str(ratio))
                for kit in kits
                for sku, ratio in commitments.parts(kit["sku"]).items()
            ]
            values = {
                "sequences": json.dumps(list(sequences)),
                "parts": json.dumps(parts),
                "skus": json.dumps(list(skus)),
            }
            rows = db.execute(_OPEN, values)
            by_product = groupby(rows, itemgetter("warehouse", "bin", "sku", "name"))
            return sorted((_pick_line(product, lines) for product, lines in by_product), key=_place)

    def parcels(self, number: str) -> list[Shipment]:
        """Return the parcels of an order with all of their numbers, the newest last."""
        with self._file.reading(f"read the parcels of order {number}") as db:
            return _parcels(db, number)

    def orders(self, sequences: Sequence[int]) -> Iterator[OrderUnits]:
        """Yield these orders; only a page is in memory."""
        for start in range(0, len(sequences), _PAGE):
            with self._file.reading("read orders") as db:
                # One transaction, so that the units are those of the lines.
                db.execute("begin")
                page = list(_with_units(db, sequences[start : start + _PAGE]))
            yield from page


def _pick_line(product: tuple[str, str, str, str], rows: "Iterator[sqlite3.Row]") -> PickLine:
    """Add up the rows of one product, which are sorted by order."""
    warehouse, storage_bin, sku, name = product
    by_order = [
        (number, is_held, sum((Decimal(row["ratio"]) * row["open"] for row in lines), Decimal()))
        for (_, number, is_held), lines in groupby(rows, itemgetter("sequence", "number", "held"))
    ]
    parts = tuple((number, units) for number, _, units in by_order)
    return PickLine(
        warehouse=warehouse,
        storage_bin=storage_bin,
        sku=sku,
        name=name,
        units=sum((units for _, units in parts), Decimal()),
        orders=len(parts),
        parts=parts,
        held=frozenset(number for number, is_held, _ in by_order if is_held),
    )


def _parcels(db: "sqlite3.Connection", number: str) -> list[Shipment]:
    """Return the parcels of an order, the newest last; each with all of its numbers.

    Each number of a Supplier's parcel is a row; the first one holds its units.
    """
    found: dict[tuple[str, bool], Shipment] = {}
    for own in shipments.of_orders(db, [number], with_supplier_ids=True).get(number, ()):
        key = (own.id if own.id != OWN else f"{len(found)}", own.voided)
        first = found.get(key)
        numbers = (*first.more_numbers, own.tracking_number) if first else own.more_numbers
        lines = (first and first.lines) or own.lines
        found[key] = replace(first or own, more_numbers=numbers, lines=lines)
    return list(found.values())


def _place(line: PickLine) -> tuple[object, ...]:
    """Return the key that sorts the lines by warehouse, bin and SKU; those without a bin last."""
    storage_bin = line.storage_bin
    return (line.warehouse, not storage_bin, natural_key(storage_bin), natural_key(line.sku))


def _with_units(db: "sqlite3.Connection", sequences: Sequence[int]) -> Iterator[OrderUnits]:
    page = list(order_list.read(db, sequences))
    numbers = [listed.order.number for listed in page]
    lines = units.of_orders(db, numbers)
    parcels = shipments.of_orders(db, numbers, with_supplier_ids=False)
    for listed in page:
        number, is_cancelled = listed.order.number, listed.order.status == "cancelled"
        yield OrderUnits(
            listed=listed,
            units=[line.with_open_cancelled() if is_cancelled else line for line in lines[number]],
            tracking=[
                tracking
                for parcel in parcels.get(number, ())
                if not parcel.voided
                for tracking in (parcel.tracking_number, *parcel.more_numbers)
                if tracking
            ],
        )


_OPEN = f"""
with parts (kit, sku, ratio) as materialized (
    select value ->> 0, value ->> 1, value ->> 2 from json_each(:parts)
)
select orders.warehouse, products.bin, products.sku, products.name, orders.sequence,
    orders.number, orders.held,
    coalesce(parts.ratio, '1') as ratio,
    order_lines.quantity - cancelled
        - case status when 'partially_shipped' then {units.SENT} else 0 end as open
from orders join order_lines on order_number = number
left join parts on parts.kit = order_lines.sku
join products on products.sku = coalesce(parts.sku, order_lines.sku)
where orders.sequence in (select value from json_each(:sequences)) and open > 0
    and (:skus = '[]' or products.sku collate nocase in (select value from json_each(:skus))
        or order_lines.sku collate nocase in (select value from json_each(:skus)))
order by orders.warehouse, products.sku, orders.sequence
"""  # noqa: S608 - constants
