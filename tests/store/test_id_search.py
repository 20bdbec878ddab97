"""Ids are found by their beginning or their end, on both sides."""

from pathlib import Path

from ordosync.clock import Clock
from ordosync.store import Store
from ordosync.store.links import Link, parcel_link


def test_ids_are_found_by_their_beginning_and_their_end(tmp_path: Path) -> None:
    with Store.open(tmp_path / "store.db") as store:
        links = [
            Link(kind="order", merchant_id=str(n), supplier_id=f"S-{n}") for n in (1001, 1002, 2002)
        ]
        store.links("p").add(links, now=Clock().now())
        store.links("other").add(links[:1], now=Clock().now())
        ids = store.ids("p")

        assert {*ids.beginning_with("order", "10", limit=9)} == {"1001", "1002"}
        assert {*ids.beginning_with("order", "S", limit=2)} <= {"S-1001", "S-1002", "S-2002"}
        assert {*ids.ending_with("order", "02", limit=9)} == {"1002", "S-1002", "2002", "S-2002"}
        assert [*ids.ending_with("order", "s-1001", limit=9)] == ["S-1001"]
        assert not ids.ending_with("product", "1001", limit=9)


def test_ids_are_found_by_a_part_of_an_id_or_of_a_tracking_number(tmp_path: Path) -> None:
    with Store.open(tmp_path / "store.db") as store:
        links = [
            Link(kind="order", merchant_id="1001", supplier_id="S-1001"),
            Link(kind="line", merchant_id="l-1001", supplier_id="s-l-1001", order_id="1001"),
            parcel_link("1001", "S-1001:1", "1Z77"),
        ]
        store.links("p").add(links, now=Clock().now())
        ids = store.ids("p")

        assert [(known.merchant_id, known.supplier_id) for known in ids.containing("s-10")] == [
            ("1001", "S-1001")
        ]
        assert [(known.merchant_id, known.value) for known in ids.containing("1z")] == [
            ("1001", "1Z77")
        ]
        for text in ("s10", "S 1001", "10-01"):
            assert [known.supplier_id for known in ids.containing(text)][:1] == ["S-1001"]
        assert not ids.containing("2002")
        assert not store.ids("other").containing("1001")
