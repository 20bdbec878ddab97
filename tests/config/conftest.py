"""Configurations are written to a file and loaded from it, with kinds of account for tests."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ordosync.accounts import KINDS
from ordosync.config import Config, load_config
from ordosync.errors import ConfigError

from . import kinds

LEAST = """\
accounts:
  acme: {kind: shop, token: "${TOKEN}"}
  northwind: {kind: depot}
portals:
  acme-northwind:
    merchant: acme
    supplier: northwind
"""
"""The smallest valid configuration."""

Load = Callable[[str], Config]
Problems = Callable[[str], list[str]]


@pytest.fixture(autouse=True)
def _kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(KINDS, "shop", f"{kinds.__name__}:Shop")
    monkeypatch.setitem(KINDS, "depot", f"{kinds.__name__}:Depot")
    monkeypatch.setenv("TOKEN", "from-the-environment")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A configuration that only its owner can read."""
    path = tmp_path / "config.yaml"
    path.touch(mode=0o600)
    path.write_text(LEAST)
    return path


@pytest.fixture
def load(file: Path) -> Load:
    """Write a configuration and load it."""

    def write_and_load(text: str) -> Config:
        file.write_text(text)
        return load_config(file)

    return write_and_load


@pytest.fixture
def problems(load: Load) -> Problems:
    """Write an invalid configuration and return its problems."""

    def write_and_fail(text: str) -> list[str]:
        with pytest.raises(ConfigError) as raised:
            load(text)
        return list(raised.value.problems)

    return write_and_fail
