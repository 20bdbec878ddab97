"""Split order, against domain 2.5."""

from ordosync.models import ParcelLine
from tests.tasks.portal import (
    Pair,
    available,
    line,
    order,
    parcel,
    physical,
    quantities,
    remarks,
    split,
    succeeded,
    try_split,
)

TASK = "split-order"


def _numbers(pair: Pair) -> list[str]:
    return [order.number for order in pair.northwind.list_orders()]


def test_pieces_hold_the_same_on_both_sides(pair: Pair) -> None:
    # domain 2.5: What moves
    pair.imported("1001", line("MUG", 3), line("CUP", 2))
    pair.split("1001", (1, 2), (2, 0))

    ran = pair.run(TASK)

    assert ran.counts == {"done": 1}
    assert pair.shop.pieces_of("1001") == ["1001-1", "1001-2"]
    assert quantities(pair.merchant("1001-1")) == [("MUG", 1), ("CUP", 2)]
    assert quantities(pair.merchant("1001-2")) == [("MUG", 2)]


def test_second_run_writes_nothing(pair: Pair) -> None:
    # domain 2.5: Idempotency
    pair.imported("1001", line("MUG", 3))
    pair.split("1001", (1,), (2,))
    pair.run(TASK)
    before = pair.everything()

    ran = pair.run(TASK)

    assert ran.steps == ()
    assert pair.everything() == before


def test_split_after_a_parcel_moves_the_open_units_to_the_pieces(pair: Pair) -> None:
    """lifecycle.md 2.4, split: units move to the pieces' lines, sums equal."""
    pair.imported("1001", line("MUG", 4))
    number = pair.link("1001").supplier_id
    part = ParcelLine(line_id=f"{number}/1", quantity=1, sku="MUG")
    succeeded(pair.northwind.ship([parcel(number, lines=(part,))])[0])
    pair.run("update-tracking")
    pair.split("1001", (1,), (2,))

    ran = pair.run(TASK)

    assert ran.counts == {"done": 1}
    links = [pair.link(id_, "line") for id_ in ("1001/1", "1001-1/1", "1001-2/1")]
    assert [(each.ordered, each.sent) for each in links] == [(1, 1), (1, 0), (2, 0)]


def test_pieces_stay_requested_from_the_same_supplier(pair: Pair) -> None:
    # domain 2.5: Merchant effect: children stay Dropshipment Requested, linked pairwise
    pair.imported("1001", line("MUG", 3))
    pieces = pair.split("1001", (1,), (2,))

    pair.run(TASK)

    for ours, theirs in zip(("1001-1", "1001-2"), pieces, strict=True):
        assert pair.merchant(ours).status == "dropshipment_requested"
        assert pair.link(ours).supplier_id == theirs
    assert pair.link("1001").state == "split"


def test_stock_of_the_merchant_stays(pair: Pair) -> None:
    # domain 2.5: Committed and POH unchanged
    pair.imported("1001", line("MUG", 3))
    pair.shop.set_stock("MUG", "main", 10)
    pair.split("1001", (1,), (2,))

    pair.run(TASK)

    assert (physical(pair.shop, "MUG"), available(pair.shop, "MUG")) == (10, 7)


def test_stock_of_the_supplier_stays(pair: Pair) -> None:
    # domain 2.5: Committed and POH unchanged
    pair.imported("1001", line("MUG", 3))
    pair.northwind.set_stock("MUG", "main", 10)

    pair.split("1001", (1,), (2,))

    assert available(pair.northwind, "MUG") == 7


def test_parent_and_pieces_say_so_on_both_sides(pair: Pair) -> None:
    # domain 2.5: Timeline note on parent and children, both sides
    pair.imported("1001", line("MUG", 3))
    pair.split("1001", (1,), (2,))

    pair.run(TASK)

    for desk in (pair.shop, pair.northwind):
        assert remarks(desk, "1001")[-1] == "Split into 1001-1, 1001-2"
        assert "Split from 1001" in remarks(desk, "1001-1")
        assert "Split from 1001" in remarks(desk, "1001-2")


def test_pieces_are_never_imported(pair: Pair) -> None:
    # domain 2.5: Must not re-import the children
    pair.imported("1001", line("MUG", 3))
    pair.split("1001", (1,), (2,))
    pair.run(TASK)

    ran = pair.run("import-orders")

    assert ran.steps == ()
    assert _numbers(pair) == ["1001", "1001-1", "1001-2"]


def test_split_of_the_merchant_is_not_mirrored(pair: Pair) -> None:
    # domain 2.5: Direction
    pair.imported("1001", line("MUG", 3))
    split(pair.shop, "1001", (1,), (2,))

    ran = pair.run(TASK)

    assert ran.steps == ()
    assert pair.northwind.pieces_of("1001") == []


def test_each_account_extends_its_own_number(pair: Pair) -> None:
    # domain 2.5: Numbering
    succeeded(pair.northwind.add_order(order("1001-2")))
    pair.imported("1001-2", line("MUG", 3))
    pieces = pair.split("1001-2~2", (1,), (2,))

    pair.run(TASK)

    assert pieces == ("1001-2~2-1", "1001-2~2-2")
    assert pair.shop.pieces_of("1001-2") == ["1001-2-1", "1001-2-2"]
    assert pair.link("1001-2-1").supplier_id == "1001-2~2-1"


def test_order_that_the_merchant_cancelled_is_not_split(pair: Pair) -> None:
    # domain 2.5: Failures: Merchant order cancelled
    pair.imported("1001", line("MUG", 3))
    succeeded(pair.shop.cancel("1001"))
    pair.split("1001", (1,), (2,))

    ran = pair.run(TASK)

    assert (ran.step.state, ran.step.code) == ("failed", "cancelled")
    assert pair.shop.pieces_of("1001") == []
    assert (
        remarks(pair.northwind, "1001")[-1] == "The Merchant's order was not split: it is cancelled"
    )


def test_order_that_the_merchant_shipped_is_not_split(pair: Pair) -> None:
    # domain 2.5: Failures: Merchant order shipped
    pair.imported("1001", line("MUG", 3))
    [outcome] = pair.shop.ship([parcel("1001")])
    succeeded(outcome)
    pair.split("1001", (1,), (2,))

    ran = pair.run(TASK)

    assert (ran.step.state, ran.step.code) == ("failed", "already-shipped")
    assert pair.shop.pieces_of("1001") == []


def test_order_that_the_merchant_split_otherwise_keeps_its_pieces(pair: Pair) -> None:
    # domain 2.5: Failures: Merchant order already split
    pair.imported("1001", line("MUG", 3))
    split(pair.shop, "1001", (1,), (1,), (1,))
    pieces = pair.split("1001", (1,), (2,))

    ran = pair.run(TASK)

    assert (ran.step.state, ran.step.code) == ("failed", "already-split")
    assert pair.shop.pieces_of("1001") == ["1001-1", "1001-2", "1001-3"]
    assert pair.northwind.pieces_of("1001") == list(pieces)


def test_merchant_order_that_is_gone_is_not_split(pair: Pair) -> None:
    # domain 2.5: Failures: Merchant order missing; no command removes one
    pair.imported("1001", line("MUG", 3))
    pair.split("1001", (1,), (2,))
    (pair.folder / "shop.db").unlink()

    ran = pair.run(TASK)

    assert (ran.step.state, ran.step.code) == ("failed", "not-found")
    assert (
        remarks(pair.northwind, "1001")[-1]
        == "The Merchant's order was not split: it does not exist"
    )


def test_split_that_does_not_fit_is_rejected_whole(pair: Pair) -> None:
    # domain 2.5: Failures: the partition no longer fits; no command edits lines
    pair.imported("1001", line("MUG", 3))
    pair.sql("shop", "update order_lines set quantity = 4")
    pair.split("1001", (1,), (2,))

    ran = pair.run(TASK)

    assert (ran.step.state, ran.step.code) == ("failed", "does-not-fit")
    assert pair.shop.pieces_of("1001") == []
    assert "The Merchant's order was not split" in remarks(pair.northwind, "1001")[-1]


def test_line_that_the_supplier_added_is_reported_to_it(pair: Pair) -> None:
    # domain 2.5: Failures: Supplier edited lines; comment on the Supplier timeline
    pair.imported("1001", line("MUG", 3))
    pair.sql("northwind", "update order_lines set id = '1001/new'")
    pair.split("1001", (1,), (2,))

    ran = pair.run(TASK)

    assert (ran.step.state, ran.step.code) == ("failed", "does-not-fit")
    assert "The Merchant's order was not split" in remarks(pair.northwind, "1001")[-1]
    assert pair.link("1001").state == "split"


def test_refusal_is_reported_once(pair: Pair) -> None:
    # domain 2.5: Idempotency
    pair.imported("1001", line("MUG", 3))
    succeeded(pair.shop.cancel("1001"))
    pair.split("1001", (1,), (2,))
    pair.run(TASK)
    before = pair.everything()

    pair.run(TASK)

    assert pair.everything() == before


def test_tracking_of_a_refused_piece_is_reported_and_not_guessed(pair: Pair) -> None:
    # domain 2.5: Failures: After a rejection later tracking is reported
    pair.imported("1001", line("MUG", 3))
    split(pair.shop, "1001", (1,), (1,), (1,))
    first, _ = pair.split("1001", (1,), (2,))
    pair.run(TASK)
    pair.send(first)

    ran = pair.run("update-tracking")

    assert (ran.step.state, ran.step.code) == ("failed", "split-refused")
    assert [pair.tracking(piece) for piece in pair.shop.pieces_of("1001")] == [[], [], []]


def test_refused_split_and_its_tracking_pass_by_hand_once_it_fits(pair: Pair) -> None:
    # domain 2.5: Failures: nothing is guessed, so a person fixes it
    pair.imported("1001", line("MUG", 3))
    pair.sql("shop", "update order_lines set quantity = 4")
    first, _ = pair.split("1001", (1,), (2,))
    refused = pair.run(TASK).step
    pair.send(first)
    reported = pair.run("update-tracking").step
    pair.sql("shop", "update order_lines set quantity = 3")

    fixed = pair.retry(TASK, refused)
    pair.retry("update-tracking", reported)

    assert fixed.counts == {"done": 1}
    assert pair.shop.pieces_of("1001") == ["1001-1", "1001-2"]
    assert pair.tracking("1001-1") == [("1Z1", False)]


def test_piece_is_split_again_one_level_down(pair: Pair) -> None:
    # domain 2.5: Edges: splitting a child again
    pair.imported("1001", line("MUG", 4))
    _, second = pair.split("1001", (1,), (3,))
    pair.run(TASK)
    pair.split(second, (1,), (2,))

    pair.run(TASK)

    assert pair.shop.pieces_of("1001-2") == ["1001-2-1", "1001-2-2"]
    assert quantities(pair.merchant("1001-2-2")) == [("MUG", 2)]


def test_piece_that_is_split_before_the_first_run_is_split_in_it(pair: Pair) -> None:
    # domain 2.5: Edges: splitting a child again
    pair.imported("1001", line("MUG", 4))
    _, second = pair.split("1001", (1,), (3,))
    pair.split(second, (1,), (2,))

    ran = pair.run(TASK)

    assert ran.counts == {"done": 2}
    assert pair.shop.pieces_of("1001-2") == ["1001-2-1", "1001-2-2"]


def test_shipped_piece_cannot_be_split(pair: Pair) -> None:
    # domain 2.5: Edges: a shipped child cannot be split
    pair.imported("1001", line("MUG", 4))
    first, _ = pair.split("1001", (2,), (2,))
    pair.send(first)

    outcome = try_split(pair.northwind, first, (1,), (1,))

    assert (outcome.state, outcome.code) == ("refused", "already-shipped")


def test_shipped_sibling_is_untouched_by_a_later_split(pair: Pair) -> None:
    # domain 2.5: Edges: split, ship one, split the other
    pair.imported("1001", line("MUG", 4))
    first, second = pair.split("1001", (1,), (3,))
    pair.run(TASK)
    pair.send(first)
    pair.run("update-tracking")
    before = remarks(pair.shop, "1001-1")
    pair.split(second, (1,), (2,))

    pair.run(TASK)

    assert pair.merchant("1001-1").status == "shipped"
    assert remarks(pair.shop, "1001-1") == before
    assert pair.shop.pieces_of("1001-2") == ["1001-2-1", "1001-2-2"]


def test_kit_is_split_by_whole_kits(pair: Pair) -> None:
    # domain 2.5: Edges: kit lines split by whole kits
    pair.imported("1001", line("SET", 3))
    pair.split("1001", (1,), (2,))

    pair.run(TASK)

    assert quantities(pair.merchant("1001-2")) == [("SET", 2)]


def test_two_lines_of_one_sku_are_distinguished(pair: Pair) -> None:
    # domain 2.5: Edges: same SKU on two lines
    pair.imported("1001", line("MUG", 1, details="red"), line("MUG", 2, details="blue"))
    pair.split("1001", (1, 0), (0, 2))

    pair.run(TASK)

    pieces = [pair.merchant(piece).lines for piece in pair.shop.pieces_of("1001")]
    assert [[line.details for line in piece] for piece in pieces] == [["red"], ["blue"]]


def test_single_unit_cannot_be_split(pair: Pair) -> None:
    # domain 2.5: Edges: single unit: reject
    pair.imported("1001", line("MUG", 1))

    outcome = try_split(pair.northwind, "1001", (1,), (0,))

    assert (outcome.state, outcome.code) == ("refused", "does-not-fit")
