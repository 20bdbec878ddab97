"""Looks an order up in both accounts: local ones always, remote ones only with `--online`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from ordosync.accounts.portal_account import PortalAccount
from ordosync.embedded.desk import Desk
from ordosync.embedded.search import Search
from ordosync.embedded.timeline import TimelineEntry
from ordosync.errors import AccountError
from ordosync.models import Order, Shipment
from ordosync.tasks.base import Portal


@dataclass(frozen=True, kw_only=True)
class AccountView:
    """An order as one account shows it; unknown fields are empty."""

    status: str = ""
    placed_at: datetime | None = None
    customer: str = ""
    """The recipient, if a local account has the order."""
    is_split: bool = False
    supplier: str | None = None
    """The supplier from which a Merchant requested it."""
    reference: str = ""
    """Its ordosync reference; empty if ordosync did not create it."""
    timeline: tuple[TimelineEntry, ...] = ()
    sent: tuple[Shipment, ...] = ()
    pieces: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()
    skus: tuple[tuple[str, str], ...] = ()
    """The id and SKU of each line, if a local account has it."""
    trouble: str = ""
    """The error of a remote account that could not be read; empty if there was none."""

    @property
    def is_shipped(self) -> bool:
        """True if it was shipped: a valid label proves it, unless it is partially shipped."""
        if self.status == "partially_shipped":
            return False
        return self.status == "shipped" or any(not shipment.voided for shipment in self.sent)

    @property
    def tracking_count(self) -> int:
        """The number of tracking numbers with a valid label."""
        sent = [shipment for shipment in self.sent if not shipment.voided]
        numbers = (number for it in sent for number in (it.tracking_number, *it.more_numbers))
        return len({*numbers} - {""})


@dataclass(frozen=True, kw_only=True)
class Desks:
    """The desks of a portal's local accounts."""

    merchant: Desk | None
    supplier: Desk | None

    @classmethod
    def of(cls, portal: Portal) -> "Desks":
        """Return the desks of a portal; a desk reads as empty until its file exists."""
        return cls(merchant=portal.merchant.desk, supplier=portal.supplier.desk)

    def ending_with(self, number: str) -> list[str]:
        """Return order numbers of both desks that differ only by a prefix or by case."""
        desks = [desk for desk in (self.merchant, self.supplier) if desk]
        return [name for desk in desks for name in Search(desk.file).similar(number)]

    def beginning_with(self, prefix: str, *, limit: int) -> list[str]:
        """Return the first order numbers and SKUs of both desks with this prefix."""
        return [
            name
            for desk in (self.merchant, self.supplier)
            if desk
            for name in (*desk.order_numbers(prefix, limit=limit), *desk.skus(prefix, limit=limit))
        ]


@dataclass(frozen=True, kw_only=True)
class AccountLookup:
    """A look-up in the accounts of a portal."""

    portal: Portal
    online: bool

    def at_merchant(self, number: str | None) -> AccountView | None:
        """Return an order as the Merchant shows it; None if it is missing or was not read."""
        return self._look(self.portal.merchant, number, self._remote_merchant)

    def at_supplier(self, number: str | None, shipments: Sequence[str] = ()) -> AccountView | None:
        """Return an order as the Supplier shows it, a remote Supplier with these shipments."""
        return self._look(
            self.portal.supplier,
            number,
            lambda order_id: self._remote_supplier(order_id, shipments),
        )

    def _look(
        self, account: PortalAccount, number: str | None, ask: Callable[[str], AccountView | None]
    ) -> AccountView | None:
        if not number:
            return None
        if account.desk:
            return _at_desk(account.desk, number)
        if not self.online:
            return None
        try:
            return ask(number)
        except AccountError as error:
            return AccountView(trouble=str(error))

    def _remote_merchant(self, number: str) -> AccountView | None:
        merchant = self.portal.merchant
        for page in merchant.orders.by_id([number]):
            for item in page.items:
                if isinstance(item, Order):
                    return AccountView(
                        status="dropshipment_requested",
                        placed_at=item.placed_at,
                        parents=item.ancestors,
                    )
                return AccountView(status="unusable")
        if merchant.cancelled_among([number]):
            return AccountView(status="cancelled")
        return None

    def _remote_supplier(self, number: str, shipment_ids: Sequence[str]) -> AccountView | None:
        supplier = self.portal.supplier
        status = supplier.orders.statuses([number]).get(number)
        if status is None:
            return None
        pieces: tuple[str, ...] = ()
        if supplier.splits:
            pieces = tuple(
                piece.id
                for page in supplier.splits.by_id([number])
                for split in page.items
                for piece in split.pieces
            )
        shipments: tuple[Shipment, ...] = ()
        if supplier.shipments and shipment_ids:
            shipments = tuple(
                item
                for page in supplier.shipments.by_id(shipment_ids)
                for item in page.items
                if isinstance(item, Shipment)
            )
        return AccountView(status=status, pieces=pieces, is_split=bool(pieces), sent=shipments)


def _at_desk(desk: Desk, number: str) -> AccountView | None:
    order = desk.read_order(number)
    if order is None:
        return None
    return AccountView(
        status=order.status,
        placed_at=order.placed_at,
        customer=order.ship_to.name,
        is_split=order.is_split,
        supplier=desk.supplier_of(number),
        reference=desk.reference_of(number),
        timeline=desk.timeline(number),
        sent=tuple(desk.shipments_of(number)),
        pieces=tuple(desk.pieces_of(number)),
        parents=order.ancestors,
        skus=tuple((line.id, line.sku) for line in order.lines),
    )
