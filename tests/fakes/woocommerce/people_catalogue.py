"""Actions of people in the catalogue. Products and variations are named by SKU."""

from collections.abc import Sequence
from typing import Any

from tests.fakes.woocommerce import products, shapes_products, stock
from tests.fakes.woocommerce.problems import Json
from tests.fakes.woocommerce.state import Product, Shop, Taxonomy


class Keepers:
    """Keepers of the catalogue."""

    shop: Shop

    def add_product(
        self,
        sku: str,
        name: str = "",
        *,
        price: str = "10.00",
        stock: int | None = None,
        tags: Sequence[str] = (),
        categories: Sequence[str] = (),
        brands: Sequence[str] = (),
        **fields: Any,
    ) -> int:
        """Return the id of a new product; without `stock` its stock is not managed.

        `fields` are those of the API: `type="variable"`, `weight="0.5"`, `backorders="yes"`.
        """
        with self.shop.lock:
            return products.create(
                self.shop,
                {
                    "sku": sku,
                    "name": name or sku,
                    "regular_price": price,
                    **_counted(stock),
                    **self._terms(tags=tags, categories=categories, brands=brands),
                    **fields,
                },
            ).id

    def add_variation(
        self,
        parent: str,
        sku: str,
        *,
        price: str = "10.00",
        stock: int | None = None,
        **fields: Any,
    ) -> int:
        """Return the id of a new variation of a product, which becomes variable.

        Without `stock` it uses the stock of its parent, if that has one.
        """
        with self.shop.lock:
            product = self._product(parent)
            product.type = "variable"
            option = {"id": 0, "name": "Kind", "option": sku}
            body = {
                "sku": sku,
                "regular_price": price,
                "attributes": [option],
                **_counted(stock),
                **fields,
            }
            return products.create(self.shop, body, parent=product).id

    def add_term(self, taxonomy: Taxonomy, name: str) -> int:
        """Return the id of a tag, a category or a brand."""
        with self.shop.lock:
            return products.term(self.shop, taxonomy, name)

    def edit_product(self, sku: str, /, **fields: Any) -> None:
        """Change a product or a variation, with the fields of the API; `sku=` changes its SKU."""
        with self.shop.lock:
            products.edit(self.shop, self._product(sku), fields)

    def set_stock(self, sku: str, units: int) -> None:
        """Set the quantity of a product, whose stock is managed from now on."""
        self.edit_product(sku, manage_stock=True, stock_quantity=units)

    def stop_counting(self, sku: str) -> None:
        """Stop managing the stock of a product."""
        self.edit_product(sku, manage_stock=False)

    def stock(self, sku: str) -> int | None:
        """Return the quantity, or None if the stock is not managed."""
        with self.shop.lock:
            return stock.quantity(self.shop, self._product(sku))

    def delete_product(self, sku: str, *, force: bool = False) -> None:
        """Move a product to the trash, or delete it permanently."""
        with self.shop.lock:
            products.delete(self.shop, self._product(sku), force=force)

    def product(self, sku: str) -> Json:
        """Return a product as the API shows it."""
        with self.shop.lock:
            return shapes_products.product(self.shop, self._product(sku))

    def _product(self, sku: str) -> Product:
        product = self.shop.by_sku(sku)
        assert product is not None, f"there is no product {sku}"
        return product

    def _terms(self, **names: Sequence[str]) -> Json:
        return {
            taxonomy: [{"id": self.add_term(taxonomy, name)} for name in names[taxonomy]]
            for taxonomy in products.TAXONOMIES
            if names[taxonomy]
        }


def _counted(units: int | None) -> Json:
    return {} if units is None else {"manage_stock": True, "stock_quantity": units}
