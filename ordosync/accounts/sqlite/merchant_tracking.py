"""Tracking numbers at the Merchant's orders."""

from collections.abc import Sequence

from ordosync.accounts.sqlite.client import SqliteClient
from ordosync.embedded import shipments
from ordosync.models import Outcome, Shipment


class MerchantTracking:
    """Tracking numbers of the Supplier; physical stock stays as it is."""

    def __init__(self, client: SqliteClient) -> None:
        self._file = client.file

    def add(self, parcels: Sequence[Shipment]) -> list[Outcome]:
        """Add tracking numbers; the order becomes shipped."""
        return self._file.write_each("add tracking", parcels, shipments.add_tracking)

    def void(self, parcels: Sequence[Shipment]) -> list[Outcome]:
        """Flag tracking numbers as void; the order stays shipped."""
        return self._file.write_each("void tracking", parcels, shipments.void_tracking)
