"""Opens the account of the people under test as its configuration describes it."""

import json
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from types import MappingProxyType
from typing import overload

from ordosync.accounts.account import CheckResult, PortalContext, Role, required
from ordosync.accounts.connections import Connections
from ordosync.accounts.merchant import (
    Merchant,
    MerchantCancellations,
    MerchantProducts,
    MerchantShortages,
    MerchantSplits,
    MerchantStock,
    MerchantTracking,
)
from ordosync.accounts.portal_account import OrderListing
from ordosync.accounts.supplier import (
    Supplier,
    SupplierCancellations,
    SupplierEdits,
    SupplierProducts,
    SupplierShipments,
    SupplierShortages,
    SupplierSplits,
    SupplierStock,
)
from ordosync.config import load_config
from ordosync.config.settings import ProductsConfig
from ordosync.errors import LeaseLostError
from ordosync.models import Comment
from tests.accounts.contract.people import MerchantPeople, People, SupplierPeople

SIDES: dict[Role, str] = {"merchant": "shop", "supplier": "northwind"}
"""Names of both accounts of the portal."""
PORTAL = "shop-northwind"


def write_config(
    folder: Path,
    merchant: People | None,
    supplier: People | None,
    options: Mapping[str, object] = MappingProxyType({}),
    /,
    **portal: object,
) -> Path:
    """Write a configuration with one portal; an account without people is an embedded one.

    `options` are added to the options of every account.
    """
    accounts: dict[str, object] = {}
    sides: dict[str, object] = {}
    for (role, name), people in zip(SIDES.items(), (merchant, supplier), strict=True):
        embedded = {"kind": "sqlite", "path": f"{name}.db"}
        accounts[name] = {**people.options, **options} if people else embedded
        sides[role] = {"account": name, **(people.pair if people else {})}
    settings = {"accounts": accounts, "portals": {PORTAL: {**sides, **portal}}}
    path = folder / "config.yaml"
    # Secrets may be in a file that only its owner can read.
    path.touch(0o600)
    # JSON is YAML, too.
    path.write_text(json.dumps(settings))
    return path


class OpenAccount:
    """An open account as one portal sees it; its parts are asserted to exist."""

    def __init__(self, side: Merchant | Supplier) -> None:
        self.side = side
        self.name = side.name
        self.limits = side.limits
        self.client = side.client

    @property
    def listing(self) -> OrderListing:
        return required(self.side.listing)

    def comment(self, comments: Sequence[Comment]) -> None:
        self.side.comment(comments)

    def check(self) -> list[CheckResult]:
        return list(self.side.check())

    def finish_reading(
        self, unsettled: AbstractSet[str], *, sources: AbstractSet[str] = frozenset()
    ) -> AbstractSet[str]:
        return self.side.finish_reading(unsettled, sources=sources)

    def close(self) -> None:
        self.side.close()


class OpenMerchant(OpenAccount):
    """An open Merchant whose parts exist."""

    side: Merchant

    def __init__(self, people: MerchantPeople, side: Merchant) -> None:
        super().__init__(side)
        self.people = people
        self.orders = side.orders

    @property
    def cancellations(self) -> MerchantCancellations:
        return required(self.side.cancellations)

    @property
    def products(self) -> MerchantProducts:
        return required(self.side.products)

    @property
    def stock(self) -> MerchantStock:
        return required(self.side.stock)

    @property
    def tracking(self) -> MerchantTracking:
        return required(self.side.tracking)

    @property
    def splits(self) -> MerchantSplits:
        return required(self.side.splits)

    @property
    def shortages(self) -> MerchantShortages:
        return required(self.side.shortages)


class OpenSupplier(OpenAccount):
    """An open Supplier whose parts exist."""

    side: Supplier

    def __init__(self, people: SupplierPeople, side: Supplier) -> None:
        super().__init__(side)
        self.people = people
        self.orders = side.orders

    @property
    def cancellations(self) -> SupplierCancellations:
        return required(self.side.cancellations)

    @property
    def products(self) -> SupplierProducts:
        return required(self.side.products)

    @property
    def stock(self) -> SupplierStock:
        return required(self.side.stock)

    @property
    def shipments(self) -> SupplierShipments:
        return required(self.side.shipments)

    @property
    def splits(self) -> SupplierSplits:
        return required(self.side.splits)

    @property
    def shortages(self) -> SupplierShortages:
        return required(self.side.shortages)

    @property
    def edits(self) -> SupplierEdits:
        return required(self.side.edits)


@overload
def opened(
    people: MerchantPeople,
    *,
    partner: str = ...,
    options: Mapping[str, object] = ...,
    pair: Mapping[str, object] = ...,
    selection: ProductsConfig | None = ...,
) -> OpenMerchant: ...
@overload
def opened(
    people: SupplierPeople,
    *,
    partner: str = ...,
    options: Mapping[str, object] = ...,
    pair: Mapping[str, object] = ...,
    selection: ProductsConfig | None = ...,
) -> OpenSupplier: ...
def opened(
    people: MerchantPeople | SupplierPeople,
    *,
    partner: str = "",
    options: Mapping[str, object] = MappingProxyType({}),
    pair: Mapping[str, object] = MappingProxyType({}),
    selection: ProductsConfig | None = None,
) -> OpenMerchant | OpenSupplier:
    """Open the account of these people in the role that they play in a portal.

    `options` and `pair` are added to the options of the people.
    """
    if pair:
        people.pair = {**people.pair, **pair}
    merchant = people if isinstance(people, MerchantPeople) else None
    supplier = people if isinstance(people, SupplierPeople) else None
    config = load_config(write_config(people.folder, merchant, supplier, options, **people.portal))
    portal = config.portals[PORTAL]
    side, opposite = portal.merchant, portal.supplier
    if supplier:
        side, opposite = opposite, side
    context = PortalContext(
        partner=partner or opposite.account,
        selection=selection or portal.products,
        spool=people.folder / "spool",
        places=people.folder / "places",
    )
    account = config.opened[side.account]
    if isinstance(people, SupplierPeople):
        return OpenSupplier(people, account.supplier(side.pair, context, people.connections))
    return OpenMerchant(people, account.merchant(side.pair, context, people.connections))


def lose_lease(people: People) -> None:
    """Let accounts that are opened from now on be of a process that may have lost its lease."""

    def refuse() -> None:
        raise LeaseLostError("frozen")

    people.connections.close()
    people.connections = Connections(people.clock, write_guard=lambda: refuse)
