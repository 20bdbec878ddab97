"""Shortages of the Supplier, in the Merchant's orders."""

from collections.abc import Sequence

from ordosync.accounts.sqlite.client import FilePart
from ordosync.embedded import reported_shortages
from ordosync.models import Outcome
from ordosync.shortages import ShortageReport


class MerchantShortages(FilePart):
    """Reports on the timeline, a flag, and pieces that are cancelled."""

    can_hold = True
    can_cancel = True

    def report(self, reports: Sequence[ShortageReport]) -> list[Outcome]:
        """Add the reports to the timelines, each once per key."""
        return self._file.write_each("report shortages", reports, reported_shortages.report)

    def hold(self, reports: Sequence[ShortageReport]) -> list[Outcome]:
        """Flag the orders for attention."""
        return self._file.write_each("flag orders", reports, reported_shortages.hold)

    def cancel(self, reports: Sequence[ShortageReport]) -> list[Outcome]:
        """Split off the units that are cancelled, and cancel them."""
        return self._file.write_each("cancel units", reports, reported_shortages.cancel)
