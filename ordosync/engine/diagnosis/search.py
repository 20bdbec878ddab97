"""Search of all local accounts and of the store for a part of what an operator knows."""

import dataclasses
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from msgspec.structs import replace

from ordosync.accounts import is_embedded, is_local
from ordosync.config.hosts import is_usable
from ordosync.config.settings import Config, PortalConfig
from ordosync.embedded.desk import Desk
from ordosync.embedded.order_list import ListedOrder
from ordosync.embedded.search import Field, Match, Search
from ordosync.engine.order_owners import Owners
from ordosync.engine.portals import identity
from ordosync.store import Store
from ordosync.store.id_search import KnownId
from ordosync.text import compact, split_text, status_text

_FEW = 20
_PHONE_DIGITS = 6


@dataclass(frozen=True, kw_only=True)
class Finding:
    """An order or a product of one account."""

    kind: Literal["order", "product"]
    account: str
    id: str
    """The number or SKU; the id in a remote account."""
    field: Field
    value: str
    """The text that matches."""
    is_exact: bool = False
    status: str = ""
    portal: str | None = None
    merchant: str | None = None
    other_account: str | None = None
    other_id: str | None = None
    """The id on the other side of the portal; None if it is not known to be there."""
    customer: str = ""
    """The recipient of an order in a local account."""
    tracking: Sequence[str] = ()
    """The tracking numbers of its valid labels in a local account, and of those of its pieces."""
    pieces: Sequence[str] = ()
    """The statuses of its pieces, if it was split in a local account."""

    @property
    def state(self) -> str:
        """The status as people read it. The status of a split order does not change any more."""
        return split_text(self.pieces) if self.pieces else status_text(self.status)


@dataclass(frozen=True, kw_only=True)
class Findings:
    """The first findings, exact ones before others, and how many there are."""

    findings: Sequence[Finding]
    total: int


def search(config: Config, store: Store, text: str, *, limit: int) -> Findings:
    """Return the first orders and products with this text."""
    found = search_each(config, store, text, limit=limit)
    return dataclasses.replace(found, findings=found.findings[:limit])


def search_each(config: Config, store: Store, text: str, *, limit: int) -> Findings:
    """Return the orders and products with this text, so many of each local account."""
    local = [_in_account(config, store, desk, text, limit) for desk in local_desks(config)]
    remote = [*_in_remote_accounts(config, store, text)]
    found = [finding for of in local for finding in of.findings] + remote
    found.sort(key=lambda finding: (not finding.is_exact, finding.kind))
    return Findings(findings=found, total=len(remote) + sum(of.total for of in local))


def pairs(config: Config, store: Store, findings: Sequence[Finding]) -> list[Finding]:
    """Return one finding per order: the one in the account that ships it, if that is known."""
    shipping = {name: portal.supplier.account for name, portal in config.portals.items()}
    places: dict[tuple[str, str, str], Finding] = {
        (finding.kind, finding.account, finding.id): finding for finding in findings
    }
    of_merchants = [
        finding
        for finding in findings
        if finding.kind == "order" and finding.account != shipping.get(finding.portal or "")
    ]
    places |= _beyond_the_limit(config, store, of_merchants, known=places)
    rows: dict[tuple[str, str, str], Finding] = {}
    for finding in findings:
        other = places.get((finding.kind, finding.other_account or "", finding.other_id or ""))
        if other and finding.account != shipping.get(finding.portal or ""):
            rows.setdefault((other.kind, other.account, other.id), _joined(other, finding))
        else:
            rows.setdefault((finding.kind, finding.account, finding.id), finding)
    return [*rows.values()]


def _beyond_the_limit(
    config: Config,
    store: Store,
    findings: Sequence[Finding],
    *,
    known: Collection[tuple[str, str, str]],
) -> dict[tuple[str, str, str], Finding]:
    """Return the other sides of orders that the limit of the search has left out."""
    wanted: dict[str, list[Match]] = {}
    for finding in findings:
        account, number = finding.other_account or "", finding.other_id or ""
        if number and ("order", account, number) not in known:
            wanted.setdefault(account, []).append(
                Match(
                    id=number,
                    field=finding.field,
                    value=finding.value,
                    is_exact=finding.is_exact,
                    status="",
                )
            )
    found = [
        finding
        for desk in local_desks(config)
        if desk.name in wanted
        for finding in _orders_in(config, store, desk, wanted[desk.name])
    ]
    return {("order", finding.account, finding.id): finding for finding in found}


def _joined(finding: Finding, other: Finding) -> Finding:
    """Return a finding with what the text was found in, which may be on the other side."""
    best = other if other.is_exact and not finding.is_exact else finding
    return dataclasses.replace(finding, field=best.field, value=best.value, is_exact=best.is_exact)


def orders_of(config: Config, store: Store, text: str) -> tuple[list[Finding], bool]:
    """Return the orders with this tracking number, otherwise those of this customer.

    An order of two accounts is one. The second value is true if there may be more.
    """
    # A short number is rather that of an order than a part of a phone number, and an unknown
    # order must not take the time that a search takes.
    if len(text.strip()) < _PHONE_DIGITS and not any(char.isalpha() for char in text):
        return [], False
    found = search_each(config, store, text.strip(), limit=_FEW)
    orders = [finding for finding in found.findings if finding.kind == "order"]
    parcels = [order for order in orders if order.field == "tracking" and order.is_exact]
    orders = parcels or [order for order in orders if order.field == "customer"]
    return pairs(config, store, orders), found.total > len(found.findings)


def local_desks(config: Config) -> list[Desk]:
    """Return the desks of all local accounts."""
    return [
        Desk(name=account.name, **account.options)
        for account in config.accounts.values()
        if is_embedded(account.kind) and is_usable(config, account.name)
    ]


def has_remote_accounts(config: Config) -> bool:
    """True if the configuration has an account at a service."""
    return any(not is_local(account.kind) for account in config.accounts.values())


def _in_account(config: Config, store: Store, desk: Desk, text: str, limit: int) -> Findings:
    find = Search(desk.file)
    orders, products = find.orders(text, limit=limit), find.products(text, limit=limit)
    found = _orders_in(config, store, desk, orders.matches)
    found += [
        Finding(
            kind="product",
            account=desk.name,
            id=match.id,
            field=match.field,
            value=match.value,
            is_exact=match.is_exact,
        )
        for match in products.matches
    ]
    return Findings(findings=found, total=orders.total + products.total)


def _orders_in(config: Config, store: Store, desk: Desk, matches: Sequence[Match]) -> list[Finding]:
    """Return the orders that match in a local account, as they are now."""
    find, owners = Search(desk.file), Owners.of(config, desk.name)
    listed = {
        entry.order.number: entry for entry in desk.orders_numbered([of.id for of in matches])
    }
    pieces = find.pieces_of([*listed])
    tracking = find.tracking_of([*listed, *(piece for of in pieces.values() for piece in of)])
    return [
        dataclasses.replace(
            _order(config, store, owners, match, listed[match.id]),
            customer=listed[match.id].order.ship_to.name,
            tracking=_tracking(tracking, [match.id, *pieces.get(match.id, ())]),
            pieces=tuple(pieces.get(match.id, {}).values()),
        )
        for match in matches
        if match.id in listed
    ]


def _tracking(known: Mapping[str, Sequence[str]], numbers: Sequence[str]) -> tuple[str, ...]:
    """Return the tracking numbers of an order and its pieces."""
    return tuple(tracking for number in numbers for tracking in known.get(number, ()))


def _order(
    config: Config, store: Store, owners: Owners, match: Match, listed: ListedOrder
) -> Finding:
    owner = owners.owner(listed)
    portal = config.portals.get(owner.portal or "")
    other = _other_side(store, portal, owners.account, match.id) if portal else None
    return Finding(
        kind="order",
        account=owners.account,
        id=match.id,
        field=match.field,
        value=match.value,
        is_exact=match.is_exact,
        status=listed.order.status,
        portal=owner.portal,
        merchant=owner.merchant,
        other_account=other[0] if other else None,
        other_id=other[1] if other else None,
    )


def _other_side(
    store: Store, portal: PortalConfig, account: str, number: str
) -> tuple[str, str] | None:
    """Return the account and the id of an order on the other side; None without a link."""
    links = store.links(store.portals.known_as(identity(portal)))
    if portal.supplier.account == account:
        link = links.of_supplier("order", [number]).get(number)
        return (portal.merchant.account, link.merchant_id) if link else None
    link = links.of_merchant("order", [number]).get(number)
    return (portal.supplier.account, link.supplier_id) if link else None


def _in_remote_accounts(config: Config, store: Store, text: str) -> Iterator[Finding]:
    """Yield what the store knows of remote accounts; local ones are read themselves."""
    for portal in config.portals.values():
        for known in store.ids(store.portals.known_as(identity(portal))).containing(text):
            linked = known if known.field == "id" else _linked(store, portal, known)
            yield from _known(config, portal, linked, text)


def _linked(store: Store, portal: PortalConfig, known: KnownId) -> KnownId:
    other = _other_side(store, portal, portal.merchant.account, known.merchant_id)
    return replace(known, supplier_id=other[1] if other else None)


def _known(config: Config, portal: PortalConfig, known: KnownId, text: str) -> Iterator[Finding]:
    merchant, supplier = portal.merchant.account, portal.supplier.account
    sides = (
        (merchant, known.merchant_id, supplier, known.supplier_id),
        (supplier, known.supplier_id, merchant, known.merchant_id),
    )
    for account, id_, other_account, other_id in sides:
        value = known.value or id_
        is_remote = not is_embedded(config.accounts[account].kind)
        is_match = known.field == "id" or account == merchant
        if id_ and value and is_remote and is_match and compact(text) in compact(value):
            yield Finding(
                kind=known.kind,
                account=account,
                id=id_,
                field=_field(known),
                value=value,
                is_exact=compact(value) == compact(text),
                portal=portal.name,
                merchant=merchant,
                other_account=other_account if other_id else None,
                other_id=other_id,
            )


def _field(known: KnownId) -> Field:
    if known.field == "tracking":
        return "tracking"
    return "number" if known.kind == "order" else "sku"
