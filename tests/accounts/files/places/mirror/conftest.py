import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ordosync.accounts.files.places.mirror.folder import MirrorFolder
from ordosync.accounts.files.places.mirror.mirror import Mirror
from ordosync.accounts.files.places.patience import Patience
from ordosync.accounts.files.places.patterns import NamePattern
from ordosync.accounts.files.places.place import Place
from tests.support.clock import VirtualClock
from tests.support.places import FolderPlace

MIDNIGHT = 1_793_577_600
"""The start of the clock of tests, and of the clock of the place."""
Drop = Callable[..., Path]
Open = Callable[..., Mirror]


@pytest.fixture(name="clock")
def _clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture(name="place")
def _place(tmp_path: Path) -> FolderPlace:
    (tmp_path / "place" / "out").mkdir(parents=True)
    return FolderPlace(tmp_path / "place")


@pytest.fixture(name="drop")
def _drop(place: FolderPlace) -> Drop:
    """Return a function that puts a file into the place, with a time of its clock."""

    def drop(name: str, content: str | bytes = "text", *, at: int = 0) -> Path:
        path = place.folder / "out" / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        os.utime(path, (MIDNIGHT + at, MIDNIGHT + at))
        return path

    return drop


@pytest.fixture(name="mirror")
def _mirror(tmp_path: Path, place: FolderPlace, clock: VirtualClock) -> Open:
    """Return a function that opens the mirror, as a run does."""

    def open_mirror(glob: str = "out/*.csv", at: Place | None = None, **options: Any) -> Mirror:
        folder = MirrorFolder(
            tmp_path / "mirror", account="account acme", action="read orders", clock=clock
        )
        settings = {"quiet_s": 10, "ready": "", "max_files": 100, "most_bytes": 1 << 20}
        return Mirror(
            folder,
            NamePattern.of(Path(glob)),
            at or place,
            account="account acme",
            clock=clock,
            patience=Patience(clock),
            **{**settings, **options},
        )

    return open_mirror


def contents(mirror: Mirror) -> dict[str, str]:
    """Return the contents of the files in a mirror, by the names at the place."""
    folder = mirror.folder
    return {
        file.name: (folder.path / file.file).read_text()
        for file in folder.load().values()
        if file.file
    }
