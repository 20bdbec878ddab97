"""The configuration as frozen values, as `load` returns it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Literal

from ordosync.secret import Secret

SCHEDULED_TASKS = ("import-orders", "import-products", "write-inventory-back", "cancel-orders")
GLOBAL_TASKS = ("import-orders", "import-products", "write-inventory-back")
AT_ONCE_TASKS = ("update-tracking", "split-order")

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
]


@dataclass(frozen=True, kw_only=True, repr=False)
class ProductsConfig:
    """Which of the Merchant's products and lines are this Supplier's."""

    skus: tuple[str, ...] = ()
    """Patterns as in a shell (`NW-*`), matched with case; empty: all of them."""
    but: tuple[str, ...] = ()
    """Patterns of those that are not, although `skus` has them."""

    def __repr__(self) -> str:
        # The store knows a portal by this text, also from before there was a `but`.
        but = f", but={self.but!r}" if self.but else ""
        return f"ProductsConfig(skus={self.skus!r}{but})"

    @property
    def are_all(self) -> bool:
        """True if every SKU is this Supplier's."""
        return not self.skus and not self.but

    def has(self, sku: str) -> bool:
        """Return True if a product or line of this SKU is this Supplier's."""
        return (not self.skus or _matches(sku, self.skus)) and not _matches(sku, self.but)


def _matches(sku: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(sku, pattern) for pattern in patterns)


@dataclass(frozen=True, kw_only=True)
class ShippingMethodsConfig:
    """What becomes of the requested shipping method: `map` first, then `default`, then itself."""

    default: str | None = None
    map: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class PingConfig:
    """URLs that are asked for when scheduled work of a portal starts and ends."""

    start: Secret | None = None
    success: Secret | None = None
    failure: Secret | None = None

    def __post_init__(self) -> None:
        for name in ("start", "success", "failure"):
            url = getattr(self, name)
            if url is not None and not url.reveal().startswith(("http://", "https://")):
                raise ValueError(f"{name} must be a URL that begins with https:// or http://")


@dataclass(frozen=True, kw_only=True)
class AccountConfig:
    """An account: its kind, and the options of that kind as keyword arguments of its class."""

    name: str
    kind: str
    options: Mapping[str, Any]
    is_valid: bool = True
    """False if an option has a problem; then the configuration is refused."""


@dataclass(frozen=True, kw_only=True)
class SideConfig:
    """One side of a portal: an account's name and the options that belong to this pair."""

    account: str
    pair: Any


@dataclass(frozen=True, kw_only=True)
class PortalConfig:
    """One Merchant and one Supplier, and how they are kept in step."""

    name: str
    merchant: SideConfig
    supplier: SideConfig
    was: str | None = None
    """The name under which the store knows this portal, where it has been renamed."""
    since: date | None = None
    """Midnight in the Merchant account's time zone; nothing placed before it is imported."""
    manage_inventory: bool = False
    products: ProductsConfig = ProductsConfig()
    address: Literal["required", "optional"] = "required"
    """`optional` also sends orders that lack a street, or both town and postcode."""
    send: tuple[Optional, ...] = ()
    shipping_methods: ShippingMethodsConfig = ShippingMethodsConfig()
    tasks: Mapping[str, Interval] = field(default_factory=dict)
    """The interval of each scheduled task, defaults filled in."""
    ping: PingConfig = PingConfig()
    decided: frozenset[str] = frozenset()
    """The tasks whose interval the file says; no option itself."""


@dataclass(frozen=True, kw_only=True)
class Config:
    """A whole configuration that has no problem."""

    path: Path
    digest: str
    """Tells the bytes of the file from those of an edited one."""
    database: Path
    retention: timedelta | None
    """For how long the log is kept; None: for ever."""
    accounts: Mapping[str, AccountConfig]
    portals: Mapping[str, PortalConfig]
