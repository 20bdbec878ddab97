"""Stock rules between any two accounts: each quantity is what the one function returns."""

from pathlib import Path

from tests.accounts.contract.examples import line, product, sold
from tests.accounts.contract.people import needs
from tests.scenarios.pairs.pair import Pair
from tests.support.published import Quantities

TASK = "write-inventory-back"
RULES = {"buffer": 2, "buffer_percent": 10, "zero_below": 3, "maximum": 30, "skus": "rules.csv"}


def offered(pair: Pair, rules: str = "sku,buffer,stop\nPOT*,1,\nPOT,,yes\n") -> None:
    """Offer three products with rules at the Merchant; the Supplier has 20 of each."""
    Path(pair.folder / "rules.csv").write_text(rules)
    pair.configure(stock=RULES)
    for sku in ("MUG", "CUP", "POT"):
        pair.merchant.add_product(product(sku))
        pair.merchant.count(sku, 10)
    pair.run("import-products")
    for sku in ("MUG", "CUP", "POT"):
        pair.supplier.count(sku, 20)


@needs("import-products", "write-inventory-back")
def test_each_quantity_is_what_the_rules_make_of_it(
    pair: Pair, written_quantities: Quantities
) -> None:
    offered(pair)
    before = written_quantities.count

    for quantity in (20, 5, 4, 50, 0):
        pair.supplier.count("MUG", quantity)
        pair.run(TASK)
    pair.merchant.request(sold("1001", line("CUP", 3)))
    pair.run(TASK)

    # The fixture of all tests compares each of them.
    quantities = {"MUG": (18, 3, 0, 30, 0), "CUP": (18,), "POT": (0,)}
    assert written_quantities.count - before >= sum(map(len, quantities.values()))


@needs("import-products", "write-inventory-back")
def test_rules_are_applied_at_every_merchant(pair: Pair) -> None:
    offered(pair)

    ran = pair.run(TASK)

    assert ran.counts == {"done": 3}
    assert [pair.merchant.physical(sku) for sku in ("MUG", "CUP", "POT")] == [18, 18, 0]
    pair.stays_quiet(TASK)


@needs("import-products", "write-inventory-back")
def test_q7_a_changed_rule_is_written_and_then_stays(pair: Pair) -> None:
    offered(pair)
    pair.run(TASK)
    Path(pair.folder / "rules.csv").write_text("sku,maximum\nMUG,7\n")

    ran = pair.run(TASK)

    assert ran.counts == {"done": 2, "unchanged": 1}
    assert [pair.merchant.physical(sku) for sku in ("MUG", "CUP", "POT")] == [7, 18, 18]
    pair.stays_quiet(TASK)
