"""The tracking file of a Merchant: its rows are the parcels of each order, or their lines."""

from collections.abc import Callable, Mapping, Sequence

from msgspec.structs import replace

from ordosync.accounts.files.cancelled_units import Cancelled, CancelledOrders
from ordosync.accounts.files.ordered_lines import OrderedLines
from ordosync.accounts.files.output.keyed_file import RowFile, Rows, put
from ordosync.accounts.files.output.options import TrackingFile
from ordosync.accounts.files.output.tracking_rows import TrackingRows
from ordosync.accounts.files.parsing.line_ids import sku_of
from ordosync.accounts.merchant import Takes
from ordosync.models import Line, Order, Outcome, Shipment, refused

_Lines = tuple[Sequence[Line], Sequence[Line]]


class MerchantTracking:
    """The parcels in the tracking file. The Merchant decides when an order is shipped."""

    def __init__(
        self,
        options: TrackingFile,
        file: RowFile,
        *,
        cancelled: CancelledOrders,
        lines: OrderedLines,
    ) -> None:
        self._options = options
        self._cancelled = cancelled
        self._lines = lines
        self._file = file

    @property
    def takes(self) -> Takes:
        """Units of lines, if the file has columns for them."""
        return "lines" if self._options.has_units else "numbers"

    def add(self, shipments: Sequence[Shipment]) -> list[Outcome]:
        """Rewrite the tracking file with these parcels; an order keeps its other numbers."""
        ids = [shipment.order_id for shipment in shipments]
        cancelled = self._cancelled.of(ids)
        lines = self._lines.of(ids) if self._options.has_units else {}
        return self._file.change(
            shipments,
            lambda rows, item: self._add(
                rows, item, cancelled.get(item.order_id), lines.get(item.order_id, ((), ()))
            ),
        )

    def void(self, shipments: Sequence[Shipment]) -> list[Outcome]:
        """Rewrite the tracking file with these numbers flagged as void."""
        return self._file.change(shipments, self._void)

    def parcels(
        self, orders: Sequence[Order], ignores: Callable[[str], bool]
    ) -> Mapping[str, TrackingRows]:
        """Return the rows of those of these orders that have some."""
        rows = self._file.read()
        return {
            order.id: TrackingRows(
                rows[order.id],
                order.lines,
                self._options,
                not_awaited=frozenset(
                    line.id
                    for line in order.lines
                    if line.id in order.not_shipped or ignores(line.sku)
                ),
            )
            for order in orders
            if order.id in rows
        }

    def _add(
        self, rows: Rows, shipment: Shipment, cancelled: Cancelled | None, lines: _Lines
    ) -> Outcome:
        order, (ordered, wanted) = shipment.order_id, lines
        if cancelled and cancelled.units is None:
            return refused("cancelled", f"order {order} is cancelled")
        if self._lines.shows_owed:
            shipment, wanted = _with_own_units(shipment, wanted)
        parcels = TrackingRows(rows.get(order, ()), wanted, self._options)
        changed = parcels.with_parcel(shipment, parcels.units_of(shipment))
        if changed == rows.get(order):
            return Outcome(state="unchanged", id=_id(shipment))
        if parcels.has_too_many(shipment, ordered):
            return refused("more-than-ordered", f"order {order} has fewer open units")
        for row in changed:
            if reason := self._file.row_format.refusal(row):
                return refused("refused", reason)
        return Outcome(state=put(rows, order, changed), id=_id(shipment))

    def _void(self, rows: Rows, shipment: Shipment) -> Outcome:
        existing = rows.get(shipment.order_id, ())
        number = shipment.tracking_number
        if not any(row["tracking_number"] == number for row in existing):
            return Outcome(state="unchanged")
        changed = [
            {**row, "voided": "true"} if row["tracking_number"] == number else row
            for row in existing
        ]
        return Outcome(state=put(rows, shipment.order_id, changed), id=_id(shipment))


def _with_own_units(shipment: Shipment, lines: Sequence[Line]) -> tuple[Shipment, Sequence[Line]]:
    """Return a parcel with its units, and its lines, which the files may not have any more."""
    if shipment.lines is None:
        # If the ledger has no units, only the number is added: those of the files are others.
        parts = tuple(part for part in shipment.at_most if part.quantity)
        shipment = replace(shipment, lines=parts, is_last=False, at_most=())
    known = {line.id for line in lines}
    others = [
        Line(id=part.line_id, sku=sku, name=sku, quantity=part.quantity)
        for part in shipment.lines or ()
        if part.line_id not in known and (sku := part.sku or sku_of(part.line_id))
    ]
    return shipment, [*lines, *others]


def _id(shipment: Shipment) -> str:
    return f"{shipment.order_id}:{shipment.tracking_number}"
