"""`--json` of `orders ship`, `orders split`, `retry` and `sync` holds what their text says."""

from contextlib import closing
from pathlib import Path

import pytest

from tests.support.command import AT_ONCE, HEADER, ordosync, row, shop
from tests.support.desk import SHIP, TwoAccounts
from tests.support.stores import opened


def test_h8_ship_writes_the_parcel_with_its_order_and_merchant(both: TwoAccounts) -> None:
    done = both.northwind(*SHIP, "--tracking", "1Z10", "--line", "MUG=1", "--json")
    [shipped] = done.json["parcels"]

    assert (shipped["order"], shipped["account"], shipped["merchant"]) == (
        "S-1001",
        "northwind",
        "shop",
    )
    assert (shipped["state"], shipped["reason"], shipped["rows"]) == ("done", None, [])
    assert (shipped["status"], shipped["open"]) == ("partially_shipped", 2)
    parcel = shipped["parcel"]
    assert (parcel["carrier"], parcel["tracking"]) == ("UPS", "1Z9")
    assert parcel["more_tracking"] == ["1Z10"]
    assert [(line["sku"], line["quantity"]) for line in parcel["lines"]] == [("MUG", 1)]
    assert [run["task"] for run in done.json["runs"]] == ["update-tracking"]


def test_h8_ship_of_a_file_has_each_row_with_its_result(both: TwoAccounts) -> None:
    (both.folder / "sent.csv").write_text(
        "number,carrier,tracking\nS-1001,UPS,1Z9\nNOT-HERE,UPS,1Z8\nS-1001,UPS,\n"
    )

    first = both.northwind("orders", "ship", "--from", "sent.csv", "--json")
    second = both.northwind("orders", "ship", "--from", "sent.csv", "--json")

    assert (first.code, second.code) == (1, 1)
    assert [(item["rows"], item["order"], item["state"]) for item in first.json["parcels"]] == [
        ([2], "S-1001", "done"),
        ([3], "NOT-HERE", "refused"),
        ([4], "S-1001", "refused"),
    ]
    assert "has no tracking" in first.json["parcels"][2]["reason"]
    assert second.json["parcels"][0]["state"] == "unchanged"
    assert second.json["parcels"][0]["parcel"]["tracking"] == "1Z9"


def test_h8_void_writes_the_voided_parcel(both: TwoAccounts) -> None:
    both.northwind(*SHIP)

    [voided] = both.northwind("orders", "ship", "S-1001", "--void", "--json").json["parcels"]

    assert (voided["parcel"]["tracking"], voided["parcel"]["void"]) == ("1Z9", True)
    assert (voided["status"], voided["open"]) == ("awaiting_fulfillment", 3)


def test_h8_ship_writes_what_the_merchant_did_not_accept(both: TwoAccounts) -> None:
    both.shop("orders", "cancel", "1001")

    done = both.northwind(*SHIP, "--json")
    [failed] = done.json["failed"]

    assert done.code == 1
    assert failed["run"] == done.json["runs"][-1]["id"]
    assert "cancelled" in failed["reason"]


def test_h8_dry_run_of_ship_writes_the_parcel_and_the_changes(both: TwoAccounts) -> None:
    done = both.northwind(*SHIP, "--dry-run", "--json").json

    assert done["parcels"][0]["state"] == "done"
    assert done["would_change"]["northwind"]
    assert both.order("northwind", "S-1001")["shipments"] == []


def test_h8_split_writes_the_pieces(both: TwoAccounts) -> None:
    pieces = ("--piece", "MUG=1", "--piece", "MUG=1,CUP=1")

    done = both.northwind("orders", "split", "S-1001", *pieces, "--json")
    [split] = done.json["splits"]

    assert (split["order"], split["merchant"], split["state"]) == ("S-1001", "shop", "done")
    assert [
        (piece["number"], [(line["sku"], line["quantity"]) for line in piece["lines"]])
        for piece in split["pieces"]
    ] == [("S-1001-1", [("MUG", 1)]), ("S-1001-2", [("MUG", 1), ("CUP", 1)])]
    assert [run["task"] for run in done.json["runs"]] == ["split-order"]


def test_h8_split_of_a_file_has_each_row_with_its_result(both: TwoAccounts) -> None:
    (both.folder / "split.csv").write_text(
        "number,piece,sku,quantity\nS-1001,1,MUG,1\nS-1001,2,MUG,1\nS-1001,2,CUP,1\nNOT-HERE,1,MUG,1\n"
    )

    done = both.northwind("orders", "split", "--from", "split.csv", "--json")

    assert done.code == 1
    assert [(item["rows"], item["state"]) for item in done.json["splits"]] == [
        ([2, 3, 4], "done"),
        ([5], "refused"),
    ]


def _unknown(folder: Path) -> None:
    """Lose the answer to the creation of order 2; order W-2 was entered manually."""
    feed = shop(folder, HEADER + row("2", "abc"))
    ordosync(folder, "import-orders")
    ordosync(folder, "orders", "add", "W-2", "--line", "MUG=1")
    with closing(opened(folder / "ordosync.db")) as db, db:
        db.execute("update steps set state = 'unknown', attempts = 1 where key = '2#1'")
    feed.write_text(HEADER + row("2"))


def test_h8_retry_of_a_sent_step_writes_a_document(tmp_path: Path) -> None:
    _unknown(tmp_path)

    done = ordosync(tmp_path, "retry", "1", "--sent", "W-2", "--json")

    assert done.code == 0
    assert done.json["runs"] == []
    assert done.json["settled"] == {
        "step": 1,
        "portal": "shop-warehouse",
        "task": "import-orders",
        "key": "2#1",
        "state": "done",
        "sent_as": "W-2",
        "note": None,
    }


def test_h8_retry_of_a_step_that_was_not_sent_writes_it_and_its_run(tmp_path: Path) -> None:
    _unknown(tmp_path)

    preview = ordosync(tmp_path, "retry", "1", "--not-sent", "--dry-run", "--json").json
    done = ordosync(tmp_path, "retry", "1", "--not-sent", "--json").json

    assert preview["settled"] == done["settled"]
    assert (done["settled"]["state"], done["settled"]["sent_as"]) == ("waiting", None)
    assert [run["done"] for run in done["runs"]] == [1]
    assert ordosync(tmp_path, "retry", "--all", "--json").json == {"runs": [], "settled": None}


@pytest.mark.parametrize("options", [(), ("--dry-run",)])
def test_m11_sync_writes_what_it_leaves_out_and_why(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    shop(tmp_path, HEADER + row("1"), config=AT_ONCE)
    ordosync(tmp_path, "autosync", "off", "import-orders")

    selection = ordosync(tmp_path, "sync", *options, "--json").json["selection"]

    by_task = {choice["task"]: choice for choice in selection}
    assert by_task["import-orders"] == {
        "portal": "shop-warehouse",
        "task": "import-orders",
        "runs": True,
        "paused": True,
        "reason": None,
    }
    assert by_task["write-inventory-back"]["reason"] == "shipping-only portal"
    assert not by_task["write-inventory-back"]["runs"]


@pytest.mark.parametrize("command", ["orders list", "sync", "health", "report", "why 1"])
def test_h8_broken_configuration_leaves_stdout_empty_and_exits_3(
    tmp_path: Path, command: str
) -> None:
    (tmp_path / "config.yaml").write_text("accounts: {shop: {kind: nothing}}\n")

    done = ordosync(tmp_path, *command.split(), "--json")

    assert (done.code, done.out) == (3, "")
    assert all(line.startswith("error: ") for line in done.err.splitlines())
