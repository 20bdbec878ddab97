"""Lines of an order that are not sent to the Supplier, by their SKUs."""

from collections.abc import Iterator
from fnmatch import fnmatchcase

from msgspec import Struct

NOT_OWED = "\0"
"""In `Order.not_shipped`, the product of a line that was not owed any more before the order was
sent: the line is left out even if the Supplier has its product."""


class LeftOut(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """The SKUs of an order's lines that are left out, or are sent all the same."""

    unshipped: tuple[str, ...] = ()
    """They need no shipping."""
    ignored: tuple[str, ...] = ()
    """`ignore_skus` of the portal has them."""
    sent_anyway: tuple[str, ...] = ()
    """They need no shipping at the Merchant, but the Supplier has the product."""

    @property
    def has_lines(self) -> bool:
        """True if a line is left out."""
        return bool(self.unshipped or self.ignored)

    @property
    def reason(self) -> str:
        """The lines that are left out, as text; empty if there are none."""
        return ", ".join(self._reasons())

    @property
    def text(self) -> str:
        """The lines that are left out or sent all the same, as text; empty if there are none."""
        return "; ".join(self._texts())

    def _texts(self) -> Iterator[str]:
        if self.has_lines:
            yield f"without {self.reason}"
        if self.sent_anyway:
            yield (
                f"with {', '.join(self.sent_anyway)}, which the Supplier has, although the Merchant"
                " marks it as not shipped"
            )

    def _reasons(self) -> Iterator[str]:
        if self.unshipped:
            yield f"{', '.join(self.unshipped)} (no shipping needed)"
        if self.ignored:
            yield f"{', '.join(self.ignored)} (in `ignore_skus`)"


ORDINARY = LeftOut()


def is_among(sku: str, skus: tuple[str, ...]) -> bool:
    """True if a SKU is one of these, or matches a shell pattern among them."""
    return sku in skus or any(fnmatchcase(sku, pattern) for pattern in skus)
