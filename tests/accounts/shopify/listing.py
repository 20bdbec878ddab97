"""Reads the listing of a shop's orders."""

from ordosync.models import OrderSnapshot
from tests.accounts.contract.account import read
from tests.accounts.contract.opening import opened
from tests.accounts.shopify.people import ShopifyMerchantPeople, ShopifySupplierPeople


def standing(people: ShopifyMerchantPeople | ShopifySupplierPeople) -> dict[str, OrderSnapshot]:
    snapshots, _ = read(opened(people).listing.read(now=people.settle()))
    return {snapshot.order.id: snapshot for snapshot in snapshots}
