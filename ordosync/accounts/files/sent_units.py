"""The status of a written order, added up from the Supplier's tracking files and answers."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile

from ordosync.accounts.files.answer_log import AnswerLog
from ordosync.accounts.files.order_shortage import shortage_of
from ordosync.accounts.files.output.order_record import WrittenLine
from ordosync.accounts.files.output.order_records import OrderRecords
from ordosync.accounts.files.parsing.unit_rows import covers
from ordosync.accounts.files.reading.file_reader import FileReader
from ordosync.models import InvalidRecord, Shipment, normalized_sku
from ordosync.shortages import Shortage


class SentUnits:
    """The units that were sent of orders, and those that are short, by the files and answers."""

    def __init__(
        self,
        reader: FileReader[Shipment] | None,
        answers: AnswerLog | None,
        records: OrderRecords,
    ) -> None:
        self._reader = reader
        self._answers = answers
        self._records = records

    def status(self, order_id: str) -> str:
        """Return shipped, partially_shipped, cancelled or awaiting_fulfillment."""
        parcels = self._parcels(order_id)
        if parcels:
            return "shipped" if self._are_all(order_id, parcels) else "partially_shipped"
        is_cancelled = self._answers is not None and self.shortage(order_id).is_cancelled
        return "cancelled" if is_cancelled else "awaiting_fulfillment"

    def names(self, order_id: str) -> bool:
        """True if a tracking or answer file names an order, so that the Supplier has it."""
        parcels = self._reader.current_beginning(f"{order_id}:") if self._reader else ()
        return any(not _is_skipped(item) for item in parcels) or bool(
            self._answers and self._answers.names(order_id)
        )

    def is_last(self, parcel: Shipment) -> bool:
        """True if no unit of the order is open after a parcel.

        A parcel without lines is the last one only if those before it were complete already:
        otherwise it would seem to hold the units of later ones.
        """
        if parcel.is_last:
            return True
        parcels = self._parcels(parcel.order_id)
        if parcel.lines is None:
            parcels = list(takewhile(lambda before: before.id != parcel.id, parcels))
        return self._are_all(parcel.order_id, parcels)

    def shortage(self, order_id: str) -> Shortage:
        """Return the shortage of an order by all answers so far."""
        record = self._records.of_number(order_id)
        return shortage_of(
            order_id,
            self._answers.rows_of(order_id) if self._answers else (),
            record.written_lines() if record else (),
            self.of_lines(order_id),
            reference=record.reference if record else "",
            rejected_before=record.rejected if record else "",
        )

    def newest_rejection(self, order_id: str) -> str:
        """Return the time and row of the newest rejection as sortable text; empty if none."""
        rows = self._answers.rows_of(order_id) if self._answers else ()
        return max((row.as_of for row in rows if row.answer == "rejected"), default="")

    @property
    def is_answered(self) -> bool:
        """True if the Supplier drops answers."""
        return self._answers is not None

    def left(self, order_id: str) -> Counter[str]:
        """Return the units of each line that the Supplier has not cancelled."""
        lines = self._without_cancelled(order_id)
        return Counter({line.id: line.quantity for line in lines})

    def open_units(self, order_id: str) -> Counter[str]:
        """Return the open units of lines that have some."""
        return self.left(order_id) - self.of_lines(order_id)

    def of_lines(self, order_id: str) -> Counter[str]:
        """Return the sent units of each line."""
        sent: Counter[str] = Counter()
        for parcel in self._parcels(order_id):
            for part in parcel.lines or ():
                sent[part.line_id] += part.quantity
        return sent

    def _are_all(self, order_id: str, parcels: Sequence[Shipment]) -> bool:
        """True if no unit of an order is open after these parcels."""
        if any(parcel.is_last for parcel in parcels):
            return True
        order = self._without_cancelled(order_id)
        lines = [parcel.lines for parcel in parcels if parcel.lines is not None]
        return bool(order) and covers(lines, order)

    def _without_cancelled(self, order_id: str) -> Sequence[WrittenLine]:
        """Return the lines of an order without the units that the Supplier cancelled."""
        order = self._records.lines_of(order_id)
        if self._answers is None or not order:
            return order
        cancelled: Counter[str] = Counter()
        for line in self.shortage(order_id).lines:
            cancelled[normalized_sku(line.sku)] += line.cancelled
        return [self._left(line, cancelled) for line in order]

    def _left(self, line: WrittenLine, cancelled: Counter[str]) -> WrittenLine:
        sku = normalized_sku(line.sku)
        taken = min(line.quantity, cancelled[sku])
        cancelled[sku] -= taken
        return replace(line, quantity=line.quantity - taken)

    def _parcels(self, order_id: str) -> list[Shipment]:
        """Return the valid parcels of an order."""
        if self._reader is None:
            return []
        return [
            item
            for item in self._reader.current_beginning(f"{order_id}:")
            if isinstance(item, Shipment) and item.order_id == order_id and not item.voided
        ]


def _is_skipped(item: Shipment | InvalidRecord) -> bool:
    return isinstance(item, InvalidRecord) and item.is_skipped
