"""`orders ship` warns of an order that its Merchant edited, and whose edit is not settled."""

from pathlib import Path

import pytest

from tests.support.command import Done, ordosync
from tests.tasks.editing import METHOD, NOTES, STREET, configured, edit, sent
from tests.tasks.portal import Pair, line

TASK = "import-orders"


def ship(pair: Pair, number: str = "1001", *more: str) -> Done:
    label = ("--carrier", "UPS", "--tracking", f"1Z{number}")
    return ordosync(pair.folder, "orders", "ship", number, "--account", "northwind", *label, *more)


@pytest.fixture(name="pair")
def _pair(tmp_path: Path) -> Pair:
    """Return a pair whose order was edited at the Merchant; the edit is only reported."""
    pair = sent(tmp_path)
    edit(pair, STREET, METHOD)
    assert pair.run(TASK).step.code == "edited"
    return pair


def test_shipped_order_names_the_groups_and_is_shipped(pair: Pair) -> None:
    done = ship(pair)

    assert done.code == 0
    assert "order 1001 was edited by the Merchant (address, method)" in done.err
    assert "`ordosync why 1001`" in done.err
    assert "Canary" not in done.err + done.out
    assert pair.supplied("1001").status == "shipped"


def test_document_has_the_groups(pair: Pair) -> None:
    [parcel] = ship(pair, "1001", "--json").json["parcels"]

    assert parcel["open_edit"] == ["address", "method"]


def test_orders_of_a_file_are_named_one_by_one(pair: Pair) -> None:
    pair.imported("1002", line("MUG"))
    rows = "number,carrier,tracking\n1001,UPS,1Z1\n1002,UPS,1Z2\n"
    (pair.folder / "day.csv").write_text(rows)
    command = ("orders", "ship", "--from", "day.csv", "--account", "northwind")

    done = ordosync(pair.folder, *command)

    assert done.err.count("was edited by the Merchant") == 1


def test_piece_of_an_edited_order_is_named(pair: Pair) -> None:
    pieces = pair.split("1001", (1,), (1,))

    done = ship(pair, pieces[0])

    assert f"order {pieces[0]} was edited by the Merchant (address, method)" in done.err


@pytest.mark.parametrize("settle", ["keep", "taken back", "ignored"])
def test_settled_edit_is_not_named(tmp_path: Path, settle: str) -> None:
    pair = configured(tmp_path, "edits: {notes: ignore}")
    pair.imported("1001", line("MUG", 2))
    method = pair.supplied("1001").shipping_method
    edit(pair, NOTES if settle == "ignored" else METHOD)
    pair.run(TASK)
    if settle == "keep":
        ordosync(tmp_path, "edits", "keep", "1001")
    elif settle == "taken back":
        edit(pair, f"update orders set shipping_method = '{method}'")  # noqa: S608
        pair.run(TASK)

    done = ship(pair)

    assert done.code == 0
    assert "edited" not in done.err
