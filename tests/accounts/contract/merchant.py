"""Promises of an account as the Merchant: one module for each part."""

from tests.accounts.contract.merchant_cancellations import CancelledOrders
from tests.accounts.contract.merchant_orders import RequestedOrders
from tests.accounts.contract.merchant_parcels import PartialShipments
from tests.accounts.contract.merchant_products import OfferedProducts
from tests.accounts.contract.merchant_shortages import Shortages
from tests.accounts.contract.merchant_splits import SplitOrders
from tests.accounts.contract.merchant_stock import WrittenStock
from tests.accounts.contract.merchant_tracking import WrittenTracking
from tests.accounts.contract.order_listing import StandingAtMerchant


class MerchantContract(
    RequestedOrders,
    CancelledOrders,
    OfferedProducts,
    WrittenStock,
    WrittenTracking,
    PartialShipments,
    SplitOrders,
    Shortages,
    StandingAtMerchant,
):
    """All promises of a Merchant."""
