"""The supplier's desk between two embedded accounts: what it saves is sent by the same command."""

import signal
from pathlib import Path

import pytest

from ordosync.embedded.desk import Desk
from ordosync.models import Address, Line, Order
from tests.support.command import finished, ordosync, started, wait_until_frozen
from tests.support.desk import CONFIG, SHIP, TwoAccounts


def test_tracking_arrives_with_all_six_fields_in_the_same_command(both: TwoAccounts) -> None:
    both.northwind("stock", "set", "MUG", "9", "--warehouse", "east")
    details = ("--method", "Ground", "--cost", "4.20", "--warehouse", "east")
    when = ("--shipped-at", "2026-11-24T17:05:00+01:00")

    result = both.northwind(*SHIP, *details, *when)

    assert result.code == 0, result
    assert "update-tracking" in result.out
    order = both.order("shop", "1001")
    assert order["status"] == "shipped"
    assert order["shipments"] == [
        {
            "tracking": "1Z9",
            "carrier": "UPS",
            "method": "Ground",
            "cost": "4.20",
            "currency": "EUR",
            "warehouse": "east",
            "shipped_at": "2026-11-24T17:05:00+01:00",
            "void": False,
            "more_tracking": [],
            "lines": [
                {"id": "1001/1", "sku": "MUG", "quantity": 2},
                {"id": "1001/2", "sku": "CUP", "quantity": 1},
            ],
        }
    ]
    assert both.activity()[0] == ("update-tracking", "instant", "ok")


@pytest.mark.slow
@pytest.mark.parametrize(
    "point", ["account-before-commit", "account-after-commit", "intent-after-commit"]
)
def test_a_crash_between_saving_and_sending_is_made_good_by_the_next_tick(
    both: TwoAccounts, point: str
) -> None:
    both.run("run-due")
    killed = both.northwind(*SHIP, fault=point)

    tick, idle = both.run("run-due"), both.run("run-due")

    assert killed.code < 0
    assert (tick.code, tick.err, idle.code) == (0, "", 0)
    saved = both.order("northwind", "S-1001")["status"] == "shipped"
    assert saved == (point != "account-before-commit")
    merchant = both.order("shop", "1001")
    assert (merchant["status"] == "shipped") == saved
    assert len(merchant["shipments"]) == int(saved)


def test_an_order_that_the_merchant_cancelled_refuses_tracking(both: TwoAccounts) -> None:
    both.shop("orders", "cancel", "1001")

    result = both.northwind(*SHIP)

    assert result.code == 1
    assert "saved, but not everything was sent" in result.err
    merchant, supplier = both.order("shop", "1001"), both.order("northwind", "S-1001")
    assert (merchant["status"], supplier["status"]) == ("cancelled", "shipped")
    assert not any("1Z9" in entry["text"] for entry in merchant["timeline"])
    assert "was not saved at the Merchant" in supplier["timeline"][-1]["text"]


def test_a_change_during_another_command_is_sent_by_the_next_tick(
    both: TwoAccounts,
) -> None:
    both.imported("1002")
    both.run("run-due")
    words = (*SHIP, "--account", "northwind")
    first = started(both.folder, *words, fault="finish-before-commit:2:STOP")
    wait_until_frozen(first)
    ship = ("orders", "ship", "S-1002", "--carrier", "UPS", "--tracking", "1Z8")

    second = both.northwind(*ship)
    first.send_signal(signal.SIGCONT)
    result = finished(first)
    tick, idle = both.run("run-due"), both.run("run-due")

    assert (result.code, second.code, tick.code, idle.code) == (0, 0, 0, 0)
    assert "is running already; that run or the next one sends it" in second.err
    assert both.order("shop", "1002")["status"] == "shipped"


def test_an_order_shipped_before_its_import_is_recorded_is_reported_later(
    both: TwoAccounts,
) -> None:
    both.shop("orders", "add", "1003", "--line", "MUG=1", "--supplier", "northwind")
    looking = started(both.folder, "update-tracking", fault="reading:1:STOP")
    wait_until_frozen(looking)
    importing = started(both.folder, "import-orders", fault="result-before-commit:1:STOP")
    wait_until_frozen(importing)
    both.northwind("orders", "ship", "S-1003", "--carrier", "UPS", "--tracking", "1Z7")

    codes = []
    for process in (looking, importing):
        process.send_signal(signal.SIGCONT)
        codes.append(finished(process).code)
    both.run("run-due")

    # The first command waits for a link.
    assert codes == [1, 0]

    assert both.order("shop", "1003")["status"] == "shipped"


def test_a_killed_import_does_not_delay_tracking(
    both: TwoAccounts,
) -> None:
    assert ordosync(both.folder, "import-orders", fault="reading").code != 0
    both.northwind(*SHIP)

    again = both.run("update-tracking", "--json")

    assert again.json["runs"][0]["seen"] == 0


def test_a_split_and_the_tracking_of_its_pieces_arrive_in_order(both: TwoAccounts) -> None:
    split = both.northwind(
        "orders", "split", "S-1001", "--piece", "MUG=1", "--piece", "MUG=1,CUP=1"
    )
    shipped = both.northwind("orders", "ship", "S-1001-2", "--carrier", "UPS", "--tracking", "1Z9")

    assert (split.code, shipped.code) == (0, 0), (split, shipped)
    assert both.order("shop", "1001-2")["status"] == "shipped"
    assert both.order("shop", "1001-1")["status"] == "dropshipment_requested"
    lines = {line["sku"]: line["quantity"] for line in both.order("shop", "1001-2")["lines"]}
    assert lines == {"MUG": 1, "CUP": 1}
    # The pieces are not new orders.
    assert both.run("import-orders", "--json").run["done"] == 0


def test_an_unsent_split_is_mirrored_before_its_piece_is_shipped(
    both: TwoAccounts,
) -> None:
    pieces = ("--piece", "MUG=2", "--piece", "CUP=1")
    both.northwind("orders", "split", "S-1001", *pieces, fault="account-after-commit")

    result = both.northwind("orders", "ship", "S-1001-1", "--carrier", "UPS", "--tracking", "1Z9")

    assert result.code == 0, result
    assert [task for task, _, _ in both.activity()[:2]] == ["update-tracking", "split-order"]
    assert both.order("shop", "1001-1")["status"] == "shipped"


def test_a_voided_label_is_flagged_and_a_new_one_takes_its_place(both: TwoAccounts) -> None:
    both.northwind(*SHIP)

    void = both.northwind("orders", "ship", "S-1001", "--void")
    between = both.order("shop", "1001")
    again = both.northwind("orders", "ship", "S-1001", "--carrier", "DHL", "--tracking", "JD1")

    assert (void.code, again.code) == (0, 0)
    assert between["status"] == "shipped"
    assert [(s["tracking"], s["void"]) for s in both.order("shop", "1001")["shipments"]] == [
        ("1Z9", True),
        ("JD1", False),
    ]


def test_a_file_ships_many_orders_and_returns_refused_rows(both: TwoAccounts) -> None:
    both.shop("orders", "add", "1002", "--line", "MUG=1", "--supplier", "northwind")
    both.run("import-orders")
    file = both.folder / "today.csv"
    file.write_text(
        "number,carrier,tracking,cost\n"
        "S-1001,UPS,1Z1,4.20\nS-1002,UPS,1Z2,\nS-9,UPS,1Z3,\nS-1001,UPS,1Z4,free\n"
    )

    result = both.northwind("orders", "ship", "--from", str(file))

    assert result.code == 1
    assert "2 shipped" in result.err
    back = (both.folder / "today.refused.csv").read_text().splitlines()
    assert back[0] == "number,carrier,tracking,cost,row,reason"
    assert back[1].startswith("S-9,UPS,1Z3,,4,account northwind has no order")
    assert back[2].startswith("S-1001,UPS,1Z4,free,5,")
    assert both.order("shop", "1002")["shipments"][0]["tracking"] == "1Z2"


def test_the_whole_stock_goes_back_as_physical_on_hand(both: TwoAccounts) -> None:
    both.run("import-products")
    both.northwind("stock", "set", "MUG", "377")
    # Then 375 are on hand, of which 2 are committed.
    both.northwind("stock", "adjust", "MUG", "--by=-2")

    result = both.run("write-inventory-back", "--json")

    assert (result.code, result.run["done"], result.run["skipped"]) == (0, 1, 1)
    rows = both.shop("stock", "list", "--json").json["stock"]
    mug = next(row for row in rows if row["sku"] == "MUG")
    assert (mug["physical"], mug["committed"]) == (373, 2)
    cup = next(row for row in rows if row["sku"] == "CUP")
    # A quantity that was never counted is not 0.
    assert cup["physical"] is None
    assert both.run("write-inventory-back", "--json").run["done"] == 0


def test_a_count_from_a_file_applies_the_valid_rows(both: TwoAccounts) -> None:
    file = both.folder / "count.csv"
    file.write_text("sku,quantity,warehouse\nMUG,7,east\nNONE,1,\nCUP,many,\n")

    result = both.northwind("stock", "set", "--from", str(file))

    assert result.code == 1
    assert result.out == "sku\twarehouse\tbefore\tcounted\nMUG\teast\tnot counted\t7\n"
    assert "1 counted" in result.err
    assert len((both.folder / "count.refused.csv").read_text().splitlines()) == 3


def test_cancel_orders_is_off_by_default(both: TwoAccounts) -> None:
    both.shop("orders", "cancel", "1001")

    both.run("run-due")
    before = both.order("northwind", "S-1001")["status"]
    config = both.folder / "config.yaml"
    config.write_text(config.read_text() + "    tasks: {cancel-orders: 10-minutes}\n")
    both.run("run-due")

    assert before == "awaiting_fulfillment"
    assert both.order("northwind", "S-1001")["status"] == "cancelled"


def test_sync_runs_enabled_tasks_and_keeps_the_schedule(both: TwoAccounts) -> None:
    both.run("run-due")
    before = both.run("autosync", "--json").json

    result = both.run("sync", "--json")

    assert result.code == 0
    assert [run["task"] for run in result.json["runs"]] == ["import-orders", "write-inventory-back"]
    assert both.run("autosync", "--json").json == before


def test_a_shipping_only_portal_has_no_inventory_to_write(both: TwoAccounts) -> None:
    config = both.folder / "config.yaml"
    config.write_text(CONFIG.replace("manage_inventory: true", "manage_inventory: false"))

    named = both.run("write-inventory-back", "shop-northwind")
    synced = both.run("sync")

    assert named.code == 2
    assert "shipping-only" in named.err
    assert synced.code == 0
    assert "shipping-only" in synced.err


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("orders", "ship", "S-9", "--carrier", "a", "--tracking", "b"), 2, "no order"),
        (("orders", "ship", "S-1001"), 2, "add --carrier, --tracking"),
        (("orders", "ship", "1001", "--void"), 2, "did you mean S-1001?"),
        (("orders", "ship", "S-1001", "--void", "--from", "v.csv"), 2, "leave out --from"),
        ((*SHIP, "--cost", "2", "--void"), 2, "leave out --carrier, --cost"),
        (("orders", "ship", "--void"), 2, "needs its number"),
        (("orders", "ship", "--from", "v.csv", "--cost", "2"), 2, "leave out --cost"),
        ((*SHIP, "--warehouse", "mars"), 2, "no warehouse 'mars'; known: main"),
        ((*SHIP, "--cost", "1e3"), 2, "not an amount"),
        ((*SHIP, "--shipped-at", "2126-11-24T10:00Z"), 2, "more than a day in the future"),
        ((*SHIP, "--shipped-at", "0001-01-01T00:00+14:00"), 2, "is before 1970"),
        (("orders", "ship"), 2, "--from"),
        (("orders", "ship", "--from", "nowhere.csv"), 2, "cannot be read"),
        (("orders", "ship", "S-1001", "--void"), 1, "no valid label"),
        ((*SHIP, "--cost", "free"), 2, "not an amount"),
        ((*SHIP, "--shipped-at", "2026-11-24 10:00"), 2, "not a time"),
        (("orders", "split", "S-1001", "--piece", "MUG=2,CUP=1"), 1, "two or more pieces"),
        (("orders", "split", "S-1001", "--piece", "MUG=1", "--piece", "CUP=1"), 1, "2 of MUG"),
        (("orders", "split", "S-1001", "--piece", "HAT=1", "--piece", "CUP=1"), 2, "no line HAT"),
        (
            ("orders", "split", "S-1001", "--piece", "MUG=2,CUP=1", "--piece", "MUG=0"),
            1,
            "empty piece 2",
        ),
        (("orders", "restore", "S-1001"), 1, "not cancelled"),
        (("orders", "cancel", "S-9"), 2, "no order"),
        (("orders", "add", "S-1001", "--line", "MUG=1"), 1, "already"),
        (("orders", "add", "2", "--line", "MUG"), 2, "not SKU=QUANTITY"),
        (("orders", "add", "2", "--line", "MUG=0"), 2, "whole number"),
        (("orders", "add", "2", "--line", "MUG= "), 2, "quantity is blank"),
        (("orders", "add", "", "--line", "MUG=1"), 2, "needs a number"),
        (("orders", "add", "2", "--line", "MUG=1", "--currency", "euros"), 2, "three capital"),
        (("orders", "add", "2", "--line", "MUG=1", "--supplier", "nobody"), 2, "no supplier"),
        (("orders", "list", "--status", "gone"), 2, "no status"),
        (("products", "add", "MUG"), 1, "already"),
        (("products", "add", " "), 2, "needs a SKU"),
        (("products", "add", "SET", "--kit", "HAT=1"), 2, "needs HAT"),
        (("stock", "set", "HAT", "1"), 2, "does not exist"),
        (("stock", "set", "MUG", "1.5"), 2, "whole number"),
        (("stock", "set"), 2, "--from"),
        (("stock", "set", "MUG", "-5"), 2, "'-5' is not a whole number"),
        (("stock", "list", "HAT"), 2, "no such SKU in account northwind: 'HAT'"),
        (("stock", "adjust", "MUG", "--by", "1"), 1, "never counted"),
    ],
)
def test_wrong_input_is_reported_in_a_line_and_changes_nothing(
    both: TwoAccounts, words: tuple[str, ...], code: int, message: str
) -> None:
    before = both.order("northwind", "S-1001")

    result = both.northwind(*words)

    assert (result.code, result.out) == (code, ""), result
    assert message in result.err
    assert both.order("northwind", "S-1001") == before


def test_a_kit_counts_what_can_be_put_together_in_each_warehouse(both: TwoAccounts) -> None:
    both.northwind("products", "add", "SET", "--kit", "MUG=2,CUP=1")
    for sku, count, place in (("MUG", "7", "main"), ("CUP", "1", "main"), ("MUG", "4", "east")):
        both.northwind("stock", "set", sku, count, "--warehouse", place)

    rows = both.northwind("stock", "list", "--json").json["stock"]

    # One MUG=2, CUP=1 order is open: 5 mugs and no cup are left in main, and east has no cup.
    (kit,) = [row for row in rows if row["sku"] == "SET"]
    assert (kit["warehouse"], kit["physical"], kit["available"]) == (None, None, 0)


@pytest.mark.slow
def test_cancelling_and_shipping_at_the_same_moment_never_do_both(tmp_path: Path) -> None:
    both = TwoAccounts(tmp_path)
    shop, northwind = (
        Desk(name=name, path=tmp_path / f"{name}.db") for name in ("shop", "northwind")
    )
    line = Line(id="", sku="MUG", name="A mug", quantity=1)
    orders = [
        Order(id="", number=str(number), lines=(line,), ship_to=Address()) for number in range(20)
    ]
    shop.add_orders(orders, supplier="northwind")
    both.run("import-orders")

    for number in range(20):
        shop.cancel(str(number))
        ship = ("orders", "ship", f"S-{number}", "--account", "northwind", "--carrier", "UPS")
        together = [
            started(tmp_path, *words)
            for words in (("cancel-orders",), (*ship, "--tracking", f"1Z{number}"))
        ]
        for process in together:
            finished(process)

        order = northwind.read_order(f"S-{number}")
        shipped = any(not parcel.voided for parcel in northwind.shipments_of(f"S-{number}"))
        assert order
        assert (order.status, shipped) in (("cancelled", False), ("shipped", True))
        merchant = shop.read_order(str(number))
        assert merchant
        assert merchant.status == "cancelled"
