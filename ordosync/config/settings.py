"""Settings: the loaded configuration as frozen values."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from ordosync.accounts.account import Account
from ordosync.accounts.option_types import FirstOf
from ordosync.config.alert_settings import NO_PINGS, AlertsConfig, PingConfig
from ordosync.config.hold_settings import NO_HOLD, HoldConfig
from ordosync.config.policy_settings import (
    EDITS_BY_DEFAULT,
    SHORTAGES_BY_DEFAULT,
    EditsConfig,
    ShortagesConfig,
)
from ordosync.config.stock_settings import (
    NO_SELLING_RULES,
    NO_STOCK_RULES,
    SellingConfig,
    StockConfig,
)
from ordosync.left_out import is_among
from ordosync.max_age import MaxAge, max_age_of
from ordosync.store.location import StoreLocation

SCHEDULED_TASKS = ("import-orders", "import-products", "write-inventory-back", "cancel-orders")
GLOBAL_TASKS = ("import-orders", "import-products", "write-inventory-back")
AT_ONCE_TASKS = ("update-tracking", "split-order", "report-shortages")

PortalGroups = Mapping[str, Sequence["PortalConfig"]]
Interval = Literal["10-minutes", "hourly", "6-hours", "daily", "off"]
Optional = Literal[
    "ship_to_email",
    "ship_to_phone",
    "bill_to_address",
    "bill_to_email",
    "bill_to_phone",
    "customer_notes",
    "internal_notes",
    "line_total",
    "line_discount",
    "order_discount",
    "tags",
    "supplier_sku",
    "supplier_unit_cost",
    "placed_at",
]


@dataclass(frozen=True, kw_only=True, repr=False)
class ProductsConfig:
    """Selection of the Merchant's products and lines for this Supplier."""

    skus: tuple[str, ...] = ()
    """Case-sensitive shell patterns (`NW-*`); empty: all SKUs."""
    but: tuple[str, ...] = ()
    """Patterns of SKUs that are excluded from `skus`."""

    def __repr__(self) -> str:
        # The store identifies a portal by this text. Older versions had no `but`.
        but = f", but={self.but!r}" if self.but else ""
        return f"ProductsConfig(skus={self.skus!r}{but})"

    @property
    def are_all(self) -> bool:
        """True if all SKUs are selected."""
        return not self.skus and not self.but

    def has(self, sku: str) -> bool:
        """True if this SKU is selected."""
        return (not self.skus or _matches(sku, self.skus)) and not _matches(sku, self.but)


def _matches(sku: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(sku, pattern) for pattern in patterns)


@dataclass(frozen=True, kw_only=True)
class ShippingMethodsConfig:
    """Mapping of the requested shipping method: `map`, otherwise `default`, otherwise unchanged."""

    default: str | None = None
    map: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class AccountConfig:
    """An account: its kind, and the options of that kind as keyword arguments of its class."""

    name: str
    kind: str
    options: Mapping[str, Any]
    selling: SellingConfig = NO_SELLING_RULES
    """As a Supplier, in all its portals."""
    host: str | None = None
    """The name of the machine that has its files; None if each machine can use it."""

    @cached_property
    def age_limits(self) -> Mapping[str, MaxAge]:
        """The maximum age of each reading that has one, such as `stock`."""
        zone = self.options.get("timezone") or "UTC"
        if self.selling.max_age and (limit := max_age_of(self.selling, zone)):
            return {"stock": limit}
        limits = {
            reading: getattr(self.options.get(reading), "age_limit", None)
            for reading in ("orders", "products", "stock", "shipments")
        }
        return {reading: limit for reading, limit in limits.items() if limit}


@dataclass(frozen=True, kw_only=True)
class SideConfig:
    """One side of a portal: the name of an account and its options for this portal."""

    account: str
    pair: Any


@dataclass(frozen=True, kw_only=True)
class PortalConfig:
    """A portal: one Merchant, one Supplier, and its options."""

    name: str
    merchant: SideConfig
    supplier: SideConfig
    was: str | None = None
    """The old name of a renamed portal."""
    since: date | None = None
    """First day of imported orders, in the time zone of the Merchant account."""
    manage_inventory: bool = False
    products: ProductsConfig = ProductsConfig()
    ignore_skus: tuple[str, ...] = ()
    """SKUs and shell patterns of lines that are not goods, such as postage."""
    address: Literal["required", "optional"] = "required"
    """`optional` also sends orders without a street, or without both town and postcode."""
    send: tuple[Optional, ...] = ()
    shipping_methods: ShippingMethodsConfig = ShippingMethodsConfig()
    hold: HoldConfig = NO_HOLD
    edits: EditsConfig = EDITS_BY_DEFAULT
    cancel_deadline: timedelta = timedelta(days=2)
    """The time in which a Supplier that is asked to cancel an order should answer."""
    shortages: ShortagesConfig = SHORTAGES_BY_DEFAULT
    stock: StockConfig = NO_STOCK_RULES
    sku_map: Path | None = None
    """A CSV file with the Supplier's SKU and the units of each of the Merchant's SKUs."""
    unknown_sku: Literal["create", "hold"] = "create"
    """`hold` keeps orders back with a SKU that is neither in the map nor the Supplier's."""
    tasks: Mapping[str, Interval] = field(default_factory=dict)
    """The interval of each scheduled task, with defaults."""
    ping: PingConfig = NO_PINGS
    unavailable: Mapping[str, str] = field(default_factory=dict)
    """The tasks that lack a part of one of the accounts, with the reason. Not an option."""
    supplier_key: Hashable = None
    """As `Merchant.supplier_key`. Not an option."""
    decided: frozenset[str] = frozenset()
    """The tasks whose interval is in the file. Not an option."""

    def ignores(self, sku: str) -> bool:
        """True if a line of this SKU is not sent to the Supplier, since it is not goods."""
        return is_among(sku, self.ignore_skus)

    def requests(self, sku: str) -> bool:
        """True if a line of this SKU is sent to the Supplier."""
        return self.products.has(sku) and not self.ignores(sku)


DESK_COLUMNS = (
    "number",
    "carrier",
    "tracking",
    "method",
    "cost",
    "warehouse",
    "shipped-at",
    "sku",
    "quantity",
    "by",
    "price",
    "kit",
    "bin",
    "piece",
    "reason",
    "later",
    "note",
    "supplier",
    "currency",
    "name",
    "company",
    "street1",
    "street2",
    "city",
    "state",
    "zip",
    "country",
    "email",
    "phone",
)
"""The columns of files for `--from`."""


@dataclass(frozen=True, kw_only=True)
class DeskConfig:
    """Options of the commands that change a local account."""

    columns: Mapping[str, FirstOf] = field(default_factory=dict)
    """The headers of columns in files for `--from`, such as `number: [Order Number, Ref]`."""

    def __post_init__(self) -> None:
        for name in self.columns:
            if name not in DESK_COLUMNS:
                known = ", ".join(DESK_COLUMNS)
                raise ValueError(f"columns: {name!r} is not a column; known: {known}")


@dataclass(frozen=True, kw_only=True)
class Config:
    """A complete and valid configuration."""

    path: Path
    digest: str
    """Digest of the bytes of the file, which changes with each edit."""
    database: StoreLocation
    retention: timedelta | None
    """The time for which the log is kept; None if it is kept forever."""
    accounts: Mapping[str, AccountConfig]
    portals: Mapping[str, PortalConfig]
    opened: Mapping[str, Account]
    """The accounts with their options, by name: from each, any number of portals is opened."""
    default_account: str | None = None
    """The local account of commands without `--account`."""
    desk: DeskConfig = DeskConfig()
    alerts: AlertsConfig | None = None
    """None if no alerts are sent."""
    originals: StoreLocation | None = None
    """For a dry run, the database that `database` is a copy of."""

    @property
    def places(self) -> Path:
        """The folder for files of places; a dry run has the same."""
        return (self.originals or self.database).places

    @cached_property
    def by_merchant(self) -> PortalGroups:
        """The portals of each Merchant account that has any."""
        return _grouped(self.portals, lambda portal: portal.merchant)

    @cached_property
    def by_supplier(self) -> PortalGroups:
        """The portals of each Supplier account that has any."""
        return _grouped(self.portals, lambda portal: portal.supplier)


def _grouped(
    portals: Mapping[str, PortalConfig], side: Callable[[PortalConfig], SideConfig]
) -> PortalGroups:
    groups: dict[str, list[PortalConfig]] = {}
    for portal in portals.values():
        groups.setdefault(side(portal).account, []).append(portal)
    return groups
