"""Orders of a local account that are sent in parts, and units of them that are cancelled.

P, F and S are the rules and cases of lifecycle.md; the ledger is its part 2.4.
"""

from collections.abc import Mapping
from pathlib import Path

import pytest
from msgspec.structs import replace

from ordosync.edits import Reduction
from ordosync.embedded import cancellations, shipments, tracking
from ordosync.embedded.database import EmbeddedFile
from ordosync.embedded.desk import Desk
from ordosync.models import Outcome, ParcelLine, Piece, PieceLine, Shipment, Split
from tests.accounts.contract.examples import line, parcel, product, sold
from tests.embedded.ledger import ledger, status, units


@pytest.fixture(name="counted")
def _counted(desk: Desk) -> Desk:
    """Return a desk that has counted 7 mugs and 3 cups, and an order of 2 and 1 of them."""
    for sku, quantity in (("MUG", 7), ("CUP", 3)):
        desk.add_product(product(sku))
        desk.set_stock(sku, "main", quantity)
    desk.add_order(sold("1001", line("MUG", 2), line("CUP", 1)))
    return desk


def ship(desk: Desk, number: str = "1Z1", **quantities: int) -> Outcome:
    """Ship a parcel of order 1001 with these units; without any, all that are open."""
    lines = units(**quantities) or None
    [outcome] = desk.ship([parcel("1001", number, id="", lines=lines)])
    return outcome


def stock(desk: Desk) -> Mapping[str, tuple[int, int]]:
    """Return the physical and the available quantity of each product."""
    levels = {sku: desk.levels_of(sku)[0] for sku in ("MUG", "CUP")}
    return {
        sku: (int(level.physical or 0), int(level.available or 0)) for sku, level in levels.items()
    }


def test_p1_part_of_an_order_is_sent_and_the_rest_stays_open(counted: Desk) -> None:
    outcome = ship(counted, MUG=1)

    assert outcome.state == "done"
    assert status(counted) == "partially_shipped"
    assert ledger(counted) == {"MUG": (1, 1, 0), "CUP": (1, 0, 0)}
    assert counted.timeline("1001")[-1].text == "Shipped 1 MUG with UPS Ground 1Z1"


def test_order_is_shipped_with_its_last_units(counted: Desk) -> None:
    ship(counted, "1Z1", MUG=1)

    ship(counted, "1Z2")

    assert status(counted) == "shipped"
    assert ledger(counted) == {"MUG": (0, 2, 0), "CUP": (0, 1, 0)}
    held = [shipment.lines for shipment in counted.shipments_of("1001")]
    assert held == [units(MUG=1), units(MUG=1, CUP=1)]
    assert [shipment.is_last for shipment in counted.shipments_of("1001")] == [True, True]


def test_available_stock_is_the_same_before_and_after_each_parcel_and_void(counted: Desk) -> None:
    """Issue, Supplier's stock: physical falls by a parcel's units, and rises with its void."""
    before = stock(counted)

    ship(counted, "1Z1", MUG=1)
    in_part = stock(counted)
    ship(counted, "1Z2")
    whole = stock(counted)
    counted.void("1001", "1Z1")
    voided = stock(counted)

    assert before == {"MUG": (7, 5), "CUP": (3, 2)}
    assert in_part == {"MUG": (6, 5), "CUP": (3, 2)}
    assert whole == {"MUG": (5, 5), "CUP": (2, 2)}
    assert voided == {"MUG": (6, 5), "CUP": (2, 2)}


def test_stock_of_a_dropshipped_order_is_only_committed(counted: Desk) -> None:
    """Issue, Merchant's stock: committed falls by the units of a parcel, and physical stays."""
    counted.request("1001", "northwind")
    before = stock(counted)

    ship(counted, MUG=1)

    assert before == {"MUG": (7, 5), "CUP": (3, 2)}
    assert stock(counted) == {"MUG": (7, 6), "CUP": (3, 2)}


@pytest.mark.parametrize(
    ("quantities", "reason"),
    [({"MUG": 3}, "has 2 of MUG to ship, not 3"), ({"CUP": 2}, "has 1 of CUP to ship, not 2")],
)
def test_p6_more_units_than_are_open_are_refused(
    counted: Desk, quantities: dict[str, int], reason: str
) -> None:
    [outcome] = counted.ship([parcel("1001", lines=units(**quantities))])

    assert (outcome.code, outcome.reason) == ("more-than-ordered", reason)
    assert ledger(counted) == {"MUG": (2, 0, 0), "CUP": (1, 0, 0)}


def test_same_parcel_again_is_unchanged_and_another_one_needs_another_number(
    counted: Desk,
) -> None:
    ship(counted, MUG=1)

    again, other, rest = ship(counted, MUG=1), ship(counted, CUP=1), ship(counted)

    assert again.state == "unchanged"
    assert (other.code, rest.code) == ("same-number", "same-number")
    assert ledger(counted) == {"MUG": (1, 1, 0), "CUP": (1, 0, 0)}


def test_p9_void_of_one_of_several_parcels_leaves_the_others(counted: Desk) -> None:
    ship(counted, "1Z1", MUG=1)
    ship(counted, "1Z2", CUP=1)

    unnamed, unknown = counted.void("1001"), counted.void("1001", "1Z9")
    voided = counted.void("1001", "1Z1")

    assert (unnamed.code, unknown.code) == ("several-parcels", "no-label")
    assert unnamed.reason == "has several parcels: 1Z1, 1Z2; give the number of one"
    assert voided.state == "done"
    assert [shipment.voided for shipment in counted.shipments_of("1001")] == [True, False]
    assert status(counted) == "partially_shipped"
    assert ledger(counted) == {"MUG": (2, 0, 0), "CUP": (0, 1, 0)}


def test_p8_units_of_a_voided_parcel_are_sent_in_a_new_one(counted: Desk) -> None:
    ship(counted, "1Z1", MUG=1)
    counted.void("1001")
    between = status(counted)

    ship(counted, "1Z2")

    assert (between, status(counted)) == ("awaiting_fulfillment", "shipped")
    assert ledger(counted) == {"MUG": (0, 2, 0), "CUP": (0, 1, 0)}


def test_p12_parcel_has_several_numbers(counted: Desk) -> None:
    [outcome] = counted.ship([parcel("1001", "1Z1", more_numbers=("1Z2", "1Z3"))])
    [shipment] = counted.shipments_of("1001")
    voided = counted.void("1001", "1Z3")

    assert (outcome.state, voided.state) == ("done", "done")
    assert (shipment.tracking_number, shipment.more_numbers) == ("1Z1", ("1Z2", "1Z3"))
    assert status(counted) == "awaiting_fulfillment"


def test_f9_cancelled_units_are_not_sent(counted: Desk) -> None:
    outcome = counted.cancel("1001", units(MUG=1))
    between = stock(counted)

    ship(counted)

    assert outcome.state == "done"
    assert between == {"MUG": (7, 6), "CUP": (3, 2)}
    assert status(counted) == "shipped"
    assert ledger(counted) == {"MUG": (0, 1, 1), "CUP": (0, 1, 0)}


def test_f5_cancellation_after_a_parcel_cancels_the_open_units(counted: Desk) -> None:
    ship(counted, MUG=1)

    outcome, again = counted.cancel("1001"), counted.cancel("1001")

    assert (outcome.state, again.state) == ("done", "unchanged")
    assert status(counted) == "shipped"
    assert ledger(counted) == {"MUG": (0, 1, 1), "CUP": (0, 0, 1)}
    assert counted.timeline("1001")[-1].text == ("Cancelled 1 MUG, 1 CUP; sent units stay sent")


def test_order_that_was_shipped_wholly_refuses_a_cancellation(counted: Desk) -> None:
    ship(counted)

    assert counted.cancel("1001").code == "already-shipped"
    assert counted.cancel("1001", units(MUG=1)).code == "already-shipped"


def test_more_units_than_are_open_are_not_cancelled(counted: Desk) -> None:
    """Case S6: short by more than is open is refused at the desk."""
    ship(counted, MUG=1)

    outcome = counted.cancel("1001", units(MUG=2))

    assert (outcome.code, outcome.reason) == ("more-than-open", "has 1 of MUG to ship, not 2")


def test_restored_order_has_the_units_that_the_last_cancellation_took(counted: Desk) -> None:
    """Part 2.4: a restored order takes back what its cancellation had taken, and no more."""
    counted.cancel("1001", units(MUG=1))
    counted.cancel("1001", units(MUG=1, CUP=1))
    cancelled = status(counted), ledger(counted)

    counted.restore("1001")

    assert cancelled == ("cancelled", {"MUG": (0, 0, 2), "CUP": (0, 0, 1)})
    assert status(counted) == "awaiting_fulfillment"
    assert ledger(counted) == {"MUG": (1, 0, 1), "CUP": (1, 0, 0)}


@pytest.mark.parametrize(
    ("totals", "state", "left"),
    [
        ({"MUG": 1}, "done", (0, 1, 1)),
        ({"MUG": 2}, "unchanged", (1, 1, 0)),
        ({"MUG": 5}, "unchanged", (1, 1, 0)),
        ({"MUG": 0}, "done", (0, 1, 1)),
    ],
)
def test_f5_order_is_lowered_to_units_that_are_sent_or_open(
    counted: Desk, file: EmbeddedFile, totals: dict[str, int], state: str, left: tuple[int, ...]
) -> None:
    ship(counted, MUG=1)

    with file.writing("lower an order") as db:
        reduction = Reduction(order_id="1001", lines=units(**totals))
        outcome = cancellations.reduce(db, reduction, actor="test")

    assert outcome.state == state
    assert ledger(counted)["MUG"] == left


def test_units_that_were_all_sent_cannot_be_lowered(counted: Desk, file: EmbeddedFile) -> None:
    ship(counted, MUG=2)

    with file.writing("lower an order") as db:
        reduction = Reduction(order_id="1001", lines=units(MUG=1))
        outcome = cancellations.reduce(db, reduction, actor="test")

    assert (outcome.state, outcome.code) == ("refused", "already-shipped")


def split(desk: Desk, *mugs: int) -> Outcome:
    """Split order 1001 into pieces with this many mugs; the last one has the cup."""
    pieces = [[PieceLine(of_line="1001/1", quantity=quantity)] for quantity in mugs]
    pieces[-1].append(PieceLine(of_line="1001/2", quantity=1))
    lines = tuple(Piece(lines=tuple(piece)) for piece in pieces)
    return desk.split(Split(order_id="1001", pieces=lines))


def test_split_of_a_partially_shipped_order_has_its_open_units(counted: Desk) -> None:
    """Part 2.4: the units move to the pieces, sums equal; sent units stay on the order."""
    ship(counted, MUG=1)
    before = stock(counted)

    too_many, made = split(counted, 1, 1), split(counted, 1, 0)

    assert too_many.reason == "has 1 of MUG, but its pieces have 2"
    assert [piece.id for piece in made.pieces] == ["1001-1", "1001-2"]
    assert ledger(counted) == {"MUG": (0, 1, 0), "CUP": (0, 0, 0)}
    assert [each.in_pieces for each in counted.units_of("1001")] == [1, 1]
    assert stock(counted) == before
    assert ship(counted, "1Z2").code == "already-split"


def test_piece_is_sent_in_parts_too(counted: Desk) -> None:
    split(counted, 2, 0)

    [outcome] = counted.ship(
        [parcel("1001-1", lines=(ParcelLine(line_id="1001-1/1", quantity=1, sku="MUG"),))]
    )

    assert outcome.state == "done"
    assert status(counted, "1001-1") == "partially_shipped"
    assert ledger(counted, "1001-1") == {"MUG": (1, 1, 0)}


def test_units_of_a_parcel_that_is_voided_after_a_split_are_sent_again(counted: Desk) -> None:
    ship(counted, MUG=1)
    split(counted, 1, 0)
    counted.void("1001")
    reopened = ledger(counted)

    outcome = ship(counted, "1Z2")

    assert reopened == {"MUG": (1, 0, 0), "CUP": (0, 0, 0)}
    assert outcome.state == "done"
    assert ledger(counted) == {"MUG": (0, 1, 0), "CUP": (0, 0, 0)}
    assert stock(counted) == {"MUG": (6, 5), "CUP": (3, 2)}


def test_partially_shipped_order_is_not_requested_from_another_supplier(counted: Desk) -> None:
    ship(counted, MUG=1)

    outcome = counted.request("1001", "southwind")

    assert (outcome.code, outcome.reason) == ("not-open", "is partially shipped")


def add(file: EmbeddedFile, *parcels: Shipment) -> list[Outcome]:
    """Add parcels of the Supplier to a Merchant's order."""
    return file.write_each("add tracking", parcels, tracking.add_tracking)


def of_supplier(id_: str, number: str, **quantities: int) -> Shipment:
    lines = units(**quantities) or None
    return parcel("1001", number, id=id_, lines=lines, is_last=False)


def test_own_label_of_the_merchant_is_kept(counted: Desk, file: EmbeddedFile) -> None:
    counted.request("1001", "northwind")
    ship(counted, "OWN")

    further, part = add(file, of_supplier("s-1", "1Z1"), of_supplier("s-2", "1Z2", MUG=1))

    assert (further.code, part.code) == ("other-tracking", "other-tracking")


def test_two_parcels_with_one_number_have_their_own_units(
    counted: Desk, file: EmbeddedFile
) -> None:
    counted.request("1001", "northwind")

    outcomes = add(file, of_supplier("s-1", "1Z1", MUG=1), of_supplier("s-2", "1Z1", CUP=1))

    assert [outcome.state for outcome in outcomes] == ["done", "done"]
    assert ledger(counted) == {"MUG": (1, 1, 0), "CUP": (0, 1, 0)}


def test_parcel_of_cancelled_units_counts_as_sent(counted: Desk, file: EmbeddedFile) -> None:
    """Case S5: shipped wins, and the cancelled units go down by it."""
    counted.request("1001", "northwind")
    counted.cancel("1001", units(MUG=2))

    [outcome] = add(file, of_supplier("s-1", "1Z1", MUG=1))

    assert outcome.state == "done"
    assert ledger(counted) == {"MUG": (0, 1, 1), "CUP": (1, 0, 0)}


def test_parcel_of_cancelled_units_is_reported_also_when_it_is_added_again(
    counted: Desk, file: EmbeddedFile
) -> None:
    counted.request("1001", "northwind")
    counted.cancel("1001", units(MUG=2))

    [other] = add(file, of_supplier("s-1", "1Z1", CUP=1))
    shipment = of_supplier("s-2", "1Z2", MUG=1)
    [outcome], [again] = add(file, shipment), add(file, shipment)

    assert (other.state, other.code) == ("done", "")
    assert (outcome.state, again.state) == ("done", "unchanged")
    assert outcome.code == again.code == "cancelled"
    assert "1Z2 was saved, but holds units that the Merchant had cancelled" in outcome.reason
    texts = [entry.text for entry in counted.timeline("1001")]
    assert texts.count("Sent although they were cancelled: 1 MUG") == 1


def test_parcel_of_the_whole_order_has_the_cancelled_units_that_were_sent(
    counted: Desk, file: EmbeddedFile
) -> None:
    counted.request("1001", "northwind")
    counted.cancel("1001", units(MUG=1))
    whole = parcel("1001", "1Z1", id="s-1", at_most=units(MUG=2, CUP=1))

    [outcome], [again] = add(file, whole), add(file, whole)

    assert (outcome.state, again.state) == ("done", "unchanged")
    assert outcome.code == again.code == "cancelled"
    assert ledger(counted) == {"MUG": (0, 2, 0), "CUP": (0, 1, 0)}
    assert status(counted) == "shipped"


def test_units_of_an_order_that_the_merchant_split_go_to_its_pieces(
    counted: Desk, file: EmbeddedFile
) -> None:
    counted.request("1001", "northwind")
    split(counted, 1, 1)

    shipment = of_supplier("s-1", "1Z1", MUG=2)
    [outcome], [again] = add(file, shipment), add(file, shipment)
    [surplus] = add(file, of_supplier("s-2", "1Z2", MUG=1))

    assert (outcome.state, again.state) == ("done", "unchanged")
    assert outcome.code == again.code == "on-pieces"
    assert (surplus.state, surplus.code) == ("refused", "more-than-ordered")
    assert ledger(counted, "1001-1") == {"MUG": (0, 1, 0)}
    assert ledger(counted, "1001-2") == {"MUG": (0, 1, 0), "CUP": (1, 0, 0)}
    assert status(counted, "1001-1") == "shipped"


def test_merchants_order_that_was_shipped_stays_so_when_its_label_is_voided(
    counted: Desk, file: EmbeddedFile
) -> None:
    """Rule P8: the Merchant keeps it, flagged; a new parcel of the same units takes its place."""
    counted.request("1001", "northwind")
    add(file, of_supplier("s-1", "1Z1", MUG=2), of_supplier("s-2", "1Z2", CUP=1))
    voided = replace(of_supplier("s-1", "1Z1"), voided=True)
    file.write_each("void tracking", [voided], tracking.void_tracking)
    between = status(counted)

    add(file, of_supplier("s-3", "1Z3", MUG=2))

    assert (between, status(counted)) == ("shipped", "shipped")
    assert ledger(counted) == {"MUG": (0, 2, 0), "CUP": (0, 1, 0)}


def test_each_number_of_a_parcel_is_voided_by_itself(counted: Desk, file: EmbeddedFile) -> None:
    """Rule P12: all numbers are shown, and the units are those of the parcel."""
    counted.request("1001", "northwind")
    add(file, replace(of_supplier("s-1", "1Z1", MUG=1), more_numbers=("1Z2",)))
    add(file, of_supplier("s-1", "1Z3"))

    further = replace(of_supplier("s-1", "1Z2"), voided=True)
    file.write_each("void tracking", [further], tracking.void_tracking)

    shown = [(one.tracking_number, one.voided) for one in counted.shipments_of("1001")]
    assert shown == [("1Z1", False), ("1Z2", True), ("1Z3", False)]
    assert ledger(counted) == {"MUG": (1, 1, 0), "CUP": (1, 0, 0)}


def test_parcel_of_the_supplier_is_voided_with_all_its_numbers_at_the_desk(
    counted: Desk, file: EmbeddedFile
) -> None:
    counted.request("1001", "northwind")
    add(file, replace(of_supplier("s-1", "1Z1", MUG=1), more_numbers=("1Z2",)))

    outcome = counted.void("1001")

    assert outcome.state == "done"
    assert all(shipment.voided for shipment in counted.shipments_of("1001"))
    assert status(counted) == "dropshipment_requested"


def test_parcels_are_read_with_their_units(counted: Desk, path: Path) -> None:
    ship(counted, MUG=1)

    with EmbeddedFile(name="northwind", path=path).reading("read shipments") as db:
        [shipment] = shipments.read(db, ["1001:1"])

    assert (shipment.lines, shipment.is_last) == (units(MUG=1), False)
