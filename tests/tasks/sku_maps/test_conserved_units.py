"""For any map and any order, units are conserved, and the Merchant sees only whole packs."""

from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ordosync.models import Line, ParcelLine
from tests.tasks.editing import edit
from tests.tasks.portal import line
from tests.tasks.sku_maps.mapped import WITH_MAP, MappedPair

SOLD = ("A", "B", "C")
MAPS = st.fixed_dictionaries(
    {}, optional={sku: st.tuples(st.sampled_from(("X", "Y")), st.integers(1, 7)) for sku in SOLD}
)
LINES = st.lists(st.tuples(st.sampled_from(SOLD), st.integers(1, 3)), min_size=1, max_size=3)
EVENTS = st.lists(
    st.one_of(
        st.tuples(st.just("send"), st.integers(0, 2), st.integers(1, 9)),
        st.tuples(st.just("cancel"), st.integers(0, 2), st.integers(1, 2)),
        st.tuples(st.just("map"), MAPS),
    ),
    max_size=5,
)
Map = dict[str, tuple[str, int]]


class _Story:
    """An order, and what becomes of it in both accounts."""

    def __init__(self, folder: Path, sku_map: Map, sold: list[tuple[str, int]]) -> None:
        self.pair, self.reads = MappedPair(folder), 0
        self.change(sku_map)
        self.pair.request("1001", *(line(sku, count) for sku, count in sold))
        assert self.pair.run("import-orders").count("done") == 1
        self.sold: list[Line] = list(self.pair.merchant("1001").lines)
        self.goods = [sku_map.get(of.sku, (of.sku, 1)) for of in self.sold]

    def change(self, sku_map: Map) -> None:
        rows = [f"{sku},{other},{pack}" for sku, (other, pack) in sku_map.items()]
        self.pair.map(*rows, "NEVER,SOLD,1")

    def send(self, at: int, units: int) -> None:
        at %= len(self.sold)
        ordered, sent, cancelled = self.pair.units(self.sold[at].id)
        units = min(units, (ordered or 0) - (sent or 0) - (cancelled or 0))
        if units:
            of_supplier = self.pair.link(self.sold[at].id, "line").supplier_id
            number = f"1Z{sent}-{at}"
            self.pair.send("1001", number, lines=(ParcelLine(line_id=of_supplier, quantity=units),))
            self.pair.run("update-tracking")

    def cancel(self, at: int, packs: int) -> None:
        at %= len(self.sold)
        packs = min(packs, self.open_packs(self.sold[at].id))
        if packs:
            part = ParcelLine(line_id=self.sold[at].id, quantity=packs)
            self.pair.shop.cancel("1001", [part])
            self.pair.run("cancel-orders")

    def read_again(self) -> None:
        """Let the order be compared again: it has notes that are not sent, and no other edit."""
        self.reads += 1
        notes = f"update orders set customer_notes = 'Note {self.reads}'"  # noqa: S608
        edit(self.pair, notes)
        ran = self.pair.run("import-orders")
        assert {*ran.counts} <= {"unchanged"}, ran
        assert self.pair.run("cancel-orders").count("done") == 0

    def open_packs(self, line_id: str) -> int:
        order = self.pair.merchant("1001")
        if order.status == "cancelled":
            return 0
        quantity = next((of.quantity for of in order.lines if of.id == line_id), 0)
        return quantity - self.sent_packs(line_id)

    def sent_packs(self, line_id: str) -> int:
        parcels = self.pair.shop.shipments_of("1001")
        parts = (part for parcel in parcels for part in parcel.lines or ())
        return sum(part.quantity for part in parts if part.line_id == line_id)

    def check(self) -> None:
        order = self.pair.supplied("1001")
        at_supplier = {of.id: of for of in order.lines}
        assert len(at_supplier) == len(self.sold)
        for of, (sku, pack) in zip(self.sold, self.goods, strict=True):
            link = self.pair.link(of.id, "line")
            ordered, sent, cancelled = self.pair.units(of.id)
            assert ordered is not None
            assert ordered == of.quantity * pack
            assert at_supplier[link.supplier_id].sku == sku
            kept = 0 if order.status == "cancelled" else at_supplier[link.supplier_id].quantity
            assert kept == ordered - (cancelled or 0)
            assert self.sent_packs(of.id) == (sent or 0) // pack
            open_units = ordered - (sent or 0) - (cancelled or 0)
            begun = (sent or 0) % pack
            assert open_units == max(self.open_packs(of.id) * pack - begun, 0)


def _tell(sku_map: Map, sold: list[tuple[str, int]], events: list[tuple[object, ...]]) -> None:
    with TemporaryDirectory() as folder:
        story = _Story(Path(folder), sku_map, sold)
        story.check()
        for name, *values in events:
            getattr(story, {"map": "change"}.get(str(name), str(name)))(*values)
            story.read_again()
            story.check()


_SLOW = [HealthCheck.too_slow]


@pytest.mark.slow
@settings(max_examples=20, deadline=None, suppress_health_check=_SLOW)
@given(sku_map=MAPS, sold=LINES, events=EVENTS)
def test_units_are_conserved(
    sku_map: Map, sold: list[tuple[str, int]], events: list[tuple[object, ...]]
) -> None:
    _tell(sku_map, sold, events)


@pytest.mark.matrix
@settings(max_examples=150, deadline=None, suppress_health_check=_SLOW)
@given(sku_map=MAPS, sold=LINES, events=EVENTS)
def test_units_are_conserved_in_many_stories(
    sku_map: Map, sold: list[tuple[str, int]], events: list[tuple[object, ...]]
) -> None:
    _tell(sku_map, sold, events)


_HOLD = WITH_MAP.replace("sku_map: map.csv\n", "sku_map: map.csv\n    unknown_sku: hold\n")


@pytest.mark.slow
@settings(max_examples=15, deadline=None, suppress_health_check=_SLOW)
@given(sku_map=MAPS, sold=LINES)
def test_nothing_that_was_not_mapped_is_sent(sku_map: Map, sold: list[tuple[str, int]]) -> None:
    with TemporaryDirectory() as folder:
        pair = MappedPair(Path(folder), config=_HOLD)
        pair.map(*(f"{sku},{other},{pack}" for sku, (other, pack) in sku_map.items()), "N,N,1")
        pair.request("1001", *(line(sku, count) for sku, count in sold))

        ran = pair.run("import-orders")

        wanted: Counter[str] = Counter()
        for sku, count in sold:
            other, pack = sku_map.get(sku, (sku, 1))
            wanted[other] += count * pack
        units: Counter[str] = Counter()
        for order in pair.northwind.list_orders():
            for of in pair.supplied(order.number).lines:
                units[of.sku] += of.quantity
        is_known = all(sku in sku_map for sku, _ in sold)
        assert units == (wanted if is_known else Counter())
        assert ran.step.state == ("done" if is_known else "held")
