"""The quantity to write of one product, and how it is computed."""

from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from ordosync.models import Stock, normalized_sku
from ordosync.stock_rules import StockRule, calculation, published
from ordosync.store.stock_stops import Stop
from ordosync.tasks.stock.age import Verdict
from ordosync.tasks.stock.division import NOT_WRITTEN, Offer, PoolProduct
from ordosync.tasks.stock.rules import DISCONTINUED, StockRules
from ordosync.tasks.stock.stops import reason_text


class Target(Struct, frozen=True, kw_only=True):
    """The quantity that the Merchant shows of a product, and what it is computed from."""

    current: Stock
    """As the Merchant shows it now."""
    available: int
    """At the Supplier; negative if it has sold too many, and 0 if it is not counted."""
    unsent: int
    """The Merchant's units that are sold and that the Supplier does not have."""
    rule: StockRule
    pack: int = 1
    """The units of the Supplier in one unit of the Merchant."""
    age: Verdict | None = None
    """What happens to a quantity that is too old; None if it is not."""
    is_counted: bool = True
    """False if the Supplier has no quantity of it."""
    is_stopped: bool = False
    """True if this product is stopped, and not only by its rule."""
    offer: Offer | None = None
    """The units for this portal; None if each portal shows all of them."""

    @classmethod
    def of(
        cls,
        item: Stock,
        current: Stock,
        sold: Mapping[str, int],
        rules: StockRules,
        stop: Stop | None,
        *,
        pack: int = 1,
    ) -> "Target":
        """Return the target of the Supplier's product `item`; its rule was read."""
        rule = rules.of(current.sku)
        if reason := stop.reason if stop else rules.stop_of(item):
            rule = replace(rule, stop=reason)
        return cls(
            current=current,
            available=item.quantity or 0,
            is_counted=item.quantity is not None,
            unsent=current.unsent + sold.get(current.sku, 0),
            rule=rule,
            pack=pack,
            is_stopped=stop is not None,
        )

    def aged(self, age: Verdict, reason: str) -> "Target":
        """Return the target of a product whose quantity at the Supplier is too old."""
        return replace(self, rule=replace(self.rule, stop=reason), age=age)

    def in_pool(self, item: Stock) -> PoolProduct:
        """Return the product as the pool of its Supplier divides it; `item` is the Supplier's."""
        return PoolProduct(
            key=normalized_sku(item.sku),
            supplier_id=item.product_id,
            merchant_id=self.current.product_id,
            sku=self.current.sku,
            available=self.available,
            shown=self.current.quantity or 0,
            unsent=self.unsent,
            pack=self.pack,
            rule=NOT_WRITTEN if self.current.fixed else self.rule,
        )

    def offered(self, offer: Offer | None) -> "Target":
        """Return the target with the units for this portal."""
        return replace(self, offer=offer) if offer else self

    @property
    def keeps_quantity(self) -> bool:
        """True if the quantity at the Merchant stays, since that of the Supplier is too old."""
        return self.age is not None and not self.age.is_zero

    @property
    def is_settled(self) -> bool:
        """True if the pool has the units that the Merchant shows, if there is a pool."""
        return self.offer is None or (self.offer.is_noted and not self.offer.gives_up)

    @property
    def remaining(self) -> int:
        """The available units minus the unsent ones; negative if too many are sold."""
        return self.available - self.unsent * self.pack

    @property
    def quantity(self) -> int:
        """The quantity to write."""
        return published(
            self.available, self.rule, unsent=self.unsent, pack=self.pack, quota=self._quota
        )

    @property
    def _quota(self) -> int | None:
        return self.offer.units if self.offer else None

    @property
    def cause(self) -> str:
        """The reason for a quantity of 0, for the safety limit; empty: the Supplier has none."""
        if self.age:
            return "by an old quantity"
        if self.rule.stop:
            return "" if self.rule.stop == DISCONTINUED else "by a stop"
        if self.offer and self.remaining > 0 and self.offer.units <= self.unsent * self.pack:
            return "by the quotas of other portals"
        return "by a rule" if self.remaining > 0 else ""

    @property
    def stock(self) -> Stock:
        """The quantity to write, as the Merchant's account takes it."""
        return replace(self.current, quantity=self.quantity)

    @property
    def calculation(self) -> str:
        """The calculation of the quantity as text; empty if all available units are shown."""
        rule = self.rule
        if self.age:
            return rule.stop
        if rule.stop:
            rule = replace(rule, stop=reason_text(rule.stop))
        if not self.is_counted:
            return f"not counted at the Supplier, {rule.stop}, {self.quantity} shown"
        return calculation(
            self.available, rule, unsent=self.unsent, pack=self.pack, quota=self._quota
        )
