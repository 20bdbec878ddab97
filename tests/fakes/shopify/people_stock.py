"""Actions of people on locations, products and stock on the shop's own pages."""

from decimal import Decimal

from tests.fakes.shopify import products, stock
from tests.fakes.shopify.shop import Shop
from tests.fakes.shopify.state import (
    FulfillmentService,
    InventoryItem,
    Location,
    Product,
    ProductVariant,
)


class Stockkeepers:
    """Keepers of products and stock. Products are named by id, their variants by SKU."""

    shop: Shop
    location_id: str

    def add_location(self, name: str) -> str:
        """Return the id of a new location of the shop itself; the first one always exists."""
        with self.shop.lock:
            return self.shop.add(Location(**self.shop.stamp("Location"), name=name)).id

    def add_service(self, name: str, *, ours: bool = True) -> str:
        """Return the id of the location of a new service, of this app or another one."""
        with self.shop.lock:
            place = self.shop.add(Location(**self.shop.stamp("Location"), name=name))
            service = FulfillmentService(
                **self.shop.stamp("FulfillmentService", "?id=true"),
                handle=name.casefold().replace(" ", "-"),
                service_name=name,
                location_id=place.id,
                ours=ours,
            )
            place.service_id = self.shop.add(service).id
            return place.id

    def add_product(
        self,
        sku: str,
        title: str = "",
        *,
        price: Decimal | float | str = 0,
        on_hand: int | None = None,
        location: str | None = None,
        cost: Decimal | float | str | None = None,
        barcode: str | None = None,
        weight_g: float | None = None,
        kit: bool = False,
        **fields: object,
    ) -> str:
        """Return the id of a new product with one variant; `fields` are as in `state.Product`.

        Without `on_hand` its stock is not tracked.
        """
        with self.shop.lock:
            made = products.create(self.shop, title or sku, **fields)
            variant = products.add_variant(self.shop, made, sku=sku, price=Decimal(str(price)))
            variant.barcode, variant.requires_components = barcode, kit
            item = self.shop.sure(InventoryItem, variant.inventory_item_id)
            item.cost = None if cost is None else Decimal(str(cost))
            item.weight = weight_g and {"unit": "GRAMS", "value": weight_g}  # type: ignore[assignment]
            if on_hand is not None:
                self.set_stock(sku, on_hand, location=location)
            elif location is not None:
                stock.activate(self.shop, item.id, location)
            return made.id

    def add_variant(
        self, product: str, sku: str, *, price: Decimal | float | str = 0, **options: str
    ) -> str:
        """Return the id of another variant: `add_variant(product, "MUG-RED", Color="Red")`."""
        with self.shop.lock:
            existing = self.shop.sure(Product, product)
            if existing.option_names == ["Title"]:
                existing.option_names = list(options)
                for gid in existing.variant_ids:
                    self.shop.sure(ProductVariant, gid).options = ["Default"] * len(options)
            values = [options[name] for name in existing.option_names]
            return products.add_variant(
                self.shop, existing, sku=sku, price=Decimal(str(price)), options=values
            ).id

    def archive(self, sku: str) -> None:
        """Archive a product."""
        with self.shop.lock:
            product = self.shop.sure(Product, self._variant(sku).product_id)
            product.status = "ARCHIVED"
            self.shop.touch(product)

    def set_stock(self, sku: str, on_hand: int, *, location: str | None = None) -> None:
        """Set the quantity at a location, by default the first; the product is then tracked."""
        with self.shop.lock:
            item = self.item(sku)
            item.tracked = True
            level = stock.activate(self.shop, item.id, location or self.location_id)
            stock.set_quantity(self.shop, level, "on_hand", on_hand)
            # The service counts that as an update of the product, and not of the variant.
            self.shop.touch(self.shop.sure(Product, self._variant(sku).product_id))

    def stock_of(self, sku: str, *, location: str | None = None) -> dict[str, int] | None:
        """Return the quantity by name; None if it is not stocked there."""
        with self.shop.lock:
            level = stock.level(self.shop, self.item(sku).id, location or self.location_id)
            return stock.quantities(level) if level else None

    def item(self, sku: str) -> InventoryItem:
        """Return the inventory item of a SKU."""
        return self.shop.sure(InventoryItem, self._variant(sku).inventory_item_id)

    def product(self, gid: str) -> Product:
        """Return a product."""
        return self.shop.sure(Product, gid)

    def variant(self, sku: str) -> ProductVariant:
        """Return a variant by its SKU, the first if there are several."""
        return self._variant(sku)

    def _variant(self, sku: str) -> ProductVariant:
        product_variant = next((it for it in self.shop.all(ProductVariant) if it.sku == sku), None)
        assert product_variant is not None, f"there is no {sku}"
        return product_variant
