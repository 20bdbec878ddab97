"""Remarks about a run: the lines that it did not send, or sent although they need no shipping."""

from collections.abc import Iterator, Sequence

from ordosync.left_out import LeftOut
from ordosync.text import plural

_MOST_SKUS = 5
"""The number of SKUs in a remark; the steps of the run have all of them."""


def left_out_notes(orders: Sequence[LeftOut]) -> Iterator[str]:
    """Yield a remark for each kind of line in orders that were sent."""
    if skus := [sku for order in orders for sku in order.unshipped]:
        yield f"{_lines(skus)} left out, no shipping needed: {_some(skus)}"
    if skus := [sku for order in orders for sku in order.ignored]:
        yield f"{_lines(skus)} left out by `ignore_skus`: {_some(skus)}"
    if skus := [sku for order in orders for sku in order.sent_anyway]:
        yield (
            f"{_lines(skus)} sent although the Merchant marks the product as not shipped, since"
            f" the Supplier has it; correct the product at the Merchant: {_some(skus)}"
        )


def _lines(skus: Sequence[str]) -> str:
    return plural(len(skus), "1 line", f"{len(skus)} lines")


def _some(skus: Sequence[str]) -> str:
    distinct = list(dict.fromkeys(skus))
    more = len(distinct) - _MOST_SKUS
    return ", ".join(distinct[:_MOST_SKUS]) + (f" and {more} more" if more > 0 else "")
