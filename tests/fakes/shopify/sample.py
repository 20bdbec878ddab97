"""A realistic sample shop, created by actions of users: the same for the same numbers."""

import random
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from tests.fakes.shopify.fake import FakeShopify
from tests.fakes.shopify.state import Json

_MATERIALS = ("Oak", "Beech", "Enamel", "Linen", "Glass", "Brass", "Cork", "Slate")
_THINGS = ("Board", "Tray", "Mug", "Bowl", "Vase", "Basket", "Candle Holder", "Coaster")
_COLORS = ("Red", "Blue", "Sand", "Black", "Green", "White")
_FIRST = ("Uma", "Zo\xeb", "Bob", "J\xfcrgen", "Siobh\xe1n", "Ann", "Per", "In\xe9s")
_LAST = ("Dupont", "Smith", "M\xfcller", "O'Brien", "Garc\xeda", "Larsen", "Jones", "Nowak")
_TOWNS = (
    ("Lyon", None, "69002", "FR"),
    ("Leeds", None, "LS1 1AA", "GB"),
    ("Austin", "TX", "78701", "US"),
    ("Berlin", None, "10115", "DE"),
)


@dataclass(frozen=True, kw_only=True)
class Sample:
    """The sample's services, by name, and their locations."""

    services: dict[str, str]


def fill(fake: FakeShopify, *, orders: int, products: int, seed: int = 1) -> Sample:
    """Add services, products with stock, and orders that were requested from them."""
    dice = random.Random(seed)  # noqa: S311 - believable, not secret
    services = {
        "Northwind": fake.add_service("Northwind"),
        "Southbay": fake.add_service("Southbay", ours=False),
    }
    stocked: dict[str, list[str]] = {name: [] for name in services}
    for place in range(products):
        name = dice.choice(list(services))
        stocked[name].append(_add_product(fake, dice, place, name, services[name]))
    for _ in range(orders):
        name = dice.choice([name for name in stocked if stocked[name]])
        skus = dice.sample(stocked[name], min(len(stocked[name]), 3))
        fake.place_order(
            {sku: dice.choice((1, 1, 1, 2, 3)) for sku in skus},
            location=services[name],
            address=_address(dice),
            shipping=dice.choice(("Standard", "Express", None)),
            processed_at=fake.shop.now() - timedelta(minutes=dice.randrange(3 * 24 * 60)),
            request=True,
        )
    return Sample(services=services)


def _add_product(
    fake: FakeShopify, dice: random.Random, place: int, vendor: str, location: str
) -> str:
    material, thing, color = dice.choice(_MATERIALS), dice.choice(_THINGS), dice.choice(_COLORS)
    price = Decimal(dice.randrange(400, 6000)) / 100
    sku = f"{thing[:4]}-{color}-{place:03}".upper().replace(" ", "")
    fake.add_product(
        sku,
        f"{color} {material.lower()} {thing.lower()}",
        on_hand=dice.randrange(200),
        location=location,
        price=price,
        cost=round(price * Decimal("0.6"), 2),
        weight_g=float(dice.randrange(200, 5000)),
        barcode=f"{dice.randrange(10**12):012}",
        vendor=vendor,
        product_type=thing,
    )
    return sku


def _address(dice: random.Random) -> Json:
    city, province, postal_code, country = dice.choice(_TOWNS)
    return {
        "firstName": dice.choice(_FIRST),
        "lastName": dice.choice(_LAST),
        "address1": f"{dice.randrange(1, 200)} High Street",
        "city": city,
        "provinceCode": province,
        "zip": postal_code,
        "countryCode": country,
    }
