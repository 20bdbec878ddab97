"""Files in folders: CSV or JSON lines, with the columns that the partner uses.

A Merchant's orders, products and cancellations are read from files that it drops. Quantities,
tracking numbers and shortages are written to one file each, which is rewritten as a whole. A
Supplier's orders are written to one file each, and so are changes of them; tracking numbers, stock
and answers are read. Each part has an option, and a part without its option is None.
"""

from collections.abc import Iterator
from copy import copy
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from ordosync.accounts.account import Account, CheckResult, NoOptions, PortalContext
from ordosync.accounts.connections import Connections
from ordosync.accounts.files import hold_facts, presets
from ordosync.accounts.files.answer_log import AnswerLog
from ordosync.accounts.files.cancelled_units import CancelledOrders
from ordosync.accounts.files.checks import after_places, check_merchant, check_supplier, warnings
from ordosync.accounts.files.client import FilesClient
from ordosync.accounts.files.complete_files import CompleteFiles
from ordosync.accounts.files.input_options.answer_files import AnswerFiles
from ordosync.accounts.files.input_options.cancellation_files import CancellationFiles
from ordosync.accounts.files.input_options.order_files import OrderFiles
from ordosync.accounts.files.input_options.product_files import ProductFiles
from ordosync.accounts.files.input_options.read_files import ReadFiles
from ordosync.accounts.files.input_options.shipment_files import ShipmentFiles
from ordosync.accounts.files.input_options.stock_files import StockFiles
from ordosync.accounts.files.limits import LIMITS, LIMITS_AT_PLACE
from ordosync.accounts.files.merchant_cancellations import MerchantCancellations
from ordosync.accounts.files.merchant_orders import MerchantOrders
from ordosync.accounts.files.merchant_products import MerchantProducts
from ordosync.accounts.files.merchant_shortages import MerchantShortages
from ordosync.accounts.files.merchant_stock import MerchantStock
from ordosync.accounts.files.options import (
    MERCHANT_PART_OPTIONS,
    SUPPLIER_PART_OPTIONS,
    SupplierOptions,
)
from ordosync.accounts.files.order_listing import OrderListing
from ordosync.accounts.files.ordered_lines import OrderedLines
from ordosync.accounts.files.outbox.opening import Writers
from ordosync.accounts.files.outbox.outboxes import Outboxes
from ordosync.accounts.files.outbox.trying import try_places
from ordosync.accounts.files.output.options import (
    EventFile,
    InventoryFile,
    OrderFolder,
    TrackingFile,
)
from ordosync.accounts.files.output.order_files import OrderFileWriter
from ordosync.accounts.files.output.reject_files import RejectFolder
from ordosync.accounts.files.output.written_files import WrittenFiles
from ordosync.accounts.files.parsing import record_types
from ordosync.accounts.files.personal_data import PersonalData
from ordosync.accounts.files.places.options import PlaceOptions
from ordosync.accounts.files.reading.file_reader import FileReader
from ordosync.accounts.files.sent_units import SentUnits
from ordosync.accounts.files.supplier_cancellations import SupplierCancellations
from ordosync.accounts.files.supplier_edits import SupplierEdits
from ordosync.accounts.files.supplier_orders import SupplierOrders
from ordosync.accounts.files.supplier_products import SupplierProducts
from ordosync.accounts.files.supplier_shipments import SupplierShipments
from ordosync.accounts.files.supplier_shortages import SupplierShortages
from ordosync.accounts.files.supplier_stock import SupplierStock
from ordosync.accounts.merchant import Merchant
from ordosync.accounts.place_files import PlaceFile
from ordosync.accounts.place_requests import PlaceRequest
from ordosync.accounts.supplier import Supplier
from ordosync.models import Order

if TYPE_CHECKING:
    from ordosync.accounts.files.feed_check.feeds import AccountFeeds

__all__ = ["LIMITS", "FilesAccount", "SupplierOptions"]


class FilesAccount(Account):
    """A partner that exchanges files."""

    kind: ClassVar[str] = "files"
    merchant_options: ClassVar[type[Any]] = NoOptions
    supplier_options: ClassVar[type[Any]] = SupplierOptions
    presets: ClassVar[Path | None] = presets.FOLDER

    def __init__(
        self,
        *,
        name: str,
        place: PlaceOptions | None = None,
        orders: OrderFiles | None = None,
        products: ProductFiles | None = None,
        cancellations: CancellationFiles | None = None,
        inventory: InventoryFile | None = None,
        tracking: TrackingFile | None = None,
        events: EventFile | None = None,
        order_files: OrderFolder | None = None,
        shipments: ShipmentFiles | None = None,
        stock: StockFiles | None = None,
        answers: AnswerFiles | None = None,
        refused: Path | None = None,
        memory: Path | None = None,
    ) -> None:
        self.name = name
        self.read = ReadFiles(
            orders=orders,
            products=products,
            cancellations=cancellations,
            shipments=shipments,
            stock=stock,
            answers=answers,
        ).at(place)
        self.written = WrittenFiles(
            inventory=inventory, tracking=tracking, events=events, orders=order_files, place=place
        )
        self._rejects = refused
        self._memory = memory
        self.dry_folder: Path | None = None
        """For a dry run, the folder for copies; it writes no rejected rows."""

    @property
    def feeds(self) -> "AccountFeeds":
        """The files that it reads."""
        from ordosync.accounts.files.feed_check.feeds import AccountFeeds  # noqa: PLC0415 - few

        return AccountFeeds(self.name, self.read.by_name, orders=self.written.orders)

    def warnings(self) -> Iterator[str]:
        """Yield what is wrong with folders and places."""
        return warnings(self.read, self.written)

    def _checked(self, at: Connections, checks: Iterator[CheckResult]) -> Iterator[CheckResult]:
        return after_places(self.read, self.written, checks, at=at, account=self.name)

    def merchant(
        self,
        options: NoOptions,  # noqa: ARG002
        portal: PortalContext,
        at: Connections,
    ) -> Merchant:
        """Open the account as a portal's Merchant."""
        if self.read.orders is None:
            raise ValueError(f"account {self.name} needs `orders:` to be a Merchant")
        outboxes = self._outboxes(portal, at)
        client = self._client(portal, at, outboxes)
        orders = client.reader(record_types.orders(self.read.orders))
        products = client.optional_reader(record_types.products, self.read.products)
        cancellations = client.optional_reader(record_types.cancellations, self.read.cancellations)
        cancelled = CancelledOrders(cancellations)
        lines = OrderedLines(orders, cancelled, portal.selection)
        writers = Writers(outboxes, memory=self._memory)
        inventory, events = writers.inventory, writers.events
        tracking = writers.merchant_tracking(cancelled, lines)
        return Merchant(
            name=self.name,
            kind=self.kind,
            client=client,
            limits=LIMITS,
            listing=OrderListing(orders, cancelled, tracking, ignores=portal.ignores),
            personal_data=self._personal_data(orders),
            spool=client,
            newest=client.newest,
            check=lambda: self._checked(
                at, check_merchant(self.written.tracking, orders, products, cancellations)
            ),
            part_options=MERCHANT_PART_OPTIONS,
            orders=MerchantOrders(
                orders, cancelled, requires_address=self.read.orders.has_place_columns
            ),
            cancellations=MerchantCancellations(cancellations, orders, account=self.name)
            if cancellations
            else None,
            products=MerchantProducts(products) if products else None,
            stock=MerchantStock(inventory, products=products) if inventory else None,
            tracking=tracking,
            shortages=MerchantShortages(events, clock=at.clock) if events else None,
            flush=writers.flush,
            lacks_memory=writers.lacks_rows,
            settle_unknown=writers.settle,
            hold_conditions=hold_facts.conditions(self.read.orders),
            withdrawn=CompleteFiles(orders, self.read.orders, at.clock).withdrawn
            if self.read.orders.complete
            else None,
            includes_sent_units=not self.read.orders.shows_owed_units,
            shows_owed_units=self.read.orders.shows_owed_units,
        )

    def supplier(
        self,
        options: SupplierOptions,
        portal: PortalContext,
        at: Connections,
    ) -> Supplier:
        """Open the account as a portal's Supplier."""
        if self.written.orders is None:
            raise ValueError(f"account {self.name} needs `order_files:` to be a Supplier")
        outboxes = self._outboxes(portal, at)
        client = self._client(portal, at, outboxes)
        writers = Writers(outboxes, memory=self._memory)
        writer = writers.orders(self.written.orders)
        client.on_finish = partial(writer.tidy, portal.origin)
        lines_of = writer.records.lines_of
        shipments = client.optional_reader(
            partial(record_types.shipments, lines_of=lines_of), self.read.shipments
        )
        answers = client.optional_reader(
            partial(record_types.answers, lines_of=lines_of), self.read.answers
        )
        log = AnswerLog(answers, writer.records, account=self.name) if answers else None
        sent = SentUnits(shipments, log, writer.records)
        writer.settle_by(sent.names)
        has_changes = self.written.orders.has_changes
        reader = client.optional_reader(record_types.stock, self.read.stock)
        stock = SupplierStock(reader, self.read.stock) if reader and self.read.stock else None
        return Supplier(
            name=self.name,
            kind=self.kind,
            client=client,
            limits=LIMITS_AT_PLACE if writers.hands_orders_over else LIMITS,
            lacks_memory=writers.lacks_orders,
            settle_unknown=writer.settle,
            personal_data=self._personal_data(None, writer),
            spool=client,
            newest=client.newest,
            check=lambda: self._checked(
                at,
                check_supplier(self.read, shipments, reader, answers, has_changes=has_changes),
            ),
            part_options=SUPPLIER_PART_OPTIONS,
            orders=SupplierOrders(writer, sent, prefix=options.prefix),
            products=SupplierProducts() if stock else None,
            stock=stock,
            stock_feed=stock.feed if stock else None,
            shipments=SupplierShipments(shipments, writer, sent) if shipments else None,
            cancellations=SupplierCancellations(writer, sent) if has_changes else None,
            edits=SupplierEdits(writer, sent) if has_changes else None,
            shortages=SupplierShortages(answers, log, writer.records, sent)
            if answers and log
            else None,
        )

    @property
    def written_paths(self) -> tuple[Path, ...]:
        """The files and folders that ordosync writes."""
        return self.written.paths

    def for_dry_run(self, folder: Path) -> "FilesAccount":
        """Return this account with copies of the files that it writes."""
        dry = copy(self)
        dry.dry_folder = folder
        dry.written = self.written.copied(folder)
        return dry

    def list_places(self, at: Connections, folder: Path) -> Iterator[PlaceFile] | None:
        """List the files at places; None if there are no places."""
        if not self.read.places:
            return None
        from ordosync.accounts.files.places.mirror.showing import shown_files  # noqa: PLC0415

        return shown_files(self.read, folder, at, account=self.name)

    def try_places(self, at: Connections) -> Iterator[PlaceRequest]:
        """Try what is needed to hand files over."""
        return try_places(Outboxes(self.written, Path(), at, account=self.name))

    def _outboxes(self, portal: PortalContext, at: Connections) -> Outboxes:
        folder = portal.places / "out"
        return Outboxes(self.written, folder, at, account=self.name, dry_folder=self.dry_folder)

    def _client(self, portal: PortalContext, at: Connections, outboxes: Outboxes) -> FilesClient:
        account = f"account {self.name}"
        rejects = RejectFolder(self._rejects, account=account) if self._rejects else None
        return FilesClient(
            account=self.name,
            portal=portal,
            at=at,
            rejects=rejects,
            handed_over=outboxes.handed_over,
            timezone=self.read.orders.timezone if self.read.orders else None,
            is_dry=self.dry_folder is not None,
        )

    def _personal_data(
        self, orders: FileReader[Order] | None, writer: OrderFileWriter | None = None
    ) -> PersonalData:
        folders = (
            self.read.orders and self.read.orders.glob,
            self.written.orders_folder,
            self._rejects,
        )
        return PersonalData(
            account=self.name,
            orders=orders,
            writer=writer,
            folders=[folder for folder in folders if folder],
        )
