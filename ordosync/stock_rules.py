"""The quantity that a Merchant shows of a Supplier's product, by the rules of its portal.

`published` computes every quantity that is written to a Merchant; no other code computes one.
"""

from collections.abc import Iterator

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
        if not self.buffer_percent:
            return self.buffer
        return max(self.buffer, -(-max(available, 0) * self.buffer_percent // 100))


ALL_AVAILABLE = StockRule()
"""The rule of a portal without rules."""


def published(
    available: int,
    rule: StockRule,
    *,
    unsent: int = 0,
    pack: int = 1,
    quota: int | None = None,
) -> int:
    """Return the quantity that the Merchant shows: 0 or more, in units of the Merchant.

    `available`, `quota` and the buffers are units of the Supplier, and `pack` of them are one unit
    of the Merchant. `unsent` are the Merchant's units that are sold and that the Supplier does not
    have. `quota` are the units that the portal may sell, unsent ones included; None: all.
    """
    shown = _sellable(available, rule, unsent=unsent, pack=pack, quota=quota)
    if rule.stop or shown < rule.zero_below:
        return 0
    return shown if rule.maximum is None else min(shown, rule.maximum)


def _sellable(available: int, rule: StockRule, *, unsent: int, pack: int, quota: int | None) -> int:
    """Return the Merchant's units that are neither sold nor kept back; rounded once, at the end."""
    left = available if quota is None else min(available, quota)
    return max((left - unsent * pack - rule.kept_back(available)) // pack, 0)


def needed(quota: int, available: int, rule: StockRule, *, unsent: int, pack: int) -> int:
    """Return the units of a quota that are sold, shown or kept back; the others are idle."""
    units = published(available, rule, unsent=unsent, pack=pack, quota=quota)
    return unsent * pack + (units * pack + rule.kept_back(available) if units else 0)


def calculation(
    available: int,
    rule: StockRule,
    *,
    unsent: int = 0,
    pack: int = 1,
    quota: int | None = None,
) -> str:
    """Return how `published` computes a quantity, as text; empty if all units are shown.

    Only the parts that change the quantity are in it: 13 at the Supplier, 2 kept back, 6 to a
    case, 1 shown.
    """
    begin = f"{available} at the Supplier"
    if unsent:
        begin += f" minus {unsent} sold but not imported yet"
    parts = [*_parts(available, rule, unsent=unsent, pack=pack, quota=quota)]
    if not parts:
        return begin if unsent else ""
    shown = published(available, rule, unsent=unsent, pack=pack, quota=quota)
    return ", ".join((begin, *parts, f"{shown} shown"))


def _parts(
    available: int, rule: StockRule, *, unsent: int, pack: int, quota: int | None
) -> Iterator[str]:
    """Yield the parts of a calculation after the units that are there."""
    if rule.stop:
        yield rule.stop
    if rule.stop or available - unsent * pack <= 0:
        return
    if quota is not None and quota < available:
        yield f"{quota} of them for this portal"
    if kept := rule.kept_back(available):
        yield f"{kept} kept back"
    if pack > 1:
        yield f"{pack} to a case"
    shown = _sellable(available, rule, unsent=unsent, pack=pack, quota=quota)
    if 0 < shown < rule.zero_below:
        yield f"{shown} left, fewer than {rule.zero_below}"
    elif rule.maximum is not None and shown > rule.maximum:
        yield f"at most {rule.maximum}"
