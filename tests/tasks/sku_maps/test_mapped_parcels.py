"""Parcels, splits, cancellations and shortages in both units."""

from pathlib import Path

import pytest

from ordosync.embedded.shortages import Shortages, ShortUnits
from ordosync.models import ParcelLine
from tests.tasks.editing import APPLY_ALL, add_line, edit, units_of
from tests.tasks.portal import line, quantities, remarks, succeeded
from tests.tasks.sku_maps.mapped import WITH_MAP, MappedPair, parcels, read_again


def _send(pair: MappedPair, number: str, tracking: str, *units: int) -> None:
    """Let the Supplier send so many units of each line in one parcel."""
    parts = tuple(
        ParcelLine(line_id=of.id, quantity=count)
        for of, count in zip(pair.supplied(number).lines, units, strict=True)
        if count
    )
    pair.send(number, tracking, lines=parts)


def _shorten(pair: MappedPair, units: int) -> None:
    [of_sku] = pair.supplied("1001").lines
    part = ParcelLine(line_id=of_sku.id, quantity=units, sku=of_sku.sku)
    request = ShortUnits(number="1001", parts=(part,), reason="out-of-stock")
    succeeded(Shortages(pair.northwind.file).shorten(request))


def test_p19_part_of_a_pack_is_only_a_number(pair: MappedPair) -> None:
    pair.imported("1001", line("MUG-6"))
    [of_merchant] = pair.merchant("1001").lines

    _send(pair, "1001", "1Z1", 4)
    ran = pair.run("update-tracking")

    assert ran.counts == {"done": 1}
    assert parcels(pair.shop.shipments_of("1001")) == [("1Z1", [])]
    assert pair.units(of_merchant.id) == (6, 4, 0)
    assert pair.merchant("1001").status == "dropshipment_requested"

    _send(pair, "1001", "1Z2", 2)
    pair.run("update-tracking")

    assert parcels(pair.shop.shipments_of("1001")) == [("1Z1", []), ("1Z2", [1])]
    assert pair.units(of_merchant.id) == (6, 6, 0)
    assert pair.merchant("1001").status == "shipped"


def test_p19_parcels_of_one_run_complete_a_pack_once(pair: MappedPair) -> None:
    pair.imported("1001", line("MUG-6", 2))

    _send(pair, "1001", "1Z1", 4)
    _send(pair, "1001", "1Z2", 4)
    _send(pair, "1001", "1Z3", 4)
    pair.run("update-tracking")

    assert parcels(pair.shop.shipments_of("1001")) == [("1Z1", []), ("1Z2", [1]), ("1Z3", [1])]
    assert pair.merchant("1001").status == "shipped"


def test_open_units_of_a_pack_that_was_begun_are_neither_an_edit_nor_a_cancellation(
    pair: MappedPair,
) -> None:
    pair.imported("1001", line("MUG-6", 2))
    _send(pair, "1001", "1Z1", 8)
    pair.run("update-tracking")
    read_again(pair)

    ran, cancelled = pair.run("import-orders"), pair.run("cancel-orders")

    assert ran.counts == {"unchanged": 1}
    assert cancelled.counts == {}
    assert pair.supplied("1001").status == "partially_shipped"


def test_c1_parcels_count_by_the_pack_of_their_order(pair: MappedPair) -> None:
    pair.imported("1001", line("MUG-6", 2))
    pair.map("MUG-6,NW-MUG,12")

    _send(pair, "1001", "1Z1", 6)
    pair.run("update-tracking")

    assert parcels(pair.shop.shipments_of("1001")) == [("1Z1", [1])]


def test_whole_order_in_one_parcel_is_whole_at_the_merchant(pair: MappedPair) -> None:
    pair.imported("1001", line("MUG-6", 2), line("MUG"))
    pair.send("1001", "1Z1")

    pair.run("update-tracking")

    assert parcels(pair.shop.shipments_of("1001")) == [("1Z1", [2, 1])]
    assert pair.merchant("1001").status == "shipped"


def test_packs_of_one_product_in_one_order_are_each_sent(pair: MappedPair) -> None:
    pair.imported("1001", line("MUG-6"), line("MUG", 2))

    _send(pair, "1001", "1Z1", 6, 0)
    _send(pair, "1001", "1Z2", 0, 2)
    pair.run("update-tracking")

    assert parcels(pair.shop.shipments_of("1001")) == [("1Z1", [1]), ("1Z2", [2])]
    assert pair.merchant("1001").status == "shipped"


def test_new_label_of_a_pack_replaces_the_old_one(pair: MappedPair) -> None:
    pair.imported("1001", line("MUG-6"))
    _send(pair, "1001", "1Z1", 4)
    _send(pair, "1001", "1Z2", 2)
    pair.run("update-tracking")
    succeeded(pair.northwind.void("1001", tracking_number="1Z2"))
    _send(pair, "1001", "1Z3", 2)

    pair.run("update-tracking")

    assert pair.tracking("1001") == [("1Z1", False), ("1Z2", True), ("1Z3", False)]
    assert pair.merchant("1001").status == "shipped"
    assert pair.failed("update-tracking") == []


def test_split_between_packs_is_mirrored_in_packs(pair: MappedPair) -> None:
    pair.imported("1001", line("MUG-6", 3), line("MUG", 2))
    pair.split("1001", (6, 2), (12, 0))

    ran = pair.run("split-order")

    assert ran.counts == {"done": 1}
    pieces = [quantities(pair.merchant(id_)) for id_ in pair.shop.pieces_of("1001")]
    assert pieces == [[("MUG-6", 1), ("MUG", 2)], [("MUG-6", 2)]]
    second = pair.merchant(pair.shop.pieces_of("1001")[1])
    link = pair.link(second.lines[0].id, "line")
    assert (link.ordered, link.pack, link.supplier_sku) == (12, 6, "NW-MUG")


def test_parcel_of_a_piece_is_in_packs(pair: MappedPair) -> None:
    pair.imported("1001", line("MUG-6", 3))
    first, second = pair.split("1001", (6,), (12,))
    pair.run("split-order")

    pair.send(second, "1Z1")
    pair.run("update-tracking")

    piece = pair.shop.pieces_of("1001")[1]
    assert parcels(pair.shop.shipments_of(piece)) == [("1Z1", [2])]
    assert pair.merchant(piece).status == "shipped"
    assert first


def test_split_inside_a_pack_is_refused_and_told(pair: MappedPair) -> None:
    pair.imported("1001", line("MUG-6", 2))
    pair.split("1001", (4,), (8,))

    ran = pair.run("split-order")

    assert (ran.step.state, ran.step.code) == ("failed", "does-not-fit")
    assert "a pack whose units are in several pieces" in remarks(pair.northwind, "1001")[-1]
    assert not pair.shop.pieces_of("1001")


def test_cancelled_pack_is_as_many_units_less_at_the_supplier(pair: MappedPair) -> None:
    pair.imported("1001", line("MUG-6", 3))
    [of_merchant] = pair.merchant("1001").lines
    pair.map("MUG-6,NW-MUG,2")

    succeeded(pair.shop.cancel("1001", [ParcelLine(line_id=of_merchant.id, quantity=1)]))
    ran = pair.run("cancel-orders")

    assert ran.counts == {"done": 1}
    assert quantities(pair.supplied("1001")) == [("NW-MUG", 12)]
    assert pair.units(of_merchant.id) == (18, 0, 6)
    read_again(pair)
    assert pair.run("import-orders").counts == {"unchanged": 1}


def test_rest_of_a_begun_pack_is_cancelled_with_it(pair: MappedPair) -> None:
    pair.imported("1001", line("MUG-6", 2))
    [of_merchant] = pair.merchant("1001").lines
    _send(pair, "1001", "1Z1", 4)
    pair.run("update-tracking")

    succeeded(pair.shop.cancel("1001", [ParcelLine(line_id=of_merchant.id, quantity=2)]))
    ran = pair.run("cancel-orders")
    again = pair.run("cancel-orders")

    assert (ran.step.state, ran.step.code) == ("failed", "below-sent")
    assert "4 units" in (ran.step.reason or "")
    assert pair.units(of_merchant.id) == (12, 4, 8)
    assert pair.supplied("1001").status == "shipped"
    assert again.counts == {}


def test_whole_cancellation_cancels_all_units(pair: MappedPair) -> None:
    pair.imported("1001", line("MUG-6", 2))
    [of_merchant] = pair.merchant("1001").lines
    pair.shop.cancel("1001")

    assert pair.run("cancel-orders").counts == {"done": 1}

    assert pair.supplied("1001").status == "cancelled"
    assert pair.units(of_merchant.id) == (12, 0, 12)


def test_short_units_are_lost_packs_for_the_merchant(pair: MappedPair) -> None:
    pair.imported("1001", line("MUG-6", 2))
    _shorten(pair, 7)

    ran = pair.run("report-shortages")

    assert (ran.step.state, ran.step.code) == ("failed", "short")
    assert remarks(pair.shop, "1001")[-1] == (
        "The Supplier cannot send 7 of NW-MUG (2 of MUG-6): out of stock"
    )
    read_again(pair)
    assert pair.run("import-orders").counts == {"unchanged": 1}
    assert pair.run("cancel-orders").counts == {}


def test_last_units_of_a_lost_pack_are_only_a_number(pair: MappedPair) -> None:
    pair.imported("1001", line("MUG-6"))
    _shorten(pair, 1)
    pair.run("report-shortages")
    pair.send("1001", "1Z1")

    pair.run("update-tracking")

    assert parcels(pair.shop.shipments_of("1001")) == [("1Z1", [])]
    assert pair.merchant("1001").status == "dropshipment_requested"


def test_shortage_is_settled_once_the_merchant_cancels_its_packs(pair: MappedPair) -> None:
    pair.imported("1001", line("MUG-6", 2))
    [of_merchant] = pair.merchant("1001").lines
    _shorten(pair, 1)
    pair.run("report-shortages")

    succeeded(pair.shop.cancel("1001", [ParcelLine(line_id=of_merchant.id, quantity=1)]))
    pair.run("cancel-orders")
    pair.run("report-shortages")

    assert pair.failed("report-shortages") == []
    assert quantities(pair.supplied("1001")) == [("NW-MUG", 6)]
    assert pair.units(of_merchant.id) == (12, 0, 6)
    read_again(pair)
    assert pair.run("import-orders").counts == {"unchanged": 1}
    assert pair.run("cancel-orders").counts == {}


def test_pack_that_is_cancelled_as_a_unit_is_short_is_no_edit(tmp_path: Path) -> None:
    without = "    tasks: {cancel-orders: hourly}\n"
    pair = MappedPair(tmp_path, config=WITH_MAP.replace(without, ""))
    pair.imported("1001", line("MUG-6", 2))
    [of_merchant] = pair.merchant("1001").lines
    _shorten(pair, 1)
    pair.run("report-shortages")

    succeeded(pair.shop.cancel("1001", [ParcelLine(line_id=of_merchant.id, quantity=1)]))
    read_again(pair)

    assert pair.run("import-orders").counts == {"unchanged": 1}


def test_short_part_of_a_pack_is_never_cancelled_at_the_merchant(tmp_path: Path) -> None:
    option = "sku_map: map.csv\n    shortages: {cancel: lines}\n"
    pair = MappedPair(tmp_path, config=WITH_MAP.replace("sku_map: map.csv\n", option))
    pair.imported("1001", line("MUG-6", 2))
    _shorten(pair, 1)

    ran = pair.run("report-shortages")

    assert (ran.step.state, ran.step.code) == ("failed", "short")
    assert "not cancelled: only a part of a pack is short" in (ran.step.reason or "")


def test_short_packs_are_cancelled_at_the_merchant(tmp_path: Path) -> None:
    option = "sku_map: map.csv\n    shortages: {cancel: lines}\n"
    pair = MappedPair(tmp_path, config=WITH_MAP.replace("sku_map: map.csv\n", option))
    pair.imported("1001", line("MUG-6", 3))
    _shorten(pair, 6)

    ran = pair.run("report-shortages")
    _send(pair, "1001", "1Z1", 12)
    pair.run("update-tracking")

    assert ran.counts == {"done": 1}
    pieces = [pair.merchant(id_) for id_ in pair.shop.pieces_of("1001")]
    found = [(quantities(piece), piece.status) for piece in pieces]
    assert sorted(found, key=lambda piece: piece[1]) == [
        ([("MUG-6", 1)], "cancelled"),
        ([("MUG-6", 2)], "shipped"),
    ]


def _applying(folder: Path) -> MappedPair:
    option = f"sku_map: map.csv\n    {APPLY_ALL}\n"
    return MappedPair(folder, config=WITH_MAP.replace("sku_map: map.csv\n", option))


@pytest.mark.parametrize("rows", [(), ("MUG-6,NW-MUG,12", "CUP-2,NW-CUP,2")])
def test_c6_edit_is_applied_with_the_pack_of_its_link(
    tmp_path: Path, rows: tuple[str, ...]
) -> None:
    pair = _applying(tmp_path)
    pair.map("MUG-6,NW-MUG,6", "CUP-2,NW-CUP,2")
    pair.imported("1001", line("MUG-6", 1))
    pair.map(*rows or ("MUG-6,NW-MUG,6", "CUP-2,NW-CUP,2"))

    edit(pair, units_of("MUG-6", 2))
    ran = pair.run("import-orders")

    assert ran.counts == {"done": 1}
    assert quantities(pair.supplied("1001")) == [("NW-MUG", 12)]


def test_c6_edit_beside_a_begun_pack_is_applied_in_units(tmp_path: Path) -> None:
    pair = _applying(tmp_path)
    pair.imported("1001", line("MUG-6", 2))
    [of_merchant] = pair.merchant("1001").lines
    _send(pair, "1001", "1Z1", 4)
    pair.run("update-tracking")
    pair.map("MUG-6,NW-MUG,9")

    edit(pair, units_of("MUG-6", 3))
    ran = pair.run("import-orders")

    assert ran.counts == {"done": 1}
    assert pair.units(of_merchant.id) == (18, 4, 0)
    pair.send("1001", "1Z2")
    pair.run("update-tracking")
    assert parcels(pair.shop.shipments_of("1001")) == [("1Z1", []), ("1Z2", [3])]
    assert pair.merchant("1001").status == "shipped"


def test_c6_new_line_of_an_edit_gets_the_row_of_now(tmp_path: Path) -> None:
    pair = _applying(tmp_path)
    pair.imported("1001", line("MUG-6", 1))
    pair.map("MUG-6,NW-MUG,12", "CUP-2,NW-CUP,2")

    add_line(pair, "CUP-2", 3)
    edit(pair)
    ran = pair.run("import-orders")

    assert ran.counts == {"done": 1}
    assert quantities(pair.supplied("1001")) == [("NW-MUG", 6), ("NW-CUP", 6)]
    new = next(of for of in pair.merchant("1001").lines if of.sku == "CUP-2")
    assert pair.link(new.id, "line").pack == 2


def test_edited_sku_is_never_written_as_units(tmp_path: Path) -> None:
    pair = _applying(tmp_path)
    pair.imported("1001", line("MUG-6", 1))

    edit(pair, "update order_lines set sku = 'MUG', quantity = 3")
    ran = pair.run("import-orders")

    assert ran.step.state == "failed"
    assert quantities(pair.supplied("1001")) == [("NW-MUG", 6)]
