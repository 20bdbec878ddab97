"""The quantity to write of each product, and how it is computed."""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import replace as replace_fields
from typing import NamedTuple

from msgspec.structs import replace

from ordosync.models import Stock
from ordosync.stock_rules import StockRule, calculation, published
from ordosync.store.links import Link
from ordosync.store.stock_stops import Stop
from ordosync.tasks.stock.age import StockAge, Verdict
from ordosync.tasks.stock.rules import DISCONTINUED, StockRules
from ordosync.tasks.stock.stops import Stops, reason_text


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """The quantity that the Merchant shows of a product, and what it is computed from."""

    current: Stock
    """As the Merchant shows it now."""
    available: int
    """At the Supplier; negative if it has sold too many, and 0 if it is not counted."""
    unsent: int
    """Units that the Merchant has sold and the Supplier does not have."""
    rule: StockRule
    age: Verdict | None = None
    """What happens to a quantity that is too old; None if it is not."""
    is_counted: bool = True
    """False if the Supplier has no quantity of it."""
    is_stopped: bool = False
    """True if this product is stopped, and not only by its rule."""

    @classmethod
    def of(
        cls,
        item: Stock,
        current: Stock,
        sold: Mapping[str, int],
        rules: StockRules,
        stop: Stop | None,
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
            is_stopped=stop is not None,
        )

    def aged(self, age: Verdict, reason: str) -> "Target":
        """Return the target of a product whose quantity at the Supplier is too old."""
        return replace_fields(self, rule=replace(self.rule, stop=reason), age=age)

    @property
    def remaining(self) -> int:
        """The available units minus the unsent ones; negative if too many are sold."""
        return self.available - self.unsent

    @property
    def quantity(self) -> int:
        """The quantity to write."""
        return published(self.available, self.rule, unsent=self.unsent)

    @property
    def cause(self) -> str:
        """The reason for a quantity of 0, for the safety limit; empty: the Supplier has none."""
        if self.age:
            return "by an old quantity"
        if self.rule.stop:
            return "" if self.rule.stop == DISCONTINUED else "by a stop"
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
        return calculation(self.available, rule, unsent=self.unsent)


class Targets(NamedTuple):
    """The values that the quantities of a page are computed from."""

    links: Mapping[str, Link]
    at_merchant: Mapping[str, Stock]
    sold: Mapping[str, int]
    rules: StockRules
    stops: Stops
    ages: StockAge

    def of(self, item: Stock, current: Stock | None) -> Target | None:
        """Return the target of a product; None if an account does not have or count it."""
        if current is None:
            return None
        stop = self.stops.of(item, current)
        target = Target.of(item, current, self.sold, self.rules, stop)
        if target.rule.stop:
            # It is shown as 0, however old the Supplier's quantity is.
            return target
        age = None if current.fixed else self.ages.of(item)
        if item.quantity is None and not (age and age.is_zero):
            return None
        return target.aged(age, self.ages.reason(item)) if age else target
