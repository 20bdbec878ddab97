"""People at both accounts: each call is one action, which the account may refuse."""

import random
from collections.abc import Callable
from contextlib import suppress

from tests.fakes.ordoro import FakeOrdoro, Refused

CANARY = "Canary Lane 17"
"""A street that must not leave the accounts."""
ADDRESS = {"name": "Ann Smith", "street1": CANARY, "city": "Leeds", "zip": "LS1", "country": "GB"}
SKUS = ("MUG", "CUP", "JAR", "TRAY", "VASE")


class Portal:
    """One portal of the soak: a supplier at the Merchant, a sales channel at the Supplier."""

    def __init__(self, name: str, merchant: FakeOrdoro, supplier: FakeOrdoro) -> None:
        self.name = name
        self.merchant, self.supplier = merchant, supplier
        self.supplier_id = merchant.add_supplier(name)
        self.channel = supplier.add_cart(name)
        self.placed = 0
        for sku in SKUS:
            merchant.add_product(f"{name}-{sku}", supplier=self.supplier_id)

    @property
    def skus(self) -> list[str]:
        """The SKUs of this portal's Supplier."""
        return [f"{self.name}-{sku}" for sku in SKUS]

    def theirs(self, status: str) -> list[str]:
        """Return the Supplier's orders of this portal in this status."""
        return self.supplier.numbers(status=status, cart_id=self.channel)

    def ours(self, status: str) -> list[str]:
        """Return the Merchant's orders of this portal in this status."""
        return self.merchant.numbers(status=status, supplier_id=self.supplier_id)


def something(portal: Portal, dice: random.Random) -> None:
    """Do a random action; an action that the account refuses is ignored."""
    acts: tuple[tuple[int, Callable[[Portal, random.Random], None]], ...] = (
        (8, _place),
        (5, _ship),
        (2, _split),
        (2, _count),
        (1, _cancel),
        (1, _void),
        (1, _cancel_there),
    )
    weights = [weight for weight, _ in acts]
    [(_, act)] = dice.choices(acts, weights)
    with suppress(Refused, IndexError):
        act(portal, dice)


def _place(portal: Portal, dice: random.Random) -> None:
    portal.placed += 1
    lines = {sku: dice.randint(1, 4) for sku in dice.sample(portal.skus, dice.randint(1, 3))}
    portal.merchant.place_order(
        f"{portal.name}-{portal.placed}", lines, supplier=portal.supplier_id, address=ADDRESS
    )


def _ship(portal: Portal, dice: random.Random) -> None:
    number = dice.choice(portal.theirs("awaiting_fulfillment"))
    portal.supplier.ship(number, f"1Z-{number}-{dice.randint(1, 999)}", cost=7.25)


def _void(portal: Portal, dice: random.Random) -> None:
    portal.supplier.void(dice.choice(portal.theirs("shipped")))


def _split(portal: Portal, dice: random.Random) -> None:
    number = dice.choice(portal.theirs("awaiting_fulfillment"))
    lines = {line["sku"]: line["quantity"] for line in portal.supplier.order(number)["lines"]}
    first = {sku: dice.randint(0, quantity) for sku, quantity in lines.items()}
    pieces = (first, {sku: quantity - first[sku] for sku, quantity in lines.items()})
    portal.supplier.split(number, pieces)


def _count(portal: Portal, dice: random.Random) -> None:
    portal.supplier.set_stock(dice.choice(portal.skus), dice.randint(0, 500))


def _cancel(portal: Portal, dice: random.Random) -> None:
    portal.merchant.cancel(dice.choice(portal.ours("dropshipment_requested")))


def _cancel_there(portal: Portal, dice: random.Random) -> None:
    portal.supplier.cancel(dice.choice(portal.theirs("awaiting_fulfillment")))
