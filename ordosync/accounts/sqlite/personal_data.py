"""Personal data in a local account. ordosync may remove all of it."""

from ordosync.accounts.portal_account import PersonalDataRemoval, Removal
from ordosync.embedded.desk import Desk


class PersonalData:
    """Names, addresses, notes and engravings of the orders in the account's file."""

    is_spooled = False

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def has(self, order_id: str) -> bool:
        """True if the order is in the file."""
        return self._desk.read_order(order_id) is not None

    def remove(self, order_id: str, *, dry: bool) -> PersonalDataRemoval:
        """Remove the personal data of an order and its pieces; the orders stay."""
        purged = self._desk.purge(order_id, dry=dry)
        entries = f", {purged.timeline} timeline entries" if purged.timeline else ""
        names = ", ".join(purged.orders)
        removal = Removal(
            place=f"account {self._desk.name}",
            what=f"names, addresses, notes and engravings of order {names}{entries}",
        )
        return PersonalDataRemoval(
            removed=(removal,) if purged.orders else (),
            remaining=(f"copies of {self._desk.path} that were made before",),
        )
