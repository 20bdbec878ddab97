from pathlib import Path

import pytest

from ordosync.accounts.files.places import opening
from tests.scenarios.places import reading
from tests.scenarios.places.reading import ReadingWorld
from tests.scenarios.places.world import CONFIG, PlaceWorld
from tests.support.command import shop
from tests.support.places import FolderPlace


@pytest.fixture(name="world")
def _world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PlaceWorld:
    """Return a shop whose orders are handed over to a depot at a place."""
    (tmp_path / "place" / "in").mkdir(parents=True)
    place = FolderPlace(tmp_path / "place")
    monkeypatch.setattr(opening, "open_place", lambda *_, **__: place)
    shop(tmp_path, config=CONFIG)
    return PlaceWorld(tmp_path, place)


@pytest.fixture(name="read")
def _read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ReadingWorld:
    """Return a shop whose order files are at a place."""
    (tmp_path / "place" / "out" / "done").mkdir(parents=True)
    place = FolderPlace(tmp_path / "place")
    monkeypatch.setattr(opening, "open_place", lambda *_, **__: place)
    shop(tmp_path, config=reading.CONFIG)
    return ReadingWorld(tmp_path, place)
