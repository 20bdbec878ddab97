"""The promises of an account as the Supplier, in files by what a task wants of it."""

from tests.accounts.contract.standing import StandingAtSupplier
from tests.accounts.contract.supplier_orders import CancelledOrders, CreatedOrders
from tests.accounts.contract.supplier_shipments import SentShipments
from tests.accounts.contract.supplier_splits import MadeSplits
from tests.accounts.contract.supplier_stock import CreatedProducts, SellableStock


class SupplierContract(
    CreatedOrders,
    CancelledOrders,
    CreatedProducts,
    SellableStock,
    SentShipments,
    MadeSplits,
    StandingAtSupplier,
):
    """All of them."""
