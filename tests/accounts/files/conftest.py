import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.accounts.contract.opening import OpenMerchant
from tests.accounts.files.opening import NOON, open_merchant

Drop = Callable[[str, str], Path]
Make = Callable[..., OpenMerchant]


@pytest.fixture(name="drop")
def _drop(tmp_path: Path) -> Drop:
    """Return a function that drops files, each a second younger than the one before."""
    dropped: list[Path] = []

    def drop(name: str, text: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        dropped.append(path)
        os.utime(path, (NOON.timestamp() + len(dropped),) * 2)
        return path

    return drop


@pytest.fixture(name="make")
def _make(tmp_path: Path) -> Iterator[Make]:
    """Return a function that opens a Merchant with all parts, or with other options."""
    made: list[OpenMerchant] = []

    def make(**options: Any) -> OpenMerchant:
        merchant = open_merchant(tmp_path, **options)
        made.append(merchant)
        return merchant

    yield make
    for merchant in made:
        merchant.close()
