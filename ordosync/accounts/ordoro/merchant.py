"""An Ordoro account as the Merchant, whole."""

from collections.abc import Iterator
from types import NoneType

from ordosync.accounts.account import Finding
from ordosync.accounts.ordoro.merchant_splits import WrittenSplits
from ordosync.errors import NotFoundError


class MerchantSide(WrittenSplits):
    """Who sells."""

    def check_merchant(self) -> Iterator[Finding]:
        """Look whether the supplier and the warehouse are there."""
        try:
            self.http.get(
                f"/supplier/{self.supplier_id}/", NoneType, action="look for the supplier"
            )
        except NotFoundError:
            yield Finding(text=f"there is no supplier {self.supplier_id}", is_problem=True)
            return
        warehouse = self.warehouse()
        if not self.warehouse_name(warehouse):
            yield Finding(text=f"there is no warehouse {warehouse}", is_problem=True)
        yield Finding(text="cannot hold from which warehouse of the Supplier a parcel was sent")
        yield Finding(text="keeps a voided tracking number, with a comment that it is void")
