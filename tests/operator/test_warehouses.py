"""A piece, an order or a parcel is sent from the warehouse that has it."""

import pytest

from tests.support.command import Done
from tests.support.desk import SHIP, TwoAccounts

SPLIT = ("orders", "split", "S-1001", "--piece", "MUG=1@south")


@pytest.fixture(name="stocked")
def _stocked(both: TwoAccounts) -> TwoAccounts:
    """Return the accounts with 10 MUG and 10 CUP in the warehouses main and south."""
    for sku in ("MUG", "CUP"):
        for warehouse in ("main", "south"):
            done = both.northwind("stock", "set", sku, "10", "--warehouse", warehouse)
            assert done.code == 0
    return both


def stock(both: TwoAccounts, sku: str) -> dict[str, tuple[int, int]]:
    """Return the physical and the committed units of a product by warehouse."""
    levels = both.northwind("stock", "list", sku, "--json").json["stock"]
    return {level["warehouse"]: (level["physical"], level["committed"]) for level in levels}


def picked(both: TwoAccounts, *words: str) -> list[tuple[str, str, int]]:
    lines = both.northwind("orders", "pick", *words, "--json").json["pick"]
    return [(line["warehouse"], line["sku"], line["units"]) for line in lines]


def ship(both: TwoAccounts, number: str, *words: str) -> Done:
    done = both.northwind("orders", "ship", number, *SHIP[3:], *words)
    assert done.code == 0, done
    return done


def test_a_piece_is_committed_and_sent_in_its_own_warehouse(stocked: TwoAccounts) -> None:
    done = stocked.northwind(*SPLIT)
    assert done.code == 0
    assert "split into S-1001-1 (from south), S-1001-2" in done.err
    assert picked(stocked) == [("main", "CUP", 1), ("main", "MUG", 1), ("south", "MUG", 1)]
    assert stock(stocked, "MUG") == {"main": (10, 1), "south": (10, 1)}

    ship(stocked, "S-1001-1")
    assert stock(stocked, "MUG") == {"main": (10, 1), "south": (9, 0)}
    [parcel] = stocked.order("northwind", "S-1001-1")["shipments"]
    assert parcel["warehouse"] == "south"

    assert stocked.northwind("orders", "ship", "S-1001-1", "--void").code == 0
    assert stock(stocked, "MUG") == {"main": (10, 1), "south": (10, 1)}


def test_a_split_with_a_warehouse_is_the_same_split_at_the_merchant(stocked: TwoAccounts) -> None:
    assert stocked.northwind(*SPLIT).code == 0
    pieces = [stocked.order("shop", number)["lines"] for number in ("1001-1", "1001-2")]
    units = [{line["sku"]: line["quantity"] for line in lines} for lines in pieces]
    assert units == [{"MUG": 1}, {"MUG": 1, "CUP": 1}]


def test_a_piece_of_a_piece_stays_in_its_warehouse(stocked: TwoAccounts) -> None:
    words = ("--piece", "MUG=2@south", "--piece", "CUP=1")
    assert stocked.northwind("orders", "split", "S-1001", *words).code == 0
    assert stocked.northwind("orders", "split", "S-1001-1", "--piece", "MUG=1").code == 0
    assert picked(stocked) == [("main", "CUP", 1), ("south", "MUG", 2)]


def test_rows_of_a_file_name_the_warehouse_of_a_piece(stocked: TwoAccounts) -> None:
    rows = ("S-1001,1,MUG,2,", "S-1001,2,CUP,1,south", "")
    text = "\n".join(("number,piece,sku,quantity,warehouse", *rows))
    (stocked.folder / "split.csv").write_text(text)
    done = stocked.northwind("orders", "split", "--from", "split.csv", "--json")
    assert done.code == 0
    [split] = done.json["splits"]
    assert [piece["warehouse"] for piece in split["pieces"]] == ["main", "south"]


def test_rows_of_a_piece_with_two_warehouses_are_refused(stocked: TwoAccounts) -> None:
    rows = ("S-1001,1,MUG,1,main", "S-1001,1,CUP,1,south", "S-1001,2,MUG,1,", "")
    text = "\n".join(("number,piece,sku,quantity,warehouse", *rows))
    (stocked.folder / "split.csv").write_text(text)
    done = stocked.northwind("orders", "split", "--from", "split.csv")
    assert done.code == 1
    assert "different values of warehouse" in done.err
    assert picked(stocked) == [("main", "CUP", 1), ("main", "MUG", 2)]


@pytest.mark.parametrize(
    ("piece", "reason"),
    [
        ("MUG=1@west", "has no warehouse 'west'; known: main, south"),
        ("MUG=1@", "names no warehouse after the @"),
        ("MUG@south", "'MUG' is not SKU=QUANTITY"),
    ],
)
def test_a_warehouse_that_is_unknown_or_missing_is_refused(
    stocked: TwoAccounts, piece: str, reason: str
) -> None:
    done = stocked.northwind("orders", "split", "S-1001", "--piece", piece)
    assert done.code == 2
    assert reason in done.err


def test_a_sku_may_have_an_at_sign(both: TwoAccounts) -> None:
    assert both.northwind("orders", "add", "7", "--line", "A@B=2").code == 0
    assert both.northwind("stock", "set", "A@B", "5", "--warehouse", "south").code == 0
    assert both.northwind("orders", "split", "7", "--piece", "A@B=1@south").code == 0
    assert both.northwind("orders", "split", "7-1", "--piece", "A@B=1").code == 1
    assert ("south", "A@B", 1) in picked(both)


def test_a_whole_order_is_moved_to_another_warehouse(stocked: TwoAccounts) -> None:
    move = ("orders", "edit", "S-1001", "--warehouse", "south")
    assert stocked.northwind(*move).code == 0
    assert picked(stocked) == [("south", "CUP", 1), ("south", "MUG", 2)]
    assert stock(stocked, "MUG") == {"main": (10, 0), "south": (10, 2)}
    assert "; sent from south" in stocked.northwind("orders", "show", "S-1001").out
    assert stocked.order("northwind", "S-1001")["warehouse"] == "south"
    assert "already" in stocked.northwind(*move).err
    assert stocked.northwind(*move[:-1], "west").code == 2

    ship(stocked, "S-1001")
    assert stock(stocked, "MUG") == {"main": (10, 0), "south": (8, 0)}
    assert stocked.northwind(*move[:-1], "main").code == 1


def test_orders_of_one_warehouse_are_listed_and_picked(stocked: TwoAccounts) -> None:
    assert stocked.northwind(*SPLIT).code == 0
    assert picked(stocked, "--warehouse", "South") == [("south", "MUG", 1)]
    listed = stocked.northwind("orders", "list", "--warehouse", "south", "--json").json["orders"]
    assert [order["number"] for order in listed] == ["S-1001-1"]


def test_a_parcel_can_be_sent_from_another_warehouse_than_its_order(stocked: TwoAccounts) -> None:
    ship(stocked, "S-1001", "--line", "MUG=1", "--warehouse", "south")
    assert stock(stocked, "MUG") == {"main": (10, 1), "south": (9, 0)}


def test_a_new_label_keeps_the_warehouse_of_the_old_one(stocked: TwoAccounts) -> None:
    ship(stocked, "S-1001", "--warehouse", "south")
    replace = ("orders", "ship", "S-1001", "--replace", "--tracking", "1Z9B")
    assert stocked.northwind(*replace).code == 0
    assert stock(stocked, "MUG") == {"main": (10, 0), "south": (8, 0)}


def test_an_order_that_was_made_before_the_default_changed_stays_in_its_warehouse(
    stocked: TwoAccounts,
) -> None:
    stocked.configure("path: northwind.db}", "path: northwind.db, warehouse: south}")
    ship(stocked, "S-1001")
    assert stock(stocked, "MUG") == {"main": (8, 0), "south": (10, 0)}


@pytest.mark.parametrize("word", ["list", "pick", "export"])
def test_a_warehouse_that_does_not_exist_is_named(stocked: TwoAccounts, word: str) -> None:
    unknown = stocked.northwind("orders", word, "--warehouse", "nope")
    assert (unknown.code, unknown.out) == (2, "")
    assert "there is no warehouse 'nope'; known: main, south" in unknown.err
    assert stocked.northwind("orders", word, "--warehouse", "SOUTH").code == 0
