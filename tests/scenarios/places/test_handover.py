"""Orders that are handed over to a place, by the command line."""

import pytest

from tests.scenarios.places.world import BLIND, PlaceWorld


def test_orders_are_handed_over_once(world: PlaceWorld) -> None:
    world.drop("1", "2")

    first = world.import_orders()
    world.partner.take()
    second = world.import_orders()

    assert (first.counts, second.counts) == ({"seen": 2, "done": 2}, {"seen": 0})
    world.partner.take()
    assert world.partner.names == ["PO_1.csv", "PO_2.csv"]


def test_sizes_and_counts_of_files_are_in_the_run(world: PlaceWorld) -> None:
    world.drop("1", "2")
    planned = world.run("import-orders", "--dry-run", "--json")

    world.import_orders()

    world.partner.take()
    size = sum(len(content) for _, content in world.partner.taken)
    assert planned.json["plans"][0]["note"] is None
    assert f"run 1: 2 files handed over ({size} bytes)" in world.run("show", "1").err
    world.drop("3")
    world.import_orders()
    assert "run 2: 1 file handed over" in world.run("show", "2").err


def test_order_waits_for_a_place_that_is_down(world: PlaceWorld) -> None:
    world.drop("1")
    world.place.is_down = True
    waiting = world.import_orders()
    world.place.is_down = False

    step = world.step()
    done = world.run("retry", "--all", "--json")

    assert waiting.counts == {"seen": 1, "waiting": 1}
    assert "no connection" in step["reason"]
    assert done.counts == {"seen": 1, "done": 1}
    world.partner.take()
    assert world.partner.names == ["PO_1.csv"]


def test_dry_run_changes_nothing_at_the_place(world: PlaceWorld) -> None:
    world.drop("1")

    planned = world.run("import-orders", "--dry-run", "--json")

    assert [len(plan["steps"]) for plan in planned.json["plans"]] == [1]
    assert world.place.requests == []
    assert not (world.folder / "ordosync.db.places").exists()
    assert world.import_orders().counts == {"seen": 1, "done": 1}


@pytest.mark.parametrize(
    ("option", "count"), [(("--sent", "1"), 1), (("--not-sent",), 2)], ids=["sent", "not-sent"]
)
def test_operator_settles_an_order_of_unknown_outcome(
    world: PlaceWorld, option: tuple[str, ...], count: int
) -> None:
    world.drop("1")
    world.place.denied = {*BLIND}
    world.kill_import("outbox-published")
    world.partner.take()
    unknown = world.import_orders()
    step = world.step()
    listed = world.run("attention", "--json").json["attention"]

    settled = world.run("retry", str(step["id"]), *option, "--yes", "--json")

    assert unknown.counts == {"seen": 1, "waiting": 1}
    assert (step["state"], step["code"]) == ("unknown", "not-shown")
    assert [entry["code"] for entry in listed] == ["not-shown"]
    assert settled.code == 0
    assert world.import_orders().counts == {"seen": 0}
    world.partner.take()
    assert len(world.partner.taken) == count


def test_wrong_id_does_not_settle_an_order(world: PlaceWorld) -> None:
    world.drop("1")
    world.place.denied = {*BLIND}
    world.kill_import("outbox-published")
    world.import_orders()

    refused = world.run("retry", str(world.step()["id"]), "--sent", "2", "--yes")

    assert refused.code == 2
    assert "arrived as order 1" in refused.err
    assert world.import_orders().counts == {"seen": 1, "waiting": 1}


def test_log_shows_that_a_file_was_taken_before_it_was_seen(world: PlaceWorld) -> None:
    world.drop("1")
    world.kill_import("outbox-published")
    world.partner.take()
    world.import_orders()

    step = world.step()

    assert (step["state"], step["code"]) == ("done", "taken-away")
    assert "PO_1.csv was taken away" in step["reason"]


def test_order_that_was_taken_unseen_needs_attention_without_a_parcel(world: PlaceWorld) -> None:
    world.drop("1")
    world.kill_import("outbox-published")
    world.partner.take()
    world.import_orders()
    world.drop("2")
    world.import_orders()

    listed = world.run("attention", "--days", "0", "--json").json["attention"]

    found = {entry["merchant"]: (entry["severity"], entry["reason"]) for entry in listed}
    assert [*found] == ["1"], "no other order can have a parcel in this portal"
    assert found["1"][0] == "normal"
    assert "PO_1.csv was taken away before it was seen" in found["1"][1]
