"""Personal data in files: ordosync owns the copies of order files, but not the files."""

from collections.abc import Sequence
from pathlib import Path

from ordosync.accounts.files.spooled_records import SpooledRecords
from ordosync.accounts.portal_account import PersonalDataRemoval, Removal
from ordosync.models import Order


class PersonalData:
    """The copies of order files, and the folders of files that others own."""

    def __init__(
        self, *, account: str, copies: SpooledRecords[Order] | None, folders: Sequence[Path]
    ) -> None:
        self._account = account
        self._copies = copies
        self._folders = folders

    @property
    def is_spooled(self) -> bool:
        """True if there are copies, which runs read."""
        return self._copies is not None

    def has(self, order_id: str) -> bool:  # noqa: ARG002
        """Return False: files are not searched, since none of them lists earlier orders."""
        return False

    def remove(self, order_id: str, *, dry: bool) -> PersonalDataRemoval:
        """Remove the rows of an order from all copies."""
        count, unreadable = self._copies.remove(order_id, dry=dry) if self._copies else (0, [])
        place = f"copies of files of account {self._account}"
        what = f"the rows of order {order_id} in {count}"
        return PersonalDataRemoval(
            removed=(Removal(place=place, what=what),) if count else (),
            remaining=(
                *(f"files of account {self._account}: {folder}" for folder in self._folders),
                *(f"a copy that cannot be read: {path}" for path in unreadable),
            ),
        )
