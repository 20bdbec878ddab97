"""A portal between two accounts of any kinds, in which people work between two runs."""

from pathlib import Path

from ordosync.config import load_config
from ordosync.engine.scheduling.timetable import can_run
from ordosync.models import Line
from ordosync.store import Store
from ordosync.store.links import Link
from tests.accounts.contract.examples import line, parcel, product, sold
from tests.accounts.contract.opening import PORTAL, write_config
from tests.accounts.contract.people import MerchantPeople, SupplierPeople
from tests.support.runs import Ran, run_once, run_unless_running


class Pair:
    """The portal, and the people on both sides, who share a clock."""

    def __init__(self, folder: Path, merchant: MerchantPeople, supplier: SupplierPeople) -> None:
        self.folder, self.merchant, self.supplier = folder, merchant, supplier
        self.path = self.configure()

    @property
    def merchant_holds_several_numbers(self) -> bool:
        """True if the Merchant's orders show a further number besides that of the first parcel."""
        return not {"parcels", "more-numbers"} & self.merchant.lacks

    def configure(self, **portal: object) -> Path:
        """Write the configuration, with these options of the portal besides the required ones."""
        required = {**self.merchant.portal, **self.supplier.portal}
        options = {"manage_inventory": "true", **required, **portal}
        return write_config(self.folder, self.merchant, self.supplier, **options)

    def can_run(self, task: str) -> bool:
        """True if both accounts have their part of a task."""
        config = load_config(self.path)
        return can_run(config.portals[PORTAL], task)

    def run(self, task: str) -> Ran:
        """Run a task once, late enough to read every earlier change."""
        self.merchant.settle()
        self.supplier.settle()
        return run_once(self.path, task, PORTAL, self.merchant.clock)

    def run_beside(self, task: str) -> None:
        """Run a task while another run is under way, which may hold the lease."""
        self.merchant.settle()
        self.supplier.settle()
        ran = run_unless_running(self.path, task, PORTAL, self.merchant.clock)
        assert ran is None or ran.run.error is None, ran

    def stays_quiet(self, *tasks: str) -> None:
        """Run tasks that have nothing to do: they plan no step and write nothing."""
        before = self.everything()
        for task in tasks:
            ran = self.run(task)
            assert ran.steps == (), task
            assert {*ran.counts} <= {"unchanged"}, task
            assert self.everything() == before, task

    def everything(self) -> tuple[object, object]:
        """Return the content of both accounts."""
        return self.merchant.everything(), self.supplier.everything()

    def imported(self, number: str, *lines: Line) -> tuple[str, str]:
        """Request an order and import it; return its ids at the Merchant and the Supplier."""
        merchant_id = self.merchant.request(sold(number, *lines))
        assert self.run("import-orders").count("done") == 1
        return merchant_id, self.link(merchant_id).supplier_id

    def give_every_task_work(self) -> None:
        """Import three orders; then ship one, split one if the accounts can, and cancel one."""
        self.merchant.add_product(product("MUG"))
        _, shipped = self.imported("1001", line("MUG", 2))
        _, split = self.imported("1002", line("MUG", 2))
        cancelled, _ = self.imported("1003")
        self.supplier.ship(shipped, parcel())
        if "split-order" not in self.supplier.lacks:
            self.supplier.split(split, (1,), (1,))
        self.merchant.cancel(cancelled)

    def link(self, merchant_id: str) -> Link:
        """Return the link of an order or piece of the Merchant."""
        with Store.open(load_config(self.path).database) as store:
            return store.links(PORTAL).of_merchant("order", [merchant_id])[merchant_id]
