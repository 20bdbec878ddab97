"""The files that an account reads, for the check of one of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ordosync.accounts.feeds import FeedReport, KnownSkus
from ordosync.accounts.files.feed_check.checking import check
from ordosync.accounts.files.input_options.input_files import InputFiles
from ordosync.accounts.files.output.options import OrderFolder
from ordosync.accounts.files.output.order_record import WrittenLine
from ordosync.accounts.files.output.order_records import OrderRecords
from ordosync.accounts.files.parsing import record_types
from ordosync.accounts.files.parsing.record_types import RecordType
from ordosync.accounts.files.reading.file_listing import files_of
from ordosync.errors import AccountError

LinesOf = Callable[[str], Sequence[WrittenLine]]
_TYPES: Mapping[str, Callable[[Any], RecordType[Any]]] = {
    "orders": record_types.orders,
    "products": record_types.products,
    "cancellations": record_types.cancellations,
    "stock": record_types.stock,
}
_WITH_LINES: Mapping[str, Callable[[Any, LinesOf], RecordType[Any]]] = {
    "shipments": record_types.shipments,
    "answers": record_types.answers,
}


class AccountFeeds:
    """The files of one account, by subject."""

    def __init__(
        self, account: str, inputs: Mapping[str, InputFiles], *, orders: OrderFolder | None
    ) -> None:
        self.account = account
        self._inputs = inputs
        records = OrderRecords(orders.folder, account=account) if orders else None
        self._lines_of = records.lines_of if records else _no_lines

    @property
    def globs(self) -> Mapping[str, Path]:
        """The patterns of the files, by subject, such as `orders`."""
        return {subject: options.glob for subject, options in self._inputs.items()}

    def subjects_of(self, path: Path) -> Sequence[str]:
        """Return the subjects whose patterns match a file."""
        return [s for s, glob in self.globs.items() if self._name(glob, path)]

    def check(self, subject: str, path: Path, *, known: KnownSkus | None = None) -> FeedReport:
        """Check a file by the options of the subject; see `accounts.feeds.AccountFeeds`."""
        files = self._files(self.globs[subject])
        name = self._name(self.globs[subject], path)
        others = {each: files[each] for each in files if each != name} if name else {}
        return check(self._record_type(subject), path, known=known, others=others)

    def _record_type(self, subject: str) -> RecordType[Any]:
        options = self._inputs[subject]
        if subject in _TYPES:
            return replace(_TYPES[subject](options), account=self.account)
        return replace(_WITH_LINES[subject](options, self._lines_of), account=self.account)

    def _name(self, glob: Path, path: Path) -> str:
        """Return the name of a file among those of a pattern; empty if it is not one of them."""
        files, resolved = self._files(glob), path.resolve()
        return next((name for name, each in files.items() if each.resolve() == resolved), "")

    def _files(self, glob: Path) -> Mapping[str, Path]:
        try:
            return files_of(glob, account=self.account, action="find its files")
        # Its folder is missing or cannot be read, so the file is in another one.
        except AccountError:
            return {}


def _no_lines(order_number: str) -> Sequence[Any]:  # noqa: ARG001
    """Return no line, for an account that writes no orders."""
    return ()
