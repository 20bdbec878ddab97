"""A loss of power: all that was written since the last sync of a file is gone.

A library keeps a copy of each database at each of its syncs. A run is killed at a failpoint, and
every file is set back to its copy: the worst that a disk may do. Meanwhile the Merchant may cancel
what was under way, so that no later run asks for these orders.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ordosync.database import sqlite3
from ordosync.embedded.desk import Desk
from ordosync.models import Shipment
from tests.benchmarks.portals import configured, embedded, filled
from tests.tasks.portal import succeeded

pytestmark = pytest.mark.slow

SOURCE = Path(__file__).parents[2] / "support" / "power_loss.c"
ORDERS = 620
"""Two batches of the import, of which one is full."""
IMPORT = (
    *("intent-after-commit", "account-before-commit", "account-after-commit"),
    *("result-before-commit", "result-after-commit"),
)
ENDS = ("cursor-before-commit", "cursor-after-commit")
CUTS = [*((point, passage) for point in IMPORT for passage in (1, 2)), *((end, 1) for end in ENDS)]
IMPORT_ORDERS, CANCEL_ORDERS = "import-orders", "cancel-orders"


@pytest.fixture(scope="module", name="library")
def _library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the library that keeps the synced content."""
    compiler = shutil.which("cc")
    if compiler is None or not sys.platform.startswith("linux"):
        pytest.skip("needs a C compiler and Linux")
    library = tmp_path_factory.mktemp("power") / "power_loss.so"
    words = (compiler, "-shared", "-fPIC", "-O1", "-o", str(library), str(SOURCE), "-ldl")
    subprocess.run(words, check=True)
    return library


@pytest.fixture(scope="module", name="begun")
def _begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a Merchant with requested orders, of which none is imported."""
    folder = configured(
        tmp_path_factory.mktemp("begun") / "p", merchant=embedded("shop"), supplier=embedded("w")
    )
    filled(folder / "shop.db", ORDERS)
    return folder


@pytest.fixture(name="machine")
def _machine(tmp_path: Path, begun: Path, library: Path) -> "Machine":
    shutil.copytree(begun, tmp_path / "p")
    return Machine(tmp_path / "p", library)


class Machine:
    """A computer whose power can fail, with a portal of two local accounts."""

    def __init__(self, folder: Path, library: Path) -> None:
        self.folder = folder
        self._library = library
        self.shop = Desk(name="shop", path=folder / "shop.db")
        self.warehouse = Desk(name="warehouse", path=folder / "w.db")

    def run(self, *words: str) -> None:
        """Run a command that succeeds."""
        done = self._start(words, {})
        assert done.returncode == 0, done

    def lose_power(self, point: str, passage: int, *words: str) -> None:
        """Run a command, and lose the power at this failpoint."""
        done = self._start(
            words,
            {"ORDOSYNC_FAULT": f"{point}:{passage}", "LD_PRELOAD": str(self._library)},
        )
        assert done.returncode == -9, done
        assert any(self.folder.glob("*.synced"))
        for file in sorted(self.folder.glob("*.db*")):
            self._set_back(file)
        for copy in self.folder.glob("*.synced"):
            copy.unlink()

    def _start(
        self, words: Sequence[str], environment: dict[str, str]
    ) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "ordosync", *words],
            cwd=self.folder,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            check=False,
        )

    def _set_back(self, file: Path) -> None:
        if file.name.endswith("-shm"):
            file.unlink()
        elif not file.name.endswith((".synced", ".partial")):
            copy = file.with_name(f"{file.name}.synced")
            if copy.exists():
                file.write_bytes(copy.read_bytes())
            elif file.name.endswith("-wal"):
                file.write_bytes(b"")

    def rows(self, name: str, statement: str) -> list[tuple[object, ...]]:
        path = self.folder / f"{name}.db"
        if not path.exists():
            # The account is created by its first order.
            return []
        with closing(sqlite3.connect(path)) as db:
            return [tuple(row) for row in db.execute(statement)]

    def numbers(self, name: str, statement: str) -> set[str]:
        return {str(row[0]) for row in self.rows(name, statement)}

    def cancel_what_was_under_way(self) -> set[str]:
        """Cancel at the Merchant the orders that the Supplier has, and the store does not link."""
        linked = self.numbers("ordosync", "select merchant_id from links where kind = 'order'")
        under_way = self.numbers("w", "select number from orders") - linked
        for number in under_way:
            succeeded(self.shop.cancel(number))
        return under_way

    def check(self, *, cancelled: AbstractSet[str] = frozenset()) -> None:
        """Check that each order arrived once and is linked, unless it was cancelled before."""
        for name in ("ordosync", "shop", "w"):
            assert self.rows(name, "pragma integrity_check") == [("ok",)]
        arrived = self.rows("w", "select number, reference from orders")
        assert len({reference for _, reference in arrived}) == len(arrived)
        linked = self.numbers("ordosync", "select merchant_id from links where kind = 'order'")
        assert linked >= {str(number) for number, _ in arrived}
        assert len(linked | cancelled) == ORDERS
        unsettled = "select count(*) from steps where state not in ('done', 'skipped')"
        assert self.rows("ordosync", unsettled) == [(0,)]
        still_open = self.numbers("w", "select number from orders where status <> 'cancelled'")
        assert not still_open & cancelled


@pytest.mark.parametrize(("point", "passage"), CUTS)
def test_a_power_loss_loses_no_order_and_repeats_none(
    machine: Machine, point: str, passage: int
) -> None:
    machine.lose_power(point, passage, IMPORT_ORDERS)

    machine.run(IMPORT_ORDERS)
    machine.run(IMPORT_ORDERS)

    machine.check()


@pytest.mark.parametrize(("point", "passage"), CUTS)
def test_an_order_that_was_under_way_is_cancelled_with_its_merchant(
    machine: Machine, point: str, passage: int
) -> None:
    """Only the recorded intent knows of such an order, since the Merchant no longer requests it."""
    machine.lose_power(point, passage, IMPORT_ORDERS)
    cancelled = machine.cancel_what_was_under_way()

    machine.run(IMPORT_ORDERS)
    machine.run(CANCEL_ORDERS, "--force")
    machine.run(IMPORT_ORDERS)

    machine.check(cancelled=cancelled)


@pytest.mark.parametrize("point", [*IMPORT, *ENDS])
def test_a_power_loss_reports_each_parcel_once(machine: Machine, point: str) -> None:
    machine.run(IMPORT_ORDERS)
    sent_at = datetime(2026, 11, 2, tzinfo=UTC)
    numbers = sorted(machine.numbers("w", "select number from orders"))
    parcels = [
        Shipment(
            id="", order_id=number, tracking_number=f"1Z{number}", carrier="UPS", shipped_at=sent_at
        )
        for number in numbers
    ]
    for outcome in machine.warehouse.ship(parcels):
        succeeded(outcome)

    machine.lose_power(point, 1, "update-tracking")
    machine.run("update-tracking")
    machine.run("update-tracking")

    machine.check()
    reported = machine.rows("shop", "select order_number, tracking_number from shipments")
    assert sorted(reported) == [(number, f"1Z{number}") for number in numbers]
