"""Edits after the import: group, policy and state of the Supplier's order, for each Supplier kind.

A kind is added to `SUPPLIED`, with the groups that it can write and hold. The Merchant is a local
account; `test_each_merchant_has_its_edits_applied` has the other kinds.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import pytest

from ordosync.config import load_config
from ordosync.database import sqlite3
from ordosync.store import Store
from tests.accounts.contract.examples import line, parcel
from tests.accounts.contract.opening import PORTAL
from tests.accounts.contract.people import MerchantPeople, SupplierPeople
from tests.accounts.files.people import FilesSupplierPeople
from tests.accounts.ordoro.people import OrdoroSupplierPeople
from tests.accounts.shopify.people import ShopifySupplierPeople
from tests.accounts.sqlite.people import SqliteMerchantPeople, SqliteSupplierPeople
from tests.accounts.woocommerce.people import ShopSupplierPeople
from tests.scenarios.pairs.kinds import MERCHANTS
from tests.scenarios.pairs.pair import Pair
from tests.support.clock import VirtualClock

TASK = "import-orders"
STREET, METHOD, NOTES = "7 Canary Lane", "Canary Express", "Mrs Canary next door"
GROUPS = ("address", "lines", "method", "notes")
POLICIES = ("notify", "hold", "apply", "ignore")


@dataclass(frozen=True, kw_only=True)
class Supplied:
    """A kind of Supplier, and what its orders allow."""

    people: type[SupplierPeople]
    groups: tuple[str, ...] = GROUPS
    """The groups that are written to an open order."""
    of_rest: tuple[str, ...] = ()
    """The groups that are written to a partially shipped order."""
    of_pieces: tuple[str, ...] = ("address", "method", "notes")
    """The groups that are written to the pieces of a split order."""
    can_hold: bool = True


SUPPLIED: Mapping[str, Supplied] = {
    "files": Supplied(people=FilesSupplierPeople, of_rest=("lines", "method", "notes")),
    "sqlite": Supplied(people=SqliteSupplierPeople, of_rest=("lines", "notes")),
    "shopify": Supplied(
        people=ShopifySupplierPeople,
        groups=("address", "lines", "notes"),
        of_rest=("address", "lines", "notes"),
        of_pieces=("address", "notes"),
    ),
    "ordoro": Supplied(
        people=OrdoroSupplierPeople,
        groups=("address", "lines", "notes"),
        of_pieces=("address", "notes"),
    ),
    "woocommerce": Supplied(people=ShopSupplierPeople, of_rest=("lines", "method", "notes")),
}
STATES = ("open", "labelled", "partially-shipped", "shipped", "split", "cancelled")
_LACKS = {
    "labelled": "unsent-labels",
    "partially-shipped": "several-parcels",
    "split": "split-order",
    "cancelled": "cancel-orders",
}


def _policies_and_states() -> Iterator[object]:
    """Yield each policy with each state; those that differ by the kind of Supplier are not slow."""
    usual = {"notify": "partially-shipped", "hold": "open", "ignore": "shipped"}
    for policy, state in product(POLICIES, STATES):
        is_fast = usual.get(policy, state) == state
        yield pytest.param(policy, state, marks=() if is_fast else pytest.mark.slow)


@pytest.fixture(name="supplied", params=SUPPLIED)
def _supplied(request: pytest.FixtureRequest) -> Supplied:
    return SUPPLIED[request.param]


@pytest.fixture(name="pair")
def _pair(supplied: Supplied, tmp_path: Path) -> Iterator[Pair]:
    clock = VirtualClock()
    with (
        closing(SqliteMerchantPeople(tmp_path, clock)) as selling,
        closing(supplied.people(tmp_path, clock)) as shipping,
    ):
        yield Pair(tmp_path, selling, shipping)


def bring(pair: Pair, order_id: str, state: str) -> None:
    """Let the Supplier's users bring an order into this state."""
    people = pair.supplier
    acts: Mapping[str, Callable[[], object]] = {
        "open": lambda: None,
        "labelled": lambda: people.label(order_id),
        "partially-shipped": lambda: people.ship_part(order_id, parcel(number=order_id), 1, 0),
        "shipped": lambda: people.ship(order_id, parcel(number=order_id)),
        "split": lambda: people.split(order_id, (2, 0), (0, 1)),
        "cancelled": lambda: people.cancel(order_id),
    }
    acts[state]()


def edit(pair: Pair, order_id: str, group: str) -> None:
    """Let the Merchant edit one group of an order."""
    if group == "lines":
        pair.merchant.raise_units(order_id, 3, 0)
        return
    pair.merchant.move(order_id, STREET if group == "address" else "1 High Street")
    column = {"method": "shipping_method", "notes": "customer_notes"}.get(group)
    if column:
        value = METHOD if group == "method" else NOTES
        statement = f"update orders set {column} = ? where number = ?"  # noqa: S608
        with closing(sqlite3.connect(pair.folder / "shop.db")) as db, db:
            db.execute(statement, (value, order_id))


def expected(supplied: Supplied, group: str, policy: str, state: str) -> str:
    """Return the code of an edit; `applied` if it is written, empty if there is none."""
    if policy == "ignore":
        return ""
    if state == "shipped":
        return "too-late"
    if policy == "notify":
        return "edited"
    if state in ("labelled", "cancelled"):
        return {"labelled": "too-late-to-apply", "cancelled": "cancelled"}[state]
    if policy == "hold":
        return "edit-held" if supplied.can_hold else "not-held"
    if state == "split":
        return "applied" if group in supplied.of_pieces else "split"
    allowed = supplied.of_rest if state == "partially-shipped" else supplied.groups
    return "applied" if group in allowed else "not-editable"


@pytest.mark.parametrize(("policy", "state"), [*_policies_and_states()])
def test_edit_follows_its_policy_and_the_state_of_the_order(
    pair: Pair, supplied: Supplied, policy: str, state: str
) -> None:
    if _LACKS.get(state) in pair.supplier.lacks or (policy == "hold" and not supplied.can_hold):
        pytest.skip("the account has no such state or policy")
    policies = {group: policy if group in supplied.groups else "notify" for group in GROUPS}
    pair.configure(send=["customer_notes"], edits=policies)
    orders = {
        group: pair.imported(str(1001 + place), line("MUG", 2), line("CUP", 1))
        for place, group in enumerate(GROUPS)
    }
    for group, (merchant_id, supplier_id) in orders.items():
        bring(pair, supplier_id, state)
        edit(pair, merchant_id, group)

    pair.run(TASK)

    codes = {group: code_of(pair, merchant_id) for group, (merchant_id, _) in orders.items()}
    assert codes == {group: expected(supplied, group, policies[group], state) for group in GROUPS}
    said = [text for ids in orders.values() for text in timelines(pair, *ids)]
    assert not any("Canary" in text for text in said)
    pair.stays_quiet(TASK)


def code_of(pair: Pair, merchant_id: str) -> str:
    """Return the code of an order's edit; `applied` if it was written, empty if there is none."""
    key = f"{merchant_id}#1:edit"
    with Store.open(load_config(pair.path).database) as store:
        row = store.steps.by_key(PORTAL, TASK, [key]).get(key)
    if row is None:
        return ""
    return "applied" if (row.state, row.code) == ("done", None) else row.code or row.state


def timelines(pair: Pair, merchant_id: str, supplier_id: str) -> list[str]:
    """Return the comments on both orders, as far as the accounts have some."""
    orders = ((pair.merchant, merchant_id), (pair.supplier, supplier_id))
    return [
        text
        for people, id_ in orders
        if "comments" not in people.lacks
        for text in people.timeline(id_)
    ]


@pytest.mark.parametrize("group", ["address", "lines"])
def test_applied_edit_is_in_the_open_order(pair: Pair, supplied: Supplied, group: str) -> None:
    if group not in supplied.groups or "shown-orders" in pair.supplier.lacks:
        pytest.skip("the account cannot show it")
    pair.configure(edits={"address": "apply", "lines": "apply"})
    merchant_id, supplier_id = pair.imported("1001", line("MUG", 2), line("CUP", 1))
    edit(pair, merchant_id, group)

    pair.run(TASK)

    order = pair.supplier.order(supplier_id)
    units = 5 if group == "lines" else 2
    assert [(each.sku, each.quantity) for each in order.lines] == [("MUG", units), ("CUP", 1)]
    assert (order.ship_to.street1 == STREET) == (group == "address")


@pytest.mark.parametrize("merchant", MERCHANTS)
def test_each_merchant_has_its_edits_applied(tmp_path: Path, merchant: str) -> None:
    clock = VirtualClock()
    with (
        closing(MERCHANTS[merchant](tmp_path, clock)) as selling,
        closing(SqliteSupplierPeople(tmp_path, clock)) as shipping,
    ):
        pair = Pair(tmp_path, selling, shipping)
        pair.configure(edits={"address": "apply", "lines": "apply"})
        merchant_id, supplier_id = pair.imported("1001", line("MUG", 2), line("CUP", 1))
        people: MerchantPeople = pair.merchant
        people.move(merchant_id, STREET)
        people.raise_units(merchant_id, 3, 0)

        ran = pair.run(TASK)

        order = shipping.order(supplier_id)
        assert [(row.state, row.code) for row in ran.steps] == [("done", None)]
        units = {each.sku: each.quantity for each in order.lines}
        assert (order.ship_to.street1, units) == (STREET, {"MUG": 5, "CUP": 1})
        pair.stays_quiet(TASK)
