"""Stores and fake services as earlier code left them: `make_services.py`, `make_parts.py`."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.fakes.ordoro import state as ordoro
from tests.fakes.shopify import state as shopify
from tests.fakes.woocommerce import state as woocommerce
from tests.scenarios.faults.conftest import foreign
from tests.scenarios.faults.portal import Troubled
from tests.store.recorded.make_services import KINDS, ROLES, SERVICE
from tests.store.recorded.packing import unpack_files, unpack_state

WORLDS = [(role, kind) for role in ROLES for kind in KINDS]
_STATES = {"ordoro": ordoro, "shopify": shopify, "woocommerce": woocommerce}


@contextmanager
def old_service(
    role: Any, kind: str, folder: Path, *, name: str = "799b213-services.json"
) -> Iterator[Troubled]:
    """Open the portal again as the code of that commit left it: store, both accounts, and time.

    The ledger of the service's writes starts empty.
    """
    path = Path(__file__).with_name(name)
    recorded = json.loads(path.read_text("utf-8"))[f"{kind}-{role}"]
    unpack_files(recorded["files"], folder)
    config = (folder / "config.yaml").read_text()
    with foreign(role, kind, folder) as troubled:
        fake: Any = troubled.foreign.fake
        unpack_state(recorded["service"], fake.shop, _STATES[kind])
        troubled.pair.path.write_text(config.replace(SERVICE, fake.url))
        troubled.clock.at = datetime.fromisoformat(recorded["at"])
        yield troubled
