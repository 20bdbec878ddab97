"""Shares of the portals in the units of one product. Pure functions.

The shares are whole units, follow the weights of the portals, and never add up to more than there
is. A portal gets no unit that it could not show: not more than its rule allows, and not fewer than
it needs to show one unit. If there are too few units for all portals, the first ones in turn get
theirs, so that each portal has units at times.
"""

from collections.abc import Sequence

from msgspec import Struct

from ordosync.stock_rules import StockRule


class Claim(Struct, frozen=True, kw_only=True, gc=False):
    """The units of a product that one portal can use."""

    weight: int
    """Its `share` in the configuration; 0 gets nothing."""
    least: int = 1
    """The units of the Supplier with which it shows one unit."""
    most: int | None = None
    """The units with which it shows as many as it may; None: any number."""


def claim_of(rule: StockRule, *, weight: int, available: int, pack: int) -> Claim:
    """Return the claim of a portal with this rule; `pack` Supplier units are one Merchant unit.

    The buffer counts, since its units are not shown.
    """
    kept = rule.kept_back(available)
    if rule.stop or rule.maximum == 0:
        return Claim(weight=0)
    least = max(rule.zero_below, 1) * pack + kept
    most = None if rule.maximum is None else max(rule.maximum * pack + kept, least)
    return Claim(weight=weight, least=least, most=most)


def shares(pool: int, claims: Sequence[Claim], *, turn: int = 0) -> list[int]:
    """Return the units of each claim, in the same order.

    `turn` is any number that changes at times; it decides who comes first if units are too few.
    """
    found = [0] * len(claims)
    open_ = _admitted(pool, claims, turn)
    left = pool
    while open_:
        fixed = _out_of_bounds(left, claims, open_)
        if not fixed:
            break
        for index, units in fixed.items():
            found[index] = units
            left -= units
        open_ = [index for index in open_ if index not in fixed]
    for index, units in _by_weight(left, claims, open_).items():
        found[index] = units
    return found


def _admitted(pool: int, claims: Sequence[Claim], turn: int) -> list[int]:
    """Return the claims that can be met; each gets at least what it needs."""
    needed, admitted = 0, []
    count = len(claims)
    for index in ((place + turn) % count for place in range(count)):
        claim = claims[index]
        if claim.weight and needed + claim.least <= pool:
            needed += claim.least
            admitted.append(index)
    return sorted(admitted)


def _out_of_bounds(left: int, claims: Sequence[Claim], open_: Sequence[int]) -> dict[int, int]:
    """Return the claims whose share by weight is too small or too large, with the next best units.

    Only those on one side are returned, as the others may fit once these have their units.
    """
    total = sum(claims[index].weight for index in open_)
    low, high, balance = {}, {}, 0
    for index in open_:
        claim = claims[index]
        # Compared as products, since the share by weight may be a fraction.
        exact = left * claim.weight
        if exact < claim.least * total:
            low[index] = claim.least
            balance += claim.least * total - exact
        elif claim.most is not None and exact > claim.most * total:
            high[index] = claim.most
            balance -= exact - claim.most * total
    if low and high:
        return low if balance >= 0 else high
    return low or high


def _by_weight(left: int, claims: Sequence[Claim], open_: Sequence[int]) -> dict[int, int]:
    """Return whole shares by weight; the largest remainders get the rest, in a tie the first."""
    total = sum(claims[index].weight for index in open_)
    found = {index: left * claims[index].weight // total for index in open_}
    rest = left - sum(found.values()) if open_ else 0
    by_remainder = sorted(open_, key=lambda index: -(left * claims[index].weight % total))
    for index in by_remainder[:rest]:
        found[index] += 1
    return found
