"""Personal data in files: ordosync owns the copies of order files, but not the files."""

from collections.abc import Sequence
from pathlib import Path

from ordosync.accounts.files.output.order_files import OrderFileWriter
from ordosync.accounts.files.reading.file_reader import FileReader
from ordosync.accounts.portal_account import PersonalDataRemoval, Removal
from ordosync.models import Order


class PersonalData:
    """The copies of order files, and the folders of files that others own."""

    def __init__(
        self,
        *,
        account: str,
        orders: FileReader[Order] | None,
        writer: OrderFileWriter | None,
        folders: Sequence[Path | str],
    ) -> None:
        self._account = account
        self._orders = orders
        self._writer = writer
        self._folders = folders

    @property
    def is_spooled(self) -> bool:
        """True if there are copies, which runs read."""
        return self._orders is not None

    def has(self, order_id: str) -> bool:  # noqa: ARG002
        """Return False: files are not searched, since none of them lists earlier orders."""
        return False

    def remove(self, order_id: str, *, dry: bool) -> PersonalDataRemoval:
        """Remove the rows of an order from all copies, and the kept fields of a written order."""
        count, unreadable = self._remove_rows(order_id, dry=dry)
        place = f"copies of files of account {self._account}"
        what = f"the rows of order {order_id} in {count}"
        removed = [Removal(place=place, what=what)] if count else []
        if self._writer and self._writer.forget(order_id, dry=dry):
            place = f"fields of written orders of account {self._account}"
            removed.append(Removal(place=place, what=f"the fields of order {order_id}"))
        return PersonalDataRemoval(
            removed=tuple(removed),
            remaining=(
                *(f"files of account {self._account}: {folder}" for folder in self._folders),
                *(f"a copy that cannot be read: {path}" for path in unreadable),
            ),
        )

    def _remove_rows(self, order_id: str, *, dry: bool) -> tuple[int, Sequence[Path]]:
        if self._orders is None:
            return 0, ()
        mirrored = self._orders.source.owned
        return self._orders.copies.remove(order_id, dry=dry, mirrored=mirrored)
