"""Promises about edits of the Merchant that are written to a Supplier's orders; E: lifecycle.md."""

from collections.abc import Mapping
from contextlib import closing
from typing import Any, get_args

import pytest
from msgspec.structs import replace

from ordosync.config.settings import Optional
from ordosync.edits import EditableOrder, EditGroup, LineEdit, OrderEdit
from ordosync.errors import LeaseLostError
from ordosync.models import Address, Line, Order, Outcome
from tests.accounts.contract.account import AsSupplier
from tests.accounts.contract.examples import line, order, parcel
from tests.accounts.contract.opening import OpenSupplier, lose_lease, opened
from tests.accounts.contract.people import SupplierPeople, needs

GROUPS: frozenset[EditGroup] = frozenset(get_args(EditGroup))
ALL_FIELDS = frozenset[str](get_args(Optional))
FIRST = order(
    "1001",
    line("CUP", 2),
    line("MUG", 1),
    ship_to=Address(
        name="Ann Smith",
        company="Smith Ltd",
        street1="1 High Street",
        street2="Back door",
        city="Leeds",
        zip="LS1 1AA",
        country="GB",
        phone="0113 4960000",
        email="ann@example.org",
    ),
    bill_to=Address(name="Bob Smith", street1="3 Mill Lane", city="Leeds", country="GB"),
    shipping_method="Standard",
    customer_notes="Ring twice",
    internal_notes="Gift",
)
"""An order as it was sent. Its Bill To address has no mail address; see `HeldOrders`."""
EDITED: Mapping[str, Mapping[str, Any]] = {
    "address": {
        "ship_to": replace(
            FIRST.ship_to, name="Ann Jones", company="", street1="2 Low Road", zip="LS2 2BB"
        )
    },
    "contact": {
        "ship_to": replace(FIRST.ship_to, phone="0113 4960001", email="jones@example.org"),
        "bill_to": replace(FIRST.bill_to or Address(), street1="4 Mill Lane", city="York"),
    },
    "method": {"shipping_method": "Express"},
    "notes": {"customer_notes": "Leave at the door", "internal_notes": ""},
}
"""The fields that an edit of each group changes; some are cleared."""


def created(account: OpenSupplier, sent: Order = FIRST) -> tuple[str, tuple[str, ...]]:
    """Create an order; return its id, and the ids of its lines."""
    [outcome] = account.orders.create([sent])
    return outcome.id, outcome.line_ids


def edit(order_id: str, *groups: EditGroup, **fields: Any) -> OrderEdit:
    """Return an edit of these groups of the first order, with other lines as `lines`."""
    lines = fields.pop("lines", ())
    known_ids = fields.pop("known_lines", ())
    changed = {name: value for group in groups for name, value in EDITED.get(group, {}).items()}
    if {"address", "contact"} <= {*groups}:
        contact = EDITED["contact"]["ship_to"]
        moved = EDITED["address"]["ship_to"]
        changed["ship_to"] = replace(moved, phone=contact.phone, email=contact.email)
    return OrderEdit(
        order_id=order_id,
        order=replace(FIRST, **{**changed, **fields}),
        groups=frozenset(groups),
        send=ALL_FIELDS,
        lines=lines,
        known_lines=frozenset(known_ids),
    )


def possible(edited: OrderEdit, people: SupplierPeople) -> OrderEdit:
    """Return an edit without the fields that a kind cannot change."""
    if "bill_to-edits" not in people.lacks:
        return edited
    return replace(edited, order=replace(edited.order, bill_to=FIRST.bill_to))


def write(account: OpenSupplier, edited: OrderEdit) -> Outcome:
    [outcome] = account.edits.write([edited])
    return outcome


def current(account: OpenSupplier, order_id: str) -> EditableOrder:
    return account.edits.current([order_id])[order_id]


def shown(read: Order, people: SupplierPeople) -> Mapping[str, object]:
    """Return the fields of an order by which edits are compared, as far as its kind has them."""
    fields = {name: name not in people.lacks for name in get_args(Optional)}
    ship_to = read.ship_to
    reached = {name: getattr(ship_to, name) for name in ("email", "phone")}
    bill_to = read.bill_to or Address()
    billed = {name: getattr(bill_to, name) for name in ("name", "street1", "city", "country")}
    return {
        "address": replace(ship_to, email="", phone="", state=""),
        "contact": (
            {name: value for name, value in reached.items() if fields[f"ship_to_{name}"]},
            billed if fields["bill_to_address"] else None,
        ),
        "method": read.shipping_method,
        "notes": [
            getattr(read, name) for name in ("customer_notes", "internal_notes") if fields[name]
        ],
        "lines": sorted((each.sku, each.quantity) for each in read.lines),
    }


def raised(line_id: str, sent: Line, quantity: int) -> LineEdit:
    return LineEdit(line=replace(sent, quantity=quantity), quantity=quantity, line_id=line_id)


def added(sku: str, quantity: int, *, id_: str = "") -> LineEdit:
    new = line(sku, quantity, id=id_ or f"m-{sku}")
    return LineEdit(line=new, quantity=quantity)


def units(people: SupplierPeople, order_id: str) -> list[tuple[str, int]]:
    return sorted((each.sku, each.quantity) for each in people.order(order_id).lines)


@needs("edits")
class EditedOrders(AsSupplier):
    """Edits of open orders, each written once."""

    def test_groups_and_holds_are_those_that_its_people_do_not_list_as_lacking(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        lacking = {group for group in GROUPS if f"{group}-edits" in people.lacks}

        assert account.edits.groups == GROUPS - lacking
        assert account.edits.can_hold == ("holds" not in people.lacks)

    def test_process_that_may_have_lost_its_lease_edits_nothing(
        self, people: SupplierPeople
    ) -> None:
        with closing(opened(people)) as account:
            order_id, _ = created(account)
        before = people.order(order_id)
        lose_lease(people)

        with closing(opened(people)) as account, pytest.raises(LeaseLostError):
            write(account, edit(order_id, "address"))

        assert people.order(order_id) == before

    def test_current_order_can_be_edited_in_all_groups(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        order_id, line_ids = created(account)

        now = current(account, order_id)

        assert (now.order_id, now.groups) == (order_id, account.edits.groups)
        assert (now.has_label, now.is_held) == (False, False)
        if "shown-orders" in people.lacks:
            assert now.order is None
            return
        assert now.order
        assert now.order.id == order_id
        assert shown(now.order, people) == shown(FIRST, people)
        assert [(each.id, each.sku, each.quantity) for each in now.order.lines] == [
            (line_ids[0], "CUP", 2),
            (line_ids[1], "MUG", 1),
        ]

    @pytest.mark.parametrize("group", ["address", "contact", "method", "notes"])
    def test_group_is_written_and_the_others_do_not_change(
        self, account: OpenSupplier, people: SupplierPeople, group: EditGroup
    ) -> None:
        if group not in account.edits.groups:
            pytest.skip(f"{type(people).__name__} cannot change: {group}")
        order_id, _ = created(account)
        edited = possible(edit(order_id, group), people)

        first = write(account, edited)
        after = shown(people.order(order_id), people)
        second = write(account, edited)

        assert (first.state, first.id) == ("done", order_id), first
        assert after == {**shown(FIRST, people), group: shown(edited.order, people)[group]}
        assert second.state in ("done", "unchanged"), second
        assert shown(people.order(order_id), people) == after

    def test_current_order_shows_what_was_written(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        order_id, line_ids = created(account)
        groups = sorted(account.edits.groups)
        lines = (raised(line_ids[0], FIRST.lines[0], 3),)
        edited = edit(order_id, *groups, lines=lines, known_lines=line_ids)
        edited = possible(edited, people)

        outcome = write(account, edited)

        assert outcome.state == "done", outcome
        wanted = replace(edited.order, lines=(lines[0].line, FIRST.lines[1]))
        expected = {**shown(FIRST, people)}
        expected.update((group, shown(wanted, people)[group]) for group in groups)
        assert shown(people.order(order_id), people) == expected
        now = current(account, order_id)
        if now.order:
            assert shown(now.order, people) == shown(people.order(order_id), people)

    def test_field_that_is_not_sent_does_not_change(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        """It may be the Supplier's own."""
        order_id, _ = created(account)
        groups = sorted(account.edits.groups - {"address", "lines", "method"})
        emptied: dict[str, Any] = {"ship_to": Address(), "bill_to": None, "customer_notes": ""}
        edited = replace(edit(order_id, *groups, **emptied), send=frozenset())

        outcome = write(account, edited)

        assert outcome.state in ("done", "unchanged"), outcome
        assert shown(people.order(order_id), people) == shown(FIRST, people)

    def test_line_gets_more_units_and_never_fewer(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        order_id, [cup, mug] = created(account)

        outcomes = [
            write(
                account,
                edit(
                    order_id,
                    "lines",
                    lines=(raised(cup, FIRST.lines[0], count),),
                    known_lines=(cup, mug),
                ),
            )
            for count in (5, 5, 3)
        ]

        assert outcomes[0].state == "done", outcomes
        assert {outcome.state for outcome in outcomes[1:]} <= {"done", "unchanged"}, outcomes
        assert units(people, order_id) == [("CUP", 5), ("MUG", 1)]

    def test_e21_line_with_the_sku_of_another_line_is_raised_by_its_id(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        first, second = line("MUG", 1, id="m-1"), line("MUG", 2, id="m-2")
        order_id, line_ids = created(account, replace(FIRST, lines=(first, second)))
        lines = (raised(line_ids[1], second, 4),)

        outcome = write(account, edit(order_id, "lines", lines=lines, known_lines=line_ids))

        assert outcome.state == "done", outcome
        assert units(people, order_id) == [("MUG", 1), ("MUG", 4)]

    def test_added_line_is_not_added_again(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        """The outcome of the first attempt may be lost, so its ids are not known."""
        order_id, line_ids = created(account)
        lines = (added("PEN", 3), added("CUP", 1, id_="m-9"))
        edited = edit(order_id, "lines", lines=lines, known_lines=line_ids)

        first, second = write(account, edited), write(account, edited)

        assert first.state == "done", first
        assert second.state in ("done", "unchanged"), second
        assert len({*line_ids, *first.line_ids}) == 4
        assert second.line_ids == first.line_ids
        wanted = [("CUP", 1), ("CUP", 2), ("MUG", 1), ("PEN", 3)]
        assert units(people, order_id) == wanted
        ids = {each.id: (each.sku, each.quantity) for each in people.order(order_id).lines}
        assert [ids[id_] for id_ in first.line_ids] == [("PEN", 3), ("CUP", 1)]

    def test_added_line_can_be_raised_later(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        order_id, line_ids = created(account)
        pen = added("PEN", 1)
        [id_] = write(account, edit(order_id, "lines", lines=(pen,), known_lines=line_ids)).line_ids
        known_ids = (*line_ids, id_)
        lines = (raised(id_, pen.line, 2),)

        outcome = write(account, edit(order_id, "lines", lines=lines, known_lines=known_ids))

        assert (outcome.state, outcome.line_ids) == ("done", ())
        assert units(people, order_id) == [("CUP", 2), ("MUG", 1), ("PEN", 2)]

    @needs("import-products")
    def test_e19_unknown_sku_of_an_added_line_becomes_a_product(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        order_id, line_ids = created(account)

        write(account, edit(order_id, "lines", lines=(added("PEN", 1),), known_lines=line_ids))

        assert {product.sku for product in people.products()} == {"CUP", "MUG", "PEN"}

    @needs("update-tracking")
    def test_shipped_order_is_refused_and_keeps_its_fields(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        order_id, line_ids = created(account)
        people.ship(order_id, parcel())
        people.settle()
        before = people.everything()
        lines = (raised(line_ids[0], FIRST.lines[0], 3), added("PEN", 1))
        groups = sorted(account.edits.groups)

        outcome = write(account, edit(order_id, *groups, lines=lines, known_lines=line_ids))
        now = current(account, order_id)

        assert (outcome.state, outcome.code) == ("refused", "shipped")
        assert (now.has_label, now.groups) == (True, frozenset())
        assert people.everything() == before

    @needs("several-parcels", "parcel-lines")
    def test_current_order_has_the_units_in_its_parcels(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        order_id, line_ids = created(account)
        people.ship_part(order_id, parcel(number="1Z1"), 1, 0)
        people.settle()

        sent = current(account, order_id).sent

        assert [sent.get(line_id, 0) for line_id in line_ids] == [1, 0]

    @needs("cancel-orders")
    def test_cancelled_order_is_refused(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        order_id, _ = created(account)
        account.cancellations.cancel([order_id])
        before = people.everything()

        outcome = write(account, edit(order_id, "address"))

        assert (outcome.state, outcome.code) == ("refused", "cancelled")
        assert not current(account, order_id).groups
        assert people.everything() == before

    @needs("known-ids")
    def test_unknown_order_is_omitted_and_refused_and_the_others_are_written(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        order_id, _ = created(account)
        edits = [edit(people.unknown_id, "address"), edit(order_id, "address")]

        unknown, known = account.edits.write(edits)
        found = account.edits.current([people.unknown_id, order_id])

        assert (unknown.state, unknown.code) == ("refused", "not-found")
        assert known.state == "done"
        assert [*found] == [order_id]

    def test_empty_list_returns_nothing(self, account: OpenSupplier) -> None:
        assert account.edits.write([]) == []
        assert not account.edits.current([])
        assert account.edits.release([]) == account.edits.hold([], reason="other") == []


@needs("edits")
class HeldOrders(AsSupplier):
    """Holds, which keep an order from being sent until the Merchant's edit is settled."""

    @needs("holds")
    def test_order_is_held_once_and_released_once(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        order_id, _ = created(account)
        status = people.status(order_id)

        held = [account.edits.hold([order_id], reason="address")[0] for _ in range(2)]
        while_held = people.is_held(order_id), current(account, order_id).is_held
        released = [account.edits.release([order_id])[0] for _ in range(2)]

        assert [outcome.state for outcome in held] == ["done", "unchanged"]
        assert while_held == (True, True)
        assert [outcome.state for outcome in released] == ["done", "unchanged"]
        assert not people.is_held(order_id)
        assert not current(account, order_id).is_held
        assert people.status(order_id) == status
        assert account.orders.statuses([order_id]) == {order_id: "awaiting_fulfillment"}

    @needs("holds")
    def test_held_order_can_be_edited_and_stays_held(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        order_id, _ = created(account)
        account.edits.hold([order_id], reason="other")

        outcome = write(account, edit(order_id, "address"))

        assert outcome.state == "done", outcome
        assert current(account, order_id).groups == account.edits.groups
        assert people.is_held(order_id)

    @needs("holds", "cancel-orders")
    def test_held_order_can_be_cancelled(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        order_id, _ = created(account)
        account.edits.hold([order_id], reason="other")

        [outcome] = account.cancellations.cancel([order_id])
        [refusal] = account.edits.hold([order_id], reason="other")

        assert outcome.state == "done", outcome
        assert people.status(order_id) == "cancelled"
        assert (refusal.state, refusal.code) == ("refused", "cancelled")

    @needs("holds", "own-holds")
    def test_hold_of_the_accounts_own_users_stays(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        order_id, other_id = created(account)[0], created(account, order("1002"))[0]
        people.hold(order_id)
        people.hold(other_id)
        before = current(account, order_id).is_held

        account.edits.hold([order_id], reason="address")
        outcomes = account.edits.release([order_id, other_id])

        assert not before
        assert [outcome.state for outcome in outcomes] == ["done", "unchanged"]
        assert people.is_held(order_id)
        assert people.is_held(other_id)

    @needs("update-tracking")
    def test_shipped_order_is_not_held(self, account: OpenSupplier, people: SupplierPeople) -> None:
        order_id, _ = created(account)
        people.ship(order_id, parcel())
        people.settle()
        before = people.everything()

        [outcome] = account.edits.hold([order_id], reason="other")

        assert (outcome.state, outcome.code) == ("refused", "shipped")
        assert people.everything() == before

    @needs("known-ids")
    def test_unknown_order_is_not_held(self, account: OpenSupplier, people: SupplierPeople) -> None:
        [held] = account.edits.hold([people.unknown_id], reason="other")
        [released] = account.edits.release([people.unknown_id])

        assert (held.state, held.code) == ("refused", "not-found")
        assert released.state in ("refused", "unchanged")
