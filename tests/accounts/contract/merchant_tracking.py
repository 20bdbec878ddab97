"""Promises about the tracking numbers that are written to a Merchant."""

from contextlib import closing

import pytest

from ordosync.errors import LeaseLostError
from tests.accounts.contract.account import AsMerchant
from tests.accounts.contract.examples import line, parcel, product, sold
from tests.accounts.contract.opening import OpenMerchant, lose_lease, opened
from tests.accounts.contract.people import MerchantPeople, expected_tracking, needs, numbers


@needs("update-tracking")
class WrittenTracking(AsMerchant):
    """Writes of tracking numbers: each once, and again when a label is voided."""

    def test_six_fields_arrive_and_the_order_is_shipped(
        self, account: OpenMerchant, people: MerchantPeople
    ) -> None:
        order_id = people.request(sold("1001"))
        shipment = parcel(order_id)

        [outcome] = account.tracking.add([shipment])

        assert outcome.state == "done"
        assert people.status(order_id) == "shipped"
        assert people.tracking(order_id) == [expected_tracking(shipment, people)]

    @needs("write-inventory-back")
    def test_stock_stays_as_it_was(self, account: OpenMerchant, people: MerchantPeople) -> None:
        people.add_product(product("MUG"))
        people.count("MUG", 10)
        order_id = people.request(sold("1001", line("MUG", 2)))
        before = people.physical("MUG")

        account.tracking.add([parcel(order_id)])

        assert people.physical("MUG") == before

    def test_process_that_may_have_lost_its_lease_adds_no_number(
        self, people: MerchantPeople
    ) -> None:
        order_id = people.request(sold("1001"))
        lose_lease(people)

        with closing(opened(people)) as account, pytest.raises(LeaseLostError):
            account.tracking.add([parcel(order_id)])

        assert people.tracking(order_id) == []

    def test_same_number_again_is_unchanged(
        self, account: OpenMerchant, people: MerchantPeople
    ) -> None:
        order_id = people.request(sold("1001"))
        shipment = parcel(order_id)

        outcomes = [account.tracking.add([shipment])[0] for _ in range(2)]

        assert [outcome.state for outcome in outcomes] == ["done", "unchanged"]
        assert people.tracking(order_id) == [expected_tracking(shipment, people)]

    def test_same_number_twice_in_one_call_is_written_once(
        self, account: OpenMerchant, people: MerchantPeople
    ) -> None:
        order_id = people.request(sold("1001"))

        outcomes = account.tracking.add([parcel(order_id), parcel(order_id)])

        assert [outcome.state for outcome in outcomes] == ["done", "unchanged"]
        assert numbers(people.tracking(order_id)) == ["1Z1"]

    def test_another_valid_number_is_kept(
        self, account: OpenMerchant, people: MerchantPeople
    ) -> None:
        order_id = people.request(sold("1001"))
        account.tracking.add([parcel(order_id, "1Z1")])

        [outcome] = account.tracking.add([parcel(order_id, "1Z2", id="s-2")])

        if {"parcels", "more-numbers"} & people.lacks:
            assert (outcome.state, outcome.code) == ("refused", "other-tracking")
            assert numbers(people.tracking(order_id)) == ["1Z1"]
        else:  # P4: it is a further number of this Supplier.
            if outcome.code == "other-tracking":
                # The account does not know whose number it has. The task does, by its links.
                further = parcel(order_id, "1Z2", id="s-2", is_last=False)
                [outcome] = account.tracking.add([further])
            assert outcome.state == "done"
            assert numbers(people.tracking(order_id)) == ["1Z1", "1Z2"]

    @needs("cancel-orders")
    def test_cancelled_order_refuses_and_stays_cancelled(
        self, account: OpenMerchant, people: MerchantPeople
    ) -> None:
        order_id = people.request(sold("1001"))
        people.cancel(order_id)

        [outcome] = account.tracking.add([parcel(order_id)])

        assert (outcome.state, outcome.code) == ("refused", "cancelled")
        assert people.status(order_id) == "cancelled"
        assert people.tracking(order_id) == []

    @needs("known-ids")
    def test_unknown_order_is_refused_and_the_others_are_written(
        self, account: OpenMerchant, people: MerchantPeople
    ) -> None:
        first, second = people.request_all([sold("1001"), sold("1002")])

        outcomes = account.tracking.add(
            [
                parcel(first, "1Z1", id="s-1"),
                parcel(people.unknown_id, "1Z2", id="s-2"),
                parcel(second, "1Z3", id="s-3"),
            ]
        )

        assert [outcome.state for outcome in outcomes] == ["done", "refused", "done"]
        assert outcomes[1].code == "not-found"
        assert outcomes[1].reason
        assert numbers(people.tracking(first)) == ["1Z1"]
        assert numbers(people.tracking(second)) == ["1Z3"]

    def test_empty_list_returns_no_outcomes(self, account: OpenMerchant) -> None:
        assert account.tracking.add([]) == []
        assert account.tracking.void([]) == []

    @needs("split-order")
    def test_parcel_of_a_split_order_is_added_to_each_open_piece(
        self, account: OpenMerchant, people: MerchantPeople
    ) -> None:
        order_id = people.request(sold("1001", line("MUG", 3)))
        first, second, third = people.split(order_id, (1,), (1,), (1,))
        account.tracking.add([parcel(first, "1Z0", id="s-0")])

        outcomes = [account.tracking.add([parcel(order_id, "1Z1")])[0] for _ in range(2)]

        assert [outcome.state for outcome in outcomes] == ["done", "unchanged"]
        assert [outcome.code for outcome in outcomes] == ["on-pieces", "on-pieces"]
        assert numbers(people.tracking(first)) == ["1Z0"]
        for piece in (second, third):
            assert numbers(people.tracking(piece)) == ["1Z1"]
            assert people.status(piece) == "shipped"

    @needs("split-order")
    def test_piece_is_shipped_by_itself(
        self, account: OpenMerchant, people: MerchantPeople
    ) -> None:
        order_id = people.request(sold("1001", line("MUG", 2)))
        first, second = people.split(order_id, (1,), (1,))

        [outcome] = account.tracking.add([parcel(first)])

        assert (outcome.state, outcome.code) == ("done", "")
        assert people.status(first) == "shipped"
        assert people.status(second) == "dropshipment_requested"
        assert people.tracking(second) == []

    def test_voided_label_is_flagged_and_the_order_stays_shipped(
        self, account: OpenMerchant, people: MerchantPeople
    ) -> None:
        order_id = people.request(sold("1001"))
        account.tracking.add([parcel(order_id)])
        voided = parcel(order_id, voided=True)

        outcomes = [account.tracking.void([voided])[0] for _ in range(2)]

        assert [outcome.state for outcome in outcomes] == ["done", "unchanged"]
        assert people.status(order_id) == "shipped"
        trackings = [] if "voided-labels" in people.lacks else [expected_tracking(voided, people)]
        assert people.tracking(order_id) == trackings

    def test_voiding_an_unknown_number_is_unchanged(
        self, account: OpenMerchant, people: MerchantPeople
    ) -> None:
        order_id = people.request(sold("1001"))
        account.tracking.add([parcel(order_id, "1Z1")])

        outcomes = account.tracking.void(
            [
                parcel(order_id, "1Z9", id="s-9", voided=True),
                parcel(people.unknown_id, "1Z8", id="s-8", voided=True),
            ]
        )

        assert [outcome.state for outcome in outcomes] == ["unchanged", "unchanged"]
        assert numbers(people.tracking(order_id)) == ["1Z1"]

    def test_new_number_replaces_a_voided_one(
        self, account: OpenMerchant, people: MerchantPeople
    ) -> None:
        order_id = people.request(sold("1001"))
        account.tracking.add([parcel(order_id, "1Z1")])
        account.tracking.void([parcel(order_id, "1Z1", voided=True)])

        [outcome] = account.tracking.add([parcel(order_id, "1Z2", id="s-2")])

        assert outcome.state == "done"
        assert people.status(order_id) == "shipped"
        trackings = people.tracking(order_id)
        assert numbers(trackings) == ["1Z2"]
        if not {"voided-labels", "label-history"} & people.lacks:
            assert [(tracking.number, tracking.voided) for tracking in trackings] == [
                ("1Z1", True),
                ("1Z2", False),
            ]
