"""Orders that the Supplier has already, from another tool: linked and never sent again.

Complaint 1: the same order is created twice, here on the day on which ordosync takes over.
"""

from pathlib import Path

import pytest

from ordosync.models import Address
from tests.support.command import Done, ordosync
from tests.support.desk import TwoAccounts
from tests.tasks.portal import Pair, line, order, succeeded

PORTAL = "shop-northwind"


@pytest.fixture(name="pair")
def _pair(tmp_path: Path) -> Pair:
    pair = Pair(tmp_path)
    pair.path.write_text(
        pair.path.read_text().replace(
            "    supplier: northwind\n", "    supplier: {account: northwind, prefix: S-}\n", 1
        )
    )
    return pair


def adopted(pair: Pair, *words: str) -> Done:
    return ordosync(pair.folder, "import-orders", PORTAL, "--adopt", "--json", *words)


def pairs(result: Done) -> dict[str, tuple[str, str | None]]:
    return {
        adoption["merchant"]: (adoption["supplier"], adoption["by"])
        for adoption in result.json["adoptions"]
    }


def test_order_of_the_same_number_lines_and_name_is_linked_and_not_sent(pair: Pair) -> None:
    pair.request("1001", line("MUG", 2), line("CUP", 1))
    succeeded(pair.northwind.add_order(order("S-1001", line("MUG", 2), line("CUP", 1))))
    pair.request("1002")
    before = pair.everything()

    result = adopted(pair)

    assert (result.code, pairs(result)) == (0, {"1001": ("S-1001", "number")})
    assert pair.everything() == before
    ran = pair.run("import-orders")
    assert ran.counts == {"done": 1, "unchanged": 1}
    assert [order.number for order in pair.northwind.list_orders()] == ["S-1001", "S-1002"]


def test_adopted_order_is_shipped_and_split_like_any_other(pair: Pair) -> None:
    for number in ("1001", "1002"):
        pair.request(number, line("MUG", 2))
        succeeded(pair.northwind.add_order(order(f"S-{number}", line("MUG", 2))))
    adopted(pair)

    pair.send("S-1001")
    pair.split("S-1002", (1,), (1,))
    pair.run("split-order")
    pair.run("update-tracking")

    assert pair.tracking("1001") == [("1Z1", False)]
    assert pair.shop.pieces_of("1002") == ["1002-1", "1002-2"]
    left = ordosync(pair.folder, "reconcile", PORTAL, "--json").json["differences"]
    assert {difference["kind"] for difference in left} == {"no-product-link"}


def test_changes_of_an_order_before_its_adoption_are_reported(pair: Pair) -> None:
    for number in ("1001", "1002"):
        pair.request(number, line("MUG", 2))
        succeeded(pair.northwind.add_order(order(f"S-{number}", line("MUG", 2))))
    pair.send("S-1001")
    pair.split("S-1002", (1,), (1,))
    for task in ("split-order", "update-tracking"):
        # The portal has no links to these orders yet.
        assert pair.run(task).steps == ()

    adopted(pair)
    pair.run("split-order")
    pair.run("update-tracking")

    assert pair.tracking("1001") == [("1Z1", False)]
    assert pair.shop.pieces_of("1002") == ["1002-1", "1002-2"]


def test_dry_run_shows_the_pairs_and_links_nothing(pair: Pair) -> None:
    pair.request("1001")
    succeeded(pair.northwind.add_order(order("S-1001")))

    result = adopted(pair, "--dry-run")

    assert pairs(result) == {"1001": ("S-1001", "number")}
    assert not (pair.folder / "ordosync.db").exists()


@pytest.mark.parametrize(
    ("supplier_order", "why"),
    [
        (order("S-1001", line("MUG", 3)), "other SKUs or quantities"),
        (order("S-1001", line("MUG", 2), line("CUP", 1)), "other SKUs or quantities"),
        (order("S-1001", line("MUG", 2), ship_to=Address(name="Bob")), "another recipient name"),
    ],
)
def test_order_that_is_only_similar_is_left_to_the_operator(
    pair: Pair, supplier_order: object, why: str
) -> None:
    pair.request("1001", line("MUG", 2))
    succeeded(pair.northwind.add_order(supplier_order))  # type: ignore[arg-type]

    result = adopted(pair)

    [adoption] = result.json["adoptions"]
    assert (result.code, adoption["by"]) == (1, None)
    assert why in adoption["why_not"]
    assert (
        ordosync(pair.folder, "import-orders", PORTAL, "--dry-run").out.count("create order") == 1
    )


def test_cancelled_order_is_left_to_the_operator(pair: Pair) -> None:
    pair.request("1001")
    succeeded(pair.northwind.add_order(order("S-1001")))
    succeeded(pair.northwind.cancel("S-1001"))

    [adoption] = adopted(pair).json["adoptions"]

    assert "is cancelled at the Supplier" in adoption["why_not"]


def test_order_of_another_number_is_not_compared(pair: Pair) -> None:
    pair.request("1001")
    succeeded(pair.northwind.add_order(order("1001")))

    result = adopted(pair)

    assert (result.code, pairs(result)) == (0, {})


def test_order_that_is_linked_already_is_not_reported(pair: Pair) -> None:
    pair.request("1001")
    pair.run("import-orders")

    result = adopted(pair)

    assert (result.code, pairs(result)) == (0, {})


@pytest.mark.of_files
def test_our_own_reference_comes_first(tmp_path: Path) -> None:
    two = TwoAccounts(tmp_path)
    two.imported("1001")
    (tmp_path / "ordosync.db").unlink()

    result = two.run("import-orders", "--adopt")

    assert (result.code, result.err) == (0, "linked 1; 0 left for you to decide\n")
    assert result.out.splitlines()[1].split("\t")[:4] == [PORTAL, "1001", "S-1001", "reference"]
    assert two.run("import-orders", "--json").counts == {"seen": 1, "unchanged": 1}


RIVAL = """\
  shop-depot:
    merchant: {account: shop, supplier: northwind}
    supplier: depot
    tasks: {import-orders: off}
"""


def add_rival(pair: Pair) -> None:
    """Configure a second Supplier of the Merchant, whose portal imports only manually."""
    known = pair.path.read_text()
    depot = "  depot: {kind: sqlite, path: depot.db}\nportals:"
    pair.path.write_text(known.replace("portals:", depot) + RIVAL)


def test_adopted_order_is_not_sent_to_another_supplier(pair: Pair) -> None:
    add_rival(pair)
    pair.request("1001", line("MUG", 1), line("MUG", 1))
    succeeded(pair.northwind.add_order(order("S-1001", line("MUG", 2))))

    result = adopted(pair)

    assert (result.code, pairs(result)) == (0, {"1001": ("S-1001", "number")})
    assert "done" not in pair.run("import-orders", "shop-depot").counts


def test_order_that_another_portal_sends_is_left_to_the_operator(pair: Pair) -> None:
    add_rival(pair)
    pair.request("1001", line("MUG", 2))
    succeeded(pair.northwind.add_order(order("S-1001", line("MUG", 2))))
    pair.run("import-orders", "shop-depot")

    result = adopted(pair)

    assert (result.code, pairs(result)) == (1, {"1001": ("S-1001", None)})
    [left] = result.json["adoptions"]
    assert left["why_not"] == "portal shop-depot sends a line of it already, as order 1001"
    assert pair.run("import-orders").step.code == "sent-elsewhere"


@pytest.mark.parametrize("lines", [("MUG",), ("MUG", "POST")], ids=["without", "with"])
def test_order_is_adopted_with_or_without_the_lines_that_stay_out(
    pair: Pair, lines: tuple[str, ...]
) -> None:
    managed = "    manage_inventory: true\n"
    config = pair.path.read_text().replace(managed, f"{managed}    ignore_skus: [POST]\n")
    pair.path.write_text(config)
    pair.request("1001", line("MUG"), line("POST"))
    succeeded(pair.northwind.add_order(order("S-1001", *(line(sku) for sku in lines))))

    result = adopted(pair)
    ran = pair.run("import-orders")
    pair.send("S-1001")
    pair.run("update-tracking")

    assert pairs(result) == {"1001": ("S-1001", "number")}
    assert ran.counts == {"unchanged": 1}
    assert pair.merchant("1001").status == "shipped"
