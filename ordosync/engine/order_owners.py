"""The portal and the Merchant of each order of a local account."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from ordosync.config.settings import Config, PortalConfig
from ordosync.embedded.order_list import ListedOrder
from ordosync.engine.portals import identity, supplier_at_merchant
from ordosync.errors import DatabaseError, UsageError
from ordosync.store import Store


@dataclass(frozen=True, kw_only=True)
class Owner:
    """The portal and the accounts of an order. Each name is None if it does not apply."""

    portal: str | None
    merchant: str | None
    """The account of the Merchant."""
    supplier: str | None
    """The supplier that the order is requested from, as the account knows it."""


@dataclass(frozen=True, kw_only=True)
class Owners:
    """The portals of one local account."""

    account: str
    origins: Mapping[str, PortalConfig]
    """The portals that the account ships for, by each name that their references may have."""
    sent: Sequence[PortalConfig]
    """The portals that send its orders to a supplier."""

    @classmethod
    def of(cls, config: Config, account: str) -> "Owners":
        """Return the portals of an account; the store knows the first names of renamed ones."""
        shipped = config.by_supplier.get(account, ())
        origins: dict[str, PortalConfig] = {}
        # Without the store, an account can still be read, and only first names are unknown.
        with suppress(DatabaseError), Store.open(config.database, readonly=True) as store:
            origins = {store.portals.origin(identity(portal)): portal for portal in shipped}
        return cls(
            account=account,
            origins={**{portal.name: portal for portal in shipped}, **origins},
            sent=config.by_merchant.get(account, ()),
        )

    def owner(self, listed: ListedOrder) -> Owner:
        """Return the owner of an order."""
        origin = listed.origin.partition(":")[0]
        imported = self.origins.get(origin)
        if imported:
            return Owner(portal=imported.name, merchant=imported.merchant.account, supplier=None)
        if listed.supplier:
            sent = [p.name for p in self.sent if supplier_at_merchant(p) == listed.supplier]
            # Several portals to one supplier share its orders, by SKU.
            portal = sent[0] if len(sent) == 1 else None
            return Owner(portal=portal, merchant=self.account, supplier=listed.supplier)
        # The portal is not in the configuration any more.
        return Owner(portal=origin or None, merchant=None, supplier=None)

    def has_portal(self, portal: str) -> bool:
        """True if a portal of this name is one of the account."""
        return any(of.name == portal for of in (*self.origins.values(), *self.sent))

    def selected(self, portal: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the origins and the suppliers of a portal. Raises `UsageError` if unknown."""
        origins = tuple(name for name, of in self.origins.items() if of.name == portal)
        suppliers = tuple(supplier_at_merchant(of) for of in self.sent if of.name == portal)
        if not origins and not suppliers:
            known = {of.name for of in (*self.origins.values(), *self.sent)}
            names = ", ".join(sorted(known)) or "no portal has this account"
            raise UsageError(f"account {self.account} has no portal {portal!r}; known: {names}")
        return origins, suppliers


def merchant_numbers(
    config: Config, owners: Owners, listed: Iterable[ListedOrder]
) -> Mapping[str, str]:
    """Return the Merchant's own number of each imported order, by its number in the account.

    A piece has the number of the order that it was split from.
    """
    ids: dict[str, dict[str, str]] = {}
    for entry in listed:
        origin, _, key = entry.origin.partition(":")
        merchant_id = key.rpartition("#")[0]
        if merchant_id and origin in owners.origins:
            ids.setdefault(origin, {})[entry.order.number] = merchant_id
    numbers: dict[str, str] = {}
    # An id is not what the customer knows, so that without the store no number is shown.
    with suppress(DatabaseError), Store.open(config.database, readonly=True) as store:
        for origin, of_portal in ids.items():
            name = store.portals.known_as(identity(owners.origins[origin]))
            shown = store.order_numbers(name).of([*of_portal.values()])
            numbers |= {number: shown.get(id_, id_) for number, id_ in of_portal.items()}
    return numbers
