"""The quantity that a Merchant shows of a Supplier's product, by the rules of its portal.

`published` computes every quantity that is written to a Merchant; no other code computes one.
"""

from msgspec import Struct


class StockRule(Struct, frozen=True, kw_only=True, gc=False):
    """The rule for one product of a portal. By default all available units are shown."""

    buffer: int = 0
    """Units of the Supplier that are kept back."""
    buffer_percent: int = 0
    """Share of the available units that is kept back, rounded up; the larger buffer counts."""
    zero_below: int = 0
    """A quantity below this is shown as 0."""
    maximum: int | None = None
    """A larger quantity is shown as this."""
    stop: str = ""
    """The reason why the Merchant does not sell it: it is shown as 0. Empty: it is sold."""

    def kept_back(self, available: int) -> int:
        """Return the units of the Supplier that are not shown."""
        share = -(-max(available, 0) * self.buffer_percent // 100)
        return max(self.buffer, share)


ALL_AVAILABLE = StockRule()
"""The rule of a portal without rules."""


def published(available: int, rule: StockRule, *, unsent: int = 0, pack: int = 1) -> int:
    """Return the quantity that the Merchant shows: 0 or more, in units of the Merchant.

    `available` and the buffers are units of the Supplier, and `pack` of them are one unit of the
    Merchant. `unsent` are the Merchant's units that are sold and that the Supplier does not have.
    """
    if rule.stop:
        return 0
    remaining = available - unsent * pack - rule.kept_back(available)
    shown = max(remaining // pack, 0)
    if shown < rule.zero_below:
        return 0
    return shown if rule.maximum is None else min(shown, rule.maximum)
