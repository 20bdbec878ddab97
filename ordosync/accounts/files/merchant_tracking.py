"""What a Merchant is told by files: quantities in stock, and what was sent for each order."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Literal

from ordosync.accounts.files.output.keyed_csv import Rows, Sheet
from ordosync.accounts.files.output.options import InventoryFile, TrackingFile
from ordosync.accounts.files.output.safe_output import decimal_text
from ordosync.models import Outcome, Shipment, Stock, refused


class Inventory:
    """The file of quantities; a quantity is what may be sold, as the Supplier counts it."""

    def __init__(self, options: InventoryFile, *, account: str) -> None:
        numeric = ("quantity",)
        self._sheet = Sheet(options, options.path, key="sku", numeric=numeric, account=account)

    def quantities(self, skus: Sequence[str]) -> dict[str, int | None]:
        """Return the quantity that was written for each SKU; None where none was."""
        rows = self._sheet.read()
        return {sku: _quantity(rows.get(sku)) for sku in skus}

    def write(self, stock: Sequence[Stock]) -> list[Outcome]:
        """Set quantities; those that stand there already are left."""
        return self._sheet.change(stock, self._set)

    def _set(self, rows: Rows, stock: Stock) -> Outcome:
        if stock.fixed:
            return refused("fixed", f"nobody may write it: {stock.fixed}")
        if stock.quantity is None or stock.quantity < 0:
            return refused("refused", "only quantities of 0 or more are written")
        sku = stock.product_id  # the SKU in the Merchant's words; `sku` may be the Supplier's
        row = {"sku": sku, "quantity": str(stock.quantity)}
        if why := self._sheet.refusal(row):
            return refused("refused", why)
        state = _put(rows, sku, row)
        return Outcome(state=state, id=sku)


class Trackings:
    """The file of what was sent, one row an order."""

    def __init__(self, options: TrackingFile, *, account: str) -> None:
        self._options = options
        self._sheet = Sheet(
            options, options.path, key="order_number", numeric=("cost",), account=account
        )

    def add(self, shipments: Sequence[Shipment], *, cancelled: AbstractSet[str]) -> list[Outcome]:
        """Add what was sent; an order keeps the valid number that it has."""
        return self._sheet.change(shipments, lambda rows, item: self._add(rows, item, cancelled))

    def told(self) -> Mapping[str, tuple[str, bool]]:
        """Return the number that each order was told, and whether it is void."""
        return {
            order: (row["tracking_number"], row["voided"] == "true")
            for order, row in self._sheet.read().items()
        }

    def void(self, shipments: Sequence[Shipment]) -> list[Outcome]:
        """Flag what was told as void; the row stays."""
        return self._sheet.change(shipments, self._void)

    def _add(self, rows: Rows, shipment: Shipment, cancelled: AbstractSet[str]) -> Outcome:
        order = shipment.order_id
        if order in cancelled:
            return refused("cancelled", f"order {order} is cancelled")
        known = rows.get(order)
        if known and known["voided"] != "true":
            if known["tracking_number"] == shipment.tracking_number:
                return Outcome(state="unchanged", id=_id(known))
            return refused("other-tracking", f"order {order} has another tracking number")
        row = self._row(shipment)
        if why := self._sheet.refusal(row):
            return refused("refused", why)
        return Outcome(state=_put(rows, order, row), id=_id(row))

    def _void(self, rows: Rows, shipment: Shipment) -> Outcome:
        known = rows.get(shipment.order_id)
        if not known or known["tracking_number"] != shipment.tracking_number:
            return Outcome(state="unchanged")
        state = _put(rows, shipment.order_id, {**known, "voided": "true"})
        return Outcome(state=state, id=_id(known))

    def _row(self, shipment: Shipment) -> dict[str, str]:
        fields = {
            "order_number": shipment.order_id,
            "tracking_number": shipment.tracking_number,
            "carrier": shipment.carrier,
            "shipped_at": shipment.shipped_at.isoformat(),
            "method": shipment.method,
            "cost": decimal_text(shipment.cost, self._options.decimal),
            "currency": shipment.currency,
            "warehouse": shipment.warehouse,
            "voided": "true" if shipment.voided else "false",
        }
        return {name: fields[name] for name in self._options.columns}


def _put(rows: Rows, key: str, row: Mapping[str, str]) -> Literal["done", "unchanged"]:
    if rows.get(key) == row:
        return "unchanged"
    rows[key] = dict(row)
    return "done"


def _quantity(row: Mapping[str, str] | None) -> int | None:
    try:
        return int(row["quantity"]) if row else None
    except ValueError:
        return None  # somebody wrote something else there: it is written anew


def _id(row: Mapping[str, str]) -> str:
    return f"{row['order_number']}:{row['tracking_number']}"
