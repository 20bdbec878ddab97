"""`place try`: what a place allows, and that nothing stays there."""

from pathlib import Path

import pytest

from tests.scenarios.places.conftest import _world  # noqa: F401 - a fixture
from tests.scenarios.places.world import PlaceWorld


def answers(world: PlaceWorld) -> dict[str, str | None]:
    done = world.run("place", "try", "warehouse", "--json")
    return {entry["request"]: entry["answer"] for entry in done.json["tried"]}


def test_each_request_is_tried_and_nothing_stays(world: PlaceWorld) -> None:
    done = world.run("place", "try", "warehouse")

    assert done.code == 0
    assert "rename" in done.out
    assert list((world.place.folder / "in").iterdir()) == []


def test_drop_only_place_is_enough_and_its_limits_are_named(world: PlaceWorld) -> None:
    world.place.denied = {"size", "list", "remove", "fetch"}

    done = world.run("place", "try", "warehouse")

    assert done.code == 0
    assert "`ordosync retry --sent` or `--not-sent` may need you" in " ".join(done.err.split())
    assert answers(world)["remove"] == "permission denied"


@pytest.mark.parametrize(
    ("verb", "request_"), [("store", "write"), ("rename", "rename")], ids=["store", "rename"]
)
def test_place_that_cannot_take_files_is_a_problem(
    world: PlaceWorld, verb: str, request_: str
) -> None:
    world.place.denied = {verb}

    done = world.run("place", "try", "warehouse")

    assert done.code == 1
    assert answers(world)[request_] == "permission denied"
    assert "nothing can be handed over there" in done.err


def test_missing_folder_is_reported(world: PlaceWorld) -> None:
    (world.place.folder / "in").rmdir()

    assert world.run("place", "try", "warehouse").code == 1
    assert answers(world) == {"write": "no such file"}


@pytest.mark.parametrize("name", ["warehous", "shop"])
def test_account_without_a_place_is_a_usage_error(world: PlaceWorld, name: str) -> None:
    done = world.run("place", "try", name)

    assert done.code == 2
    assert done.err.count("\n") == 1


def test_partner_never_sees_the_file_of_a_trial(world: PlaceWorld, tmp_path: Path) -> None:
    del tmp_path
    world.place.on_request = lambda _: world.partner.take()

    world.run("place", "try", "warehouse")

    assert world.partner.taken == []
