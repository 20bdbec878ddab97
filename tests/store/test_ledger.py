"""The ledger of units, row by row of the table in lifecycle.md 2.4, and its sum in any order."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ordosync.store import Store
from ordosync.store.ledger import LedgerError
from ordosync.store.links import Link, LinkState, parcel_link

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
PORTAL = "shop-northwind"
ORDER = "1001"
Numbers = tuple[int | None, int | None, int | None]


@pytest.fixture(name="store")
def _store(tmp_path: Path) -> Iterator[Store]:
    with closing(Store.open(tmp_path / "ordosync.db")) as store:
        yield store


def settle(store: Store, *links: Link) -> None:
    """Settle a step that has these links."""
    with store.transaction(portal=PORTAL):
        store.links(PORTAL).add(links, now=NOW)


def order(state: LinkState = "live", *, id_: str = ORDER, generation: int = 1) -> Link:
    return Link(
        kind="order", merchant_id=id_, supplier_id=f"S-{id_}", state=state, generation=generation
    )


def line(sku: str = "MUG", **values: object) -> Link:
    fields: dict[str, object] = {"order_id": ORDER, **values}
    return Link(kind="line", merchant_id=sku, supplier_id=f"S-{sku}", **fields)  # type: ignore[arg-type]


def parcel(number: str = "1Z1", **values: object) -> Link:
    units = {key: value for key, value in values.items() if key.isupper()}
    others = {key: value for key, value in values.items() if not key.isupper()}
    return parcel_link(ORDER, f"P-{number}", number, units=units, **others)  # type: ignore[arg-type]


def create(store: Store, **units: int) -> None:
    """Settle the import of an order with these units by SKU."""
    lines = [line(sku, ordered=count) for sku, count in units.items()]
    settle(store, order(), *lines)


def numbers(store: Store, sku: str = "MUG") -> Numbers:
    """Return what is ordered, sent and cancelled of a line."""
    link = store.links(PORTAL).of_merchant("line", [sku])[sku]
    return link.ordered, link.sent, link.cancelled


def test_created_order_has_its_units_ordered_and_none_sent_or_cancelled(store: Store) -> None:
    create(store, MUG=3)

    assert numbers(store) == (3, 0, 0)


def test_parcel_adds_its_units_to_the_sent_ones(store: Store) -> None:
    create(store, MUG=3, CUP=1)

    settle(store, parcel(MUG=2))

    assert numbers(store) == (3, 2, 0)
    assert numbers(store, "CUP") == (1, 0, 0)


def test_voided_label_takes_its_units_from_the_sent_ones(store: Store) -> None:
    create(store, MUG=3)
    settle(store, parcel("1Z1", MUG=2), parcel("1Z2", MUG=1))

    settle(store, parcel("1Z1", MUG=2, state="voided"))

    assert numbers(store) == (3, 1, 0)


def test_new_label_of_a_parcel_counts_its_units_once(store: Store) -> None:
    create(store, MUG=3)
    settle(store, parcel("1Z1", MUG=2))

    settle(store, parcel_link(ORDER, "P-1Z1", "1Z9", units={"MUG": 3}, generation=2))

    assert numbers(store) == (3, 3, 0)


def test_further_number_of_a_parcel_has_no_units(store: Store) -> None:
    create(store, MUG=3)

    settle(store, parcel(MUG=2), parcel_link(ORDER, "P-1Z1", "1Z1b", further=True, units={}))

    assert numbers(store) == (3, 2, 0)


def test_units_that_the_merchant_lowers_are_cancelled(store: Store) -> None:
    create(store, MUG=3)
    settle(store, parcel(MUG=1))

    settle(store, line(cancelled=1))

    assert numbers(store) == (3, 1, 1)


@pytest.mark.parametrize("state", ["cancelled_by_task", "cancelled_by_supplier"])
def test_whole_cancellation_by_either_side_cancels_what_is_open(
    store: Store, state: LinkState
) -> None:
    create(store, MUG=3, CUP=1)
    settle(store, parcel(MUG=1))

    settle(store, order(state))

    assert numbers(store) == (3, 1, 2)
    assert numbers(store, "CUP") == (1, 0, 1)


def test_split_moves_the_open_units_to_the_lines_of_the_pieces(store: Store) -> None:
    create(store, MUG=3)
    settle(store, parcel(MUG=1))

    settle(
        store,
        order("split"),
        line(state="split"),
        order(id_="1001-1"),
        line("1001-1:MUG", order_id="1001-1", ordered=2),
    )

    assert numbers(store) == (1, 1, 0)
    assert numbers(store, "1001-1:MUG") == (2, 0, 0)


def test_order_that_the_supplier_restored_is_open_again(store: Store) -> None:
    create(store, MUG=3)
    settle(store, parcel(MUG=1))
    settle(store, order("cancelled_by_task"))

    settle(store, order(generation=2))

    assert numbers(store) == (3, 1, 0)


def test_order_that_is_created_again_has_lines_of_its_own(store: Store) -> None:
    create(store, MUG=3)
    settle(store, order("cancelled_by_task"))

    again = Link(kind="order", merchant_id=ORDER, supplier_id="S-1001~2", generation=2)
    settle(store, again, line(ordered=2, generation=2))

    history = store.links(PORTAL).history("line", "MUG")
    assert [(link.ordered, link.cancelled) for link, _ in history] == [(3, 3), (2, 0)]


def test_order_of_which_only_the_second_link_was_found_has_no_lines(store: Store) -> None:
    """Its earlier lines are those of another order of the Supplier, which is cancelled."""
    create(store, MUG=3)
    settle(store, order("cancelled_by_task"))
    again = Link(kind="order", merchant_id=ORDER, supplier_id="S-1001~2", generation=2)

    settle(store, again)

    assert store.links(PORTAL).lines_of([ORDER]) == {}
    assert numbers(store) == (3, 0, 3)


def test_unit_that_is_sent_although_it_was_cancelled_is_sent(store: Store) -> None:
    create(store, MUG=3)
    settle(store, line(cancelled=2))

    settle(store, parcel(MUG=3))

    assert numbers(store) == (3, 3, 0)


def test_more_units_than_were_ordered_are_never_sent(store: Store) -> None:
    create(store, MUG=3)
    settle(store, parcel("1Z1", MUG=2))

    with pytest.raises(LedgerError, match="line MUG would have 4 of 3 units sent"):
        settle(store, parcel("1Z2", MUG=2))

    assert numbers(store) == (3, 2, 0)
    assert [*store.links(PORTAL).of_merchant("parcel", [f"{ORDER}|P-1Z2"])] == []


@pytest.mark.parametrize("cancelled", [-1, 3])
def test_more_units_than_are_open_are_never_cancelled(store: Store, cancelled: int) -> None:
    create(store, MUG=3)
    settle(store, parcel(MUG=1))

    with pytest.raises(LedgerError, match="line MUG would have"):
        settle(store, line(cancelled=cancelled))

    assert numbers(store) == (3, 1, 0)


def test_line_of_before_the_ledger_has_no_numbers_until_they_are_added(store: Store) -> None:
    """Rule P20: no numbers means all, and both accounts give them later."""
    settle(store, order(), line(order_id=None))
    old = Link(kind="shipment", merchant_id=ORDER, supplier_id="P-1Z1:1Z1")
    settle(store, old, line(order_id=None))
    before = numbers(store)

    settle(store, line(ordered=3), old_with_units(old, MUG=2))

    assert before == (None, None, None)
    assert numbers(store) == (3, 2, 0)
    settle(store, old_with_units(old, "voided", MUG=2))
    assert numbers(store) == (3, 0, 0)


def old_with_units(link: Link, state: LinkState = "live", **units: int) -> Link:
    """Return the link of a parcel from before the ledger, with units."""
    return Link(
        kind=link.kind,
        merchant_id=link.merchant_id,
        supplier_id=link.supplier_id,
        state=state,
        units=units,
    )


def test_void_label_that_is_linked_once_more_stays_void(store: Store) -> None:
    """A store that is rebuilt adds links that it has already; a valid label is a new generation."""
    create(store, MUG=3)
    settle(store, parcel(MUG=2))
    settle(store, parcel(MUG=2, state="voided"))

    settle(store, parcel(MUG=2))

    assert numbers(store) == (3, 0, 0)
    settle(store, parcel(MUG=2, generation=2))
    assert numbers(store) == (3, 2, 0)


UNITS = st.dictionaries(st.sampled_from(["MUG", "CUP"]), st.integers(0, 4), min_size=1)
BATCHES = st.lists(
    st.one_of(
        st.builds(
            lambda n, state, units: parcel(f"1Z{n}", state=state, **units),
            st.integers(1, 3),
            st.sampled_from(["live", "voided"]),
            UNITS,
        ),
        st.builds(
            lambda sku, count: line(sku, cancelled=count),
            st.sampled_from(["MUG", "CUP"]),
            st.integers(-1, 4),
        ),
        st.builds(order, st.sampled_from(["cancelled_by_task", "cancelled_by_supplier", "live"])),
        st.builds(lambda generation: order(generation=generation), st.integers(2, 3)),
    ),
    min_size=1,
    max_size=3,
)


@settings(max_examples=40, deadline=None)
@given(batches=st.lists(BATCHES, max_size=8))
def test_sum_holds_after_each_batch_and_a_repeated_batch_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, batches: Sequence[Sequence[Link]]
) -> None:
    """Ordered = open + sent + cancelled, no number is negative, and sent is what parcels hold."""
    with closing(Store.open(tmp_path_factory.mktemp("ledger") / "ordosync.db")) as store:
        create(store, MUG=3, CUP=2)
        for batch in batches:
            before = ledger(store)
            try:
                settle(store, *batch)
            except LedgerError:
                assert ledger(store) == before
                continue
            after = ledger(store)
            adds_up(store, after)
            if is_final(batch):
                settle(store, *batch)
                assert ledger(store) == after


def is_final(batch: Sequence[Link]) -> bool:
    """True if a batch changes each row once, as the steps of one page do."""
    keys = [(link.kind, link.merchant_id) for link in batch]
    kinds = {link.kind for link in batch}
    return len(keys) == len(set(keys)) and len(kinds) == 1


def ledger(store: Store) -> Mapping[str, Numbers]:
    return {sku: numbers(store, sku) for sku in ("MUG", "CUP")}


def adds_up(store: Store, after: Mapping[str, Numbers]) -> None:
    held = store.links(PORTAL).parcels_of([ORDER]).get(ORDER, ())
    for sku, (ordered, sent, cancelled) in after.items():
        assert ordered is not None
        assert sent is not None
        assert cancelled is not None
        assert min(sent, cancelled, ordered - sent - cancelled) >= 0
        assert sent == sum((link.units or {}).get(sku, 0) for link in held if link.state == "live")
