"""Makes `799b213-services.json`: stores and services, as the code of that commit leaves them.

Run once with that code, and never again: later code would make what it expects itself.

    git worktree add OLD 799b213
    mkdir OLD/tests/stores; cp tests/store/recorded/{packing,make_services}.py OLD/tests/stores
    cd OLD; python -m tests.store.recorded.make_services 799b213-services.json

Each of three fake services is a Merchant
once and a Supplier once, with a local account on the other side. The number of each order
says what happened to it. What the fake holds is kept with the store.
"""

import json
import sys
import tempfile
from collections.abc import Mapping
from math import inf
from pathlib import Path
from typing import Any, Literal

from tests.accounts.contract.examples import line, parcel, product, sold
from tests.accounts.contract.people import SupplierPeople
from tests.scenarios.faults.conftest import foreign
from tests.scenarios.faults.portal import Troubled
from tests.store.recorded.packing import packed_files, packed_state

ROLES = ("merchant", "supplier")
KINDS = ("ordoro", "shopify", "woocommerce")
SERVICE = "@service@"
"""Replaces the address of the fake, which changes with each start."""
_IMPORTED = (
    "OPEN", "SHIPPED", "VOIDED", "RELABELLED", "CANCELLED", "BY-SUPPLIER", "LATE", "AGAIN",
    "SPLIT",
)  # fmt: skip
LAST = ("LAST-1", "LAST-2")
"""One of them arrived without a response, and one waits; which of the two is random."""

Ids = Mapping[str, tuple[str, str]]


def work(troubled: Troubled) -> None:
    """Create orders in each state."""
    pair, lacks = troubled.pair, troubled.merchant.lacks | troubled.supplier.lacks
    troubled.merchant.add_product(product("MUG"))
    pair.run("import-products")
    troubled.supplier.count("MUG", 500)
    numbers = _IMPORTED if isinstance(troubled.foreign, SupplierPeople) else (*_IMPORTED, *LAST)
    ids = {number: pair.imported(number, line("MUG", 2)) for number in numbers}
    _ship(troubled, ids)
    _cancel(troubled, ids, can_request_again="requesting-again" not in lacks)
    if "split-order" not in lacks:
        first, *_ = troubled.supplier.split(ids["SPLIT"][1], (1,), (1,))
        pair.run("split-order")
        troubled.supplier.ship(first, parcel(number="1Z-SPLIT"))
        pair.run("update-tracking")
    pair.run("write-inventory-back")
    _trouble(troubled, ids)


def _ship(troubled: Troubled, ids: Ids) -> None:
    for number in ("SHIPPED", "VOIDED", "RELABELLED"):
        troubled.supplier.ship(ids[number][1], parcel(number=f"1Z-{number}"))
    troubled.pair.run("update-tracking")
    for number in ("VOIDED", "RELABELLED"):
        troubled.supplier.void(ids[number][1])
    troubled.pair.run("update-tracking")
    troubled.supplier.ship(ids["RELABELLED"][1], parcel(number="1Z-RELABELLED-2"))
    troubled.pair.run("update-tracking")


def _cancel(troubled: Troubled, ids: Ids, *, can_request_again: bool) -> None:
    troubled.supplier.cancel(ids["BY-SUPPLIER"][1])
    troubled.supplier.ship(ids["LATE"][1], parcel(number="1Z-LATE"))
    for number in ("CANCELLED", "AGAIN", "LATE"):
        troubled.merchant.cancel(ids[number][0])
    for task in ("cancel-orders", "update-tracking", "import-orders"):
        troubled.pair.run(task)
    if can_request_again:
        troubled.merchant.request_again(ids["AGAIN"][0])
        troubled.pair.run("import-orders")


def _trouble(troubled: Troubled, ids: Ids) -> None:
    """Lose the response to the last write at the service, and leave another write waiting."""
    write: Literal["create-order", "add-tracking"]
    if isinstance(troubled.foreign, SupplierPeople):
        write, task = "create-order", "import-orders"
        for number in LAST:
            troubled.merchant.request(sold(number, line("MUG", 2)))
    else:
        write, task = "add-tracking", "update-tracking"
        for number in LAST:
            troubled.supplier.ship(ids[number][1], parcel(number=f"1Z-{number}"))
    troubled.pair.merchant.settle()
    troubled.foreign.meet("lost-reset", write)
    troubled.foreign.meet("throttled", write, times=inf)
    troubled.run(task)
    troubled.foreign.heal()


def world(role: Any, kind: str, folder: Path) -> Mapping[str, Any]:
    """Return a world as JSON."""
    with foreign(role, kind, folder) as troubled:
        work(troubled)
        fake: Any = troubled.foreign.fake
        assert not getattr(fake.shop, "jobs", ())
        return {
            "at": troubled.clock.now().isoformat(),
            "files": packed_files(folder),
            "service": packed_state(fake.shop),
            "url": fake.url,
        }


def main(target: Path) -> None:
    made: dict[str, Any] = {}
    for role in ROLES:
        for kind in KINDS:
            with tempfile.TemporaryDirectory() as name:
                recorded = dict(world(role, kind, Path(name)))
                text = json.dumps(recorded).replace(recorded.pop("url"), SERVICE)
                assert name not in text
                made[f"{kind}-{role}"] = {k: v for k, v in json.loads(text).items() if k != "url"}
    content = json.dumps(made, indent=0, ensure_ascii=False, separators=(",", ":"))
    target.write_text(content + "\n", "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
