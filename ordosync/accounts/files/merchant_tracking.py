"""The tracking file of a Merchant: one row with the parcel of each order."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

from ordosync.accounts.files.merchant_cancellations import CancelledOrders
from ordosync.accounts.files.output.keyed_csv import KeyedCsv, Rows, put
from ordosync.accounts.files.output.options import TrackingFile
from ordosync.accounts.files.output.safe_output import decimal_text
from ordosync.models import Outcome, Shipment, refused


class MerchantTracking:
    """The tracking numbers in the tracking file."""

    def __init__(self, options: TrackingFile, *, account: str, cancelled: CancelledOrders) -> None:
        self._options = options
        self._cancelled = cancelled
        self._file = KeyedCsv(
            options, options.path, key="order_number", numeric=("cost",), account=account
        )

    def add(self, shipments: Sequence[Shipment]) -> list[Outcome]:
        """Rewrite the tracking file with these parcels; an order keeps a valid number."""
        cancelled = self._cancelled.among([shipment.order_id for shipment in shipments])
        return self._file.change(shipments, lambda rows, item: self._add(rows, item, cancelled))

    def void(self, shipments: Sequence[Shipment]) -> list[Outcome]:
        """Rewrite the tracking file with these numbers flagged as void."""
        return self._file.change(shipments, self._void)

    def numbers(self) -> Mapping[str, tuple[str, bool]]:
        """Return the number in the file for each order, and True if it is void."""
        return {
            order: (row["tracking_number"], row["voided"] == "true")
            for order, row in self._file.read().items()
        }

    def _add(self, rows: Rows, shipment: Shipment, cancelled: AbstractSet[str]) -> Outcome:
        order = shipment.order_id
        if order in cancelled:
            return refused("cancelled", f"order {order} is cancelled")
        existing = rows.get(order)
        if existing and existing["voided"] != "true":
            if existing["tracking_number"] == shipment.tracking_number:
                return Outcome(state="unchanged", id=_id(existing))
            return refused("other-tracking", f"order {order} has another tracking number")
        row = self._row(shipment)
        if reason := self._file.refusal(row):
            return refused("refused", reason)
        return Outcome(state=put(rows, order, row), id=_id(row))

    def _void(self, rows: Rows, shipment: Shipment) -> Outcome:
        existing = rows.get(shipment.order_id)
        if not existing or existing["tracking_number"] != shipment.tracking_number:
            return Outcome(state="unchanged")
        state = put(rows, shipment.order_id, {**existing, "voided": "true"})
        return Outcome(state=state, id=_id(existing))

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


def _id(row: Mapping[str, str]) -> str:
    return f"{row['order_number']}:{row['tracking_number']}"
