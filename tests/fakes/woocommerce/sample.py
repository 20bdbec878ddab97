"""A realistic sample shop, the same each time."""

import random
from typing import Any

from tests.fakes.woocommerce.fake import FakeWooCommerce

_THINGS = ("Mug", "Vase", "Tray", "Bowl", "Lamp", "Rug", "Clock", "Shelf")
_NAMES = ("Ann Smith", "José Núñez", "Zoë Müller", "王 芳", "Seán Ó Briain")
_SIZES = ("S", "M", "L")
SUPPLIER = "Northwind"
"""Tag of the supplier's products."""


def fill(fake: FakeWooCommerce, *, orders: int, products: int) -> None:
    """Add products, every second one of the supplier, and orders for some of them."""
    chance = random.Random(7)  # noqa: S311 - it is made up
    skus: list[str] = []
    for place in range(products):
        thing, sku = _THINGS[place % len(_THINGS)], f"SKU-{place + 1:03}"
        tags = [SUPPLIER] if place % 2 == 0 else []
        fake.add_product(sku, f"{thing} {place + 1}", stock=chance.randint(20, 90), tags=tags)
        if place % 5 == 4:
            for size in _SIZES:
                fake.add_variation(sku, f"{sku}-{size}", stock=chance.randint(5, 40))
            skus += [f"{sku}-{size}" for size in _SIZES]
        else:
            skus.append(sku)
    for _ in range(orders if skus else 0):
        first, last = chance.choice(_NAMES).split(" ", 1)
        address: dict[str, Any] = {
            "first_name": first,
            "last_name": last,
            "address_1": f"{chance.randint(1, 99)} High Street",
            "city": "Leeds",
            "postcode": "LS1 1AA",
            "country": "GB",
        }
        bought = {sku: chance.randint(1, 3) for sku in chance.sample(skus, min(2, len(skus)))}
        order = fake.place_order(bought, address=address)
        if chance.random() < 0.2:
            fake.set_status(order, chance.choice(("completed", "cancelled", "on-hold")))
