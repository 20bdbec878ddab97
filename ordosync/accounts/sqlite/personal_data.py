"""Personal data in a local account. ordosync may remove all of it."""

from ordosync.accounts.portal_account import PersonalDataRemoval, Removal
from ordosync.accounts.sqlite.client import FilePart
from ordosync.database import BUSY_TIMEOUT_S
from ordosync.embedded import orders
from ordosync.embedded.purge import purge


class PersonalData(FilePart):
    """Names, addresses, notes and engravings of the orders in the account's file."""

    is_spooled = False

    def has(self, order_id: str) -> bool:
        """True if the order is in the file."""
        with self._file.reading(f"read order {order_id}") as db:
            return orders.state_of(db, order_id) is not None

    def remove(self, order_id: str, *, dry: bool) -> PersonalDataRemoval:
        """Remove the personal data of an order and its pieces; the orders stay."""
        purged = purge(self._file, order_id, dry=dry)
        entries = f", {purged.timeline} timeline entries" if purged.timeline else ""
        names = ", ".join(purged.orders)
        removal = Removal(
            place=f"account {self._file.name}",
            what=f"names, addresses, notes and engravings of order {names}{entries}",
        )
        remaining = [f"copies of {self._file.path} that were made before"]
        if purged.is_log_kept:
            remaining.append(
                f"{self._file.path}-wal, since another program has read the file for"
                f" {BUSY_TIMEOUT_S} s; end it, and purge the order again"
            )
        return PersonalDataRemoval(
            removed=(removal,) if purged.orders else (), remaining=tuple(remaining)
        )
