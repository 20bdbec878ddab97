"""Opens what an account writes: files in local folders, or the outbox of a place."""

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path

from ordosync.accounts.files.cancelled_units import CancelledOrders
from ordosync.accounts.files.merchant_tracking import MerchantTracking
from ordosync.accounts.files.ordered_lines import OrderedLines
from ordosync.accounts.files.outbox.batches import Batches
from ordosync.accounts.files.outbox.memory import copy_private, missing, take_over_orders
from ordosync.accounts.files.outbox.orders import OrderOutbox
from ordosync.accounts.files.outbox.outboxes import Outboxes
from ordosync.accounts.files.outbox.row_files import RowFiles, RowOptions, Subject
from ordosync.accounts.files.outbox.whole_files import WholeFile
from ordosync.accounts.files.output.keyed_file import KeyedFile, RowFile
from ordosync.accounts.files.output.options import OrderFolder
from ordosync.accounts.files.output.order_files import OrderFileWriter
from ordosync.accounts.files.output.order_records import RECORDS, OrderRecords
from ordosync.accounts.option_types import text_of
from ordosync.errors import AccountError

_NAME, _NAME_OF_CHANGES = "order-{digest}", "order-{digest}-v{version}"


class Writers:
    """Opens the writers of one account, for one portal."""

    def __init__(self, outboxes: Outboxes, *, memory: Path | None = None) -> None:
        self._outboxes = outboxes
        self._written = outboxes.written
        self._memory = memory

    def orders(self, options: OrderFolder) -> OrderFileWriter:
        """Return the writer of order files."""
        account, before_write = self._outboxes.account, self._outboxes.before_write
        suffix = ".xlsx" if options.is_workbook else ".csv"
        if self._written.place_of(options) is None:
            records = OrderRecords(
                options.folder, account=account, suffix=suffix, before_write=before_write
            )
            return OrderFileWriter(options, records)
        folder = self._outboxes.folder
        clock = self._outboxes.clock
        records = OrderRecords(
            folder, account=account, suffix=suffix, clock=clock, before_write=before_write
        )
        template = options.name or (_NAME_OF_CHANGES if options.has_changes else _NAME) + suffix
        outbox = OrderOutbox(
            self._outboxes.open(options, folder / RECORDS, text_of(options.folder)),
            records,
            self._outboxes.names(template, folder / RECORDS),
            account=account,
            clock=clock,
        )
        return OrderFileWriter(replace(options, folder=folder), records, outbox=outbox)

    @cached_property
    def tracking(self) -> RowFile | None:
        """The parcels; None if they are not written."""
        return self._rows("tracking", self._written.tracking)

    def merchant_tracking(
        self, cancelled: CancelledOrders, lines: OrderedLines
    ) -> MerchantTracking | None:
        """Return the part of a Merchant that writes parcels; None if they are not written."""
        options, file = self._written.tracking, self.tracking
        if options is None or file is None:
            return None
        return MerchantTracking(options, file, cancelled=cancelled, lines=lines)

    @cached_property
    def inventory(self) -> RowFile | None:
        """The quantities; None if they are not written."""
        return self._rows("inventory", self._written.inventory)

    @cached_property
    def events(self) -> RowFile | None:
        """The shortages; None if they are not written."""
        return self._rows("events", self._written.events)

    def flush(self) -> None:
        """Hand over what is owed; see `PortalAccount.flush`."""
        for file in (self.tracking, self.inventory, self.events):
            if isinstance(file, WholeFile):
                file.flush()

    def settle(self, subject: str, sent: bool) -> bool:
        """Settle the parcels of an order; see `PortalAccount.settle_unknown`."""
        return isinstance(self.tracking, Batches) and self.tracking.settle(subject, sent=sent)

    @property
    def hands_orders_over(self) -> bool:
        """True if order files are at a place."""
        return self._written.place_of(self._written.orders) is not None

    def lacks_rows(self) -> str:
        """Return why no parcels can be handed over; see `PortalAccount.lacks_memory`."""
        if self.tracking is None or isinstance(self.tracking, KeyedFile):
            return ""
        target = self._outboxes.folder / "tracking"
        return self._missing(target, "parcels", self._take_over_parcels)

    def lacks_orders(self) -> str:
        """Return why no orders can be handed over; see `PortalAccount.lacks_memory`."""
        if not self.hands_orders_over:
            return ""
        target = self._outboxes.folder / RECORDS
        return self._missing(target, "orders", partial(take_over_orders, target=target))

    def _rows(self, subject: Subject, options: RowOptions | None) -> RowFile | None:
        return RowFiles(subject, options, self._outboxes).open() if options else None

    def _take_over_parcels(self, memory: Path) -> bool:
        options = self._written.tracking
        if memory.is_file() and options:
            RowFiles("tracking", options, self._outboxes).take_over(memory)
            return True
        source = memory / "tracking"
        if source.is_dir():
            copy_private(source, self._outboxes.folder / "tracking")
        return source.is_dir()

    def _missing(self, target: Path, what: str, take_over: Callable[[Path], bool]) -> str:
        try:
            return missing(target, self._memory, what, take_over=take_over)
        except OSError as error:
            return f"memory: {self._memory}: {error.strerror or error}"
        except AccountError as error:
            return f"memory: {error.answer}"
