"""SKUs that are nearly equal: they differ only in case, spaces or the width of characters.

A SKU is matched only exactly. Near matches are probably mistakes, so they are named and never used.
"""

from collections.abc import Iterable, Mapping, Sequence
from unicodedata import normalize

Similar = Mapping[str, Sequence[str]]
"""Of each SKU that was asked for: the SKUs that an account has, and that are equal or nearly equal.
A SKU without them is missing."""
_WITHOUT_WIDTH = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff"))


def folded(sku: str) -> str:
    """Return a SKU without its case, the width of its characters, and needless spaces."""
    if not sku.isascii():
        sku = normalize("NFKC", sku.translate(_WITHOUT_WIDTH))
    return " ".join(sku.casefold().split())


def spellings(sku: str) -> Sequence[str]:
    """Return a SKU and, if that differs, the SKU without needless spaces and width, to search."""
    plain = " ".join(normalize("NFKC", sku.translate(_WITHOUT_WIDTH)).split())
    return [sku] if plain in (sku, "") else [sku, plain]


def similar(asked: Iterable[str], existing: Iterable[str]) -> Similar:
    """Return which of the existing SKUs are equal or nearly equal to each of those asked for."""
    by_fold: dict[str, list[str]] = {}
    for sku in sorted(set(existing)):
        by_fold.setdefault(folded(sku), []).append(sku)
    return {sku: found for sku in asked if (found := by_fold.get(folded(sku)))}


def exact(found: Similar) -> frozenset[str]:
    """Return the SKUs that the account has, exactly as they were asked for."""
    return frozenset(sku for sku, existing in found.items() if sku in existing)
