"""Orders that are handed over to a place: each file is there once, and none is lost."""

from collections.abc import Sequence
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ordosync.accounts.files.outbox.publishing import Publish
from ordosync.accounts.files.output.options import OrderFolder
from ordosync.accounts.files.output.safe_output import folder_lock
from ordosync.accounts.files.places.options import PlaceOptions
from ordosync.accounts.option_types import ConfiguredPath
from ordosync.errors import UnavailableError
from ordosync.models import Address, Outcome
from tests.accounts.contract import order
from tests.accounts.contract.opening import OpenSupplier
from tests.accounts.files.opening import address_edit, open_supplier
from tests.accounts.files.supplier import ORDER_COLUMNS
from tests.support.kills import killed_at
from tests.support.places import ACCOUNT, FolderPlace, Partner

PLACE = PlaceOptions(url="sftp://partner.example", host_key="ssh-ed25519 AAAA")
WITHOUT_CHANGES = {k: v for k, v in ORDER_COLUMNS.items() if k not in ("change", "version")}
POINTS = (
    *("outbox-made", "outbox-uploading", "outbox-uploaded", "outbox-publishing"),
    *("outbox-published", "outbox-there", "outbox-recorded"),
)
REFERENCE = "origin:1001#1"
UP, BLIND = frozenset[str](), frozenset({"size", "list", "remove", "fetch"})


def open_depot(folder: Path, **options: Any) -> OpenSupplier:
    settings = {"columns": WITHOUT_CHANGES, "name": "PO_{number}.csv", "place": PLACE}
    files = OrderFolder(folder=ConfiguredPath.of(folder, "in"), **{**settings, **options})
    return open_supplier(folder, order_files=files)


def create(folder: Path, *numbers: str, **options: Any) -> Sequence[Outcome]:
    return open_depot(folder, **options).orders.create([order(number) for number in numbers])


def test_order_is_handed_over_under_its_number(place: FolderPlace, tmp_path: Path) -> None:
    [outcome] = create(tmp_path, "1001")

    assert (outcome.state, outcome.id) == ("done", "1001")
    [path] = (place.folder / "in").iterdir()
    assert path.name == "PO_1001.csv"
    assert b"1001" in path.read_bytes()


@pytest.mark.parametrize("denied", [UP, BLIND], ids=["listed", "blind"])
@pytest.mark.parametrize("point", POINTS)
def test_order_whose_handover_was_killed_is_there_once(
    place: FolderPlace, partner: Partner, tmp_path: Path, point: str, denied: frozenset[str]
) -> None:
    place.denied = {*denied}
    with killed_at(point, 1) as passed:
        create(tmp_path, "1001", "1002")
    assert passed
    partner.take()

    outcomes = create(tmp_path, "1001", "1002")

    partner.take()
    assert partner.names == ["PO_1001.csv", "PO_1002.csv"]
    is_unknown = bool(denied) and point == "outbox-published"
    assert outcomes[0].state == ("unknown" if is_unknown else outcomes[0].state)
    assert outcomes[1].state == "done"


def test_order_that_was_taken_before_it_was_seen_is_reported(
    partner: Partner, tmp_path: Path
) -> None:
    with killed_at("outbox-published", 1):
        create(tmp_path, "1001")
    partner.take()

    [outcome] = create(tmp_path, "1001")

    assert (outcome.state, outcome.code) == ("unchanged", "taken-away")
    assert "PO_1001.csv was taken away" in outcome.reason
    [repeated] = create(tmp_path, "1001")
    assert repeated == outcome


def test_order_without_a_place_waits_and_is_not_written(place: FolderPlace, tmp_path: Path) -> None:
    place.is_down = True
    depot = open_depot(tmp_path)

    outcomes = depot.orders.create([order(number) for number in ("1001", "1002", "1003", "1004")])

    assert {outcome.state for outcome in outcomes} == {"unavailable"}
    assert depot.orders.statuses(["1001"]) == {}
    assert depot.orders.find([REFERENCE]) == {}
    assert len(place.requests) == 2, "a place that is down is not asked for each order"


def test_order_that_waits_may_change(place: FolderPlace, partner: Partner, tmp_path: Path) -> None:
    place.is_down = True
    create(tmp_path, "1001")
    place.is_down = False

    depot = open_depot(tmp_path)
    [outcome] = depot.orders.create([order("1001", ship_to=Address(name="Bo", street1="2 New"))])

    assert outcome.state == "done"
    partner.take()
    [(_, content)] = partner.taken
    assert b"2 New" in content


def test_order_that_may_have_arrived_keeps_its_content(partner: Partner, tmp_path: Path) -> None:
    """The edit is written later, as a change of an order that exists."""
    with killed_at("outbox-publishing", 1):
        create(tmp_path, "1001")

    depot = open_depot(tmp_path)
    [outcome] = depot.orders.create([order("1001", ship_to=Address(name="Bo", street1="2 New"))])

    assert outcome.state == "unchanged"
    partner.take()
    [(_, content)] = partner.taken
    assert b"2 New" not in content


@pytest.mark.parametrize("point", POINTS)
def test_look_up_tells_if_an_order_arrived_or_never_will(
    partner: Partner, tmp_path: Path, point: str
) -> None:
    with killed_at(point, 1):
        create(tmp_path, "1001")

    found = open_depot(tmp_path).orders.find([REFERENCE])

    partner.take()
    assert partner.names == (["PO_1001.csv"] if found else [])


def test_order_of_unknown_outcome_counts_as_arrived_in_a_look_up(
    place: FolderPlace, tmp_path: Path, partner: Partner
) -> None:
    place.denied = {*BLIND}
    with killed_at("outbox-published", 1):
        create(tmp_path, "1001")
    partner.take()

    assert open_depot(tmp_path).orders.find([REFERENCE])[REFERENCE].id == "1001"


@pytest.mark.parametrize(("sent", "state"), [(True, "unchanged"), (False, "done")])
def test_operator_settles_an_order_of_unknown_outcome(
    place: FolderPlace, partner: Partner, tmp_path: Path, sent: bool, state: str
) -> None:
    place.denied = {*BLIND}
    with killed_at("outbox-published", 1):
        create(tmp_path, "1001")
    partner.take()
    depot = open_depot(tmp_path)
    assert depot.orders.create([order("1001")])[0].code == "not-shown"

    assert depot.side.settle_unknown(REFERENCE, sent)

    assert [outcome.state for outcome in depot.orders.create([order("1001")])] == [state]
    partner.take()
    assert len(partner.taken) == (1 if sent else 2)
    assert not depot.side.settle_unknown(REFERENCE, sent)


@pytest.mark.parametrize("point", POINTS)
def test_change_of_an_order_whose_handover_was_killed_is_there_once(
    partner: Partner, tmp_path: Path, point: str
) -> None:
    options = {"columns": ORDER_COLUMNS, "name": "{number}_{version}.csv"}
    create(tmp_path, "1001", **options)
    edit = address_edit("1001", "2 New Road")
    with killed_at(point, 1):
        open_depot(tmp_path, **options).edits.write([edit])
    partner.take()

    depot = open_depot(tmp_path, **options)
    [outcome] = depot.edits.write([edit])

    partner.take()
    assert outcome.state in ("done", "unchanged")
    assert partner.names == ["1001_1.csv", "1001_2.csv"]
    assert b"2 New Road" in partner.taken[1][1]
    [repeated] = depot.edits.write([edit])
    assert repeated.state == "unchanged"


def test_change_that_waits_for_its_place_is_no_change_yet(
    place: FolderPlace, partner: Partner, tmp_path: Path
) -> None:
    options = {"columns": ORDER_COLUMNS, "name": "{number}_{version}.csv"}
    create(tmp_path, "1001", **options)
    depot = open_depot(tmp_path, **options)
    place.fails["store"] = UnavailableError(ACCOUNT, "store", "timeout")
    [waiting] = depot.edits.write([address_edit("1001", "2 New Road")])

    [outcome] = depot.edits.write([address_edit("1001", "3 Other Road")])

    assert (waiting.state, outcome.state) == ("unavailable", "done")
    partner.take()
    assert partner.names == ["1001_1.csv", "1001_2.csv"]
    assert b"3 Other Road" in partner.taken[1][1]


@pytest.mark.usefixtures("place")
def test_nothing_with_personal_data_stays_in_the_outbox(tmp_path: Path) -> None:
    depot = open_depot(tmp_path)
    depot.orders.create([order("1001", ship_to=Address(name="Ann Smith", street1="1 Old"))])

    kept = [path for path in (tmp_path / "places").rglob("*") if path.is_file()]

    assert kept
    assert not any(b"Ann" in path.read_bytes() for path in kept)


def test_outbox_can_be_read_by_its_owner_only(place: FolderPlace, tmp_path: Path) -> None:
    place.is_down = True
    create(tmp_path, "1001")

    paths = [*(tmp_path / "places").rglob("*")]

    assert {path.stat().st_mode & 0o077 for path in paths} == {0}


@pytest.mark.parametrize(
    ("number", "name"),
    [
        ("1001", "PO_1001.csv"),
        ("A/1", "PO_A_1-"),
        ("../../etc", "PO__.._.._etc-"),
        ("é", "PO__-"),
        ("-rf", "PO__-rf-"),
    ],
)
def test_number_in_a_name_is_safe(
    place: FolderPlace, tmp_path: Path, number: str, name: str
) -> None:
    create(tmp_path, number)

    [path] = (place.folder / "in").iterdir()
    assert path.name.startswith(name)


def test_second_attempt_has_the_name_of_the_first(
    place: FolderPlace, partner: Partner, tmp_path: Path
) -> None:
    name = "PO_{time:%H%M%S}_{seq:4}.csv"
    place.fails["store"] = UnavailableError(ACCOUNT, "store", "timeout")
    create(tmp_path, "1001", name=name)

    create(tmp_path, "1001", "1002", name=name)

    partner.take()
    assert partner.names == ["PO_000000_0001.csv", "PO_000000_0002.csv"]


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"name": "PO.csv"}, "another name"),
        ({"name": "{nummer}.csv"}, "choose"),
        ({"name": "a/{number}.csv"}, "characters"),
        ({"name": ".{number}"}, "begins"),
        ({"name": "{number:4}"}, "choose"),
        ({"name": "{seq:x}"}, "choose"),
        ({"name": "{number"}, "is not a name"),
        ({"name": "{time:%H:%M}_{seq}"}, "choose"),
        ({"place": None, "name": "{number}"}, "only for files at a place"),
        (
            {"place": None, "name": "", "publish": Publish(mode="direct")},
            "only for files at a place",
        ),
        ({"place": PlaceOptions(url="https://x.example")}, "cannot be written"),
        ({"columns": ORDER_COLUMNS, "name": "{number}.csv"}, "another name"),
    ],
)
def test_options_that_cannot_work_are_refused(
    tmp_path: Path, options: dict[str, Any], problem: str
) -> None:
    with pytest.raises(ValueError, match=problem):
        open_depot(tmp_path, **options)


def test_path_outside_of_the_place_is_refused(tmp_path: Path) -> None:
    for text in ("/in", "../in"):
        folder = ConfiguredPath.of(tmp_path, text)
        with pytest.raises(ValueError, match="not below the place"):
            open_supplier(
                tmp_path,
                order_files=OrderFolder(folder=folder, columns=ORDER_COLUMNS, place=PLACE),
            )


@pytest.mark.parametrize("point", ["outbox-made", "outbox-uploaded"])
def test_order_that_is_not_needed_any_more_leaves_nothing(
    place: FolderPlace, tmp_path: Path, point: str
) -> None:
    with killed_at(point, 1):
        create(tmp_path, "1001", columns=ORDER_COLUMNS, name="{number}_{version}.csv")
    depot = open_depot(tmp_path, columns=ORDER_COLUMNS, name="{number}_{version}.csv")
    depot.side.finish_reading(frozenset({"1001"}))
    assert [*(tmp_path / "places").rglob("*.made")], "its step is still open"

    depot.side.finish_reading(frozenset({"1002"}))

    kept = {path.suffix for path in (tmp_path / "places").rglob("*") if path.is_file()}
    assert kept == {".number"}
    assert [*(place.folder / "in").iterdir()] == []


@pytest.mark.parametrize("point", ["outbox-publishing", "outbox-published", "outbox-there"])
def test_order_that_may_have_arrived_is_recalled_or_recorded(
    partner: Partner, tmp_path: Path, point: str
) -> None:
    with killed_at(point, 1):
        create(tmp_path, "1001")

    depot = open_depot(tmp_path)
    depot.side.finish_reading(frozenset())

    partner.take()
    is_there = point != "outbox-publishing"
    assert partner.names == (["PO_1001.csv"] if is_there else [])
    assert depot.orders.statuses(["1001"]).keys() == ({"1001"} if is_there else set())
    assert not [*(tmp_path / "places").rglob("*.made")]


def test_order_of_unknown_outcome_keeps_its_record_without_its_content(
    place: FolderPlace, partner: Partner, tmp_path: Path
) -> None:
    place.denied = {*BLIND}
    with killed_at("outbox-published", 1):
        create(tmp_path, "1001")
    partner.take()

    depot = open_depot(tmp_path)
    depot.side.finish_reading(frozenset())

    assert not [*(tmp_path / "places").rglob("*.made")]
    assert depot.orders.create([order("1001")])[0].code == "not-shown"
    assert depot.side.settle_unknown(REFERENCE, False)
    assert depot.orders.create([order("1001")])[0].state == "done"


def test_files_of_other_portals_are_kept(place: FolderPlace, tmp_path: Path) -> None:
    place.is_down = True
    depot = open_depot(tmp_path)
    depot.orders.create([order("1001", reference="other:1001#1")])

    depot.side.finish_reading(frozenset())

    assert [*(tmp_path / "places").rglob("*.made")]


@pytest.mark.parametrize("hours", [-1, 1, 24 * 365])
def test_clock_that_is_set_sends_no_order_twice(
    place: FolderPlace, partner: Partner, tmp_path: Path, hours: int
) -> None:
    name = "PO_{time:%Y%m%d%H}_{seq}.csv"
    with killed_at("outbox-publishing", 1):
        create(tmp_path, "1001", name=name)

    depot = open_depot(tmp_path, name=name)
    depot.people.clock.at += timedelta(hours=hours)
    depot.orders.create([order("1001"), order("1002")])

    partner.take()
    assert len(partner.names) == len({*partner.names}) == 2
    assert place.requests.count("rename in/.PO_2026110200_1.csv.tmp") == 1


def test_run_waits_while_another_portal_hands_over(
    place: FolderPlace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    depot = open_depot(tmp_path)
    depot.orders.create([order("1001")])
    with ExitStack() as other:
        other.enter_context(folder_lock(tmp_path / "places" / "out"))
        monkeypatch.setattr(depot.people.clock, "sleep", lambda _: other.close())

        [outcome] = depot.orders.create([order("1002")])

    assert outcome.state == "done"
    assert len([*(place.folder / "in").iterdir()]) == 2


@pytest.mark.parametrize("folder", ["sent", "answers"])
def test_file_of_the_supplier_settles_an_order_of_unknown_outcome(
    place: FolderPlace, partner: Partner, tmp_path: Path, folder: str
) -> None:
    place.denied = {*BLIND}
    with killed_at("outbox-published", 1):
        create(tmp_path, "1001", "1002")
    partner.take()
    (tmp_path / folder).mkdir(exist_ok=True)
    assert create(tmp_path, "1001")[0].code == "not-shown"
    header, row = {
        "sent": ("order,number,carrier,at,cost,void", "1001,1Z1,UPS,2026-11-02 10:00,,no"),
        "answers": ("order,sku,qty,answer,reason,expected", "1001,,,cancelled,,"),
    }[folder]
    (tmp_path / folder / "monday.csv").write_text(f"{header}\n{row}\n")

    depot = open_depot(tmp_path)
    outcomes = depot.orders.create([order("1001"), order("1002")])

    assert [outcome.state for outcome in outcomes] == ["unchanged", "done"]
    partner.take()
    assert partner.names == ["PO_1001.csv", "PO_1002.csv"]
    depot.close()


def test_record_that_a_crash_left_does_not_undo_a_later_change(
    partner: Partner, tmp_path: Path
) -> None:
    options = {"columns": ORDER_COLUMNS, "name": "{number}_{version}.csv"}
    with killed_at("outbox-recorded", 1):
        create(tmp_path, "1001", **options)
    depot = open_depot(tmp_path, **options)
    depot.edits.write([address_edit("1001", "2 New Road")])
    depot.side.finish_reading(frozenset())

    [outcome] = depot.edits.write([address_edit("1001", "3 Other Road")])

    assert outcome.state == "done"
    partner.take()
    assert partner.names == ["1001_1.csv", "1001_2.csv", "1001_3.csv"]
    assert not [*(tmp_path / "places").rglob("*.out")]


def test_order_that_is_there_and_cannot_be_recorded_may_have_arrived(
    place: FolderPlace, partner: Partner, tmp_path: Path
) -> None:
    depot = open_depot(tmp_path)
    folder = tmp_path / "places" / "out" / ".ordosync"

    def fill_the_disk(verb: str) -> None:
        if verb == "rename":
            folder.rename(tmp_path / "aside")

    place.on_request = fill_the_disk
    [outcome] = depot.orders.create([order("1001")])
    place.on_request = lambda _: None
    (tmp_path / "aside").rename(folder)

    assert outcome.state == "unknown"
    assert "is there, but cannot be recorded" in outcome.reason
    assert depot.orders.create([order("1001")])[0].state == "unchanged"
    partner.take()
    assert partner.names == ["PO_1001.csv"]
