"""Promises about the orders that a Supplier split."""

from collections.abc import Sequence

from ordosync.accounts.account import ReadRequest
from ordosync.models import Outcome, Split
from tests.accounts.contract.account import AsSupplier, read
from tests.accounts.contract.examples import line, order, parcel
from tests.accounts.contract.opening import OpenSupplier
from tests.accounts.contract.people import SupplierPeople, needs


def created(account: OpenSupplier, number: str, *quantities: int) -> Outcome:
    """Create an order with these quantities, a line for each."""
    skus = ("MUG", "CUP", "MUG")
    lines = [
        line(sku, quantity, id=f"{number}-{place}")
        for place, (sku, quantity) in enumerate(zip(skus, quantities, strict=False))
    ]
    [outcome] = account.orders.create([order(number, *lines)])
    return outcome


def shares(split: Split) -> list[dict[str, int]]:
    """Return the quantity of each line in each piece."""
    return [{line.of_line: line.quantity for line in piece.lines} for piece in split.pieces]


@needs("split-order")
class MadeSplits(AsSupplier):
    """Reading of splits and their pieces."""

    def test_nothing_is_read_where_nothing_was_split(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        outcome = created(account, "1001", 2)

        assert read(account.splits.changed(ReadRequest(cursor=None, now=people.settle())))[0] == []
        assert read(account.splits.by_id([outcome.id, people.unknown_id]))[0] == []
        assert read(account.splits.by_id([]))[0] == []

    def test_pieces_are_parts_of_the_lines_that_were_created(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        outcome = created(account, "1001", 3, 1, 2)
        mug, cup, other_mug = outcome.line_ids
        pieces = people.split(outcome.id, (1, 1, 0), (2, 0, 2))

        [split], _ = read(account.splits.changed(ReadRequest(cursor=None, now=people.settle())))

        assert split.order_id == outcome.id
        assert [piece.id for piece in split.pieces] == [*pieces]
        assert shares(split) == [{mug: 1, cup: 1}, {mug: 2, other_mug: 2}]

    def test_pieces_of_an_order_of_many_lines_have_them_all(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        lines = [line(f"SKU-{place}", 3, id=f"m-{place}") for place in range(60)]
        [outcome] = account.orders.create([order("1001", *lines)])
        people.split(outcome.id, (2,) * 60, (1,) * 60)

        [split], _ = read(account.splits.changed(ReadRequest(cursor=None, now=people.settle())))

        assert shares(split) == [
            dict.fromkeys(outcome.line_ids, 2),
            dict.fromkeys(outcome.line_ids, 1),
        ]

    def test_pieces_and_their_lines_have_new_ids(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        outcome = created(account, "1001", 3, 2)
        people.split(outcome.id, (1, 1), (2, 1))

        [split], _ = read(account.splits.changed(ReadRequest(cursor=None, now=people.settle())))

        lines = [line.id for piece in split.pieces for line in piece.lines]
        assert len({*lines}) == 4
        assert not {*lines} & {"", *outcome.line_ids}
        assert not {piece.id for piece in split.pieces} & {"", outcome.id}

    def test_piece_waits_to_be_shipped_in_place_of_the_order(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        outcome = created(account, "1001", 3)
        first, second = people.split(outcome.id, (1,), (2,))

        assert {order.id for order in people.orders()} == {first, second}
        assert account.orders.statuses([first, second]) == dict.fromkeys(
            (first, second), "awaiting_fulfillment"
        )

    @needs("nested-splits")
    def test_split_of_a_piece_comes_after_the_split_of_its_order(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        outcome = created(account, "1001", 3)
        _, second = people.split(outcome.id, (1,), (2,))
        people.settle()
        halves = people.split(second, (1,), (1,))

        outer, inner = read(account.splits.changed(ReadRequest(cursor=None, now=people.settle())))[
            0
        ]

        assert (outer.order_id, inner.order_id) == (outcome.id, second)
        assert [piece.id for piece in inner.pieces] == [*halves]
        [of_second] = outer.pieces[1].lines
        assert shares(inner) == [{of_second.id: 1}, {of_second.id: 1}]

    def test_next_read_continues_at_the_cursor(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        first, second = created(account, "1001", 2), created(account, "1002", 2)
        people.split(first.id, (1,), (1,))
        before, cursor = read(account.splits.changed(ReadRequest(cursor=None, now=people.settle())))
        people.split(second.id, (1,), (1,))

        after, _ = read(
            account.splits.changed(ReadRequest(cursor=cursor, now=people.settle())), since=cursor
        )

        assert after[-1].order_id == second.id
        assert all(split in before for split in after[:-1])

    def test_each_of_many_splits_is_read_once(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        # Each of them is three orders of the account: the split order and two pieces.
        ids = [created(account, str(number), 2).id for number in range(self.many // 2)]
        for order_id in ids:
            people.split(order_id, (1,), (1,))

        splits, _ = read(account.splits.changed(ReadRequest(cursor=None, now=people.settle())))

        assert sorted(split.order_id for split in splits) == sorted(ids)

    def test_splits_are_read_by_the_id_of_the_split_order(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        ids: Sequence[str] = [created(account, number, 2).id for number in ("1001", "1002")]
        for order_id in ids:
            people.split(order_id, (1,), (1,))
        splits, _ = read(account.splits.changed(ReadRequest(cursor=None, now=people.settle())))

        by_id, _ = read(account.splits.by_id([ids[1], people.unknown_id]))

        assert by_id == [split for split in splits if split.order_id == ids[1]]

    @needs("update-tracking")
    def test_status_of_a_piece_is_its_own(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        outcome = created(account, "1001", 2)
        first, second = people.split(outcome.id, (1,), (1,))
        people.ship(first, parcel())

        assert account.orders.statuses([first, second]) == {
            first: "shipped",
            second: "awaiting_fulfillment",
        }

    @needs("cancel-orders", "cancelled-pieces")
    def test_piece_is_cancelled_by_itself(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        outcome = created(account, "1001", 2)
        first, second = people.split(outcome.id, (1,), (1,))

        [cancelled] = account.cancellations.cancel([first])

        assert cancelled.state == "done"
        assert (people.status(first), people.status(second)) == (
            "cancelled",
            "awaiting_fulfillment",
        )
