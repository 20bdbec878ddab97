"""The arithmetic of packs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordosync.models import Piece, PieceLine
from ordosync.store.links import Link, ShortUnits
from ordosync.tasks.sku_maps.packs import (
    both_names,
    completed_packs,
    fits_packs,
    lost_packs,
    packs,
    units_of,
)


def _line(ordered: int, pack: int, **values: object) -> Link:
    return Link(
        kind="line",
        merchant_id="m",
        supplier_id="s",
        ordered=ordered,
        pack=pack,
        merchant_sku="MUG-6",
        **values,  # type: ignore[arg-type]
    )


def test_p19_pack_counts_as_sent_with_its_last_unit() -> None:
    line = _line(6, 6)

    assert completed_packs(line, 0, 4) == 0
    assert completed_packs(line, 4, 2) == 1


def test_line_that_begins_with_a_part_of_a_pack_completes_it_with_the_other_units() -> None:
    assert completed_packs(_line(4, 6), 0, 4) == 1


def test_pack_counts_as_lost_with_its_first_unit() -> None:
    line = _line(12, 6)

    assert [lost_packs(line, units) for units in (0, 1, 6, 7)] == [0, 1, 1, 2]


@given(
    pack=st.integers(1, 12),
    count=st.integers(1, 9),
    parcels=st.lists(st.integers(1, 30), max_size=8),
)
def test_parcels_complete_all_packs_in_any_sizes(pack: int, count: int, parcels: list[int]) -> None:
    line, sent, completed = _line(count * pack, pack), 0, 0
    for units in [*parcels, count * pack]:
        in_parcel = min(units, count * pack - sent)
        completed += completed_packs(line, sent, in_parcel)
        sent += in_parcel
        assert completed == sent // pack

    assert completed == count


@given(pack=st.integers(1, 12), count=st.integers(1, 9), data=st.data())
def test_open_packs_are_the_open_units_of_the_ledger(
    pack: int, count: int, data: st.DataObject
) -> None:
    sent = data.draw(st.integers(0, count * pack))
    cancelled = data.draw(st.integers(0, count * pack - sent))
    line = _line(count * pack, pack, sent=sent, cancelled=cancelled)

    shown = packs(count * pack - sent, pack) - lost_packs(line, cancelled)

    assert shown >= 0
    assert units_of(line, shown, are_open=True) == line.open_units


def test_short_units_count_as_open_until_the_merchant_cancels_their_pack() -> None:
    line = _line(12, 6, cancelled=1, short=ShortUnits(cancelled=1, reported=1))

    assert units_of(line, 2, are_open=True) == 12
    assert units_of(line, 1, are_open=True) == 6


def test_rest_of_a_pack_is_cancelled_with_the_units_that_are_short() -> None:
    line = _line(12, 6, cancelled=6, short=ShortUnits(cancelled=1, reported=1))

    assert units_of(line, 1, are_open=True) == line.open_units


def _piece(units: int) -> Piece:
    return Piece(lines=(PieceLine(of_line="s", quantity=units),))


@pytest.mark.parametrize(
    ("units", "fits"),
    [((6, 6), True), ((4, 8), False), ((2, 6), True), ((3, 5), False), ((12,), True)],
)
def test_pieces_fit_if_no_pack_is_in_two_of_them(units: tuple[int, ...], fits: bool) -> None:
    assert fits_packs([_piece(count) for count in units], {"s": _line(12, 6)}) is fits


def test_both_names_are_said_if_they_differ() -> None:
    assert both_names("MUG-6", "NW-MUG", 6) == "MUG-6 (6 x NW-MUG)"
    assert both_names("MUG", "NW-MUG") == "MUG (NW-MUG)"
    assert both_names("MUG", "MUG") == "MUG"
    assert both_names("", "MUG") == "MUG"
