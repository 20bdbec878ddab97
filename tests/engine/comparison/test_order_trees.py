"""Quantities of an order that was split after a part of it was sent, whose parcel is void."""

from msgspec.structs import replace

from ordosync.engine.comparison.order_trees import OrderTree
from ordosync.models import OrderSnapshot, ParcelLine
from tests.accounts.contract.examples import line, order, parcel


def tree(*pieces: OrderSnapshot, sent_again: bool = False) -> OrderTree:
    """Return a split order of two CUP and one MUG; a parcel with one CUP of it is void."""
    parts = (ParcelLine(line_id="m-CUP", sku="CUP", quantity=1),)
    shipments = [parcel(number="1Z1", lines=parts, voided=True)]
    if sent_again:
        shipments.append(parcel(number="1Z2", lines=parts))
    whole = replace(order("1", line("CUP", 2), line("MUG", 1)), id="1", is_split=True)
    return OrderTree("1", (OrderSnapshot(order=whole, shipments=tuple(shipments)), *pieces))


def piece(number: int, *units: tuple[str, int], status: str = "") -> OrderSnapshot:
    lines = (line(sku, quantity) for sku, quantity in units)
    part = order("1", *lines, ancestors=("1",), status=status)
    return OrderSnapshot(order=replace(part, id=f"1-{number}"))


def test_units_of_a_void_parcel_are_open_in_the_split_order() -> None:
    assert tree(piece(1, ("CUP", 1), ("MUG", 1))).quantities() == {"CUP": 2, "MUG": 1}


def test_units_of_a_void_parcel_that_are_in_a_piece_count_once() -> None:
    assert tree(piece(1, ("CUP", 2), ("MUG", 1))).quantities() == {"CUP": 2, "MUG": 1}


def test_units_of_a_void_parcel_that_are_sent_again_count_once() -> None:
    quantities = tree(piece(1, ("CUP", 1), ("MUG", 1)), sent_again=True).quantities()

    assert quantities == {"CUP": 2, "MUG": 1}


def test_lost_unit_beside_a_void_parcel_is_missing() -> None:
    assert tree(piece(1, ("CUP", 1))).quantities() == {"CUP": 2}
    assert tree(piece(1, ("MUG", 1))).quantities() == {"CUP": 1, "MUG": 1}


def test_units_of_a_void_parcel_do_not_replace_those_of_a_cancelled_piece() -> None:
    split = tree(piece(1, ("CUP", 1), ("MUG", 1)), piece(2, ("CUP", 1), status="cancelled"))

    assert split.quantities(cancelled=False) == {"CUP": 1, "MUG": 1}
