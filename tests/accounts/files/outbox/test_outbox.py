"""A file that is handed over is there once, whatever happens between two steps."""

from collections.abc import Sequence

import pytest

from ordosync.accounts.files.outbox.outbox import Outbox
from ordosync.accounts.files.outbox.publishing import Publish
from ordosync.accounts.files.outbox.records import OutboxRecords
from ordosync.errors import (
    NotShownError,
    RefusedError,
    UnavailableError,
    UnknownOutcomeError,
)
from tests.support.clock import VirtualClock
from tests.support.kills import killed_at
from tests.support.places import ACCOUNT, FolderPlace, Partner

POINTS = (
    *("outbox-made", "outbox-uploading", "outbox-uploaded"),
    *("outbox-publishing", "outbox-published", "outbox-there"),
)
WAYS = {
    "rename": Publish(),
    "folder": Publish(folder="staging"),
    "marker": Publish(marker="{name}.done"),
}
DIRECT = Publish(mode="direct")
CONTENT = b"order,sku\r\n1001,MUG\r\n" * 50


def make(place: FolderPlace, publish: Publish = WAYS["rename"]) -> Outbox:
    records = OutboxRecords(place.folder.parent / "outbox", account="partner")
    clock = VirtualClock()
    return Outbox(records, lambda: place, "in", publish, account="partner", clock=clock)


def send(outbox: Outbox, content: bytes = CONTENT, *, name: str = "PO_1.csv") -> str:
    return outbox.send("order-1", content, name=lambda: name).step


def left(place: FolderPlace) -> Sequence[str]:
    return sorted(str(p.relative_to(place.folder)) for p in place.folder.rglob("*") if p.is_file())


@pytest.mark.parametrize("way", [*WAYS, "direct"])
def test_file_is_there_and_nothing_else(place: FolderPlace, way: str) -> None:
    outbox = make(place, WAYS.get(way, DIRECT))

    assert send(outbox) == "there"

    marker = ["in/PO_1.csv.done"] if way == "marker" else []
    assert left(place) == ["in/PO_1.csv", *marker]
    assert (place.folder / "in" / "PO_1.csv").read_bytes() == CONTENT
    assert not outbox.records.made("order-1").exists()


@pytest.mark.parametrize("taken", [False, True], ids=["left", "taken"])
@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("way", WAYS)
def test_file_is_there_once_after_a_kill(
    place: FolderPlace, partner: Partner, way: str, point: str, taken: bool
) -> None:
    with killed_at(point, 1) as passed:
        send(make(place, WAYS[way]))
    assert passed
    if taken and (way != "marker" or (place.folder / "in" / "PO_1.csv.done").exists()):
        partner.take()
        for path in place.folder.rglob("*.done"):
            path.unlink()

    assert send(make(place, WAYS[way])) == "there"

    partner.take()
    assert partner.taken == [("PO_1.csv", CONTENT)]
    assert left(place) in ([], ["in/PO_1.csv.done"])


def test_file_that_was_taken_before_it_was_seen_is_there(
    place: FolderPlace, partner: Partner
) -> None:
    with killed_at("outbox-published", 1):
        send(make(place))
    partner.take()

    record = make(place).current("order-1")

    assert record
    assert (record.step, record.was_taken) == ("there", True)


@pytest.mark.parametrize("verb", ["store", "rename", "size"])
def test_lost_response_does_not_send_a_file_twice(
    place: FolderPlace, partner: Partner, verb: str
) -> None:
    place.loses.add(verb)
    place.on_request = lambda _: partner.take()
    outbox = make(place)

    for _ in range(3):
        try:
            send(outbox)
        except (UnavailableError, UnknownOutcomeError):
            continue

    partner.take()
    assert partner.names == ["PO_1.csv"]


def test_file_may_have_arrived_if_the_place_is_lost_with_the_response(place: FolderPlace) -> None:
    place.loses.add("rename")
    outbox = make(place)

    def go_down(verb: str) -> None:
        place.is_down = verb == "rename"

    place.on_request = go_down
    with pytest.raises(UnknownOutcomeError, match=r"PO_1\.csv may have arrived"):
        send(outbox)
    place.is_down = False

    assert send(outbox) == "there"
    assert place.requests.count("rename in/.PO_1.csv.tmp") == 1


def test_incomplete_upload_is_never_published(place: FolderPlace) -> None:
    place.cuts = True
    outbox = make(place)

    with pytest.raises(UnavailableError):
        send(outbox)
    assert left(place) == ["in/.PO_1.csv.tmp"]

    assert send(outbox) == "there"
    assert (place.folder / "in" / "PO_1.csv").read_bytes() == CONTENT


def test_upload_of_another_size_is_never_published(place: FolderPlace) -> None:
    def shorten(verb: str) -> None:
        if verb == "size" and (part := place.folder / "in" / ".PO_1.csv.tmp").exists():
            part.write_bytes(CONTENT[:10])

    place.on_request = shorten

    with pytest.raises(UnavailableError, match="10 bytes"):
        send(make(place))

    assert left(place) == ["in/.PO_1.csv.tmp"]


def test_content_may_change_until_it_may_have_arrived(place: FolderPlace) -> None:
    place.cuts = True
    with pytest.raises(UnavailableError):
        send(make(place))

    outbox = make(place)
    outbox.send("order-1", b"corrected", name=lambda: "PO_2.csv")

    assert (place.folder / "in" / "PO_1.csv").read_bytes() == b"corrected"
    assert left(place) == ["in/PO_1.csv"]


def test_folder_that_was_corrected_is_used(place: FolderPlace) -> None:
    clock = VirtualClock()
    records = OutboxRecords(place.folder.parent / "outbox", account="partner")
    wrong = Outbox(records, lambda: place, "wrong", Publish(), account="partner", clock=clock)
    with pytest.raises(UnavailableError, match="no folder 'wrong'; create it"):
        send(wrong)

    assert send(make(place)) == "there"

    assert left(place) == ["in/PO_1.csv"]


def test_file_with_this_name_is_not_replaced_before_it_is_taken(
    place: FolderPlace, partner: Partner
) -> None:
    (place.folder / "in" / "PO_1.csv").write_text("an earlier file")
    outbox = make(place)

    with pytest.raises(UnavailableError, match="was not taken yet"):
        send(outbox)
    partner.take()
    send(outbox)

    partner.take()
    assert [content for _, content in partner.taken] == [b"an earlier file", CONTENT]


@pytest.mark.parametrize("way", [*WAYS, "direct"])
def test_drop_only_place_gets_a_file(place: FolderPlace, way: str) -> None:
    place.denied = {"size", "list", "remove", "fetch"}

    assert send(make(place, WAYS.get(way, DIRECT))) == "there"


@pytest.mark.parametrize("point", POINTS)
def test_drop_only_place_never_gets_a_file_twice(
    place: FolderPlace, partner: Partner, point: str
) -> None:
    place.denied = {"size", "list", "remove", "fetch"}
    with killed_at(point, 1):
        send(make(place))
    partner.take()

    outbox = make(place)
    try:
        send(outbox)
    except NotShownError:
        assert point == "outbox-published"

    partner.take()
    assert partner.names == ["PO_1.csv"]


@pytest.mark.parametrize(("sent", "count"), [(True, 1), (False, 2)])
def test_file_of_unknown_outcome_waits_for_the_operator(
    place: FolderPlace, partner: Partner, sent: bool, count: int
) -> None:
    place.denied = {"size", "list", "remove", "fetch"}
    with killed_at("outbox-published", 1):
        send(make(place))
    partner.take()
    outbox = make(place)
    for _ in range(3):
        with pytest.raises(NotShownError, match="ask the partner"):
            send(outbox)

    outbox.settle("order-1", sent=sent)

    assert send(outbox) == "there"
    partner.take()
    assert partner.names == ["PO_1.csv"] * count


def test_direct_upload_that_was_cut_is_never_repeated(place: FolderPlace) -> None:
    place.cuts = True
    outbox = make(place, DIRECT)

    for _ in range(2):
        with pytest.raises(NotShownError):
            send(outbox)

    assert place.requests.count("store in/PO_1.csv") == 1


def test_direct_upload_into_a_missing_folder_is_repeated(place: FolderPlace) -> None:
    (place.folder / "in").rmdir()
    outbox = make(place, DIRECT)
    with pytest.raises(UnavailableError):
        send(outbox)
    (place.folder / "in").mkdir()

    assert send(outbox) == "there"


def test_folder_that_is_out_of_reach_proves_nothing(place: FolderPlace) -> None:
    """A server whose disk is not mounted shows no file, but it was not taken."""
    with killed_at("outbox-publishing", 1):
        send(make(place))
    (place.folder / "in").rename(place.folder / "elsewhere")
    with pytest.raises(NotShownError):
        send(make(place))
    (place.folder / "elsewhere").rename(place.folder / "in")

    assert send(make(place)) == "there"
    assert left(place) == ["in/PO_1.csv"]


def test_denied_rename_is_no_success(place: FolderPlace) -> None:
    place.denied = {"rename"}
    outbox = make(place)

    with pytest.raises(UnavailableError, match="permission denied"):
        send(outbox)
    place.denied = set()

    assert send(outbox) == "there"


@pytest.mark.parametrize("point", POINTS)
def test_recalled_file_never_arrives_or_is_there(
    place: FolderPlace, partner: Partner, point: str
) -> None:
    with killed_at(point, 1):
        send(make(place))

    record = make(place).recall("order-1")

    partner.take()
    assert partner.names == (["PO_1.csv"] if record else [])
    assert bool(record) == (point in ("outbox-published", "outbox-there"))


def test_recalled_file_is_handed_over_if_it_cannot_be_removed(
    place: FolderPlace, partner: Partner
) -> None:
    place.denied = {"remove"}
    with killed_at("outbox-publishing", 1):
        send(make(place))

    assert make(place).recall("order-1")

    partner.take()
    assert partner.names == ["PO_1.csv"]


def test_temporary_name_is_overwritten_by_the_next_attempt(place: FolderPlace) -> None:
    with killed_at("outbox-uploaded", 1):
        send(make(place))
    (place.folder / "in" / ".PO_1.csv.tmp").write_bytes(b"longer than it was" * 1000)

    send(make(place))

    assert (place.folder / "in" / "PO_1.csv").read_bytes() == CONTENT


def test_damaged_record_is_no_new_file(place: FolderPlace) -> None:
    with killed_at("outbox-published", 1):
        send(make(place))
    [record] = (place.folder.parent / "outbox").glob("*.out")
    record.write_bytes(b"{")

    with pytest.raises(RefusedError, match="damaged"):
        send(make(place))

    assert place.requests.count("store in/.PO_1.csv.tmp") == 1


def test_error_names_the_account_and_the_file(place: FolderPlace) -> None:
    place.fails["store"] = UnavailableError(ACCOUNT, "store", "timeout")

    with pytest.raises(UnavailableError, match="timeout"):
        send(make(place))


def test_missing_target_folder_is_named(place: FolderPlace) -> None:
    (place.folder / "in").rmdir()

    with pytest.raises(UnavailableError, match="no folder 'in'; create it"):
        send(make(place, WAYS["folder"]))


def test_file_without_its_marker_is_not_replaced(place: FolderPlace) -> None:
    (place.folder / "in" / "PO_1.csv").write_text("of the partner")

    with pytest.raises(UnavailableError, match="was not taken yet"):
        send(make(place, WAYS["marker"]))

    assert (place.folder / "in" / "PO_1.csv").read_text() == "of the partner"


def test_made_file_that_was_deleted_is_made_again(place: FolderPlace) -> None:
    place.cuts = True
    with pytest.raises(UnavailableError):
        send(make(place))
    outbox = make(place)
    outbox.records.made("order-1").unlink()

    assert send(outbox) == "there"
    assert (place.folder / "in" / "PO_1.csv").read_bytes() == CONTENT
