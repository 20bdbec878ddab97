"""Shortages of the Supplier, as rows of a file for the Merchant: one row for each line."""

from collections.abc import Iterator, Sequence

from ordosync.accounts.files.output.keyed_file import RowFile, Rows, put
from ordosync.accounts.files.output.tables import Row
from ordosync.accounts.files.parsing.line_ids import own_id
from ordosync.clock import Clock
from ordosync.models import Outcome, refused
from ordosync.shortages import ShortageReport

RESTORED = "restored"
"""The answer about units that were cancelled and are sent after all."""


class MerchantShortages:
    """The rows of the events file. A new report is added at its end."""

    can_hold = False
    can_cancel = False

    def __init__(self, file: RowFile, *, clock: Clock) -> None:
        self._clock = clock
        self._file = file

    def report(self, reports: Sequence[ShortageReport]) -> list[Outcome]:
        """Add the rows of these reports, unless the file has their keys."""
        return self._file.change(reports, self._report)

    def hold(self, reports: Sequence[ShortageReport]) -> list[Outcome]:
        """Refuse: the Merchant reads the events and decides."""
        return [refused("not-held", "a file cannot hold an order") for _ in reports]

    def cancel(self, reports: Sequence[ShortageReport]) -> list[Outcome]:
        """Refuse: the Merchant reads the events and decides."""
        return [refused("not-cancelled", "a file cannot cancel units") for _ in reports]

    def _report(self, rows: Rows, report: ShortageReport) -> Outcome:
        event = f"{report.order_id}:{report.key}"
        if event in rows:
            return Outcome(state="unchanged", id=event)
        added = [*self._rows(event, report)]
        for row in added:
            if reason := self._file.row_format.refusal(row):
                return refused("refused", reason)
        return Outcome(state=put(rows, event, added), id=event)

    def _rows(self, event: str, report: ShortageReport) -> Iterator[Row]:
        fields = {
            "event": event,
            "order_number": report.order_id,
            "at": self._clock.now().isoformat(timespec="seconds"),
        }
        if not (report.lines or report.restored):
            # The lines of an old link are unknown.
            answer = "cancelled" if report.is_whole else RESTORED
            yield self._file.row_format.mapped({**fields, "answer": answer})
        for part in report.restored:
            units = {"quantity": str(part.quantity), "answer": RESTORED}
            place = {"line_id": own_id(part.line_id), "sku": part.sku}
            yield self._file.row_format.mapped({**fields, **place, **units})
        for line in report.lines:
            yield self._file.row_format.mapped(
                {
                    **fields,
                    "line_id": own_id(line.line_id),
                    "sku": line.sku,
                    "quantity": str(line.quantity),
                    "answer": line.answer,
                    "reason": line.reason,
                    "expected": line.expected.isoformat() if line.expected else "",
                }
            )
