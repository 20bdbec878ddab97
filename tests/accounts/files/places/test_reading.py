"""Readings whose files are at a place, as a portal reads them."""

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ordosync.accounts.account import NoOptions, PortalContext, required
from ordosync.accounts.connections import Connections
from ordosync.accounts.files import FilesAccount, SupplierOptions
from ordosync.accounts.files.input_options.after_reading import After
from ordosync.accounts.files.input_options.order_files import OrderFiles
from ordosync.accounts.files.input_options.product_files import ProductFiles
from ordosync.accounts.files.input_options.stock_files import StockFiles
from ordosync.accounts.files.output.options import OrderFolder
from ordosync.accounts.files.places.options import PlaceOptions
from ordosync.accounts.merchant import Merchant
from ordosync.accounts.supplier import Supplier
from ordosync.errors import RefusedError, UnavailableError
from ordosync.models import InvalidRecord, Order, Stock
from tests.accounts.files.opening import all_of, since
from tests.accounts.files.supplier import ORDER_COLUMNS
from tests.support.clock import VirtualClock
from tests.support.kills import killed_at
from tests.support.places import ACCOUNT, FolderPlace

SFTP = PlaceOptions(url="sftp://acme@sftp.example/", host_key="ssh-ed25519 AAAA")
HEADER = "order,sku,qty\n"
COLUMNS = {"order_number": "order", "sku": "sku", "quantity": "qty"}
RETENTION = timedelta(days=90)
Drop = Callable[..., Path]


class World:
    """A place, and portals of one account that read it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "place" / "out" / "done").mkdir(parents=True)
        self.place = FolderPlace(folder / "place")
        self.clock = VirtualClock()
        self.connections = Connections(self.clock)
        self.connections.place("acme", SFTP, lambda: self.place)
        self.portals = ["one"]
        self.opened: list[Merchant | Supplier] = []

    def drop(self, name: str, text: str, *, at: int = 0) -> Path:
        path = self.place.folder / "out" / name
        path.write_text(text)
        at += int(self.clock.now().timestamp())
        os.utime(path, (at, at))
        return path

    def merchant(self, portal: str = "one", **options: Any) -> Merchant:
        orders = OrderFiles(glob=Path("out/*.csv"), columns=COLUMNS, **options)
        account = FilesAccount(name="acme", place=SFTP, orders=orders)
        merchant = account.merchant(NoOptions(), self._context(portal), self.connections)
        self.opened.append(merchant)
        return merchant

    def supplier(self, portal: str = "one", **options: Any) -> Supplier:
        account = FilesAccount(
            name="acme",
            order_files=OrderFolder(folder=self.folder, columns=ORDER_COLUMNS),
            stock=StockFiles(
                glob=Path("out/*.csv"),
                columns={"sku": "sku", "quantity": "qty"},
                max_age=timedelta(hours=26),
                place=SFTP,
                **options,
            ),
        )
        supplier = account.supplier(SupplierOptions(), self._context(portal), self.connections)
        self.opened.append(supplier)
        return supplier

    def _context(self, portal: str) -> PortalContext:
        spools = {name: self.folder / "spool" / name / "acme" for name in self.portals}
        return PortalContext(
            spool=spools[portal],
            places=self.folder / "places" / "acme",
            spools=lambda: [*spools.values()],
            retention=RETENTION,
        )


@pytest.fixture(name="world")
def _world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    yield world
    for account in world.opened:
        account.close()


def read(merchant: Merchant, cursor: str | None = None, *unsettled: str) -> tuple[list[str], str]:
    """Read new orders as a run does; return their ids, and the new cursor."""
    *_, last = pages = list(merchant.orders.changed(since(cursor)))
    merchant.finish_reading(frozenset(unsettled))
    merchant.close()
    return [item.id for item in all_of(pages)], last.cursor or ""


def test_orders_at_a_place_are_read_once(world: World) -> None:
    world.drop("a.csv", HEADER + "1001,MUG,2\n")
    merchant = world.merchant()

    first, cursor = read(merchant)
    second, _ = read(merchant, cursor)

    assert (first, second) == (["1001"], [])
    assert world.place.requests == ["list out", "list out", "fetch out/a.csv", "list out"]


def test_the_file_of_a_row_is_named_without_an_address(world: World) -> None:
    world.drop("a.csv", HEADER + "1001,MUG,many\n")

    [item] = all_of(world.merchant().orders.changed(since()))

    assert isinstance(item, InvalidRecord)
    assert item.reason.startswith("out/a.csv row 2: ")


def test_a_touched_file_is_not_read_again_and_an_overwritten_one_is(world: World) -> None:
    world.drop("a.csv", HEADER + "1001,MUG,2\n")
    merchant = world.merchant()
    _, cursor = read(merchant)

    world.drop("a.csv", HEADER + "1001,MUG,2\n", at=60)
    touched, cursor = read(merchant, cursor)
    world.drop("a.csv", HEADER + "1001,MUG,3\n", at=120)
    overwritten, _ = read(merchant, cursor)

    assert (touched, overwritten) == ([], ["1001"])


def test_a_touched_file_with_all_open_orders_is_read_again(world: World) -> None:
    world.drop("a.csv", HEADER + "1001,MUG,2\n")
    merchant = world.merchant(complete=True)
    _, cursor = read(merchant)

    world.drop("a.csv", HEADER + "1001,MUG,2\n", at=60)

    assert read(merchant, cursor)[0] == ["1001"]


def test_an_order_stays_readable_when_its_file_was_taken_away(world: World) -> None:
    path = world.drop("a.csv", HEADER + "1001,MUG,2\n")
    merchant = world.merchant()
    read(merchant, None, "1001")
    path.unlink()

    [order] = all_of(merchant.orders.by_id(["1001"]))

    assert isinstance(order, Order)


def test_a_file_that_cannot_be_fetched_is_a_failed_record_until_it_can(world: World) -> None:
    world.drop("a.csv", HEADER + "1001,MUG,2\n")
    world.place.fails["fetch"] = RefusedError(ACCOUNT, "fetch", "permission denied")
    merchant = world.merchant()

    [item] = all_of(merchant.orders.changed(since()))
    problem = merchant.finish_reading(frozenset(), sources=frozenset({"file:a.csv"}))
    merchant.close()
    all_of(merchant.orders.changed(since()))
    fixed = merchant.finish_reading(frozenset(), sources=frozenset({"file:a.csv"}))

    assert isinstance(item, InvalidRecord)
    assert (item.id, item.code, item.reason) == (
        "file:a.csv",
        "invalid.file",
        "out/a.csv: permission denied",
    )
    assert (problem, fixed) == (frozenset(), {"file:a.csv"})


def test_a_missing_folder_is_told_and_not_made(world: World) -> None:
    merchant = world.merchant()
    (world.place.folder / "out" / "done").rmdir()
    (world.place.folder / "out").rmdir()

    with pytest.raises(RefusedError, match="list out: the folder does not exist; ask the partner"):
        read(merchant)

    assert not (world.place.folder / "out").exists()


def test_an_unavailable_place_is_asked_once_a_run(world: World) -> None:
    world.place.is_down = True
    merchant = world.merchant()

    for _ in range(2):
        with pytest.raises(UnavailableError):
            all_of(merchant.orders.changed(since()))

    assert world.place.requests == ["list out"]
    assert merchant.client.notes == []


@pytest.mark.parametrize("taken", ["done/a.csv", "done/a.csv done/a-2.csv"])
def test_a_file_is_archived_after_its_records_are_stored(world: World, taken: str) -> None:
    if " " in taken:
        world.drop("done/a.csv", "an older one")
    world.drop("a.csv", HEADER + "1001,MUG,2\n")
    merchant = world.merchant(after=After(archive="out/done"))
    all_of(merchant.orders.changed(since()))
    before = (world.place.folder / "out" / "a.csv").exists()

    merchant.finish_reading(frozenset({"1001"}))

    files = sorted(path.name for path in (world.place.folder / "out" / "done").iterdir())
    assert before
    assert not (world.place.folder / "out" / "a.csv").exists()
    assert [f"done/{name}" for name in files] == sorted(taken.split())


def test_a_dry_run_archives_nothing(world: World) -> None:
    path = world.drop("a.csv", HEADER + "1001,MUG,2\n")
    merchant = world.merchant(after=After(archive="out/done"))
    all_of(merchant.orders.changed(since()))

    merchant.finish_reading(frozenset(), dry=True)

    assert path.exists()


def test_a_file_that_changed_since_it_was_fetched_is_not_archived(world: World) -> None:
    world.drop("a.csv", HEADER + "1001,MUG,2\n")
    merchant = world.merchant(after=After(archive="out/done"))
    all_of(merchant.orders.changed(since()))
    path = world.drop("a.csv", HEADER + "1001,MUG,2\n1002,MUG,1\n", at=5)

    merchant.finish_reading(frozenset())

    assert path.exists()


def test_a_refused_archive_is_told_once_and_harms_nothing(world: World) -> None:
    world.drop("a.csv", HEADER + "1001,MUG,2\n")
    world.place.denied.add("rename")
    merchant = world.merchant(after=After(archive="out/done"))
    notes = []

    cursor = None
    for _ in range(2):
        *_, last = merchant.orders.changed(since(cursor))
        merchant.finish_reading(frozenset())
        notes.append(merchant.client.notes[-1:])
        merchant.close()
        cursor = last.cursor

    assert notes == [
        ["orders: a.csv was not archived at the place: permission denied"],
        [],
    ]
    assert world.place.requests.count("rename out/a.csv") == 1


def test_an_archive_without_its_folder_is_told(world: World) -> None:
    path = world.drop("a.csv", HEADER + "1001,MUG,2\n")
    merchant = world.merchant(after=After(archive="out/gone"))
    all_of(merchant.orders.changed(since()))

    merchant.finish_reading(frozenset())

    reason = "orders: a.csv was not archived at the place: the folder of the archive does not exist"
    assert merchant.client.notes[-1] == reason
    assert path.exists()


@pytest.mark.parametrize("verb", ["rename", "list"])
def test_a_place_that_is_lost_after_the_read_fails_nothing(world: World, verb: str) -> None:
    path = world.drop("a.csv", HEADER + "1001,MUG,2\n")
    merchant = world.merchant(after=After(archive="out/done"))
    *_, last = merchant.orders.changed(since())
    world.place.fails[verb] = UnavailableError(ACCOUNT, verb, "no answer")

    merchant.finish_reading(frozenset())
    notes = list(merchant.client.notes)
    merchant.close()
    left = path.exists()
    read(merchant, last.cursor)

    assert notes[-1] == f"orders: {ACCOUNT}: {verb}: no answer"
    assert (left, path.exists()) == (True, False)


@pytest.mark.parametrize("point", ["before-archive", "after-archive"])
def test_a_crash_while_a_file_is_archived_loses_nothing(world: World, point: str) -> None:
    world.drop("a.csv", HEADER + "1001,MUG,2\n")
    merchant = world.merchant(after=After(archive="out/done"))
    *_, last = merchant.orders.changed(since())
    with killed_at(point, 1) as passed:
        merchant.finish_reading(frozenset({"1001"}))
    merchant.close()

    again, _ = read(merchant, last.cursor, "1001")
    [order] = all_of(merchant.orders.by_id(["1001"]))

    assert (passed, again) == ([point], [])
    assert isinstance(order, Order)
    assert [path.name for path in world.place.folder.glob("out/done/*")] == ["a.csv"]


def test_a_file_is_deleted_only_when_nothing_of_it_is_open(world: World) -> None:
    path = world.drop("a.csv", HEADER + "1001,MUG,2\n1002,MUG,1\n")
    merchant = world.merchant(after=After(delete=True))

    _, cursor = read(merchant, None, "1002")
    assert path.exists()
    read(merchant, cursor)

    assert not path.exists()


def test_a_file_with_a_row_that_cannot_be_used_is_not_deleted(world: World) -> None:
    path = world.drop("a.csv", HEADER + "1001,MUG,2\n,MUG,1\n")
    merchant = world.merchant(after=After(delete=True))

    _, cursor = read(merchant)
    read(merchant, cursor)

    assert path.exists()


def test_a_file_is_deleted_only_when_every_portal_has_settled_it(world: World) -> None:
    path = world.drop("a.csv", HEADER + "1001,MUG,2\n")
    world.portals = ["one", "two"]
    first, second = (world.merchant(name, after=After(delete=True)) for name in world.portals)

    _, cursor_of_first = read(first)
    unread = path.exists()
    _, cursor_of_second = read(second, None, "1001")
    read(first, cursor_of_first)
    unsettled = path.exists()
    read(second, cursor_of_second)

    assert (unread, unsettled, path.exists()) == (True, True, False)


def test_a_file_leaves_the_mirror_when_it_is_gone_settled_and_old(world: World) -> None:
    path = world.drop("a.csv", HEADER + "1001,MUG,2\n")
    merchant = world.merchant()
    _, cursor = read(merchant, None, "1001")
    path.unlink()
    read(merchant, cursor, "1001")
    world.clock.at += RETENTION + timedelta(days=1)

    read(merchant, cursor, "1001")
    mirror = world.folder / "places" / "acme" / "in" / "orders"
    assert len([*mirror.glob("*.csv")]) == 1
    read(merchant, cursor)

    assert [*mirror.glob("*.csv")] == []


def stock_of(supplier: Supplier) -> dict[str, int | None]:
    """Read all quantities as a run does."""
    pages = required(supplier.stock).all(since())
    items = [item for item in all_of(pages) if isinstance(item, Stock)]
    supplier.finish_reading(frozenset())
    supplier.close()
    return {item.sku: item.quantity for item in items}


def test_stock_whose_file_is_gone_is_unavailable(world: World) -> None:
    path = world.drop("stock.csv", "sku,qty\nMUG,5\n")
    supplier = world.supplier()

    assert stock_of(supplier) == {"MUG": 5}
    path.unlink()
    with pytest.raises(UnavailableError, match="gone from the place"):
        stock_of(supplier)


def test_stock_that_was_archived_still_counts(world: World) -> None:
    world.drop("stock.csv", "sku,qty\nMUG,5\n")
    supplier = world.supplier(after=After(archive="out/done"))

    assert stock_of(supplier) == {"MUG": 5}
    assert (world.place.folder / "out" / "done" / "stock.csv").exists()
    assert stock_of(supplier) == {"MUG": 5}


def test_the_age_of_stock_is_that_of_its_last_sign_of_life(world: World) -> None:
    world.drop("stock.csv", "sku,qty\nMUG,5\n")
    supplier = world.supplier()
    stock_of(supplier)

    world.clock.at += timedelta(days=1)
    world.drop("stock.csv", "sku,qty\nMUG,5\n")
    [item] = all_of(required(supplier.stock).all(since()))
    feed = supplier.stock_feed
    touched_at = feed.newest_at() if feed else None

    assert isinstance(item, Stock)
    assert item.counted_at == touched_at
    assert touched_at is not None
    assert world.clock.now() - touched_at < timedelta(minutes=1)


def test_an_empty_stock_file_says_nothing(world: World) -> None:
    world.drop("stock.csv", "sku,qty\nMUG,5\n")
    supplier = world.supplier(absent="zero", min_rows=1)
    stock_of(supplier)

    world.drop("stock.csv", "", at=60)

    assert stock_of(supplier) == {}
    feed = supplier.stock_feed
    assert feed is not None
    assert (feed.newest_at(), feed.is_complete()) == (None, False)


def test_an_empty_order_file_has_no_orders(world: World) -> None:
    world.drop("a.csv", "")

    assert read(world.merchant())[0] == []


def test_a_run_waits_once_for_all_its_readings(world: World) -> None:
    world.drop("a.csv", HEADER + "1001,MUG,2\n")
    orders = OrderFiles(glob=Path("out/*.csv"), columns=COLUMNS)
    products = ProductFiles(glob=Path("out/*.csv"), columns={"sku": "sku"})
    account = FilesAccount(name="acme", place=SFTP, orders=orders, products=products)
    merchant = account.merchant(NoOptions(), world._context("one"), world.connections)
    world.opened.append(merchant)
    began = world.clock.now()

    all_of(merchant.orders.changed(since()))
    first = all_of(required(merchant.products).changed(since()))
    waited = world.clock.now() - began
    notes = list(merchant.client.notes)
    merchant.close()
    second = all_of(required(merchant.products).changed(since()))

    assert waited == timedelta(seconds=10)
    assert first == []
    assert "products: not read yet: a.csv, which may still be written" in notes
    assert [item.id for item in second] == ["MUG"]
