"""Named pipes, folders and the like in place of files: refused without waiting."""

import os
import signal
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ordosync.accounts.files.output.options import OrderFolder
from ordosync.accounts.files.output.order_files import OrderFileWriter
from ordosync.accounts.files.output.order_records import OrderRecords
from ordosync.errors import RefusedError, UnavailableError
from ordosync.models import InvalidRecord, Page
from ordosync.regular_files import NotRegularError, open_regular
from ordosync.text import printable
from tests.accounts.contract import order
from tests.accounts.contract.opening import OpenSupplier
from tests.accounts.files.conftest import Drop, Make, _drop, _make  # noqa: F401 - fixtures
from tests.accounts.files.opening import all_of, open_supplier, since
from tests.accounts.files.supplier import ORDER_COLUMNS, order_rows
from tests.support.command import HEADER, numbers, ordosync, row, shop, steps

Put = Callable[[Path], None]
PIPES_AND_FOLDERS: list[Put] = [os.mkfifo, Path.mkdir]


@pytest.fixture(autouse=True)
def _never_waits() -> Iterator[None]:
    """End a test that would block forever."""

    def waited(*_: object) -> None:
        raise AssertionError("it waited")

    before = signal.signal(signal.SIGALRM, waited)
    signal.alarm(20)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def writer_in(folder: Path) -> OrderFileWriter:
    options = OrderFolder(folder=folder / "orders", columns=ORDER_COLUMNS)
    return OrderFileWriter(options, OrderRecords(options.folder, account="depot"))


@contextmanager
def opened(folder: Path) -> Iterator[OpenSupplier]:
    account = open_supplier(folder)
    yield account
    account.close()


@pytest.mark.parametrize("put", PIPES_AND_FOLDERS)
def test_only_regular_files_are_opened(tmp_path: Path, put: Put) -> None:
    put(tmp_path / "x")

    with pytest.raises(NotRegularError, match="is not a regular file"):
        open_regular(tmp_path / "x")


def test_device_is_not_opened() -> None:
    with pytest.raises(NotRegularError):
        open_regular(Path("/dev/null"))


@pytest.mark.parametrize("put", PIPES_AND_FOLDERS)
@pytest.mark.parametrize("suffix", [".number", ".json"])
def test_pipe_among_written_files_refuses_that_order_only(
    tmp_path: Path, suffix: str, put: Put
) -> None:
    with opened(tmp_path) as depot:
        depot.orders.create([order("1000")])
        records = writer_in(tmp_path).records
        is_claim = suffix == ".number"
        of = records.claim_path("1001") if is_claim else records.path("origin:1001#1")
        put(of)

        bad, good = depot.orders.create([order("1001"), order("1002")])

    assert (bad.state, good.state) == ("refused", "done")
    assert "is not a regular file" in bad.reason
    assert {row["order_number"] for row in order_rows(tmp_path)} == {"1000", "1002"}


@pytest.mark.parametrize("put", PIPES_AND_FOLDERS)
def test_pipe_among_feeds_is_refused_and_does_not_stop_the_others(tmp_path: Path, put: Put) -> None:
    shop(tmp_path, HEADER + row("1"))
    put(tmp_path / "feeds" / "pipe.csv")

    result = ordosync(tmp_path, "import-orders", "--json")

    assert result.counts == {"seen": 2, "done": 1, "failed": 1}
    [bad] = [step for step in steps(tmp_path, 1) if step["state"] == "failed"]
    assert "pipe.csv: is not a regular file" in bad["reason"]
    assert numbers(tmp_path) == ["1"]


def test_folder_among_the_feeds_is_ignored(tmp_path: Path) -> None:
    shop(tmp_path, HEADER + row("1"))
    (tmp_path / "feeds" / "done").mkdir()

    assert ordosync(tmp_path, "import-orders", "--json").counts == {"seen": 1, "done": 1}


@pytest.mark.parametrize("kind", ["products", "stock", "sent"])
def test_pipe_in_every_folder_that_is_read_is_refused(
    make: Make, tmp_path: Path, kind: str
) -> None:
    merchant, depot = make(), open_supplier(tmp_path)
    os.mkfifo(tmp_path / kind / "a.csv")
    pages: dict[str, Iterator[Page[Any]]] = {
        "products": merchant.products.changed(since()),
        "stock": depot.stock.all(since()),
        "sent": depot.shipments.changed(since()),
    }
    items = all_of(pages[kind])
    depot.close()

    [record] = items
    assert isinstance(record, InvalidRecord)
    assert "a.csv: is not a regular file" in record.reason


def test_pipe_among_cancellations_ends_their_reading(make: Make, tmp_path: Path) -> None:
    account = make()
    os.mkfifo(tmp_path / "cancelled" / "a.csv")

    with pytest.raises(RefusedError, match=r"a\.csv: is not a regular file"):
        all_of(account.cancellations.changed(since()))


def test_pipe_in_place_of_an_own_file_does_not_block(make: Make, tmp_path: Path) -> None:
    account = make()
    os.mkfifo(tmp_path / "out" / "stock.csv")

    with pytest.raises(UnavailableError, match="is not a regular file"):
        account.stock.current(["MUG"])


@pytest.mark.parametrize("put", PIPES_AND_FOLDERS)
def test_pipes_among_the_copies_of_files_stop_nothing(
    make: Make, drop: Drop, tmp_path: Path, put: Put
) -> None:
    drop("orders/a.csv", "order,sku,qty\n1,MUG,1\n")
    account = make()
    all_of(account.orders.changed(since()))
    account.finish_reading(frozenset({"1"}))
    [note] = (tmp_path / "spool" / "orders").glob("*.json")
    note.unlink()
    put(tmp_path / "spool" / "orders" / "x.csv")
    put(tmp_path / "spool" / "orders" / ".half")
    os.mkfifo(note)

    orders = all_of(account.orders.by_id(["1"]))
    account.finish_reading(frozenset({"1"}))

    assert [order.id for order in orders] == ["1"]


def test_empty_claim_after_a_crash_counts_as_free(tmp_path: Path) -> None:
    with opened(tmp_path) as depot:
        depot.orders.create([order("1000")])
        [claim] = (tmp_path / "orders" / ".ordosync").glob("*.number")
        writer = writer_in(tmp_path)
        writer.records.claim_path("1004").touch()

        [made] = depot.orders.create([order("1004")])
        [again] = depot.orders.create([order("1004")])
        statuses = depot.orders.statuses(["1004"])

    assert claim.stat().st_size
    assert (made.state, made.id) == ("done", "1004")
    assert (again.state, again.id) == ("unchanged", "1004")
    assert statuses == {"1004": "awaiting_fulfillment"}


def test_claim_emptied_by_a_power_loss_belongs_to_its_order(tmp_path: Path) -> None:
    with opened(tmp_path) as depot:
        depot.orders.create([order("1004", reference="origin:1004#1")])
        [claim] = (tmp_path / "orders" / ".ordosync").glob("*.number")
        claim.write_bytes(b"")

        [foreign] = depot.orders.create([order("1004", reference="elsewhere:1004#1")])
        statuses = depot.orders.statuses(["1004"])

    assert (foreign.state, foreign.id) == ("done", "1004~2")
    assert statuses == {"1004": "awaiting_fulfillment"}


def test_reject_files_are_readable_by_their_owner_only(
    make: Make, drop: Drop, tmp_path: Path
) -> None:
    drop("orders/a.csv", "order,sku,qty,to\n1,MUG,x,Ada\n")
    account = make(refused=tmp_path / "refused")
    all_of(account.orders.changed(since(now=datetime(2026, 11, 23, tzinfo=UTC))))
    before = os.umask(0)
    try:
        account.finish_reading(frozenset())
    finally:
        os.umask(before)

    [back] = (tmp_path / "refused").iterdir()
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (back, back.parent)]
    assert modes == [0o600, 0o700]


def test_copies_of_files_are_readable_by_their_owner_only(
    make: Make, drop: Drop, tmp_path: Path
) -> None:
    drop("orders/a.csv", "order,sku,qty\n1,MUG,1\n")
    account = make()
    before = os.umask(0)
    try:
        all_of(account.orders.changed(since()))
    finally:
        os.umask(before)

    folders = [tmp_path / "spool" / "orders", tmp_path / "spool"]
    assert [stat.S_IMODE(folder.stat().st_mode) for folder in folders] == [0o700, 0o700]


@pytest.mark.parametrize("tag", ["\U000e0001", "\U000e0041", "\U000e007f"])
def test_invisible_characters_do_not_reach_the_terminal(tag: str) -> None:
    assert printable(f"a{tag}b") == f"a\\U{ord(tag):08x}b"
