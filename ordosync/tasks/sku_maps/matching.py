"""SKUs that the Supplier does not have: only nearly, or not at all.

A SKU that differs from one of the Supplier's only in case, spaces or width is probably a mistake of
one of them. It is never used as the other one, and no second product is created for it.
"""

import shlex
from collections.abc import Collection, Iterable, Sequence

from msgspec import Struct

from ordosync.skus import exact, folded
from ordosync.tasks.base import Portal

NEARLY = "sku-nearly"
"""Code of failed steps whose SKU the Supplier has only with other case, spaces or width."""
_MOST_NAMED = 3
_MOST_KNOWN = 50_000
"""SKUs after which a run forgets those that it knows, to limit the memory."""


class SentSku(Struct, frozen=True):
    """A SKU that is sent, and the Merchant's SKU that it comes from."""

    merchant_sku: str
    supplier_sku: str
    is_mapped: bool

    @property
    def is_confirmed(self) -> bool:
        """True if a row of the map gives a SKU to itself: it is right, also if it is new."""
        return self.is_mapped and self.merchant_sku == self.supplier_sku


class SkuMatching:
    """The Supplier's products with the SKUs of a page, and with nearly equal ones."""

    def __init__(self, portal: Portal, page: Collection[SentSku]) -> None:
        """Ask the Supplier about the SKUs of a page that this run does not know yet."""
        self._portal = portal
        self._known = portal.known_skus
        if len(self._known) > _MOST_KNOWN:
            self._known.clear()
        unknown = [sent for sent in page if sent.supplier_sku not in self._known]
        skus = list(dict.fromkeys(sent.supplier_sku for sent in unknown if not sent.is_confirmed))
        products = portal.supplier.products
        self.can_tell = products is not None and not products.is_any_sku
        # In most accounts, the id of a product is its SKU.
        self._known.update(portal.links.of_supplier("product", skus) if self.can_tell else ())
        asked = [sku for sku in skus if sku not in self._known]
        similar = products.similar(asked) if products and self.can_tell and asked else {}
        self._known.update(exact(similar))
        self._similar = {sku: found for sku, found in similar.items() if sku not in self._known}
        if self.can_tell:
            self._compare_new(asked)

    def problem(self, page: Iterable[SentSku]) -> str:
        """Return why SKUs cannot be sent, which the Supplier has only nearly; empty if they can."""
        if not self._similar:
            return ""
        near = {
            sent: found
            for sent in page
            if not sent.is_confirmed and (found := self._similar.get(sent.supplier_sku))
        }
        return "; ".join(self._text(sent, found) for sent, found in near.items())

    def unknown(self, page: Iterable[SentSku]) -> Sequence[str]:
        """Return the Merchant's SKUs that are not in the map, and that the Supplier lacks."""
        skus = (
            sent.merchant_sku
            for sent in page
            if not sent.is_mapped and sent.supplier_sku not in self._known
        )
        return list(dict.fromkeys(skus))

    def is_known(self, sku: str) -> bool:
        """True if the Supplier has this SKU."""
        return sku in self._known

    def _compare_new(self, asked: Sequence[str]) -> None:
        """Let the first of several new SKUs be created; the others are nearly equal to it."""
        first: dict[str, str] = {}
        for sku in asked:
            if sku in self._known or sku in self._similar:
                continue
            other = first.setdefault(folded(sku), sku)
            if other != sku:
                self._similar[sku] = [other]

    def _text(self, sent: SentSku, similar: Sequence[str]) -> str:
        names = ", ".join(f'"{sku}"' for sku in similar[:_MOST_NAMED])
        words = (self._portal.config.name, sent.merchant_sku, similar[0])
        command = " ".join(map(shlex.quote, words))
        mapped = f" (of {sent.merchant_sku})" if sent.merchant_sku != sent.supplier_sku else ""
        account = self._portal.supplier.name
        return (
            f'SKU "{sent.supplier_sku}"{mapped} is only nearly {names} of {account}: case, spaces'
            f" or width differ; map it: `ordosync sku set {command}`"
        )
