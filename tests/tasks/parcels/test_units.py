"""The units of a parcel, by the ledger; P is a rule of lifecycle.md 3.3."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from msgspec.structs import replace

from ordosync.models import ParcelLine, Shipment
from ordosync.store.links import Link, parcel_link
from ordosync.tasks.base import Step
from ordosync.tasks.parcels.labels import (
    Further,
    TrackingUpdate,
    missing_labels,
    surplus_reason,
)
from ordosync.tasks.parcels.steps import ParcelFacts, steps_of, unless_reported, valid_numbers
from ordosync.tasks.parcels.units import Family, contents_of

ORDER = Link(kind="order", merchant_id="M1", supplier_id="S1")


def line(sku: str, ordered: int, *, sent: int = 0, cancelled: int = 0, order: str = "M1") -> Link:
    """Return the link of a line, whose ids are made of its SKU."""
    return Link(
        kind="line",
        merchant_id=f"{order}/{sku}",
        supplier_id=f"S1/{sku}",
        order_id=order,
        ordered=ordered,
        sent=sent,
        cancelled=cancelled,
    )


def family(*lines: Link, parcels: Sequence[Link] = (), pieces: Sequence[Link] = (ORDER,)) -> Family:
    """Return what is linked with the Supplier's order S1."""
    by_order: dict[str, list[Link]] = {}
    for each in lines:
        by_order.setdefault(each.order_id or "", []).append(each)
    return Family(pieces=pieces, lines=by_order, parcels=parcels)


def parcel(number: str = "1Z1", *, is_last: bool = False, **units: int) -> Shipment:
    """Return a parcel with these units by SKU; without units it does not say what it holds."""
    parts = tuple(
        ParcelLine(line_id=f"S1/{sku}", quantity=count, sku=sku) for sku, count in units.items()
    )
    return Shipment(
        id=f"P-{number}",
        order_id="S1",
        tracking_number=number,
        carrier="UPS",
        shipped_at=datetime(2026, 11, 2, tzinfo=UTC),
        lines=parts or None,
        is_last=is_last,
    )


def steps(linked: Family, *items: Shipment, takes: str = "lines") -> list[Step]:
    """Return the steps of parcels in one page."""
    facts = ParcelFacts(
        links={"S1": linked.pieces[0]},
        families={"S1": linked},
        takes=takes,  # type: ignore[arg-type]
        can_split=False,
        valid=valid_numbers(items),
        voided=frozenset(f"{item.id}:{item.tracking_number}" for item in items if item.voided),
    )
    return [unless_reported(step) for item in items for step in steps_of(item, facts)]


def units(step: Step) -> Mapping[str, int] | None:
    """Return the units that a step adds to the ledger."""
    assert isinstance(step.payload, TrackingUpdate)
    assert step.payload.contents
    return step.payload.contents.units


def shipment(step: Step) -> Shipment:
    """Return what a step writes to the Merchant."""
    assert isinstance(step.payload, TrackingUpdate)
    return step.payload.shipment


def codes(found: Sequence[Step]) -> list[tuple[str, str]]:
    """Return the state and code of each step that needs no write."""
    return [(step.decision.state, step.decision.code) for step in found if step.decision]


def test_p1_parcel_with_lines_holds_only_these() -> None:
    found = contents_of(parcel(CUP=1), family(line("CUP", 2), line("MUG", 1)), {})

    assert found.units == {"M1/CUP": 1}
    assert [(part.line_id, part.quantity) for part in found.lines or ()] == [("M1/CUP", 1)]
    assert not found.is_last


def test_p2_parcel_without_lines_that_is_the_last_holds_all_that_is_open() -> None:
    linked = family(line("CUP", 2, sent=1), line("MUG", 1, cancelled=1))

    found = contents_of(parcel(is_last=True), linked, {})

    assert (found.lines, found.is_last, found.units) == (None, True, {"M1/CUP": 1})


def test_p2_parcel_with_all_units_is_reported_as_the_whole_order() -> None:
    found = contents_of(parcel(CUP=2, MUG=1), family(line("CUP", 2), line("MUG", 1)), {})

    assert (found.lines, found.is_last) == (None, True)
    assert found.units == {"M1/CUP": 2, "M1/MUG": 1}


def test_p3_parcel_without_lines_of_an_order_that_is_open_is_only_a_number() -> None:
    found = contents_of(parcel(), family(line("CUP", 2)), {})

    assert (found.lines, found.is_last, found.units) == (None, False, {})


def test_p3_only_a_number_waits_for_a_merchant_that_takes_pieces() -> None:
    found = steps(family(line("CUP", 2)), parcel(), takes="pieces")

    assert codes(found) == [("waiting", "which-lines")]


def test_p3_number_gets_its_units_when_the_order_is_complete() -> None:
    reported = parcel_link("M1", "P-1Z1", "1Z1", units={})

    [step] = steps(family(line("CUP", 2), parcels=[reported]), parcel(is_last=True))

    assert (step.decision, step.needs_redo, units(step)) == (None, True, {"M1/CUP": 2})


def test_p4_second_parcel_without_lines_is_a_further_number() -> None:
    first = parcel_link("M1", "P-1Z1", "1Z1", units={"M1/CUP": 2})
    linked = family(line("CUP", 2, sent=2), parcels=[first])

    [unchanged, further] = steps(linked, parcel(is_last=True), parcel("1Z2", is_last=True))

    assert codes([unchanged]) == [("unchanged", "")]
    assert (further.decision, units(further)) == (None, {})
    assert not shipment(further).voided


def test_p5_same_parcel_with_another_number_voids_the_old_one() -> None:
    old = parcel_link("M1", "P-1Z1", "1Z0", units={"M1/CUP": 1})
    linked = family(line("CUP", 2, sent=1), parcels=[old])

    [step] = steps(linked, parcel(CUP=1))

    assert isinstance(step.payload, TrackingUpdate)
    assert (step.payload.replaces, units(step)) == ("1Z0", {"M1/CUP": 1})


def test_p6_surplus_is_not_reported() -> None:
    [step] = steps(family(line("CUP", 2), line("MUG", 1)), parcel(CUP=3))

    assert units(step) == {"M1/CUP": 2}
    assert isinstance(step.payload, TrackingUpdate)
    assert step.payload.contents
    assert step.payload.contents.has_surplus


def test_p7_same_units_in_a_second_parcel_are_more_than_ordered() -> None:
    first = parcel_link("M1", "P-1Z1", "1Z1", units={"M1/CUP": 2})
    linked = family(line("CUP", 2, sent=2), line("MUG", 1), parcels=[first])

    found = steps(linked, parcel(CUP=2), parcel("1Z2", CUP=2))

    assert codes(found) == [("unchanged", ""), ("failed", "more-than-ordered")]


def test_p7_two_parcels_in_one_page_share_what_is_open() -> None:
    found = steps(family(line("CUP", 2), line("MUG", 1)), parcel(CUP=2), parcel("1Z2", CUP=2))

    assert units(found[0]) == {"M1/CUP": 2}
    assert codes(found) == [("failed", "more-than-ordered")]


def test_p8_units_of_a_void_parcel_are_open_for_the_next_one_in_the_same_page() -> None:
    reported = parcel_link("M1", "P-1Z1", "1Z1", units={"M1/CUP": 2})
    linked = family(line("CUP", 2, sent=2), parcels=[reported])
    void = replace(parcel(CUP=2), voided=True)

    void_step, step = steps(linked, void, parcel("1Z2", CUP=2))

    assert shipment(void_step).voided
    assert (step.decision, units(step)) == (None, {"M1/CUP": 2})


def test_p8_new_parcel_of_a_voided_piece_takes_its_place() -> None:
    """The Merchant takes pieces: M2 is the parcel that was voided, M3 has the open rest."""
    rest = Link(kind="order", merchant_id="M3", supplier_id="S1")
    voided_piece = Link(kind="order", merchant_id="M2", supplier_id="S1", state="sent")
    linked = family(
        line("CUP", 1, order="M2"),
        line("CUP", 1, order="M3"),
        line("MUG", 1, order="M3"),
        pieces=[rest, voided_piece],
        parcels=[parcel_link("M2", "P-1Z1", "1Z1", units={"M2/CUP": 1}, state="voided")],
    )

    [step] = steps(linked, parcel("1Z2", CUP=1), takes="pieces")

    assert step.merchant_id == "M2"
    assert (shipment(step).lines, shipment(step).is_last) == (None, True)


def test_p9_one_void_label_of_several_leaves_the_others() -> None:
    labels = [
        parcel_link("M1", "P-1Z1", "1Z1", units={"M1/CUP": 1}),
        parcel_link("M1", "P-1Z2", "1Z2", units={"M1/CUP": 1}),
    ]
    linked = family(line("CUP", 2, sent=2), parcels=labels)

    found = steps(linked, replace(parcel(CUP=1), voided=True), parcel("1Z2", CUP=1))

    assert [step.key for step in found if not step.decision] == ["P-1Z1:1Z1:void"]


def test_p12_further_numbers_of_a_reported_parcel_have_steps_of_their_own() -> None:
    reported = parcel_link("M1", "P-1Z1", "1Z1", units={"M1/CUP": 2})
    linked = family(line("CUP", 2, sent=2), parcels=[reported])

    _, further = steps(linked, replace(parcel(CUP=2), more_numbers=("1Z9",)))

    assert further.key == "P-1Z1:1Z9"
    assert (shipment(further).tracking_number, shipment(further).is_last) == ("1Z9", False)


def test_p12_merchant_with_one_number_gets_the_others_as_comments() -> None:
    item = replace(parcel(CUP=2), more_numbers=("1Z9",))

    first, further = steps(family(line("CUP", 2)), item, takes="pieces")

    assert isinstance(first.payload, TrackingUpdate)
    assert isinstance(further.payload, Further)


def test_p20_order_of_before_the_ledger_counts_as_one_thing() -> None:
    found = contents_of(parcel(is_last=True, CUP=1), family(), {})

    assert (found.lines, found.is_last, found.units) == (None, True, None)


def test_p20_number_that_was_reported_before_the_ledger_is_not_reported_again() -> None:
    before = Link(kind="shipment", merchant_id="M1", supplier_id="S1:1Z1")

    found = steps(family(parcels=[before]), parcel(is_last=True))

    assert codes(found) == [("unchanged", "")]


def test_parcel_with_nothing_of_the_merchant_is_reported_to_the_operator() -> None:
    assert codes(steps(family(line("CUP", 2)), parcel(GIFT=1))) == [("failed", "other-lines")]


def any_of(count: int, number: str = "1Z1") -> Shipment:
    """Return a parcel with units of a SKU that two lines have."""
    part = ParcelLine(line_id="S1/A", other_lines=("S1/B",), quantity=count, sku="MUG")
    return replace(parcel(number), lines=(part,))


def test_p1_units_of_a_sku_with_two_lines_are_on_those_that_are_open() -> None:
    """F12: a file names only SKUs, and a second parcel may hold units of the second line."""
    linked = family(line("A", 2, sent=1), line("B", 2))

    [step] = steps(linked, any_of(3))
    [surplus] = steps(family(line("A", 1), line("B", 1)), any_of(3))

    assert units(step) == {"M1/A": 1, "M1/B": 2}
    assert units(surplus) == {"M1/A": 1, "M1/B": 1}
    assert isinstance(surplus.payload, TrackingUpdate)
    assert surplus.payload.contents
    assert surplus.payload.contents.has_surplus


def test_parcel_with_a_void_piece_and_other_units_is_of_both_pieces() -> None:
    sent = Link(kind="order", merchant_id="M1-1", supplier_id="S1", state="sent")
    void = parcel_link("M1-1", "P-1Z0", "1Z0", units={"M1-1/MUG": 1}, state="voided")
    linked = family(
        line("CUP", 2), line("MUG", 1, order="M1-1"), pieces=(ORDER, sent), parcels=[void]
    )

    again, rest = steps(linked, parcel(CUP=1, MUG=1), takes="pieces")

    assert (again.key, units(again)) == ("P-1Z1@M1-1:1Z1", {"M1-1/MUG": 1})
    assert (rest.key, units(rest)) == ("P-1Z1:1Z1", {"M1/CUP": 1})
    assert (again.decision, rest.decision) == (None, None)


def test_parcel_over_two_pieces_names_the_piece_to_which_its_number_must_be_added() -> None:
    """A piece is sent as a whole, and this parcel has only one of its two units."""
    sent = Link(kind="order", merchant_id="M1-1", supplier_id="S1", state="sent")
    linked = family(line("CUP", 1), line("MUG", 2, order="M1-1"), pieces=(ORDER, sent))

    [step] = steps(linked, parcel(CUP=1, MUG=1), takes="pieces")

    assert isinstance(step.payload, TrackingUpdate)
    assert surplus_reason(step.payload) == (
        "parcel 1Z1 holds units of several pieces of the order; add the number to M1-1 manually,"
        " then run `ordosync dismiss M1`"
    )


def test_p9_units_of_a_sku_with_two_lines_stay_where_they_were_reported() -> None:
    reported = parcel_link("M1", "P-1Z2", "1Z2", units={"M1/B": 1})
    linked = family(line("A", 1), line("B", 1, sent=1), parcels=[reported])

    [step] = steps(linked, any_of(1, "1Z2"))

    assert units(step) == {"M1/B": 1}
    assert step.decision
    assert step.decision.state == "unchanged"


def test_number_of_a_void_parcel_that_another_one_has_is_not_void() -> None:
    """F3: a number whose parcel lives is never void."""
    reported = parcel_link("M1", "P-1Z1", "1Z1", units={"M1/CUP": 1})
    linked = family(line("CUP", 2, sent=1), parcels=[reported])
    again = replace(parcel(CUP=1), id="P-2")

    found = steps(linked, replace(parcel(CUP=1), voided=True), again)

    assert not [step for step in found if step.key.endswith(":void")]


def test_p9_parcel_that_the_account_no_longer_lists_is_void() -> None:
    labels = [
        parcel_link("M1", "P-1Z1", "1Z1", units={"M1/CUP": 1}),
        parcel_link("M1", "P-1Z2", "1Z2", units={"M1/CUP": 1}),
    ]
    linked = family(line("CUP", 2, sent=2), parcels=labels)

    found = [*missing_labels("S1", [parcel("1Z2", CUP=1)], ORDER, linked)]

    assert [step.key for step in found] == ["P-1Z1:1Z1:void"]
    assert linked.open_units(line("CUP", 2, sent=2)) == 1
