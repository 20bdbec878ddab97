"""Tracking numbers at the Merchant's orders."""

from collections.abc import Sequence

from ordosync.accounts.merchant import Takes
from ordosync.accounts.sqlite.client import FilePart
from ordosync.embedded import tracking
from ordosync.models import Outcome, Shipment


class MerchantTracking(FilePart):
    """Tracking numbers of the Supplier; physical stock does not change."""

    takes: Takes = "lines"

    def add(self, parcels: Sequence[Shipment]) -> list[Outcome]:
        """Add parcels; an order is shipped once none of its units is open."""
        return self._file.write_each("add tracking", parcels, tracking.add_tracking)

    def void(self, parcels: Sequence[Shipment]) -> list[Outcome]:
        """Flag tracking numbers as void; a shipped order stays so."""
        return self._file.write_each("void tracking", parcels, tracking.void_tracking)
