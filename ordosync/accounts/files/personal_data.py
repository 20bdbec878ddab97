"""Personal data in files: the copies of order files are ordosync's, the files are not."""

from collections.abc import Sequence
from pathlib import Path

from ordosync.accounts.account import PersonalDataRemoval, Removal
from ordosync.accounts.files.file_reader import FileReading
from ordosync.models import Order


class PersonalData:
    """The copies of order files, and the folders whose files belong to somebody else."""

    def __init__(
        self, account: str, *, orders: FileReading[Order] | None, folders: Sequence[Path | str]
    ) -> None:
        self._account = account
        self._orders = orders
        self._folders = folders

    @property
    def is_spooled(self) -> bool:
        """True if there are copies, which runs read."""
        return self._orders is not None

    def has(self, order_id: str) -> bool:  # noqa: ARG002 - no file lists the orders of before
        """Return False: files are not searched."""
        return False

    def remove(self, order_id: str, *, dry: bool) -> PersonalDataRemoval:
        """Remove the rows of an order from all copies."""
        count, unreadable = self._orders.forget(order_id, dry=dry) if self._orders else (0, [])
        place = f"copies of files of account {self._account}"
        what = f"the rows of order {order_id} in {count}"
        return PersonalDataRemoval(
            removed=(Removal(place=place, what=what),) if count else (),
            remaining=(
                *(f"files of account {self._account}: {folder}" for folder in self._folders),
                *(f"a copy that cannot be read: {path}" for path in unreadable),
            ),
        )
