"""Promises of an account as the Supplier: one module for each part."""

from tests.accounts.contract.order_listing import StandingAtSupplier
from tests.accounts.contract.supplier_cancellations import CancelledOrders
from tests.accounts.contract.supplier_edits import EditedOrders, HeldOrders
from tests.accounts.contract.supplier_orders import CreatedOrders
from tests.accounts.contract.supplier_parcels import ReducedOrders, SeveralParcels
from tests.accounts.contract.supplier_products import CreatedProducts
from tests.accounts.contract.supplier_shipments import SentShipments
from tests.accounts.contract.supplier_shortages import Shortages
from tests.accounts.contract.supplier_splits import MadeSplits
from tests.accounts.contract.supplier_stock import SellableStock


class SupplierContract(
    CreatedOrders,
    CancelledOrders,
    CreatedProducts,
    SellableStock,
    SentShipments,
    SeveralParcels,
    ReducedOrders,
    EditedOrders,
    HeldOrders,
    MadeSplits,
    Shortages,
    StandingAtSupplier,
):
    """All promises of a Supplier."""
