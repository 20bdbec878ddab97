"""Cancellations that the Supplier is asked for, by further files of an order.

A file with `CANCEL` asks for the units of its lines, which were not sent. Fewer units of a line are
asked for by a file with `CHANGED`. Answer files, or the row of a parcel, have the answer. Without
answer files, fewer units count as accepted.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from ordosync.accounts.files.output.edited_fields import EditedFields
from ordosync.accounts.files.output.order_files import CANCEL, CHANGED, OrderFileWriter
from ordosync.accounts.files.output.order_record import OrderRecord
from ordosync.accounts.files.sent_units import SentUnits
from ordosync.edits import Reduction
from ordosync.models import Outcome, refused

_ASKED = "a file asks the Supplier; its answer is not known yet"
_NOT_KEPT = "was written before `change` had a column, so its fields are not kept"


class SupplierCancellations:
    """Files that ask for cancellations."""

    can_reduce = True

    def __init__(self, writer: OrderFileWriter, sent: SentUnits) -> None:
        self._writer = writer
        self._sent = sent

    def cancel(self, ids: Sequence[str], *, also_shipped: bool = False) -> list[Outcome]:  # noqa: ARG002
        """Ask once for the open units of each order; a shipped order cannot be cancelled."""
        return self._writer.change([(id_, id_) for id_ in ids], lambda record, _: self._ask(record))

    def reduce(self, reductions: Sequence[Reduction]) -> list[Outcome]:
        """Ask once for the units of each order that are not wanted any more."""
        return self._writer.change([(item.order_id, item) for item in reductions], self._reduce)

    def _ask(self, record: OrderRecord) -> Outcome:
        number = record.number
        if outcome := self._ended(record):
            return outcome
        if not record.is_asked:
            open_ = self._sent.open_units(number)
            rejected = self._sent.newest_rejection(number)
            changed = replace(record, version=record.version + 1, is_asked=True, rejected=rejected)
            self._writer.publish_lines(changed, open_, word=CANCEL)
        return Outcome(state="asked", id=number, reason=_ASKED)

    def _reduce(self, record: OrderRecord, reduction: Reduction) -> Outcome:
        if outcome := self._ended(record):
            return outcome
        sent = self._sent.of_lines(record.number)
        units = {part.line_id: max(part.quantity, sent[part.line_id]) for part in reduction.lines}
        wanted = {**record.units_by_line, **units}
        if not any(wanted.values()):
            return self._ask(record)
        fields = self._writer.kept.of(record)
        if fields is None:
            return refused("not-reducible", _NOT_KEPT)
        edited = EditedFields(fields, record.number, self._writer.options.decimal)
        edited.lower(units)
        if edited.lines == fields:
            return self._repeated(record, reduction)
        asking = replace(record, rejected=self._sent.newest_rejection(record.number))
        changed = asking.with_units(edited.units, agreed=self._agreed(record))
        self._writer.publish(changed, edited.lines, word=CHANGED)
        if self._sent.is_answered:
            return Outcome(state="asked", id=record.number, reason=_ASKED)
        return Outcome(state="done", id=record.number)

    def _agreed(self, record: OrderRecord) -> Sequence[int]:
        """Return the units that count until the Supplier answers."""
        return record.agreed_units if self._sent.is_answered else ()

    def _repeated(self, record: OrderRecord, reduction: Reduction) -> Outcome:
        """Return the outcome of a reduction that the newest file has already."""
        left = self._sent.left(record.number)
        units = record.units_by_line
        sent = self._sent.of_lines(record.number)
        if any(left[part.line_id] > units.get(part.line_id, 0) for part in reduction.lines):
            return Outcome(state="asked", id=record.number, reason=_ASKED)
        if any(sent[part.line_id] > part.quantity for part in reduction.lines):
            return refused("already-shipped", f"more units of order {record.number} were sent")
        return Outcome(state="unchanged", id=record.number)

    def _ended(self, record: OrderRecord) -> Outcome | None:
        """Return the outcome for an order without open units; None if it has some."""
        status = self._sent.status(record.number)
        if status == "shipped":
            return refused("already-shipped", f"order {record.number} is shipped")
        return Outcome(state="unchanged", id=record.number) if status == "cancelled" else None
