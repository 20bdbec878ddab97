"""Promises about the splits that are written to a Merchant."""

from collections.abc import Sequence
from contextlib import closing

import pytest
from msgspec.structs import replace

from ordosync.accounts.account import ReadRequest
from ordosync.errors import LeaseLostError
from ordosync.models import Order, Piece, PieceLine, Split
from tests.accounts.contract.account import AsMerchant, quantities, read, usable
from tests.accounts.contract.examples import line, parcel, sold
from tests.accounts.contract.opening import OpenMerchant, lose_lease, opened
from tests.accounts.contract.people import MerchantPeople, needs


def requested(
    account: OpenMerchant, people: MerchantPeople, *skus: str, number: str = "1001"
) -> Order:
    """Request an order with three units of each SKU; return it as the account reads it."""
    order_id = people.request(sold(number, *(line(sku, 3) for sku in skus)))
    [order] = usable(read(account.orders.by_id([order_id]))[0])
    return order


def partition(order: Order, *pieces: Sequence[int], reference: str = "origin:A") -> Split:
    """Return a split with the given quantity of each line in each piece."""
    return Split(
        order_id=order.id,
        pieces=tuple(
            Piece(
                reference=f"{reference}-{place}",
                lines=tuple(
                    PieceLine(of_line=line.id, quantity=quantity)
                    for line, quantity in zip(order.lines, piece, strict=True)
                    if quantity
                ),
            )
            for place, piece in enumerate(pieces, 1)
        ),
    )


def without_ids(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """Return the pieces without the ids that the account gave them."""
    return tuple(
        replace(piece, id="", lines=tuple(replace(line, id="") for line in piece.lines))
        for piece in pieces
    )


@needs("split-order")
class SplitOrders(AsMerchant):
    """Splits that are written exactly as given, completely or not at all."""

    def test_order_is_split_as_given(self, account: OpenMerchant, people: MerchantPeople) -> None:
        split = partition(requested(account, people, "MUG", "CUP"), (1, 0), (2, 3))

        [outcome] = account.splits.split([split])

        assert outcome.state == "done"
        assert without_ids(outcome.pieces) == split.pieces
        first, second = (piece.id for piece in outcome.pieces)
        assert people.pieces(split.order_id) == {
            first: [("MUG", 1)],
            second: [("MUG", 2), ("CUP", 3)],
        }

    def test_process_that_may_have_lost_its_lease_splits_nothing(
        self, people: MerchantPeople
    ) -> None:
        with closing(opened(people)) as account:
            split = partition(requested(account, people, "MUG", "CUP"), (1, 0), (2, 3))
        lose_lease(people)

        with closing(opened(people)) as account, pytest.raises(LeaseLostError):
            account.splits.split([split])

        assert people.pieces(split.order_id) == {}

    def test_pieces_and_their_lines_have_new_ids(
        self, account: OpenMerchant, people: MerchantPeople
    ) -> None:
        order = requested(account, people, "MUG", "CUP")

        [outcome] = account.splits.split([partition(order, (1, 1), (2, 2))])

        pieces = {piece.id for piece in outcome.pieces}
        lines = {line.id for piece in outcome.pieces for line in piece.lines}
        assert len(pieces) == 2
        assert len(lines) == 4
        assert not pieces & {"", order.id}
        assert not lines & {"", *(line.id for line in order.lines)}

    def test_lines_of_a_piece_keep_their_sequence(
        self, account: OpenMerchant, people: MerchantPeople
    ) -> None:
        split = partition(requested(account, people, "MUG", "CUP", "JAR"), (1, 1, 1), (2, 2, 2))
        turned = replace(
            split,
            pieces=tuple(replace(piece, lines=piece.lines[::-1]) for piece in split.pieces),
        )

        outcomes = [account.splits.split([turned])[0] for _ in range(2)]

        assert [without_ids(outcome.pieces) for outcome in outcomes] == [
            turned.pieces,
            turned.pieces,
        ]

    def test_same_split_again_is_unchanged_with_the_same_pieces(
        self, account: OpenMerchant, people: MerchantPeople
    ) -> None:
        split = partition(requested(account, people, "MUG"), (1,), (2,))

        [first], [second] = (account.splits.split([split]) for _ in range(2))

        assert (first.state, second.state) == ("done", "unchanged")
        assert second.pieces == first.pieces
        assert len(people.pieces(split.order_id)) == 2

    @needs("piece-orders")
    def test_pieces_stay_requested_in_place_of_the_order(
        self, account: OpenMerchant, people: MerchantPeople
    ) -> None:
        order = requested(account, people, "MUG", "CUP")
        [outcome] = account.splits.split([partition(order, (1, 0), (2, 3))])

        pieces = usable(
            read(account.orders.changed(ReadRequest(cursor=None, now=people.settle())))[0]
        )

        assert [order.id for order in pieces] == [piece.id for piece in outcome.pieces]
        assert [quantities(order) for order in pieces] == [[("MUG", 1)], [("MUG", 2), ("CUP", 3)]]
        for read_piece, piece in zip(pieces, outcome.pieces, strict=True):
            assert read_piece.ancestors == (order.id,)
            assert [line.id for line in read_piece.lines] == [line.id for line in piece.lines]
            assert people.status(read_piece.id) == "dropshipment_requested"
        assert read(account.orders.by_id([order.id]))[0] == []

    def test_piece_can_be_split_again(self, account: OpenMerchant, people: MerchantPeople) -> None:
        [outer] = account.splits.split([partition(requested(account, people, "MUG"), (1,), (2,))])
        piece = outer.pieces[1]
        halves = tuple(
            Piece(
                reference=f"origin:A-2-{place}",
                lines=(PieceLine(of_line=piece.lines[0].id, quantity=1),),
            )
            for place in (1, 2)
        )

        [inner] = account.splits.split([Split(order_id=piece.id, pieces=halves)])

        assert inner.state == "done"
        assert without_ids(inner.pieces) == halves
        assert people.pieces(piece.id) == {half.id: [("MUG", 1)] for half in inner.pieces}

    @pytest.mark.parametrize("pieces", [((1,), (1,)), ((2,), (2,)), ((3,),)])
    def test_pieces_that_do_not_add_up_are_refused(
        self, account: OpenMerchant, people: MerchantPeople, pieces: Sequence[Sequence[int]]
    ) -> None:
        order = requested(account, people, "MUG")

        [outcome] = account.splits.split([partition(order, *pieces)])

        assert (outcome.state, outcome.code) == ("refused", "does-not-fit")
        assert people.pieces(order.id) == {}
        assert people.status(order.id) == "dropshipment_requested"

    def test_line_of_another_order_is_refused(
        self, account: OpenMerchant, people: MerchantPeople
    ) -> None:
        order = requested(account, people, "MUG")
        another = requested(account, people, "MUG", number="1002")

        [outcome] = account.splits.split(
            [replace(partition(another, (1,), (2,)), order_id=order.id)]
        )

        assert (outcome.state, outcome.code) == ("refused", "does-not-fit")
        assert people.pieces(order.id) == {}

    def test_order_with_a_different_split_is_refused(
        self, account: OpenMerchant, people: MerchantPeople
    ) -> None:
        order = requested(account, people, "MUG")
        people.split(order.id, (1,), (1,), (1,))

        [outcome] = account.splits.split([partition(order, (1,), (2,))])

        assert (outcome.state, outcome.code) == ("refused", "already-split")
        assert len(people.pieces(order.id)) == 3

    @needs("update-tracking")
    def test_shipped_order_is_refused(self, account: OpenMerchant, people: MerchantPeople) -> None:
        order = requested(account, people, "MUG")
        account.tracking.add([parcel(order.id)])

        [outcome] = account.splits.split([partition(order, (1,), (2,))])

        assert (outcome.state, outcome.code) == ("refused", "already-shipped")
        assert people.pieces(order.id) == {}

    @needs("cancel-orders")
    def test_cancelled_order_is_refused(
        self, account: OpenMerchant, people: MerchantPeople
    ) -> None:
        order = requested(account, people, "MUG")
        people.cancel(order.id)

        [outcome] = account.splits.split([partition(order, (1,), (2,))])

        assert (outcome.state, outcome.code) == ("refused", "cancelled")
        assert people.pieces(order.id) == {}

    def test_unknown_order_is_refused_and_the_others_are_split(
        self, account: OpenMerchant, people: MerchantPeople
    ) -> None:
        split = partition(requested(account, people, "MUG"), (1,), (2,))
        order = requested(account, people, "MUG", number="1002")
        another = partition(order, (2,), (1,), reference="origin:B")
        unknown = replace(split, order_id=people.unknown_id)

        outcomes = account.splits.split([split, unknown, another])

        assert [outcome.state for outcome in outcomes] == ["done", "refused", "done"]
        assert outcomes[1].code == "not-found"
        assert outcomes[1].reason
        assert without_ids(outcomes[2].pieces) == another.pieces

    def test_empty_list_returns_no_outcomes(self, account: OpenMerchant) -> None:
        assert account.splits.split([]) == []

    @needs("piece-orders", "update-tracking")
    def test_partly_shipped_order_is_read_with_its_open_units_only(
        self, account: OpenMerchant, people: MerchantPeople
    ) -> None:
        order_id = people.request(sold("1001", line("MUG", 3)))
        first, second = people.split(order_id, (1,), (2,))
        people.settle()
        [outcome] = account.tracking.add([parcel(first)])

        orders = usable(
            read(account.orders.changed(ReadRequest(cursor=None, now=people.settle())))[0]
        )

        assert outcome.state == "done"
        assert [(order.id, quantities(order)) for order in orders if not order.is_split] == [
            (second, [("MUG", 2)])
        ]
