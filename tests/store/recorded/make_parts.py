"""Makes `799b213-parts.json`: orders that a Supplier's shop sent in parts, as that code left them.

Run once with that code, and never again; `make_services.py` says how.

That code reported the first parcel as the whole order, and refused the second one. Where both were
sent before a run, WooCommerce reported the newest number only.
"""

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.accounts.contract.examples import line
from tests.scenarios.faults.conftest import foreign
from tests.scenarios.faults.portal import Troubled
from tests.store.recorded.make_services import SERVICE
from tests.store.recorded.packing import packed_files, packed_state

KINDS = ("shopify", "woocommerce")
NUMBERS = ("OPEN", "PART", "BOTH", "AT-ONCE")


def work(troubled: Troubled, kind: str) -> None:
    """Send one of three units of PART, and all units of the others in two parcels."""
    pair = troubled.pair
    ids = {number: pair.imported(number, line("MUG", 3))[1] for number in NUMBERS}
    for number in ("PART", "BOTH"):
        ship(troubled, kind, ids[number], f"1Z-{number}-1", 1)
    pair.run("update-tracking")
    ship(troubled, kind, ids["BOTH"], "1Z-BOTH-2", 2)
    for count in (1, 2):
        ship(troubled, kind, ids["AT-ONCE"], f"1Z-AT-ONCE-{count}", count)
    pair.run("update-tracking")


def ship(troubled: Troubled, kind: str, order_id: str, number: str, count: int) -> None:
    """Send units of an order in a parcel."""
    fake: Any = troubled.foreign.fake
    troubled.clock.sleep(60)
    if kind == "shopify":
        fake.ship(f"gid://shopify/Order/{order_id}", number, lines={"MUG": count})
    else:
        units = {"MUG": count}
        fake.ship(int(order_id), number, way="fulfillment", quantities=units, complete=False)


def main(target: Path) -> None:
    made: dict[str, Any] = {}
    for kind in KINDS:
        with (
            tempfile.TemporaryDirectory() as name,
            foreign("supplier", kind, Path(name)) as troubled,
        ):
            work(troubled, kind)
            fake: Any = troubled.foreign.fake
            recorded = {
                "at": troubled.clock.now().isoformat(),
                "files": packed_files(Path(name)),
                "service": packed_state(fake.shop),
            }
            text = json.dumps(recorded).replace(fake.url, SERVICE)
            assert name not in text
            made[f"{kind}-supplier"] = json.loads(text)
    content = json.dumps(made, indent=0, ensure_ascii=False, separators=(",", ":"))
    target.write_text(content + "\n", "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
