from pathlib import Path

import pytest

from ordosync.embedded.database import EmbeddedFile
from ordosync.embedded.desk import Desk


@pytest.fixture(name="path")
def _path(tmp_path: Path) -> Path:
    return tmp_path / "northwind.db"


@pytest.fixture(name="file")
def _file(path: Path) -> EmbeddedFile:
    return EmbeddedFile(name="northwind", path=path)


@pytest.fixture(name="desk")
def _desk(path: Path) -> Desk:
    return Desk(name="northwind", path=path)
