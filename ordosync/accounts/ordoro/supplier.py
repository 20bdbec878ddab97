"""An Ordoro account as the Supplier, whole."""

from collections.abc import Iterator
from types import NoneType

from ordosync.accounts.account import Finding
from ordosync.accounts.ordoro.supplier_shipments import SentShipments
from ordosync.errors import NotFoundError


class SupplierSide(SentShipments):
    """Who ships."""

    def check_supplier(self) -> Iterator[Finding]:
        """Look whether the sales channel and the warehouse are there."""
        channel, warehouse = self.channel.sales_channel, self.channel.warehouse
        try:
            self.http.get(f"/cart/{channel}/", NoneType, action="look for the sales channel")
        except NotFoundError:
            yield Finding(text=f"there is no sales channel {channel}", is_problem=True)
        if warehouse is not None and not self.warehouse_name(warehouse):
            yield Finding(text=f"there is no warehouse {warehouse}", is_problem=True)
        yield Finding(text="cannot tell a product that was never counted from one counted as 0")
        yield Finding(text="cannot hold the discount of a line, nor what is engraved but as text")
