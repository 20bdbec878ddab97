"""What people do in both accounts of the state machine."""

from collections import Counter

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.accounts.contract.examples import parcel
from tests.accounts.shopify.people import ShopifySupplierPeople
from tests.accounts.sqlite.people import AtDesk
from tests.accounts.woocommerce.people import ShopMerchantPeople
from tests.scenarios.pairs.ledger_orders import SKUS, SoldOrder
from tests.scenarios.pairs.ledger_portal import LedgerPortal

PICK = st.integers(0, 10_000)


class MerchantRules(LedgerPortal):
    """The seller places, edits, cancels and splits orders."""

    @rule()
    @precondition(lambda self: len(self.orders) < 3)
    def place(self) -> None:
        self.place_order()

    @rule(pick=PICK, cups=st.integers(0, 1), mugs=st.integers(0, 1))
    @precondition(lambda self: "cancelled-units" not in self.pair.merchant.lacks)
    def cancel_units(self, pick: int, cups: int, mugs: int) -> None:
        order = self.any_order(pick)
        left = order.open_units
        units = [min(cups, left["CUP"]), min(mugs, left["MUG"])]
        # The Merchant can cancel only what it does not show as sent.
        if order.is_changed or not any(units) or self._is_behind(order):
            return
        self.pair.merchant.cancel_units(order.merchant_id, *units)
        order.is_touched = True

    @rule(pick=PICK, cups=st.integers(0, 1), mugs=st.integers(0, 1))
    def raise_units(self, pick: int, cups: int, mugs: int) -> None:
        """Add units to the lines of an open order that was imported: no task sends them."""
        order = self.any_order(pick)
        if order.is_changed or not cups + mugs or self.supplier_id(order) is None:
            return
        merchant = self.pair.merchant
        # The desk edits only orders of which nothing was sent.
        is_partial = merchant.status(order.merchant_id) == "partially_shipped"
        if self.is_shown_as_shipped(order) or (is_partial and isinstance(merchant, AtDesk)):
            return
        merchant.raise_units(order.merchant_id, cups, mugs)
        order.raised = +Counter(CUP=cups, MUG=mugs)

    @rule(pick=PICK)
    @precondition(lambda self: "cancel-orders" in self.tasks)
    def cancel_order(self, pick: int) -> None:
        """Cancel an order, or the rest of it; the Merchant must show what was sent."""
        order = self.any_order(pick)
        if order.is_changed or not order.open_units or self._is_behind(order):
            return
        self.pair.merchant.cancel(order.merchant_id)
        order.is_cancelled = True

    @rule(pick=PICK)
    @precondition(
        lambda self: (
            "own-splits" not in self.pair.merchant.lacks
            and not isinstance(self.pair.merchant, ShopMerchantPeople)
        )
    )
    def split_at_the_merchant(self, pick: int) -> None:
        """Split an order of which nothing is sent into a CUP and the other units."""
        order = self.any_order(pick)
        if order.is_changed or order.ever_sent or self.supplier_id(order) is None:
            return
        self.pair.merchant.split(order.merchant_id, (1, 0), (1, 1))
        order.is_split_there = True

    def _is_behind(self, order: SoldOrder) -> bool:
        """True if the Merchant does not show each parcel yet, or shows a void one as valid."""
        return sorted(self.pair.merchant.all_numbers(order.merchant_id)) != sorted(order.parcels)


class SupplierRules(LedgerPortal):
    """The shipper sends and voids parcels, takes units off and splits orders."""

    @rule(pick=PICK, cups=st.integers(0, 2), mugs=st.integers(0, 1))
    def send_parcel(self, pick: int, cups: int, mugs: int) -> None:
        order = self.any_order(pick)
        supplier_id = self.supplier_id(order)
        if supplier_id is None:
            return
        ids = self.open_ids(order, supplier_id)
        supplier_id = ids[pick % len(ids)]
        open_units = Counter(self.pair.supplier.open_units(supplier_id))
        units = open_units & Counter(CUP=cups, MUG=mugs)
        if not units:
            return
        self.numbers += 1
        number = f"1Z{self.numbers}"
        if "several-parcels" in self.pair.supplier.lacks:
            units = +open_units
            self.pair.supplier.ship(supplier_id, parcel(number=number, id=""))
        else:
            lines = self._skus(order, supplier_id)
            self.pair.supplier.ship_part(
                supplier_id, parcel(number=number, id=""), *(units[sku] for sku in lines)
            )
        order.parcels[number] = +units
        if order.pieces:
            order.parcel_pieces[number] = supplier_id

    def _skus(self, order: SoldOrder, supplier_id: str) -> list[str]:
        """Return the SKUs by which the Supplier's people name units of an order or piece."""
        if isinstance(self.pair.supplier, ShopifySupplierPeople):
            return [*SKUS]
        return [sku for sku in SKUS if sku in order.pieces.get(supplier_id, SKUS)]

    @rule(pick=PICK)
    @precondition(lambda self: any(order.parcels for order in self.orders))
    def void_parcel(self, pick: int) -> None:
        order = self.any_order(pick)
        supplier_id = self.supplier_id(order)
        if supplier_id is None or not order.parcels:
            return
        number = sorted(order.parcels)[pick % len(order.parcels)]
        of_parcel = order.parcel_pieces.get(number, supplier_id)
        if "several-parcels" in self.pair.supplier.lacks:
            self.pair.supplier.void(of_parcel)
        else:
            self.pair.supplier.recall(of_parcel, number)
        order.voided[number] = order.parcels.pop(number)

    @rule(pick=PICK, cups=st.integers(0, 1), mugs=st.integers(0, 1))
    @precondition(lambda self: "reductions" not in self.pair.supplier.lacks)
    def take_off(self, pick: int, cups: int, mugs: int) -> None:
        order = self.any_order(pick)
        supplier_id = self.supplier_id(order)
        if supplier_id is None or order.is_changed:
            return
        open_units = self.pair.supplier.open_units(supplier_id)
        units = [min(cups, open_units.get("CUP", 0)), min(mugs, open_units.get("MUG", 0))]
        if any(units):
            self.pair.supplier.take_off(supplier_id, *units)
            order.is_touched = True

    @rule(pick=PICK)
    @precondition(lambda self: "restored-orders" not in self.pair.supplier.lacks)
    def cancel_at_the_supplier(self, pick: int) -> None:
        """Cancel an order of which nothing is sent, as the Supplier; it may be restored."""
        order = self.any_order(pick)
        supplier_id = self.supplier_id(order)
        if supplier_id is None or order.is_changed or order.ever_sent:
            return
        self.pair.supplier.cancel(supplier_id)
        order.is_touched = order.is_off_there = True

    @rule(pick=PICK)
    @precondition(lambda self: "restored-orders" not in self.pair.supplier.lacks)
    def restore_at_the_supplier(self, pick: int) -> None:
        order = self.any_order(pick)
        supplier_id = self.supplier_id(order)
        if supplier_id is None or not order.is_off_there:
            return
        self.pair.supplier.restore(supplier_id)
        order.is_touched = order.is_off_there = False

    @rule(pick=PICK)
    @precondition(lambda self: "split-order" in self.tasks)
    def split_at_the_supplier(self, pick: int) -> None:
        """Split an order, or the open rest of one, into a CUP and the other units."""
        order = self.any_order(pick)
        supplier_id = self.supplier_id(order)
        if supplier_id is None or order.is_changed:
            return
        units = Counter(self.pair.supplier.open_units(supplier_id))
        rest = units - Counter(CUP=1)
        if not units["CUP"] or not rest:
            return
        first, second = self.pair.supplier.split(supplier_id, (1, 0), (rest["CUP"], rest["MUG"]))
        order.pieces = {first: Counter(CUP=1), second: rest}
