"""Case 57 at a place: what the outbox and the messages have of a person, and for how long."""

import pytest

from tests.scenarios.places.world import PlaceWorld
from tests.support.command import Done

PERSON = "Canaria Birdsong"


def assert_silent(*results: Done) -> None:
    for result in results:
        assert PERSON not in result.out + result.err


def files_with_person(world: PlaceWorld) -> list[str]:
    """Return the files that have the person, but for the shop's own feed and its copies."""
    own = {"feeds", "place", "ordosync.db.spool"}
    return [
        str(path.relative_to(world.folder))
        for path in world.folder.rglob("*")
        if path.is_file()
        and own.isdisjoint(path.relative_to(world.folder).parts)
        and PERSON.encode() in path.read_bytes()
    ]


def skip_orders(world: PlaceWorld) -> None:
    """Let a rule skip all orders."""
    rule = 'skip_orders: [{column: qty, matches: "^1$", reason: test}]\n      currency: EUR\n'
    config = (world.folder / "config.yaml").read_text()
    (world.folder / "config.yaml").write_text(config.replace("currency: EUR\n", rule))


def test_nothing_stays_of_a_person_once_the_order_is_there(world: PlaceWorld) -> None:
    world.drop("1", name=PERSON)

    done = world.import_orders()

    assert done.counts == {"seen": 1, "done": 1}
    assert files_with_person(world) == []
    assert_silent(done, world.run("show", "1"), world.run("backup", "b.db"))


@pytest.mark.parametrize("denied", [{"store"}, {"rename"}, {"size", "list", "remove"}])
def test_order_that_waits_is_private_and_no_message_has_its_person(
    world: PlaceWorld, denied: set[str]
) -> None:
    world.drop("1", name=PERSON)
    world.place.denied = denied

    results = [
        world.run(*words)
        for words in (
            ("import-orders", "--debug"),
            ("show", "1", "--json"),
            ("attention", "--json"),
            ("health", "-v"),
            ("place", "try", "warehouse"),
        )
    ]

    assert_silent(*results)
    private = [world.folder / name for name in files_with_person(world)]
    assert {path.suffix for path in private} <= {".made"}
    assert not any(path.stat().st_mode & 0o077 for path in private)


def test_nothing_stays_of_an_order_that_was_withdrawn_before_it_was_there(
    world: PlaceWorld,
) -> None:
    world.drop("1", name=PERSON)
    world.place.is_down = True
    world.import_orders()
    assert files_with_person(world) != []
    world.place.is_down = False
    skip_orders(world)

    world.run("retry", "--all")
    world.import_orders()

    assert files_with_person(world) == []
    assert [*(world.place.folder / "in").iterdir()] == []


def test_purge_names_the_files_at_the_place(world: PlaceWorld) -> None:
    world.drop("1", name=PERSON)
    world.import_orders()

    purged = world.run("purge", "--order", "1", "--account", "shop", "--yes")

    assert purged.code == 0
    assert "files of account warehouse: in at its place" in " ".join(purged.err.split())


def test_purge_reaches_an_order_that_was_never_handed_over(world: PlaceWorld) -> None:
    world.drop("1", name=PERSON)
    world.place.is_down = True
    world.import_orders()
    world.place.is_down = False
    skip_orders(world)
    world.run("retry", "--all")
    assert files_with_person(world) != []

    purged = world.run("purge", "--order", "1", "--account", "shop", "--yes")

    assert purged.code == 0
    assert files_with_person(world) == []
    assert [*(world.place.folder / "in").iterdir()] == []
