"""Purge: a buyer's data is deleted from store and files, but the order stays linked.

Complaint 25: personal data piles up, and its deletion makes orders come again.
"""

import threading
from contextlib import closing
from pathlib import Path

import pytest
from msgspec.structs import replace

from ordosync import database
from ordosync.clock import SLICE_S
from ordosync.database import sqlite3, wal_is_safe
from ordosync.embedded import timeline
from ordosync.models import Address, Comment
from tests.fakes.ordoro import FakeOrdoro
from tests.support.command import HEADER, Done, ordosync, row, shop
from tests.tasks.portal import Pair, line, order, remarks, succeeded

PERSON, STREET, MAIL, PHONE = "Canaria Birdsong", "17 Canary Lane", "canaria@example.org", "+44 1"
NOTE = "Leave it with Mrs Canary next door"
WORDS = (PERSON, STREET, MAIL, NOTE, "For Canaria")
HER = Address(name=PERSON, street1=STREET, city="Leeds", country="GB", phone=PHONE, email=MAIL)


@pytest.fixture(name="pair")
def _pair(tmp_path: Path) -> Pair:
    pair = Pair(tmp_path)
    pair.path.write_text(
        pair.path.read_text().replace(
            "manage_inventory: true\n", "send: [ship_to_email, customer_notes]\n", 1
        )
    )
    return pair


def sold_to_her(pair: Pair, number: str) -> None:
    lines = (line("MUG", 2, details="For Canaria"), line("CUP", 1))
    hers = order(number, *lines, ship_to=HER, bill_to=HER, customer_notes=NOTE)
    succeeded(pair.shop.add_order(hers, supplier="northwind"))
    assert pair.run("import-orders").count("done") == 1


def purged(folder: Path, *words: str) -> Done:
    return ordosync(folder, "purge", "--order", *words)


def holding(folder: Path, *but: str) -> set[str]:
    """Return the files that contain personal data of the buyer."""
    return {
        path.name
        for path in folder.rglob("*")
        if path.is_file() and path.name not in but
        for word in WORDS
        if word.encode() in path.read_bytes()
    }


def test_personal_data_is_removed_on_both_sides(pair: Pair) -> None:
    sold_to_her(pair, "1001")
    pair.split("1001", (1, 0), (1, 1))
    pair.run("split-order")
    pair.send("1001-1")
    pair.run("update-tracking")
    remark = Comment(key="k", order_id="1001", text=f"Called {PERSON} at {PHONE}")
    with pair.northwind.file.writing("comment on an order") as db:
        timeline.add_each_once(db, [remark])
    assert holding(pair.folder) >= {"shop.db", "northwind.db"}

    result = purged(pair.folder, "1001", "--yes")

    assert result.code == 0
    assert holding(pair.folder) == set()
    assert "account shop: names, addresses, notes" in result.out
    assert "1001, 1001-1, 1001-2" in result.out
    assert PERSON not in result.out + result.err
    assert "[removed]" in remarks(pair.northwind, "1001")
    assert [(line.sku, line.quantity) for line in pair.supplied("1001").lines] == [
        ("MUG", 2),
        ("CUP", 1),
    ]


def test_purged_order_is_not_imported_again_and_still_syncs(pair: Pair) -> None:
    sold_to_her(pair, "1001")
    assert purged(pair.folder, "1001", "--yes").code == 0

    pair.sql("shop", "insert into changes (kind, object_id, what) values ('order', '1001', 'x')")
    again = pair.run("import-orders")
    pair.send("1001")
    pair.run("update-tracking")

    assert again.count("done") == 0
    assert len(list(pair.northwind.list_orders())) == 1
    assert pair.tracking("1001") == [("1Z1", False)]


def test_data_of_other_buyers_is_kept(pair: Pair) -> None:
    sold_to_her(pair, "1001")
    sold_to_her(pair, "1002")

    purged(pair.folder, "1001", "--yes")

    assert pair.merchant("1002").ship_to == HER
    assert pair.supplied("1002").ship_to == replace(HER, phone="")


def test_nothing_is_removed_without_yes(pair: Pair) -> None:
    sold_to_her(pair, "1001")
    before = pair.everything()

    result = purged(pair.folder, "1001")

    assert (result.code, pair.everything()) == (0, before)
    assert "would remove from account northwind" in result.out
    assert "nothing was removed; --yes removes it" in result.err


def test_purge_waits_for_a_process_that_reads_the_file(pair: Pair) -> None:
    sold_to_her(pair, "1001")
    with closing(sqlite3.connect(pair.folder / "shop.db", check_same_thread=False)) as reader:
        reader.execute("begin")
        reader.execute("select count(*) from orders").fetchone()
        end = threading.Timer(2 * SLICE_S, reader.rollback)
        end.start()
        result = purged(pair.folder, "1001", "--yes")
        end.join()

        assert result.code == 0
        assert holding(pair.folder) == set()


@pytest.mark.skipif(not wal_is_safe(), reason="the write-ahead log is not used here")
def test_purge_names_the_log_of_a_file_that_another_program_reads_too_long(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    sold_to_her(pair, "1001")
    monkeypatch.setattr(database, "BUSY_TIMEOUT_S", 1)
    with closing(sqlite3.connect(pair.folder / "shop.db")) as reader:
        reader.execute("begin")
        reader.execute("select count(*) from orders").fetchone()
        during = purged(pair.folder, "1001", "--yes")
    after = purged(pair.folder, "1001", "--yes")

    assert (during.code, after.code) == (0, 0)
    assert f"may still be in: {pair.folder}/shop.db-wal, since another program" in during.err
    assert "-wal" not in after.err
    assert holding(pair.folder) == set()


def test_unknown_order_is_a_usage_error(pair: Pair) -> None:
    sold_to_her(pair, "1001")

    result = purged(pair.folder, "9999", "--yes")

    assert result.code == 2
    assert "there is no order '9999' in any known account; " in result.err


def test_number_of_two_orders_needs_the_account(pair: Pair) -> None:
    sold_to_her(pair, "1001")
    succeeded(pair.outlet.add_order(order("1001")))

    unclear = purged(pair.folder, "1001", "--yes")
    clear = purged(pair.folder, "1001", "--account", "shop", "--yes")

    assert (unclear.code, "choose one with --account" in unclear.err) == (2, True)
    assert (clear.code, holding(pair.folder)) == (0, set())
    assert pair.outlet.read_order("1001") is not None


def feed_of_two(folder: Path) -> Path:
    header = "order,sku,name,qty,price,to,country\n"
    hers = row("1001").replace("Ada", PERSON)
    return shop(folder, header + hers + row("1002", "x"))


def test_copies_of_files_lose_only_the_rows_of_the_order(tmp_path: Path) -> None:
    feed = feed_of_two(tmp_path)
    # 1002 has no quantity.
    assert ordosync(tmp_path, "import-orders").code == 1
    copies = [path for path in (tmp_path / "ordosync.db.spool").rglob("*.csv") if path.is_file()]
    assert PERSON in copies[0].read_text()

    result = purged(tmp_path, "1001", "--yes")

    assert result.code == 0
    assert f"files of account shop: {tmp_path}/feeds/*" in result.err
    assert holding(tmp_path) == {feed.name}
    assert "1002,MUG" in copies[0].read_text()
    feed.write_text("order,sku,name,qty,price,to,country\n" + row("1001") + row("1002"))
    again = ordosync(tmp_path, "import-orders", "--json")
    assert again.counts["done"] == 1


def test_order_with_an_open_step_must_be_settled_first(tmp_path: Path) -> None:
    feed_of_two(tmp_path)
    ordosync(tmp_path, "import-orders")
    [waits] = ordosync(tmp_path, "attention", "--json").json["attention"]

    result = purged(tmp_path, "1002", "--yes")

    assert result.code == 1
    assert f"settle it first: `ordosync retry {waits['step']}`" in result.err


def test_remote_account_is_named_and_not_changed(tmp_path: Path) -> None:
    with FakeOrdoro() as fake:
        path = shop(tmp_path, HEADER + row("1001"))
        options = f"""
    kind: ordoro
    base_url: {fake.url}
    key: {fake.key}
    secret: {fake.secret}
    currency: EUR
    settle_s: 0
"""
        config = (tmp_path / "config.yaml").read_text()
        config = config.replace("\n    kind: sqlite\n    path: warehouse.db\n", options)
        channel = f"{{account: warehouse, sales_channel: {fake.add_cart('portal')}}}"
        (tmp_path / "config.yaml").write_text(
            config.replace("supplier: warehouse", f"supplier: {channel}")
        )
        (tmp_path / "config.yaml").chmod(0o600)
        assert ordosync(tmp_path, "import-orders").code == 0
        writes = len(fake.ledger)

        result = purged(tmp_path, "1001", "--yes")

        assert result.code == 0
        assert "account warehouse (ordoro): order 1-1001; delete it there" in result.err
        assert str(path.parent) in result.err
        assert len(fake.ledger) == writes
