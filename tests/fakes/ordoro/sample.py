"""A realistic sample account, created by actions of users: the same for the same numbers."""

import random
from dataclasses import dataclass
from datetime import timedelta

from tests.fakes.ordoro.fake import FakeOrdoro
from tests.fakes.ordoro.state import Json
from tests.fakes.ordoro.times import text

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
_METHODS = ("Standard", "Express", None)


@dataclass(frozen=True, kw_only=True)
class Sample:
    """Ids of the sample's objects."""

    suppliers: dict[str, int]
    carts: dict[str, int]
    warehouses: dict[str, int]


def fill(fake: FakeOrdoro, *, orders: int, products: int, seed: int = 1) -> Sample:
    """Add suppliers, warehouses, sales channels, products with stock, and requested orders."""
    dice = random.Random(seed)  # noqa: S311 - believable, not secret
    linked = fake.add_warehouse("Dropship")
    sample = Sample(
        suppliers={
            "Northwind": fake.add_supplier("Northwind", warehouse_id=linked),
            "Southbay": fake.add_supplier("Southbay"),
        },
        carts={name: fake.add_cart(name) for name in ("Web shop", "Market stall", "Vendor portal")},
        warehouses={"Main": fake.warehouse_id, "Dropship": linked},
    )
    supplied: dict[str, list[Json]] = {name: [] for name in sample.suppliers}
    for place in range(products):
        supplier = dice.choice(list(sample.suppliers))
        supplied[supplier].append(_add_product(fake, dice, place, sample.suppliers[supplier]))
    for place in range(orders):
        supplier = dice.choice([name for name in supplied if supplied[name]])
        cart = dice.choice(list(sample.carts.values())[:2])
        lines = [
            _line(dice, place, product)
            for product in dice.sample(supplied[supplier], min(len(supplied[supplier]), 3))
        ]
        _place_order(fake, dice, place, lines, cart=cart, supplier=sample.suppliers[supplier])
    return sample


def _add_product(fake: FakeOrdoro, dice: random.Random, place: int, supplier: int) -> Json:
    material, thing, color = dice.choice(_MATERIALS), dice.choice(_THINGS), dice.choice(_COLORS)
    price = round(dice.uniform(4, 60), 2)
    sku = f"{thing[:4]}-{color}-{place:03}".upper().replace(" ", "")
    name = f"{color} {material.lower()} {thing.lower()}"
    fake.add_product(
        sku,
        name,
        on_hand=dice.randrange(200),
        supplier=supplier,
        supplier_sku=f"{supplier}/{place:04}",
        supplier_price=round(price * 0.6, 2),
        price=price,
        cost=round(price * 0.6, 2),
        weight=round(dice.uniform(0.2, 5), 2),
        category=thing,
        upc=f"{dice.randrange(10**12):012}",
    )
    return {"sku": sku, "name": name, "price": price}


def _line(dice: random.Random, order: int, product: Json) -> Json:
    quantity = dice.choice((1, 1, 1, 2, 3))
    return {
        "quantity": quantity,
        "item_price": product["price"],
        "total_price": round(quantity * product["price"], 2),
        "cart_orderitem_id": f"{order}.{product['sku']}",
        "product": product,
    }


def _place_order(
    fake: FakeOrdoro,
    dice: random.Random,
    place: int,
    lines: list[Json],
    *,
    cart: int,
    supplier: int,
) -> None:
    goods = round(sum(line["total_price"] for line in lines), 2)
    more = {"shipping_type": method} if (method := dice.choice(_METHODS)) else {}
    placed_at = fake.shop.now() - timedelta(minutes=dice.randrange(3 * 24 * 60))
    fake.place_order(
        str(1001 + place),
        lines,
        cart=cart,
        supplier=supplier,
        address=_address(dice),
        cart_order_id=f"#{1001 + place}",
        order_date=text(placed_at, fake.switches.zone),
        product_amount=goods,
        shipping_amount=4.9,
        grand_total=round(goods + 4.9, 2),
        **more,
    )


def _address(dice: random.Random) -> Json:
    first, last = dice.choice(_FIRST), dice.choice(_LAST)
    city, state, postal_code, country = dice.choice(_TOWNS)
    return {
        "name": f"{first} {last}",
        "street1": f"{dice.randrange(1, 99)} High Street",
        "city": city,
        "state": state,
        "zip": postal_code,
        "country": country,
        "email": f"customer{dice.randrange(10**4)}@example.org",
        "phone": f"555-{dice.randrange(10**4):04}",
    }
