"""A portal between a local account and a remote one that can be made to fail."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from ordosync.config import load_config
from ordosync.store import Store
from ordosync.store.step_rows import StepRow
from tests.accounts.contract.opening import PORTAL
from tests.accounts.contract.over_http import OverHttp
from tests.accounts.contract.people import MerchantPeople, SupplierPeople
from tests.scenarios.pairs.pair import Pair
from tests.support.clock import VirtualClock
from tests.support.runs import Ran, run_once

SETTLE_S = 60
TICK_S = 60


@dataclass(frozen=True, kw_only=True)
class Troubled:
    """A portal, and the people of its remote account, who are one of the pair."""

    pair: Pair
    foreign: OverHttp

    @property
    def clock(self) -> VirtualClock:
        return self.pair.merchant.clock

    @property
    def merchant(self) -> MerchantPeople:
        return self.pair.merchant

    @property
    def supplier(self) -> SupplierPeople:
        return self.pair.supplier

    def configure(self, **options: object) -> None:
        """Configure the remote account with these options besides the required ones."""
        self.foreign.more_options = options
        self.pair.configure()

    def run(self, task: str) -> Ran:
        """Run a task now; it may fail."""
        return run_once(self.pair.path, task, PORTAL, self.clock, may_fail=True)

    def later(self, seconds: float = SETTLE_S + TICK_S) -> None:
        """Let time pass, by default past the settle time of writes and the next tick."""
        self.clock.at += timedelta(seconds=seconds)

    def read_again(self, task: str) -> None:
        """Delete the cursor of a task."""
        with Store.open(load_config(self.pair.path).database) as store, store.transaction():
            store.schedule.reread(PORTAL, [task])

    def open_steps(self) -> Sequence[StepRow]:
        """Return all steps that wait, are uncertain or have failed."""
        with Store.open(load_config(self.pair.path).database) as store:
            return store.steps.open()

    def cursor(self, task: str) -> str | None:
        """Return the cursor of a task."""
        with Store.open(load_config(self.pair.path).database) as store:
            return store.schedule.cursor(PORTAL, task)


def add_portal(folder: Path, name: str, merchant: MerchantPeople, supplier: str = "") -> None:
    """Configure one more portal: to the same Supplier, or to an embedded one of this name."""
    path = folder / "config.yaml"
    config = json.loads(path.read_text())
    accounts, portals = config["accounts"], config["portals"]
    accounts[name] = merchant.options
    supplier_options = {**portals[PORTAL]["supplier"]}
    if supplier:
        accounts[supplier] = {"kind": "sqlite", "path": f"{supplier}.db"}
        supplier_options = {"account": supplier}
    portals[name] = {"merchant": {"account": name, **merchant.pair}, "supplier": supplier_options}
    path.write_text(json.dumps(config))
