"""Cancellations between files: the Supplier is asked, and answers by a file or a parcel."""

import csv
import os
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.accounts.files.feeds import config
from tests.support.command import HEADER, ordosync, row, shop
from tests.support.stores import opened

Put = Callable[[str, str], None]
SUPPLIER = """kind: files
    order_files:
      folder: orders
      columns: {order_number: No, sku: SKU, quantity: Qty, change: Change, version: Version}
    shipments:
      glob: sent
      columns: {order_number: no, tracking_number: number, carrier: by, shipped_at: at,
                sku: sku, quantity: qty}
      date_format: "%Y-%m-%d"
      timezone: UTC
ANSWERED"""
ANSWERED = "    answers: {glob: answers, columns: {order_number: no, answer: answer}}\n"
SENT = "no,number,by,at,sku,qty\n"


@pytest.fixture(name="put")
def _put(tmp_path: Path) -> Put:
    """Return a function that drops a file which is younger than all others."""
    for name in ("products", "cancelled", "out", "orders", "sent", "answers"):
        (tmp_path / name).mkdir()
    dropped: list[str] = []

    def put(name: str, text: str) -> None:
        dropped.append(name)
        (tmp_path / name).write_text(text)
        os.utime(tmp_path / name, (1_700_000_000 + len(dropped),) * 2)

    text = config(SUPPLIER.replace("ANSWERED", ANSWERED))
    text = text.replace("manage_inventory: true", "manage_inventory: false")
    shop(tmp_path, HEADER + row("1", "3"), config=text)
    assert ordosync(tmp_path, "import-orders").code == 0
    return put


def changes(folder: Path) -> list[tuple[str, str, str]]:
    """Return version, change and quantity of each row of the order files."""
    rows = []
    for path in (folder / "orders").glob("*.csv"):
        with path.open(newline="") as file:
            rows += [(r["Version"], r["Change"], r["Qty"]) for r in csv.DictReader(file)]
    return sorted(rows)


def cancel(folder: Path) -> dict[str, int]:
    return ordosync(folder, "cancel-orders", "--json").counts


def steps(folder: Path, task: str) -> list[dict[str, Any]]:
    """Return the unsettled and failed steps of a task."""
    listed = ordosync(folder, "attention", "--json").json["attention"]
    return [entry for entry in listed if entry["task"] == task]


def link(folder: Path) -> str:
    with closing(opened(folder / "ordosync.db")) as db:
        [[state]] = db.execute("select state from links where kind = 'order'")
    return str(state)


def test_k1_cancelled_order_is_asked_for_by_one_file(tmp_path: Path, put: Put) -> None:
    put("cancelled/a.csv", "order\n1\n")

    first, again = cancel(tmp_path), cancel(tmp_path)

    assert first == {"seen": 1, "skipped": 1}
    assert again.get("failed", 0) == 0
    assert changes(tmp_path) == [("1", "NEW", "3"), ("2", "CANCEL", "3")]
    assert link(tmp_path) == "cancel_asked"


def test_k3_parcel_of_the_whole_order_is_the_answer(tmp_path: Path, put: Put) -> None:
    put("cancelled/a.csv", "order\n1\n")
    cancel(tmp_path)
    put("sent/a.csv", SENT + "1,1Z999,UPS,2026-11-23,MUG,3\n")

    ordosync(tmp_path, "update-tracking")
    ordosync(tmp_path, "cancel-orders")

    assert link(tmp_path) == "cancel_refused"
    [entry] = steps(tmp_path, "cancel-orders")
    assert entry["code"] == "already-shipped"


def test_k3_parcel_of_a_part_leaves_the_rest_asked_for(tmp_path: Path, put: Put) -> None:
    put("cancelled/a.csv", "order\n1\n")
    cancel(tmp_path)
    put("sent/a.csv", SENT + "1,1Z999,UPS,2026-11-23,MUG,1\n")

    ordosync(tmp_path, "update-tracking")
    cancel(tmp_path)

    assert link(tmp_path) == "cancel_asked"


def test_dry_run_asks_nobody(tmp_path: Path, put: Put) -> None:
    put("cancelled/a.csv", "order\n1\n")

    ordosync(tmp_path, "cancel-orders", "--dry-run")

    assert (changes(tmp_path), link(tmp_path)) == ([("1", "NEW", "3")], "live")


@pytest.mark.usefixtures("put")
def test_purge_removes_the_kept_fields_of_a_written_order(tmp_path: Path) -> None:
    kept = [*(tmp_path / "orders" / ".ordosync").glob("*.fields")]

    would = ordosync(tmp_path, "purge", "--order", "1", "--dry-run")
    still = [path.exists() for path in kept]
    purged = ordosync(tmp_path, "purge", "--order", "1", "--yes")

    assert (would.code, purged.code, still) == (0, 0, [True])
    assert "the fields of order 1" in purged.out
    assert not any(path.exists() for path in kept)
