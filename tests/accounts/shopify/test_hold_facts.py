"""Payment and risk of a shop's orders, by which a portal may hold them."""

import pytest
from msgspec.structs import asdict

from ordosync.accounts.account import ReadRequest
from ordosync.config import load_config
from ordosync.engine.portals import merchant_of
from ordosync.hold_facts import HoldFacts
from ordosync.models import Order
from tests.accounts.contract.account import read
from tests.accounts.contract.examples import sold
from tests.accounts.contract.opening import PORTAL, write_config
from tests.accounts.shopify.people import ShopifyMerchantPeople


def facts(seller: ShopifyMerchantPeople, **hold: object) -> HoldFacts:
    """Return the facts about the only order, as a portal with these conditions reads it."""
    path = write_config(seller.folder, seller, None, hold=hold)
    config = load_config(path)
    merchant = merchant_of(config, config.portals[PORTAL], at=seller.connections)
    request = ReadRequest(cursor=None, now=seller.settle())
    [order] = read(merchant.orders.changed(request))[0]
    assert isinstance(order, Order)
    [again] = read(merchant.orders.by_id([order.id]))[0]
    assert isinstance(again, Order)
    assert asdict(again.hold_facts) == asdict(order.hold_facts)
    return order.hold_facts


@pytest.mark.parametrize(
    ("status", "is_paid"),
    [
        ("PAID", True),
        ("PARTIALLY_REFUNDED", True),
        ("PENDING", False),
        ("AUTHORIZED", False),
        ("PARTIALLY_PAID", False),
        ("REFUNDED", False),
        ("VOIDED", False),
        ("EXPIRED", False),
        (None, False),
    ],
)
def test_paid_orders_are_those_of_two_statuses(
    seller: ShopifyMerchantPeople, status: str | None, is_paid: bool
) -> None:
    order_id = seller.request(sold("1001"))
    seller._order(seller._part(order_id)).financial_status = status

    assert facts(seller, paid=True).is_paid == is_paid


@pytest.mark.parametrize(
    ("recommendation", "risk"),
    [("INVESTIGATE", "investigate"), ("CANCEL", "cancel"), ("NONE", "none")],
)
def test_risk_is_the_recommendation(
    seller: ShopifyMerchantPeople, recommendation: str, risk: str
) -> None:
    order_id = seller.request(sold("1001"))
    seller._order(seller._part(order_id)).recommendation = recommendation

    assert facts(seller, risk=["cancel"]).risk == risk


def test_payment_and_risk_are_asked_for_only_if_the_portal_needs_them(
    seller: ShopifyMerchantPeople,
) -> None:
    seller.request(sold("1001"))
    facts(seller, age="30m")
    without = {*seller.fake.requests}
    facts(seller, paid=True)
    with_payment = {*seller.fake.requests} - without
    facts(seller, paid=True, risk=["cancel"])
    with_risk = {*seller.fake.requests} - without

    assert (with_payment, with_risk) == ({"Payments"}, {"Payments", "Risks"})
