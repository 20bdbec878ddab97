"""A resident worker whose configuration is edited: its connections are shared, then closed."""

from pathlib import Path

import pytest

from ordosync.engine.scheduling.resident import Resident
from ordosync.engine.scheduling.tick import Tick
from ordosync.errors import ConfigError
from tests.engine.scheduling.residents import resident_of
from tests.support.command import CONFIG, shop
from tests.support.stores import configured


class FakePlace:
    """A place that counts how often it is closed."""

    closed: int = 0

    def close(self) -> None:
        self.closed += 1


@pytest.fixture(name="path")
def _path(tmp_path: Path) -> Path:
    # Nothing is opened there.
    shop(tmp_path, config=configured(CONFIG, "postgresql://127.0.0.1:9/orders"))
    return tmp_path / "config.yaml"


@pytest.fixture(name="resident")
def _resident(path: Path) -> Resident:
    return resident_of(path)


def used(tick: Tick) -> FakePlace:
    """Return the place that the runs of a configuration use, which is opened if necessary."""
    place = tick.connections.place("acme", "place", FakePlace)  # type: ignore[arg-type]
    assert isinstance(place, FakePlace)
    return place


def edit(path: Path) -> None:
    with path.open("a") as file:
        file.write("# edited\n")


def test_runs_share_their_connections_until_the_configuration_is_edited(
    resident: Resident, path: Path
) -> None:
    with resident._current() as one, resident._current() as other:
        assert used(one) is used(other)
        edit(path)
        with resident._current() as edited:
            assert used(edited) is not used(one)


def test_connections_of_an_edited_configuration_are_closed_after_its_last_run(
    resident: Resident, path: Path
) -> None:
    with resident._current() as first:
        place = used(first)
        with resident._current():
            edit(path)
            with resident._current() as edited:
                current = used(edited)
        assert place.closed == 0

    assert place.closed == 1
    assert current.closed == 0


def test_connections_that_no_run_uses_are_closed_by_the_edit(
    resident: Resident, path: Path
) -> None:
    with resident._current() as first:
        place = used(first)
    edit(path)

    with resident._current():
        assert place.closed == 1


def test_an_invalid_configuration_begins_nothing_and_closes_nothing(
    resident: Resident, path: Path
) -> None:
    with resident._current() as first:
        place = used(first)
    valid = path.read_text()
    path.write_text("portals: 7\n")

    for _ in range(2):
        with pytest.raises(ConfigError), resident._current():
            pass
    path.write_text(valid)

    with resident._current() as again:
        assert used(again) is place
    assert place.closed == 0
