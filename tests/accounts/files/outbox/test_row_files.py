"""Parcels, quantities and shortages at a place: what each file has, and that it is there once."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from ordosync.accounts.account import required
from ordosync.accounts.files.output.options import EventFile, InventoryFile, TrackingFile
from ordosync.accounts.files.places.options import PlaceOptions
from ordosync.accounts.option_types import ConfiguredPath
from ordosync.errors import UnavailableError
from ordosync.models import Outcome, Stock
from ordosync.shortages import ShortageReport
from tests.accounts.contract.examples import parcel
from tests.accounts.contract.opening import OpenMerchant
from tests.accounts.files.opening import open_merchant
from tests.support.kills import killed_at
from tests.support.places import ACCOUNT, FolderPlace, Partner

PLACE = PlaceOptions(url="sftp://partner.example", host_key="ssh-ed25519 AAAA")
TRACKING = {"order_number": "Order", "tracking_number": "Number", "voided": "Void"}
STOCK = {"sku": "SKU", "quantity": "Qty"}
ONCE = (
    *("outbox-made", "outbox-uploading", "outbox-uploaded", "outbox-publishing"),
    *("outbox-published", "outbox-there", "outbox-recorded"),
)
BLIND = frozenset({"size", "list", "remove", "fetch"})


def folder(path: Path) -> ConfiguredPath:
    return ConfiguredPath.of(path, "in")


def with_tracking(base: Path, /, **options: Any) -> OpenMerchant:
    settings = {"folder": folder(base), "name": "sent_{seq:3}.csv", "mode": "batch"}
    files = TrackingFile(columns=TRACKING, **{"place": PLACE, **settings, **options})
    return open_merchant(base, tracking=files)


def with_stock(base: Path, /, **options: Any) -> OpenMerchant:
    settings = {"folder": folder(base), "name": "stock_{seq}.csv", "mode": "changes"}
    files = InventoryFile(columns=STOCK, **{"place": PLACE, **settings, **options})
    return open_merchant(base, inventory=files, products=None)


def add(shop: OpenMerchant, *pairs: tuple[str, str]) -> Sequence[Outcome]:
    return shop.tracking.add([parcel(order, number) for order, number in pairs])


def count(shop: OpenMerchant, **quantities: int) -> Sequence[str]:
    items = [Stock(product_id=k, sku=k, quantity=v) for k, v in quantities.items()]
    return [outcome.state for outcome in shop.stock.write(items)]


def rows(content: bytes) -> list[tuple[str, ...]]:
    return [tuple(row) for row in csv.reader(io.StringIO(content.decode()))][1:]


def test_each_file_has_only_new_parcels(partner: Partner, tmp_path: Path) -> None:
    shop = with_tracking(tmp_path)
    first = add(shop, ("1", "A"), ("2", "B"))
    partner.take()

    second = add(shop, ("1", "A"), ("1", "C"))

    partner.take()
    assert [outcome.state for outcome in (*first, *second)] == [
        *("done", "done", "unchanged", "done")
    ]
    assert [(name, rows(content)) for name, content in partner.taken] == [
        ("sent_001.csv", [("1", "A", "false"), ("2", "B", "false")]),
        ("sent_002.csv", [("1", "C", "false")]),
    ]


def test_deleted_label_is_in_a_new_file(partner: Partner, tmp_path: Path) -> None:
    shop = with_tracking(tmp_path)
    add(shop, ("1", "A"), ("1", "B"))
    partner.take()

    shop.tracking.void([parcel("1", "A")])

    partner.take()
    assert rows(partner.taken[1][1]) == [("1", "A", "true")]


def test_parcel_that_the_encoding_of_the_file_lacks_is_refused_and_holds_up_no_other(
    partner: Partner, tmp_path: Path
) -> None:
    shop = with_tracking(tmp_path, encoding="latin-1")

    outcomes = add(shop, ("1", "Ω"), ("2", "B"))

    partner.take()
    assert [outcome.state for outcome in outcomes] == ["refused", "done"]
    assert outcomes[0].reason == "tracking_number ('Number') has text that is not latin-1"
    assert [rows(content) for _, content in partner.taken] == [[("2", "B", "false")]]


def test_nothing_new_is_no_file(place: FolderPlace, tmp_path: Path) -> None:
    shop = with_tracking(tmp_path)
    add(shop, ("1", "A"))
    before = list(place.requests)

    add(shop, ("1", "A"))

    assert place.requests == before


@pytest.mark.parametrize("point", ONCE)
def test_parcel_whose_handover_was_killed_is_in_one_file(
    partner: Partner, tmp_path: Path, point: str
) -> None:
    with killed_at(point, 1) as passed:
        add(with_tracking(tmp_path), ("1", "A"), ("2", "B"))
    assert passed
    partner.take()

    add(with_tracking(tmp_path), ("2", "B"), ("3", "C"))
    add(with_tracking(tmp_path), ("1", "A"))

    partner.take()
    found = [row for _, content in partner.taken for row in rows(content)]
    assert sorted(found) == [("1", "A", "false"), ("2", "B", "false"), ("3", "C", "false")]


@pytest.mark.parametrize(("sent", "numbers"), [(True, ["A", "B"]), (False, ["A", "A", "B"])])
def test_parcel_of_unknown_outcome_holds_up_no_other(
    place: FolderPlace, partner: Partner, tmp_path: Path, sent: bool, numbers: list[str]
) -> None:
    place.denied = {*BLIND}
    with killed_at("outbox-published", 1):
        add(with_tracking(tmp_path), ("1", "A"))
    partner.take()
    shop = with_tracking(tmp_path)

    outcomes = add(shop, ("1", "A"), ("2", "B"))

    assert [(it.state, it.code) for it in outcomes] == [("unknown", "not-shown"), ("done", "")]
    assert shop.side.settle_unknown("1", sent)
    assert add(shop, ("1", "A"))[0].state == ("unchanged" if sent else "done")
    partner.take()
    assert sorted(row[1] for _, content in partner.taken for row in rows(content)) == numbers


def test_parcel_waits_for_a_place_that_is_down(
    place: FolderPlace, partner: Partner, tmp_path: Path
) -> None:
    place.is_down = True
    shop = with_tracking(tmp_path)
    assert {outcome.state for outcome in add(shop, ("1", "A"), ("2", "B"))} == {"unavailable"}
    place.is_down = False

    assert [it.state for it in add(shop, ("2", "B"))] == ["done"]

    partner.take()
    assert [(name, rows(content)) for name, content in partner.taken] == [
        ("sent_001.csv", [("2", "B", "false")])
    ]


def test_new_files_may_be_in_a_local_folder(tmp_path: Path) -> None:
    (tmp_path / "sent").mkdir()
    shop = with_tracking(tmp_path, place=None, folder=tmp_path / "sent")

    add(shop, ("1", "A"))
    add(shop, ("2", "B"))

    assert sorted(path.name for path in (tmp_path / "sent").iterdir()) == [
        *("sent_001.csv", "sent_002.csv")
    ]


def test_missing_local_folder_is_reported(tmp_path: Path) -> None:
    shop = with_tracking(tmp_path, place=None, folder=tmp_path / "sent")

    [outcome] = add(shop, ("1", "A"))

    assert outcome.state == "unavailable"
    (tmp_path / "sent").mkdir()
    assert add(shop, ("1", "A"))[0].state == "done"


def test_file_of_changes_has_changed_quantities(partner: Partner, tmp_path: Path) -> None:
    shop = with_stock(tmp_path)

    assert count(shop, A=1, B=2) == ["done", "done"]
    assert count(shop, A=1, B=3) == ["unchanged", "done"]

    partner.take()
    assert [rows(content) for _, content in partner.taken] == [
        [("A", "1"), ("B", "2")],
        [("B", "3")],
    ]
    assert shop.stock.current(["A", "B", "C"])["B"].quantity == 3


@pytest.mark.parametrize("point", ONCE)
def test_changes_whose_handover_was_killed_are_there(
    partner: Partner, tmp_path: Path, point: str
) -> None:
    with killed_at(point, 1):
        count(with_stock(tmp_path), A=1)
    partner.take()

    count(with_stock(tmp_path), A=1)

    partner.take()
    assert [rows(content) for _, content in partner.taken] == [[("A", "1")]]


def test_quantity_of_unknown_outcome_is_written_again(
    place: FolderPlace, partner: Partner, tmp_path: Path
) -> None:
    place.denied = {*BLIND}
    with killed_at("outbox-published", 1):
        count(with_stock(tmp_path), A=1)
    partner.take()

    assert count(with_stock(tmp_path), A=2) == ["done"]

    partner.take()
    assert [rows(content) for _, content in partner.taken] == [[("A", "1")], [("A", "2")]]


@pytest.mark.parametrize("name", ["stock_{seq}.csv", "stock.csv"])
def test_full_list_is_one_file_at_the_end_of_a_run(
    partner: Partner, tmp_path: Path, name: str
) -> None:
    shop = with_stock(tmp_path, mode="full", name=name)
    count(shop, A=1)
    count(shop, B=2)
    assert not partner.taken
    shop.side.flush()
    partner.take()

    count(shop, A=5)
    shop.side.flush()
    shop.side.flush()

    partner.take()
    assert [rows(content) for _, content in partner.taken] == [
        [("A", "1"), ("B", "2")],
        [("A", "5"), ("B", "2")],
    ]


def test_full_list_waits_while_the_encoding_of_the_file_lacks_a_sku_that_it_has(
    partner: Partner, tmp_path: Path
) -> None:
    shop = with_stock(tmp_path, mode="full")
    count(shop, Ω=1)
    shop.side.flush()
    partner.take()
    changed = with_stock(tmp_path, mode="full", encoding="latin-1")

    states = count(changed, Ω=2, A=3)

    assert states == ["refused", "done"]
    with pytest.raises(UnavailableError, match="has text that is not latin-1"):
        changed.side.flush()
    partner.take()
    assert len(partner.taken) == 1


def test_full_list_replaces_one_that_was_not_taken(place: FolderPlace, tmp_path: Path) -> None:
    shop = with_stock(tmp_path, mode="full", name="stock.csv")
    for quantity in (1, 2):
        count(shop, A=quantity)
        shop.side.flush()

    [path] = (place.folder / "in").iterdir()

    assert rows(path.read_bytes()) == [("A", "2")]


@pytest.mark.parametrize("point", ["outbox-owed", *ONCE])
def test_full_list_whose_handover_was_killed_is_there_once(
    partner: Partner, tmp_path: Path, point: str
) -> None:
    with killed_at(point, 1) as passed:
        shop = with_stock(tmp_path, mode="full")
        count(shop, A=1)
        shop.side.flush()
    assert passed
    partner.take()

    with_stock(tmp_path, mode="full").side.flush()

    partner.take()
    assert [rows(content) for _, content in partner.taken] == [[("A", "1")]]


def test_full_list_that_failed_is_owed(
    place: FolderPlace, partner: Partner, tmp_path: Path
) -> None:
    shop = with_stock(tmp_path, mode="full")
    count(shop, A=1)
    place.is_down = True
    with pytest.raises(UnavailableError, match="no connection"):
        shop.side.flush()
    place.is_down = False

    with_stock(tmp_path, mode="full").side.flush()

    partner.take()
    assert [rows(content) for _, content in partner.taken] == [[("A", "1")]]


def test_single_file_is_replaced_as_a_whole(place: FolderPlace, tmp_path: Path) -> None:
    path = ConfiguredPath.of(tmp_path, "in/tracking.csv")
    shop = with_tracking(tmp_path, path=path, folder=None, name="", mode=None)
    add(shop, ("1", "A"))

    add(shop, ("2", "B"))

    [file] = (place.folder / "in").iterdir()
    assert rows(file.read_bytes()) == [("1", "A", "false"), ("2", "B", "false")]


def test_single_file_that_failed_is_written_later(place: FolderPlace, tmp_path: Path) -> None:
    path = ConfiguredPath.of(tmp_path, "in/tracking.csv")
    shop = with_tracking(tmp_path, path=path, folder=None, name="", mode=None)
    place.fails["publish"] = UnavailableError(ACCOUNT, "publish", "timeout")
    [failed] = add(shop, ("1", "A"))

    [again] = add(shop, ("1", "A"))

    assert (failed.state, again.state) == ("unavailable", "unchanged")
    [file] = (place.folder / "in").iterdir()
    assert rows(file.read_bytes()) == [("1", "A", "false")]


def test_shortages_are_at_a_place(place: FolderPlace, tmp_path: Path) -> None:
    events = EventFile(path=ConfiguredPath.of(tmp_path, "in/events.csv"), place=PLACE)
    shop = open_merchant(tmp_path, events=events)

    [outcome] = required(shop.side.shortages).report(
        [ShortageReport(order_id="1", key="k", text="", lines=())]
    )

    assert outcome.state == "done"
    assert (place.folder / "in" / "events.csv").is_file()


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"name": "sent.csv"}, "another name"),
        ({"name": "sent_{number}_{seq}.csv"}, "not possible"),
        ({"mode": None}, "mode is missing"),
        ({"folder": None}, "folder is missing"),
        ({"path": Path("x.csv")}, "path: is not possible"),
    ],
)
def test_new_files_need_a_folder_a_name_and_a_mode(
    tmp_path: Path, options: dict[str, Any], problem: str
) -> None:
    with pytest.raises(ValueError, match=problem):
        with_tracking(tmp_path, **options)
