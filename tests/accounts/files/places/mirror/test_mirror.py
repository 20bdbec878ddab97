"""Files of a place as they come into the mirror."""

import os
from datetime import timedelta
from pathlib import Path

import pytest

from ordosync.accounts.files.places.mirror import file_list
from ordosync.errors import RefusedError, UnavailableError
from tests.accounts.files.places.mirror.conftest import MIDNIGHT, Drop, Open, contents
from tests.support.clock import VirtualClock
from tests.support.kills import killed_at, paused_at
from tests.support.places import ACCOUNT, FolderPlace


def test_a_new_file_is_fetched_when_two_listings_show_the_same(
    mirror: Open, drop: Drop, place: FolderPlace, clock: VirtualClock
) -> None:
    drop("a.csv")
    began = clock.now()

    mirror().refresh()

    assert place.requests == ["list out", "list out", "fetch out/a.csv"]
    assert clock.now() - began == timedelta(seconds=10)
    assert contents(mirror()) == {"a.csv": "text"}


def test_nothing_new_takes_one_listing_and_writes_nothing(
    mirror: Open, drop: Drop, place: FolderPlace
) -> None:
    drop("a.csv")
    mirror().refresh()
    place.requests.clear()
    before = mirror().folder.path.joinpath(file_list.LIST).stat()

    mirror().refresh()

    assert place.requests == ["list out"]
    assert mirror().folder.path.joinpath(file_list.LIST).stat() == before


def test_a_file_that_grows_is_left_to_a_later_run(
    mirror: Open, drop: Drop, place: FolderPlace, clock: VirtualClock
) -> None:
    def grow(verb: str) -> None:
        if verb == "list":
            drop("a.csv", "x" * len(place.requests))

    place.on_request = grow
    opened = mirror()
    opened.refresh()
    growing = contents(opened)
    place.on_request = lambda _: None
    clock.at += timedelta(minutes=10)
    opened.refresh()

    assert (growing, contents(opened)) == ({}, {"a.csv": "xx"})


def test_a_long_quiet_time_is_counted_over_several_runs(
    mirror: Open, drop: Drop, place: FolderPlace, clock: VirtualClock
) -> None:
    drop("a.csv")
    opened = mirror(quiet_s=120)

    opened.refresh()
    assert opened.notes == ["not read yet: a.csv, which may still be written"]
    clock.at += timedelta(seconds=109)
    opened.refresh()
    assert contents(opened) == {}
    clock.at += timedelta(seconds=11)
    opened.refresh()

    assert contents(opened) == {"a.csv": "text"}
    assert opened.notes == ["1 file fetched (4 bytes)"]
    assert place.requests.count("list out") == 3


@pytest.mark.parametrize("hours", [-1, 1])
def test_the_clock_of_the_place_does_not_matter(
    mirror: Open, drop: Drop, clock: VirtualClock, hours: int
) -> None:
    mirror().refresh()
    clock.at += timedelta(days=1)

    drop("a.csv", at=86_400 + 3600 * hours)
    [file] = mirror().refresh().values()

    assert file.as_of == MIDNIGHT + 86_400
    assert contents(mirror()) == {"a.csv": "text"}


def test_a_file_written_twice_in_a_second_is_fetched_again(
    mirror: Open, drop: Drop, clock: VirtualClock
) -> None:
    drop("a.csv", "v1")
    opened = mirror(quiet_s=0)
    opened.refresh()
    drop("a.csv", "v2")

    opened.refresh()
    early = contents(opened)
    clock.at += timedelta(seconds=2)
    opened.refresh()

    assert (early, contents(opened)) == ({"a.csv": "v1"}, {"a.csv": "v2"})


def test_a_clock_that_is_set_back_does_not_put_off_the_second_look(
    mirror: Open, drop: Drop, clock: VirtualClock
) -> None:
    drop("a.csv", "v1")
    opened = mirror(quiet_s=0)
    opened.refresh()
    drop("a.csv", "v2")
    clock.at -= timedelta(hours=1)

    opened.refresh()
    clock.at += timedelta(seconds=2)
    [file] = opened.refresh().values()

    assert contents(opened) == {"a.csv": "v2"}
    assert file.is_final


def test_a_file_fetched_late_enough_is_not_fetched_again(
    mirror: Open, drop: Drop, place: FolderPlace, clock: VirtualClock
) -> None:
    drop("a.csv")

    for _ in range(3):
        mirror(quiet_s=2).refresh()
        clock.at += timedelta(minutes=1)

    assert place.requests.count("fetch out/a.csv") == 1


def test_a_marker_takes_the_place_of_the_quiet_time(
    mirror: Open, drop: Drop, place: FolderPlace
) -> None:
    drop("a.csv")
    drop("b.csv")
    drop("b.csv.done")
    opened = mirror(ready="{name}.done")

    opened.refresh()

    assert contents(opened) == {"b.csv": "text"}
    assert opened.notes[0] == "not read yet: a.csv, without a marker"
    assert place.requests == ["list out", "fetch out/b.csv"]


def test_names_of_unfinished_files_and_other_names_are_left_out(mirror: Open, drop: Drop) -> None:
    for name in (".a.csv", "a.csv.part", "a.tmp", "~$a.csv", "a.CSV", "a.txt"):
        drop(name)
    drop("-rf.csv")
    drop("two\nlines.csv")
    drop("A.csv")
    drop("a.csv")
    drop(os.fsdecode(b"caf\xe9.csv"))

    mirror().refresh()

    names = ["-rf.csv", "A.csv", "a.csv", r"caf\xe9.csv", r"two\x0alines.csv"]
    assert sorted(contents(mirror())) == names
    assert {len(path.name) for path in mirror().folder.path.glob("*.csv")} == {53}


def test_a_touched_file_is_a_sign_of_life_and_keeps_its_file(
    mirror: Open, drop: Drop, clock: VirtualClock
) -> None:
    drop("a.csv")
    [before] = mirror().refresh().values()
    clock.at += timedelta(days=1)

    drop("a.csv", at=50_000)
    [after] = mirror().refresh().values()

    assert after.file == before.file
    assert after.as_of == before.as_of + 86_400 + 10 - (before.as_of - MIDNIGHT)


def test_the_newest_file_is_the_newest_of_the_place(
    mirror: Open, drop: Drop, clock: VirtualClock
) -> None:
    mirror().refresh()
    clock.at += timedelta(hours=1)
    drop("b.csv", at=100)
    drop("a.csv", at=300)

    files = mirror().refresh()
    clock.at += timedelta(hours=1)
    # It was moved there later, with its time.
    drop("c.csv", at=200)
    files = mirror().refresh()

    ages = {file.name: file.as_of for file in files.values()}
    assert ages["a.csv"] == MIDNIGHT + 3600
    assert (ages["a.csv"] - ages["c.csv"], ages["a.csv"] - ages["b.csv"]) == (100, 200)


def test_a_first_listing_believes_no_old_file_to_be_new(mirror: Open, drop: Drop) -> None:
    drop("old.csv", at=-500_000)
    drop("ahead.csv", at=500_000)

    files = mirror().refresh()

    ages = {file.name: file.as_of - MIDNIGHT for file in files.values()}
    assert ages == {"old.csv": -500_000, "ahead.csv": 0}


def test_a_file_that_is_gone_stays_in_the_mirror(
    mirror: Open, drop: Drop, clock: VirtualClock
) -> None:
    path = drop("a.csv")
    mirror().refresh()
    path.unlink()

    [file] = mirror().refresh().values()

    assert file.gone_at == clock.now()
    assert contents(mirror()) == {"a.csv": "text"}


def test_a_file_that_can_be_read_once_is_asked_for_once(
    mirror: Open, drop: Drop, place: FolderPlace
) -> None:
    path = drop("a.csv")
    with paused_at("mirror-part", 1, path.unlink):
        mirror().refresh()

    mirror().refresh()

    assert contents(mirror()) == {"a.csv": "text"}
    assert place.requests.count("fetch out/a.csv") == 1


@pytest.mark.parametrize("point", ["mirror-part", "mirror-named", "mirror-listed"])
@pytest.mark.parametrize("is_taken", [True, False])
def test_a_crash_in_a_fetch_loses_nothing(
    mirror: Open, drop: Drop, point: str, is_taken: bool
) -> None:
    path = drop("a.csv")
    with killed_at(point, 1) as passed:
        mirror().refresh()
    if is_taken:
        path.unlink()

    mirror().refresh()

    assert passed == [point]
    assert contents(mirror()) == {"a.csv": "text"}
    assert not [*mirror().folder.path.glob("*.part")]


def test_a_file_that_was_taken_in_the_middle_of_a_fetch_is_reported(
    mirror: Open, drop: Drop, tmp_path: Path
) -> None:
    path = drop("a.csv", "whole text")
    with killed_at("mirror-part", 1):
        mirror().refresh()
    [part] = (tmp_path / "mirror").glob("*.part")
    part.write_text("whole")
    path.unlink()

    [file] = mirror().refresh().values()

    assert file.problem.startswith("was taken from the place while it was fetched")


def test_a_file_that_is_too_large_is_not_fetched(
    mirror: Open, drop: Drop, place: FolderPlace
) -> None:
    drop("a.csv", bytes((1 << 20) + 1))

    [file] = mirror().refresh().values()

    assert file.problem == "has more than 1 MB; raise `max_mb`"
    assert place.requests == ["list out", "list out"]


def test_an_unavailable_place_is_tried_again(mirror: Open, drop: Drop, place: FolderPlace) -> None:
    drop("a.csv")
    place.fails["fetch"] = UnavailableError(ACCOUNT, "fetch", "no answer")

    with pytest.raises(UnavailableError, match="no answer"):
        mirror().refresh()
    mirror().refresh()

    assert contents(mirror()) == {"a.csv": "text"}


@pytest.mark.parametrize(("content", "at"), [("longer text", 0), ("", 0), ("next", 1)])
def test_a_file_that_changed_after_the_listing_is_left_to_the_next_run(
    mirror: Open, drop: Drop, place: FolderPlace, *, content: str, at: int
) -> None:
    def change(verb: str) -> None:
        if verb == "fetch":
            drop("a.csv", content, at=at)

    drop("a.csv")
    place.on_request = change

    with pytest.raises(UnavailableError, match="it changed while it was read"):
        mirror().refresh()
    early = contents(mirror())
    mirror().refresh()

    assert (early, contents(mirror())) == ({}, {"a.csv": content})


def test_one_file_that_never_comes_holds_back_no_other(
    mirror: Open, drop: Drop, place: FolderPlace
) -> None:
    drop("a.csv")

    def fail(verb: str) -> None:
        if verb == "fetch" and place.requests[-1].endswith("a.csv"):
            raise UnavailableError(ACCOUNT, verb, "it changed")

    place.on_request = fail
    for _ in range(2):
        with pytest.raises(UnavailableError):
            mirror().refresh()
    drop("b.csv", at=1)
    files = mirror().refresh()

    assert files[b"a.csv"].problem == "could not be fetched 3 times: it changed"
    assert contents(mirror()) == {"b.csv": "text"}


def test_a_file_that_the_place_denies_is_reported(
    mirror: Open, drop: Drop, place: FolderPlace
) -> None:
    drop("a.csv")
    place.fails["fetch"] = RefusedError(ACCOUNT, "fetch", "permission denied")

    [denied] = mirror().refresh().values()
    [fetched] = mirror().refresh().values()

    assert (denied.problem, fetched.problem) == ("permission denied", "")


def test_a_second_look_that_the_place_denies_changes_nothing(
    mirror: Open, drop: Drop, place: FolderPlace, clock: VirtualClock
) -> None:
    """A place may let each file be read once."""
    drop("a.csv")
    opened = mirror(quiet_s=0)
    opened.refresh()
    clock.at += timedelta(minutes=1)
    place.fails["fetch"] = RefusedError(ACCOUNT, "fetch", "was read before")

    [file] = opened.refresh().values()
    opened.refresh()

    assert (file.problem, file.is_final) == ("", True)
    assert contents(opened) == {"a.csv": "text"}
    assert place.requests.count("fetch out/a.csv") == 2


def test_more_files_than_allowed_wait_for_the_next_run(mirror: Open, drop: Drop) -> None:
    for number in range(3):
        drop(f"{number}.csv", at=number)
    opened = mirror(max_files=2)

    opened.refresh()

    assert opened.notes[0] == "not read yet: 2.csv, because of `max_files`"
    assert sorted(contents(opened)) == ["0.csv", "1.csv"]
    opened.refresh()
    assert len(contents(opened)) == 3


def test_a_damaged_list_is_told_in_one_line(mirror: Open, drop: Drop, tmp_path: Path) -> None:
    drop("a.csv")
    mirror().refresh()
    (tmp_path / "mirror" / file_list.LIST).write_text("{")

    with pytest.raises(UnavailableError, match="is damaged; remove it"):
        mirror().refresh()


def test_two_runs_do_not_change_the_mirror_at_the_same_time(
    mirror: Open, drop: Drop, place: FolderPlace, clock: VirtualClock
) -> None:
    drop("a.csv")
    mirror().refresh()
    place.requests.clear()
    began = clock.now()

    with mirror().folder.locked(), pytest.raises(UnavailableError, match="another run reads"):
        mirror().refresh()

    assert clock.now() - began == timedelta(seconds=60)
    assert place.requests == []
