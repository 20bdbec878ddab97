"""Orders that a Supplier's shop moves to the trash, through the tasks; S: lifecycle.md 2.5."""

from contextlib import closing
from pathlib import Path

from tests.accounts.contract.examples import line, parcel
from tests.accounts.sqlite.people import SqliteMerchantPeople
from tests.accounts.woocommerce.people import ShopSupplierPeople
from tests.scenarios.pairs.pair import Pair
from tests.support.clock import VirtualClock

TASK = "report-shortages"


def test_s17_order_in_the_trash_is_reported_until_it_is_restored(tmp_path: Path) -> None:
    clock = VirtualClock()
    with closing(ShopSupplierPeople(tmp_path, clock)) as shipping:
        pair = Pair(tmp_path, SqliteMerchantPeople(tmp_path, clock), shipping)
        merchant_id, supplier_id = pair.imported("1001", line("CUP", 2))
        shipping.fake.trash(int(supplier_id))

        first, again = pair.run(TASK), pair.run(TASK)
        state = pair.link(merchant_id).state
        shipping.fake.restore(int(supplier_id))
        pair.run(TASK)
        pair.supplier.ship(supplier_id, parcel(number="1Z1"))
        pair.run("update-tracking")

        assert (first.step.code, again.steps) == ("gone", ())
        assert state == "cancelled_by_supplier"
        assert "The Supplier deleted this order" in "".join(pair.merchant.timeline(merchant_id))
        assert pair.merchant.status(merchant_id) == "shipped"
