"""The memory of what was handed over: with it no order is sent twice, without it none is sent."""

import shutil
from pathlib import Path

import pytest

from tests.scenarios.places.world import CONFIG, DEPOT, PlaceWorld
from tests.support.command import CONFIG as LOCAL

HERE = LOCAL.replace(
    "kind: sqlite\n    path: warehouse.db\n",
    """kind: files
    order_files:
      folder: out
      columns: {order_number: No, sku: SKU, quantity: Qty, ship_to.name: Name}
""",
)
"""The same depot, with a local folder."""


def with_memory(memory: str) -> str:
    return CONFIG.replace(DEPOT, DEPOT + f"    memory: {memory}\n")


def outbox(world: PlaceWorld) -> Path:
    return world.folder / "ordosync.db.places" / "warehouse" / "out"


def configure(world: PlaceWorld, config: str) -> None:
    (world.folder / "config.yaml").write_text(config)


@pytest.fixture(name="sent")
def _sent(world: PlaceWorld) -> PlaceWorld:
    """Return a world in which the partner has taken two orders."""
    world.drop("1", "2")
    assert world.import_orders().counts == {"seen": 2, "done": 2}
    world.partner.take()
    return world


def drop_again(world: PlaceWorld) -> None:
    """Drop the same orders in another file, and a new one."""
    world.drop("2", "1", "3")


def test_lost_store_sends_no_order_again(sent: PlaceWorld) -> None:
    for path in sent.folder.glob("ordosync.db*"):
        if path.is_file():
            path.unlink()

    done = sent.import_orders()

    assert done.counts == {"seen": 2, "unchanged": 2}
    sent.partner.take()
    assert sent.partner.names == ["PO_1.csv", "PO_2.csv"]


def test_restored_backup_sends_no_order_again(world: PlaceWorld) -> None:
    world.drop("1")
    world.import_orders()
    world.run("backup", "backup.db")
    world.drop("2")
    world.import_orders()
    world.partner.take()

    restored = world.run("restore", "backup.db", "--yes")
    world.import_orders()

    assert restored.code == 0
    world.partner.take()
    assert world.partner.names == ["PO_1.csv", "PO_2.csv"]


def test_without_its_outbox_an_account_sends_nothing(sent: PlaceWorld) -> None:
    shutil.rmtree(outbox(sent))
    drop_again(sent)

    refused = sent.import_orders()
    again = sent.import_orders()

    assert (refused.code, again.code) == (3, 3)
    assert "no memory of them" in refused.err
    assert "`memory: none`" in refused.err
    sent.partner.take()
    assert sent.partner.names == ["PO_1.csv", "PO_2.csv"]


def test_cron_reports_a_lost_outbox_and_sends_nothing(sent: PlaceWorld) -> None:
    shutil.rmtree(outbox(sent))
    drop_again(sent)
    text = CONFIG.replace("quiet_s", "quiet_s") + "    tasks: {import-orders: hourly}\n"
    configure(sent, text)
    sent.run("autosync")

    done = sent.run("run-due")

    assert done.code == 3
    assert "no memory of them" in done.err
    sent.partner.take()
    assert sent.partner.names == ["PO_1.csv", "PO_2.csv"]


def test_outbox_of_another_machine_is_taken_over(sent: PlaceWorld) -> None:
    outbox(sent).rename(sent.folder / "old")
    drop_again(sent)
    configure(sent, with_memory("old"))

    done = sent.import_orders()

    assert done.counts == {"seen": 3, "done": 1, "unchanged": 2}
    sent.partner.take()
    assert sent.partner.names == ["PO_1.csv", "PO_2.csv", "PO_3.csv"]


def test_memory_that_is_not_one_is_refused(sent: PlaceWorld) -> None:
    outbox(sent).rename(sent.folder / "old")
    drop_again(sent)
    configure(sent, with_memory("feeds"))

    refused = sent.import_orders()

    assert refused.code == 3
    assert "has no memory of orders" in refused.err


def test_account_may_begin_without_a_memory(sent: PlaceWorld) -> None:
    shutil.rmtree(outbox(sent))
    drop_again(sent)
    configure(sent, with_memory("none"))

    assert sent.import_orders().counts == {"seen": 3, "done": 1, "unchanged": 2}
    sent.partner.take()
    assert sent.partner.names == ["PO_1.csv", "PO_2.csv", "PO_3.csv"]


@pytest.mark.parametrize("is_lost", [False, True], ids=["kept-store", "lost-store"])
def test_account_that_moved_to_a_place_sends_no_order_again(
    world: PlaceWorld, is_lost: bool
) -> None:
    (world.folder / "out").mkdir()
    configure(world, HERE)
    world.drop("1", "2")
    assert world.import_orders().counts == {"seen": 2, "done": 2}
    drop_again(world)
    if is_lost:
        for path in world.folder.glob("ordosync.db*"):
            path.unlink()
    else:
        configure(world, CONFIG)
        assert world.import_orders().code == 3
    configure(world, with_memory("out"))

    world.import_orders()

    world.partner.take()
    assert world.partner.names == ["PO_3.csv"]


def test_backup_names_the_outbox(sent: PlaceWorld) -> None:
    done = sent.run("backup", "backup.db")

    assert str(sent.folder / "ordosync.db.places") in done.err


def test_new_portal_of_an_account_does_not_make_a_new_memory(sent: PlaceWorld) -> None:
    """A portal without any order yet must not create the outbox that another one lacks."""
    shutil.rmtree(outbox(sent))
    portal = "  second:\n    merchant: second\n    supplier: warehouse\n"
    shop = LOCAL[LOCAL.index("  shop:") : LOCAL.index("  warehouse:")].replace("shop", "second")
    text = CONFIG.replace("accounts:\n", f"accounts:\n{shop.replace('feeds', 'more')}") + portal
    configure(sent, text)
    (sent.folder / "more").mkdir()

    refused = sent.run("import-orders", "second")

    assert refused.code == 3
