"""Looks an order up in both accounts: local ones always, remote ones only with `--online`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from ordosync.accounts.portal_account import PortalAccount
from ordosync.embedded.desk import Desk
from ordosync.embedded.timeline import TimelineEntry
from ordosync.errors import AccountError
from ordosync.models import Order, Shipment
from ordosync.tasks.base import Portal


@dataclass(frozen=True, kw_only=True)
class AccountView:
    """An order as one account shows it; unknown fields are empty."""

    status: str = ""
    placed_at: datetime | None = None
    is_split: bool = False
    supplier: str | None = None
    """The supplier that a Merchant has requested it from."""
    reference: str = ""
    """Its ordosync reference, if ordosync created it."""
    deeds: tuple[TimelineEntry, ...] = ()
    sent: tuple[Shipment, ...] = ()
    pieces: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()
    trouble: str = ""
    """Why a remote account could not be asked; empty if it answered."""

    @property
    def is_shipped(self) -> bool:
        """True if it was shipped: a valid label proves it, whatever the status is now."""
        return self.status == "shipped" or any(not one.voided for one in self.sent)


@dataclass(frozen=True, kw_only=True)
class Desks:
    """The desks of a portal's local accounts."""

    merchant: Desk | None
    supplier: Desk | None

    @classmethod
    def of(cls, portal: Portal) -> "Desks":
        """Return the desks of a portal; a desk reads as empty until its file exists."""
        return cls(merchant=portal.merchant.desk, supplier=portal.supplier.desk)

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
        """Return an order as the Merchant shows it; None if it is missing or was not asked for."""
        return self._look(self.portal.merchant, number, self._foreign_merchant)

    def at_supplier(self, number: str | None, shipments: Sequence[str] = ()) -> AccountView | None:
        """Return an order as the Supplier shows it, a remote Supplier with these shipments."""
        return self._look(
            self.portal.supplier, number, lambda one: self._foreign_supplier(one, shipments)
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

    def _foreign_merchant(self, number: str) -> AccountView | None:
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

    def _foreign_supplier(self, number: str, shipments: Sequence[str]) -> AccountView | None:
        supplier = self.portal.supplier
        status = supplier.orders.statuses([number]).get(number)
        if status is None:
            return None
        pieces: tuple[str, ...] = ()
        if supplier.splits:
            pages = supplier.splits.by_id([number])
            pieces = tuple(piece.id for page in pages for one in page.items for piece in one.pieces)
        sent: tuple[Shipment, ...] = ()
        if supplier.shipments and shipments:
            read = supplier.shipments.by_id(shipments)
            sent = tuple(one for page in read for one in page.items if isinstance(one, Shipment))
        return AccountView(status=status, pieces=pieces, is_split=bool(pieces), sent=sent)


def _at_desk(desk: Desk, number: str) -> AccountView | None:
    order = desk.read_order(number)
    if order is None:
        return None
    return AccountView(
        status=order.status,
        placed_at=order.placed_at,
        is_split=order.is_split,
        supplier=desk.supplier_of(number),
        reference=desk.reference_of(number),
        deeds=desk.timeline(number),
        sent=tuple(desk.shipments_of(number)),
        pieces=tuple(desk.pieces_of(number)),
        parents=order.ancestors,
    )
