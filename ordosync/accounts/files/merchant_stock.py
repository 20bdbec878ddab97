"""The inventory file of a Merchant: one row with the quantity of each product.

A quantity is what can be sold, as the Supplier counts it.
"""

from collections.abc import Iterator, Mapping, Sequence

from ordosync.accounts.files.output.keyed_file import RowFile, Rows, put
from ordosync.accounts.files.reading.file_reader import FileReader
from ordosync.models import Order, Outcome, Page, Product, Stock, refused


class MerchantStock:
    """The quantities in the inventory file."""

    def __init__(self, file: RowFile, *, products: FileReader[Product] | None) -> None:
        self._file = file
        self._products = products

    @property
    def falls_with_sales(self) -> bool:
        """False: a quantity in a file does not change by itself."""
        return False

    def current(self, ids: Sequence[str]) -> Mapping[str, Stock]:
        """Return the quantities in the inventory file.

        A SKU that is in no product file is left out, if there are product files.
        """
        fixed_by_sku: dict[str, str] = dict.fromkeys(ids, "")
        if self._products:
            fixed_by_sku = {
                item.id: "kit" if item.is_kit else ""
                for item in self._products.current_of(ids).values()
                if isinstance(item, Product)
            }
        rows = self._file.read()
        return {
            sku: Stock(product_id=sku, sku=sku, quantity=_quantity(rows.get(sku, ())), fixed=fixed)
            for sku, fixed in fixed_by_sku.items()
        }

    def unimported_sales(self) -> Iterator[Page[Order]]:
        """Yield nothing: a quantity in a file does not fall with a sale."""
        return iter(())

    def write(self, stock: Sequence[Stock]) -> list[Outcome]:
        """Rewrite the inventory file if a quantity in it changes."""
        return self._file.change(stock, self._set)

    def _set(self, rows: Rows, stock: Stock) -> Outcome:
        if stock.fixed:
            return refused("fixed", f"cannot be written: {stock.fixed}")
        if stock.quantity is None or stock.quantity < 0:
            return refused("refused", "the quantity must be 0 or more")
        # The Merchant's SKU; `stock.sku` may be the Supplier's.
        sku = stock.product_id
        row = {"sku": sku, "quantity": str(stock.quantity)}
        if reason := self._file.row_format.refusal(row):
            return refused("refused", reason)
        return Outcome(state=put(rows, sku, [row]), id=sku)


def _quantity(rows: Sequence[Mapping[str, str]]) -> int | None:
    try:
        return int(rows[-1]["quantity"]) if rows else None
    except ValueError:
        # A user has entered another quantity, so the quantity is written again.
        return None
