"""Parcels and stock that a Merchant takes from its place, by the command line."""

import csv
import io
from pathlib import Path

import pytest

from ordosync.accounts.files.places import opening
from tests.scenarios.places.world import PlaceWorld
from tests.support.command import CONFIG as LOCAL
from tests.support.command import shop
from tests.support.places import FolderPlace

PLACE = 'place: {url: "sftp://partner.example", host_key: "ssh-ed25519 AAAA"}'
WRITTEN = f"""    products: {{glob: products/*, columns: {{sku: sku, name: name}}}}
    tracking:
      folder: in
      name: "sent_{{seq}}.csv"
      mode: batch
      columns: {{order_number: Order, tracking_number: Number, voided: Void}}
      {PLACE}
    inventory: {{folder: in, name: "stock_{{seq}}.csv", mode: full,
                columns: {{sku: SKU, quantity: Qty}},
                {PLACE}}}
"""
CONFIG = (
    LOCAL.replace("  warehouse:\n", WRITTEN + "  warehouse:\n") + "    manage_inventory: true\n"
)


@pytest.fixture(name="world")
def _world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PlaceWorld:
    (tmp_path / "place" / "in").mkdir(parents=True)
    place = FolderPlace(tmp_path / "place")
    monkeypatch.setattr(opening, "open_place", lambda *_, **__: place)
    shop(tmp_path, config=CONFIG)
    (tmp_path / "products").mkdir()
    (tmp_path / "products" / "all.csv").write_text("sku,name\nMUG,Mug\nJAR,Jar\n")
    world = PlaceWorld(tmp_path, place)
    world.run("import-products")
    world.run("stock", "set", "MUG", "5")
    world.run("stock", "set", "JAR", "7")
    return world


def rows(content: bytes) -> list[tuple[str, ...]]:
    return [tuple(row) for row in csv.reader(io.StringIO(content.decode()))][1:]


def taken(world: PlaceWorld) -> list[list[tuple[str, ...]]]:
    world.partner.take()
    return [rows(content) for _, content in world.partner.taken]


def test_all_quantities_are_in_one_file_of_a_run(world: PlaceWorld) -> None:
    first = world.run("write-inventory-back", "--json")
    second = world.run("write-inventory-back", "--json")

    assert first.run["note"].startswith("1 file handed over (")
    assert second.run["note"] is None
    assert first.counts == {"seen": 2, "done": 2}
    assert second.counts == {"seen": 2, "unchanged": 2}
    assert taken(world) == [[("JAR", "7"), ("MUG", "5")]]


def test_quantities_that_did_not_get_there_fail_the_run_and_are_owed(world: PlaceWorld) -> None:
    world.place.is_down = True
    failed = world.run("write-inventory-back", "--json")
    world.place.is_down = False

    again = world.run("write-inventory-back", "--json")

    assert (failed.run["status"], failed.run["error"]["code"]) == ("failed", "unavailable")
    assert again.run["status"] == "ok"
    assert taken(world) == [[("JAR", "7"), ("MUG", "5")]]


def test_dry_run_hands_no_quantities_over(world: PlaceWorld) -> None:
    planned = world.run("write-inventory-back", "--dry-run", "--json")

    assert planned.code == 0
    assert world.place.requests == []
    assert world.run("write-inventory-back", "--json").counts == {"seen": 2, "done": 2}


def test_parcels_are_handed_over_at_once(world: PlaceWorld) -> None:
    world.drop("1", "2")
    world.import_orders()

    world.run("orders", "ship", "1", "--carrier", "UPS", "--tracking", "1Z1")
    world.run("orders", "ship", "2", "--carrier", "UPS", "--tracking", "1Z2")

    assert taken(world) == [[("1", "1Z1", "false")], [("2", "1Z2", "false")]]


def test_parcel_of_unknown_outcome_is_settled_by_the_operator(world: PlaceWorld) -> None:
    world.drop("1")
    world.import_orders()
    world.place.denied = {"size", "list", "remove", "fetch"}
    world.place.loses.add("rename")
    shipped = world.run("orders", "ship", "1", "--carrier", "UPS", "--tracking", "1Z1")
    first = taken(world)
    unknown = world.run("update-tracking", "--json")
    [entry] = world.run("attention", "--json").json["attention"]

    settled = world.run("retry", str(entry["step"]), "--sent", "1Z1", "--yes", "--json")

    assert first == [[("1", "1Z1", "false")]]
    assert (shipped.code, unknown.code, settled.code) == (1, 1, 0)
    assert entry["code"] == "not-shown"
    assert taken(world) == first


def test_lost_store_sends_no_parcel_again(world: PlaceWorld) -> None:
    world.drop("1")
    world.import_orders()
    world.run("orders", "ship", "1", "--carrier", "UPS", "--tracking", "1Z1")
    first = taken(world)
    for path in world.folder.glob("ordosync.db*"):
        if path.is_file():
            path.unlink()

    world.import_orders()
    again = world.run("update-tracking", "--json")

    assert again.counts == {"seen": 1, "unchanged": 1}
    assert taken(world) == first


def test_parcels_of_a_local_file_are_remembered_after_a_move(world: PlaceWorld) -> None:
    config = (world.folder / "config.yaml").read_text()
    local = config.replace(
        '      folder: in\n      name: "sent_{seq}.csv"\n      mode: batch\n',
        "      path: out/tracking.csv\n",
    ).replace(f"voided: Void}}\n      {PLACE}\n", "voided: Void}\n")
    (world.folder / "out").mkdir()
    (world.folder / "config.yaml").write_text(local)
    world.drop("1", "2")
    world.import_orders()
    world.run("orders", "ship", "1", "--carrier", "UPS", "--tracking", "1Z1")
    (world.folder / "config.yaml").write_text(config)

    refused = world.run("update-tracking")
    memory = "    memory: out/tracking.csv\n    tracking:"
    (world.folder / "config.yaml").write_text(config.replace("    tracking:", memory))
    world.run("orders", "ship", "2", "--carrier", "UPS", "--tracking", "1Z2")

    assert refused.code == 3
    assert "parcels were sent before" in refused.err
    assert taken(world) == [[("2", "1Z2", "false")]]
