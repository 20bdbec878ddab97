"""The quantity to write of one product, and how it is computed."""

from dataclasses import dataclass

from msgspec.structs import replace

from ordosync.models import Stock
from ordosync.stock_rules import StockRule, published
from ordosync.tasks.stock.age import Verdict
from ordosync.tasks.stock.stops import reason_text


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """The quantity that the Merchant shows of a product, and what it is computed from."""

    current: Stock
    """As the Merchant shows it now."""
    available: int
    """At the Supplier; negative if it has sold too many."""
    unsent: int
    """Units that the Merchant has sold and the Supplier does not have."""
    rule: StockRule
    age: Verdict | None = None
    """What happens to a quantity that is too old; None if it is not."""

    @property
    def is_stale(self) -> bool:
        """True if the quantity at the Supplier is too old."""
        return self.age is not None

    @property
    def remaining(self) -> int:
        """The available units minus the unsent ones; negative if too many are sold."""
        return self.available - self.unsent

    @property
    def quantity(self) -> int:
        """The quantity to write."""
        return published(self.available, self.rule, unsent=self.unsent)

    @property
    def stock(self) -> Stock:
        """The quantity to write, as the Merchant's account takes it."""
        return replace(self.current, quantity=self.quantity)

    @property
    def calculation(self) -> str:
        """The calculation of the quantity as text; empty if all available units are shown."""
        if self.rule.stop:
            return reason_text(self.rule.stop)
        if not self.unsent:
            return ""
        return f"{self.available} at the Supplier minus {self.unsent} sold but not imported yet"
