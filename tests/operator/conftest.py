from pathlib import Path

import pytest

from tests.support.merchants import TwoMerchants


@pytest.fixture(name="depot")
def _depot(tmp_path: Path) -> TwoMerchants:
    """Return two Merchants with three imported orders: Ann's 1001 and 1002, and Bob's 1001."""
    depot = TwoMerchants(tmp_path)
    depot.feed(
        "ann",
        "1001,2026-11-23T10:00:00,MUG,2,Cust 5,DE",
        "1002,2026-11-24T10:00:00,CUP,1,Ann Other,DE",
    )
    depot.feed("bob", "1001,2026-11-23T10:00:00,MUG,3,Zoë Müller,DE")
    depot.imported()
    return depot
