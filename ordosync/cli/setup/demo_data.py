"""Sample data of the demo: products, orders and stock, the same in every run."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from random import Random

from ordosync.models import Address, Line, Order, Product

ORDERS = 300
_FIRST_NUMBER = 1001
_FIRST_NAMES = ("Ada", "Jean", "Mila", "Noor", "Otto", "Pia", "Rui", "Sana", "Tom", "Uma", "Vera")
_LAST_NAMES = ("Byron", "Dupont", "Novak", "Haas", "Silva", "Okafor", "Lind", "Rossi", "Kaya")
_PLACES = (
    ("Leeds", "LS1 4AP", "GB"),
    ("Lyon", "69002", "FR"),
    ("Brno", "602 00", "CZ"),
    ("Porto", "4050-253", "PT"),
    ("Utrecht", "3511 LN", "NL"),
    ("Graz", "8010", "AT"),
)
_COLOURS = ("Blue", "Green", "Grey", "Sand", "Red", "White", "Black", "Mint")
_PRODUCTS = (
    ("MUG", "stoneware mug", "9.50"),
    ("BOWL", "cereal bowl", "12.00"),
    ("PLATE", "dinner plate", "14.50"),
    ("TOWEL", "tea towel", "6.90"),
    ("APRON", "linen apron", "29.00"),
    ("CANDLE", "soy candle", "11.90"),
    ("VASE", "bud vase", "17.50"),
    ("TRAY", "beech tray", "24.00"),
    ("JUG", "milk jug", "16.00"),
    ("NAPKIN", "cotton napkin", "4.50"),
    ("BASKET", "bread basket", "21.00"),
    ("BOARD", "cutting board", "26.50"),
)
_SET = (("MUG", 2), ("BOWL", 2), ("PLATE", 2))


def products() -> Iterator[tuple[Product, Mapping[str, Decimal]]]:
    """Yield the products, then the kits with their components."""
    for code, name, price in _PRODUCTS:
        for colour in _COLOURS:
            sku = f"{code}-{colour.upper()}"
            yield Product(id=sku, sku=sku, name=f"{colour} {name}", price=Decimal(price)), {}
    for colour in _COLOURS:
        sku = f"SET-{colour.upper()}"
        kit = Product(
            id=sku, sku=sku, name=f"{colour} breakfast for two", price=Decimal(64), is_kit=True
        )
        yield kit, {f"{code}-{colour.upper()}": Decimal(count) for code, count in _SET}


def orders() -> Iterator[Order]:
    """Yield the orders of a few days."""
    chance = Random(1)  # noqa: S311 - sample data, not a secret
    goods = [product for product, _ in products()]
    for number in range(_FIRST_NUMBER, _FIRST_NUMBER + ORDERS):
        city, postcode, country = chance.choice(_PLACES)
        first, last = chance.choice(_FIRST_NAMES), chance.choice(_LAST_NAMES)
        yield Order(
            id="",
            number=str(number),
            currency="EUR",
            ship_to=Address(
                name=f"{first} {last}",
                street1=f"{chance.randint(1, 90)} High Street",
                city=city,
                zip=postcode,
                country=country,
                email=f"{first}.{last}@example.org".lower(),
            ),
            shipping_method=chance.choice(("Standard", "Standard", "Express")),
            tags=chance.choice(((), (), (), (), ("gift",))),
            lines=tuple(
                Line(
                    id=f"{number}/{place}",
                    sku=product.sku,
                    name=product.name,
                    quantity=chance.choice((1, 1, 1, 2, 3)),
                    unit_price=product.price,
                )
                for place, product in enumerate(
                    chance.sample(goods, chance.choice((1, 1, 2, 3))), 1
                )
            ),
        )


def counts() -> Iterator[tuple[str, int, str]]:
    """Yield the supplier's stock: SKU, quantity and warehouse."""
    chance = Random(2)  # noqa: S311 - as above
    for product, parts in products():
        if not parts:
            yield product.sku, chance.randint(40, 400), "main"
            if chance.choice((True, False)):
                yield product.sku, chance.randint(5, 60), "east"
