from pathlib import Path

import pytest

from ordosync.accounts.files.places import opening
from tests.support.places import FolderPlace, Partner


@pytest.fixture(name="place")
def _place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FolderPlace:
    """Return the place of all accounts, with two folders."""
    for name in ("in", "staging"):
        (tmp_path / "place" / name).mkdir(parents=True)
    place = FolderPlace(tmp_path / "place")
    monkeypatch.setattr(opening, "open_place", lambda *_, **__: place)
    return place


@pytest.fixture(name="partner")
def _partner(place: FolderPlace) -> Partner:
    return Partner(place.folder / "in")
