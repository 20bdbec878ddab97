"""The lines of a Merchant's orders, as its order files and cancellation files have them."""

from collections.abc import Mapping, Sequence

from ordosync.accounts.account import Selection
from ordosync.accounts.files.cancelled_units import CancelledOrders, remaining
from ordosync.accounts.files.reading.file_reader import FileReader
from ordosync.models import Line, Order


class OrderedLines:
    """The lines that this portal's Supplier ships. An order in no file and no copy has none."""

    def __init__(
        self, reader: FileReader[Order], cancelled: CancelledOrders, selection: Selection
    ) -> None:
        self._reader = reader
        self._cancelled = cancelled
        self._selection = selection

    def of(self, ids: Sequence[str]) -> Mapping[str, tuple[Sequence[Line], Sequence[Line]]]:
        """Return the ordered lines of each order, and those without cancelled units.

        Files with owed units do not have the ordered ones.
        """
        cancelled = self._cancelled.of(ids)
        return {
            id_: (
                () if self.shows_owed else self._mine(item),
                self._mine(remaining(item, cancelled.get(id_))),
            )
            for id_, item in self._reader.current_or_spooled(ids).items()
            if isinstance(item, Order)
        }

    @property
    def shows_owed(self) -> bool:
        """True if the files have the units that are still to be sent, not the ordered ones."""
        return self._reader.record_type.shows_owed

    def _mine(self, order: Order | None) -> Sequence[Line]:
        return [line for line in order.lines if self._selection.has(line.sku)] if order else []
