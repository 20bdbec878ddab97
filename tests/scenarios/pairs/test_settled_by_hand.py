"""Orders that an operator settles as sent, between any two accounts."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ordosync.accounts.connections import Connections
from ordosync.config import load_config
from ordosync.database import sqlite3
from ordosync.engine import open_portal, register
from ordosync.engine.execution.resolve import check_sent, settle_as_sent
from ordosync.errors import UsageError
from ordosync.store import Store
from ordosync.store.step_rows import StepRow
from tests.accounts.contract.examples import line
from tests.accounts.contract.opening import PORTAL
from tests.accounts.sqlite.people import SqliteSupplierPeople
from tests.scenarios.pairs.kinds import MERCHANTS
from tests.scenarios.pairs.pair import Pair
from tests.support.clock import VirtualClock
from tests.support.runs import run_once
from tests.support.stores import opened

RIVAL = "shop-depot"


def add_rival(pair: Pair) -> None:
    """Configure a second portal of the same Merchant, which imports only manually."""
    known = json.loads(pair.path.read_text())
    known["accounts"]["depot"] = {"kind": "sqlite", "path": "depot.db"}
    first = known["portals"][PORTAL]
    off = {"import-orders": "off"}
    # An embedded Merchant requests orders of a Supplier by name; the others do not.
    named = {"supplier": "northwind"} if known["accounts"]["shop"]["kind"] == "sqlite" else {}
    merchant = {**named, **first["merchant"]}
    known["portals"][RIVAL] = {**first, "merchant": merchant, "supplier": "depot", "tasks": off}
    pair.path.write_text(json.dumps(known))


def of_store(pair: Pair, statement: str) -> list[tuple[object, ...]]:
    with closing(opened(load_config(pair.path).database.path)) as db, db:
        return [tuple(row) for row in db.execute(statement).fetchall()]


def links(pair: Pair) -> list[tuple[object, ...]]:
    return of_store(
        pair, "select kind, merchant_id, supplier_id, generation from links order by 1, 2"
    )


def forget(pair: Pair) -> StepRow:
    """Change the store as if the only order had been refused."""
    of_store(pair, "delete from links")
    of_store(pair, "delete from claims")
    of_store(pair, "update steps set state = 'failed', code = 'refused'")
    with Store.open(load_config(pair.path).database) as store:
        [row] = store.steps.failed(PORTAL, "import-orders")
    return row


def settle(pair: Pair, row: StepRow, supplier_id: str) -> str:
    pair.merchant.settle()
    pair.supplier.settle()
    config, clock = load_config(pair.path), pair.merchant.clock
    with Store.open(config.database) as store, closing(Connections(clock)) as connections:
        register(config, store, clock)
        portal = open_portal(config, config.portals[PORTAL], store, connections)
        arrival = check_sent(portal, store, row, supplier_id)
        sender = settle_as_sent(store, row, supplier_id, arrival, now=clock.now())
        portal.merchant.close()
        portal.supplier.close()
    return sender


def test_order_that_carries_our_reference_is_linked_with_its_lines_and_claimed(pair: Pair) -> None:
    add_rival(pair)
    _, supplier_id = pair.imported("1001", line("MUG", 2), line("CUP", 1))
    before, claims = links(pair), of_store(pair, "select * from claims order by line_id")
    row = forget(pair)

    settle(pair, row, supplier_id)

    assert len(before) == 3
    assert links(pair) == before
    assert of_store(pair, "select * from claims order by line_id") == claims
    assert len(claims) == 2


@pytest.fixture(name="typed", params=MERCHANTS)
def _typed(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Pair, str, str]]:
    """Import an order that then carries no reference, as if the Supplier had typed it in."""
    clock = VirtualClock()
    with (
        closing(MERCHANTS[request.param](tmp_path, clock)) as selling,
        closing(SqliteSupplierPeople(tmp_path, clock)) as shipping,
    ):
        pair = Pair(tmp_path, selling, shipping)
        add_rival(pair)
        merchant_id, supplier_id = pair.imported("1001", line("MUG", 2), line("CUP", 1))
        with closing(sqlite3.connect(tmp_path / "northwind.db")) as db, db:
            db.execute("update orders set reference = null")
        yield pair, merchant_id, supplier_id


def import_by_rival(pair: Pair) -> dict[str, int]:
    pair.merchant.settle()
    return run_once(pair.path, "import-orders", RIVAL, pair.merchant.clock).counts


def test_order_that_the_supplier_typed_in_is_linked_and_not_sent_elsewhere(
    typed: tuple[Pair, str, str],
) -> None:
    pair, _, supplier_id = typed
    before = links(pair)

    sender = settle(pair, forget(pair), supplier_id)

    assert sender == ""
    assert links(pair) == before
    assert "done" not in import_by_rival(pair)
    assert len(of_store(pair, "select * from claims where portal = 'shop-northwind'")) == 2


def test_order_that_another_portal_sends_is_not_settled_as_sent(
    typed: tuple[Pair, str, str],
) -> None:
    pair, _, supplier_id = typed
    row = forget(pair)
    assert import_by_rival(pair) == {"done": 1}
    before = links(pair)

    with pytest.raises(UsageError, match="portal shop-depot sends a line of it already, as order"):
        settle(pair, row, supplier_id)

    assert links(pair) == before
    assert of_store(pair, "select distinct portal from claims") == [(RIVAL,)]
    assert of_store(pair, "select state from steps where portal = 'shop-northwind'") == [
        ("failed",)
    ]


def test_order_that_is_gone_at_the_merchant_is_not_settled_as_sent(
    typed: tuple[Pair, str, str],
) -> None:
    pair, merchant_id, supplier_id = typed
    row = forget(pair)
    pair.merchant.cancel(merchant_id)

    with pytest.raises(UsageError, match=f"order {merchant_id} cannot be read at the Merchant"):
        settle(pair, row, supplier_id)

    assert links(pair) == []


def test_order_that_is_gone_at_the_merchant_is_settled_while_its_lines_are_claimed(
    typed: tuple[Pair, str, str],
) -> None:
    pair, merchant_id, supplier_id = typed
    claims = of_store(pair, "select * from claims")
    of_store(pair, "delete from links")
    of_store(pair, "update steps set state = 'unknown'")
    with Store.open(load_config(pair.path).database) as store:
        [row] = store.steps.by_key(PORTAL, "import-orders", [f"{merchant_id}#1"]).values()
    pair.merchant.cancel(merchant_id)

    settle(pair, row, supplier_id)

    assert [link[:3] for link in links(pair)] == [("order", merchant_id, supplier_id)]
    assert of_store(pair, "select * from claims") == claims


def test_order_that_carries_our_reference_is_linked_although_another_portal_sends_it(
    pair: Pair,
) -> None:
    add_rival(pair)
    merchant_id, supplier_id = pair.imported("1001", line("MUG", 2))
    row = forget(pair)
    assert import_by_rival(pair) == {"done": 1}

    sender = settle(pair, row, supplier_id)

    assert sender.startswith("portal shop-depot sends a line of it already, as order ")
    assert pair.link(merchant_id).supplier_id == supplier_id
    assert of_store(pair, "select distinct portal from claims") == [(RIVAL,)]
