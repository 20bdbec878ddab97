"""Linked products with their rows in the SKU map, and the rows that have changed since."""

from collections.abc import Callable, Iterable, Mapping

from msgspec import Struct

from ordosync.store.links import Link
from ordosync.store.sku_map import MappedSku
from ordosync.text import plural

SaveRows = Callable[[Mapping[str, MappedSku]], None]


class LinkedProduct(Struct, frozen=True, kw_only=True):
    """A product of the Merchant that is linked to one of the Supplier."""

    link: Link
    row: MappedSku | None = None
    """Its row in the map."""
    misfit: str = ""
    """The code of the reason why it gets no quantity of the linked product; empty if it does."""

    @property
    def pack(self) -> int:
        """The units of the Supplier in one unit of the Merchant."""
        return self.row.pack if self.row else 1

    @property
    def is_mapped(self) -> bool:
        """True if a row says that it is linked, or said so."""
        return self.row is not None or self.link.merchant_sku is not None

    @property
    def step_key(self) -> str:
        """The key of the step that writes its quantity."""
        return step_key(self.link, is_mapped=self.is_mapped)


def step_key(link: Link, *, is_mapped: bool) -> str:
    """Return the key of the step that writes the quantity of a linked product.

    The map may give several products the same product of the Supplier, and another one later.
    """
    return f"|{link.merchant_id}" if is_mapped else link.supplier_id


class MappedRows:
    """Rows of linked products that differ from those with which they were linked."""

    def __init__(self, save: SaveRows) -> None:
        self._save = save
        self._rows: dict[str, MappedSku] = {}
        self._packs: dict[str, str] = {}

    def note(self, products: Iterable[LinkedProduct]) -> None:
        """Note the rows of the products that are linked as the map says."""
        for product in products:
            link, row = product.link, product.row
            if row is None or product.misfit:
                continue
            if (link.merchant_sku, link.pack) != (row.merchant_sku, row.pack):
                self._rows[link.merchant_id] = row
            if (link.pack or 1) != row.pack:
                self._packs[row.merchant_sku] = f"{link.pack or 1} → {row.pack}"

    @property
    def text(self) -> str:
        """A remark about the run; empty if no pack has changed."""
        if not self._packs:
            return ""
        skus = plural(len(self._packs), "1 SKU", f"{len(self._packs)} SKUs")
        sku, change = min(self._packs.items())
        return f"the units in a pack changed for {skus}, such as {sku} ({change})"

    def save(self) -> None:
        """Save the rows in the links."""
        if self._rows:
            self._save(self._rows)
