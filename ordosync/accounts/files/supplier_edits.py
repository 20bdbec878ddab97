"""Edits of the Merchant, written as further files of an order.

A file of an edit has the whole order, with `CHANGED` in the column `change`. A file with `HOLD`
keeps the order from being sent until one with `RELEASE`; they have only the lines of the order.
The account does not show its orders, so an edit is compared with what was written before.
"""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from ordosync.accounts.files.output.edited_fields import GROUP_FIELDS, EditedFields
from ordosync.accounts.files.output.order_files import (
    CHANGED,
    HOLD,
    RELEASE,
    OrderFileWriter,
)
from ordosync.accounts.files.output.order_record import OrderRecord
from ordosync.accounts.files.output.order_rows import line_id, line_problem
from ordosync.accounts.files.sent_units import SentUnits
from ordosync.accounts.supplier import HoldReason
from ordosync.edits import EditableOrder, EditGroup, OrderEdit
from ordosync.models import Outcome, refused

_ON_LABELS: frozenset[EditGroup] = frozenset({"address", "contact"})
"""Groups that do not change for the rest of an order of which a part was sent."""
_NOT_KEPT = "was written before `change` had a column, or was complete, so its fields are not kept"
_FIXED = "was sent in part, so its address stays; or a group of the edit has no column"


class SupplierEdits:
    """Further files of the orders that were written."""

    can_hold = True

    def __init__(self, writer: OrderFileWriter, sent: SentUnits) -> None:
        self._writer = writer
        self._records = writer.records
        self._sent = sent
        self.groups: frozenset[EditGroup] = frozenset(
            group
            for group, fields in GROUP_FIELDS.items()
            if fields & writer.options.columns.keys()
        )
        """The groups with a column."""

    def current(self, ids: Sequence[str]) -> Mapping[str, EditableOrder]:
        """Return the orders that were written, without their content.

        The rest of a partially shipped order has no label yet.
        """
        records = {id_: self._records.of_number(id_) for id_ in ids}
        return {
            id_: EditableOrder(
                order_id=id_,
                order=None,
                groups=self._groups(record),
                has_label=self._sent.status(id_) == "shipped",
                is_held=record.is_held,
                sent=self._sent.of_lines(id_),
            )
            for id_, record in records.items()
            if record
        }

    def write(self, edits: Sequence[OrderEdit]) -> list[Outcome]:
        """Write a file with the whole order for each edit that changes a field."""
        return self._writer.change([(edit.order_id, edit) for edit in edits], self._write)

    def hold(self, ids: Sequence[str], *, reason: HoldReason) -> list[Outcome]:  # noqa: ARG002
        """Write a file with `HOLD` for each order that is not held."""
        return self._writer.change([(id_, True) for id_ in ids], self._hold)

    def release(self, ids: Sequence[str]) -> list[Outcome]:
        """Write a file with `RELEASE` for each order that is held."""
        return self._writer.change([(id_, False) for id_ in ids], self._hold)

    def _groups(self, record: OrderRecord) -> frozenset[EditGroup]:
        status = self._sent.status(record.number)
        if status in ("shipped", "cancelled") or self._writer.kept.of(record) is None:
            return frozenset()
        return self.groups - _ON_LABELS if status == "partially_shipped" else self.groups

    def _write(self, record: OrderRecord, edit: OrderEdit) -> Outcome:
        if refusal := self._refusal(record):
            return refusal
        fields = self._writer.kept.of(record)
        if fields is None:
            return refused("not-editable", _NOT_KEPT)
        if not edit.groups <= self._groups(record):
            return refused("not-editable", _FIXED)
        edited = EditedFields(fields, record.number, self._writer.options.decimal)
        line_ids = edited.edit(edit)
        outcome = Outcome(state="unchanged", id=record.number, line_ids=line_ids)
        if edited.lines == fields and not record.is_asked:
            return outcome
        if reason := next(filter(None, map(line_problem, edited.lines)), ""):
            return refused("invalid-order", reason)
        changed = record.with_units(edited.units, agreed=self._agreed(record, edited.units))
        self._writer.publish(changed, edited.lines, word=CHANGED)
        return replace(outcome, state="done")

    def _agreed(self, record: OrderRecord, units: Sequence[tuple[str, int]]) -> Sequence[int]:
        """Return the units that count: those in the file, and those that the Supplier cancelled.

        A reduction that was asked for counts once it is answered.
        """
        if not self._sent.is_answered:
            return [count for _, count in units]
        left = self._sent.left(record.number)
        agreed = dict(zip(record.line_ids, record.agreed_units, strict=False))
        ids = [line_id(record.number, place) for place in range(1, len(units) + 1)]
        return [
            max(agreed.get(id_, 0), count + agreed.get(id_, 0) - left[id_])
            for id_, (_, count) in zip(ids, units, strict=True)
        ]

    def _hold(self, record: OrderRecord, is_held: bool) -> Outcome:
        if is_held and (refusal := self._refusal(record)):
            return refusal
        if is_held and record.is_asked:
            return refused("cancelled", "the Supplier was asked to cancel it")
        if record.is_held == is_held:
            return Outcome(state="unchanged", id=record.number)
        changed = replace(record, version=record.version + 1, is_held=is_held)
        word = HOLD if is_held else RELEASE
        self._writer.publish_lines(changed, record.units_by_line, word=word)
        return Outcome(state="done", id=record.number)

    def _refusal(self, record: OrderRecord) -> Outcome | None:
        status = self._sent.status(record.number)
        if status in ("shipped", "cancelled"):
            return refused(status, f"order {record.number} is {status}")
        return None


def _not_editable(is_unknown: bool) -> str:
    if is_unknown:
        return (
            "its fields are not kept: it was written before `change` had a column, or was shipped"
        )
    return "a part of it was sent, so its address stays, or a group has no column"
