"""Remarks about a run: the lines that it did not send, or sent although they need no shipping."""

from collections.abc import Iterator, Sequence

from ordosync.left_out import LeftOut
from ordosync.text import plural

_MOST_SKUS = 5
"""The number of SKUs in a remark; the steps of the run have all of them."""


class LeftOutNotes:
    """Counts the lines of the orders that a run has sent."""

    def __init__(self) -> None:
        self._unshipped: list[str] = []
        self._ignored: list[str] = []
        self._sent_anyway: list[str] = []

    def add(self, left_out: LeftOut) -> None:
        """Count the lines of an order that was sent."""
        self._unshipped += left_out.unshipped
        self._ignored += left_out.ignored
        self._sent_anyway += left_out.sent_anyway

    def texts(self) -> Iterator[str]:
        """Yield a remark for each kind of line."""
        if skus := self._unshipped:
            yield f"{_lines(skus)} left out, no shipping needed: {_some(skus)}"
        if skus := self._ignored:
            yield f"{_lines(skus)} left out by `ignore_skus`: {_some(skus)}"
        if skus := self._sent_anyway:
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
