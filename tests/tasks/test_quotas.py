"""`pool: quota` with the real tasks: two Merchants of one Supplier in local accounts."""

from pathlib import Path

import pytest

from ordosync.accounts.sqlite.merchant_stock import MerchantStock
from ordosync.config import load_config
from ordosync.errors import ConfigError
from ordosync.models import Outcome, OutcomeState, Product
from ordosync.store import Store
from ordosync.store.leases import LEASE
from tests.support.command import ordosync
from tests.support.kills import killed_at
from tests.tasks.portal import CONFIG, SUPPLIER, Pair, line, physical, succeeded

TASK = "write-inventory-back"
SHOP, OUTLET = "shop-northwind", "outlet-northwind"
POOLED = CONFIG.replace("path: northwind.db}", "path: northwind.db, selling: {pool: quota}}")
FILES = """
accounts:
  shop:
    kind: files
    orders:
      glob: in/*.csv
      columns: {order_number: No, sku: SKU, quantity: Qty, ship_to.country: To}
    products: {glob: "p/*.csv", columns: {sku: SKU, name: Name}}
    inventory: {path: stock.csv, columns: {sku: SKU, quantity: Qty}}
  northwind: {kind: sqlite, path: northwind.db, selling: {pool: quota}}
portals:
  shop-northwind:
    merchant: shop
    supplier: northwind
    manage_inventory: true
"""


@pytest.fixture(name="pair")
def _pair(tmp_path: Path) -> Pair:
    """Return two portals that have divided the 10 units of a product."""
    pair = Pair(tmp_path, POOLED)
    for desk in (pair.shop, pair.outlet):
        succeeded(desk.add_product(Product(id="", sku="MUG", name="Mug"), supplier=SUPPLIER))
    for portal in (SHOP, OUTLET):
        pair.run("import-products", portal)
    succeeded(pair.northwind.set_stock("MUG", "main", 10))
    write(pair)
    return pair


def write(pair: Pair, *portals: str) -> None:
    """Write back until nothing changes."""
    for portal in portals or (SHOP, OUTLET, SHOP, OUTLET):
        pair.run(TASK, portal)


def shown(pair: Pair) -> tuple[int | None, int | None]:
    return physical(pair.shop, "MUG"), physical(pair.outlet, "MUG")


def quotas(pair: Pair) -> dict[str, int]:
    with Store.open(load_config(pair.path).database) as store:
        return dict(store.quotas("northwind").portals())


def configure(pair: Pair, old: str, new: str) -> None:
    assert old in pair.path.read_text()
    pair.path.write_text(pair.path.read_text().replace(old, new, 1))


def test_each_merchant_shows_its_share_and_a_further_run_writes_nothing(pair: Pair) -> None:
    before = pair.everything("shop", "outlet", "northwind")

    ran = [pair.run(TASK, portal) for portal in (SHOP, OUTLET)]

    assert (shown(pair), quotas(pair)) == ((5, 5), {OUTLET: 5, SHOP: 5})
    assert [run.count("unchanged") for run in ran] == [1, 1]
    assert pair.everything("shop", "outlet", "northwind") == before


def test_shares_follow_the_configuration(pair: Pair) -> None:
    configure(pair, "manage_inventory: true", "manage_inventory: true\n    stock: {share: 4}")

    write(pair)

    assert shown(pair) == (8, 2)


def test_an_order_that_is_not_imported_yet_is_covered_by_the_quota_of_its_portal(
    pair: Pair,
) -> None:
    pair.request("1", line("MUG", quantity=2))

    write(pair)

    # A local account shows physical units; 2 of its 3 are committed to the order.
    assert (shown(pair), quotas(pair)) == ((3, 5), {OUTLET: 5, SHOP: 5})


def test_an_import_uses_units_of_its_own_quota_only(pair: Pair) -> None:
    pair.imported("1", line("MUG", quantity=2))

    assert quotas(pair) == {OUTLET: 5, SHOP: 3}


def test_an_import_whose_answer_was_lost_uses_its_units_once(pair: Pair) -> None:
    pair.request("1", line("MUG", quantity=2))
    with killed_at("result-before-commit", 1) as killed:
        pair.run("import-orders")
    assert killed

    pair.clock.at += LEASE
    ran = pair.run("import-orders")

    assert ran.count("unchanged") == 1
    assert quotas(pair) == {OUTLET: 5, SHOP: 3}


@pytest.mark.parametrize(
    "point", ["intent-before-commit", "intent-after-commit", "result-before-commit"]
)
def test_units_are_not_given_away_before_the_lower_quantity_is_known(
    pair: Pair, point: str
) -> None:
    succeeded(pair.northwind.set_stock("MUG", "main", 6))
    with killed_at(point, 1) as killed:
        pair.run(TASK, OUTLET)
    assert killed

    pair.run(TASK, SHOP)

    assert (physical(pair.shop, "MUG"), quotas(pair)[OUTLET]) == (3, 5)
    pair.clock.at += LEASE
    write(pair)
    assert shown(pair) == (3, 3)


@pytest.mark.parametrize("state", ["unknown", "unavailable", "refused"])
def test_l8_units_are_kept_while_the_write_of_a_lower_quantity_is_not_known(
    pair: Pair, state: OutcomeState
) -> None:
    succeeded(pair.northwind.set_stock("MUG", "main", 6))
    with pytest.MonkeyPatch.context() as patch:
        outcome = Outcome(state=state, code="no-answer", reason="no answer")
        patch.setattr(MerchantStock, "write", lambda _, stock: [outcome for _ in stock])
        pair.run(TASK, OUTLET)
    pair.run(TASK, SHOP)

    assert (shown(pair), quotas(pair)) == ((3, 5), {OUTLET: 5, SHOP: 3})


def test_a_kill_after_the_recorded_write_leaves_the_units_free(pair: Pair) -> None:
    succeeded(pair.northwind.set_stock("MUG", "main", 6))
    with killed_at("result-after-commit", 1) as killed:
        pair.run(TASK, OUTLET)
    assert killed

    assert quotas(pair) == {OUTLET: 3, SHOP: 5}


def test_a_portal_that_gives_units_up_wakes_the_others(pair: Pair) -> None:
    configure(pair, "manage_inventory: true", "manage_inventory: true\n    stock: {share: 0}")

    pair.run(TASK, SHOP)

    with Store.open(load_config(pair.path).database) as store:
        woken = [store.schedule.get(portal, TASK) for portal in (SHOP, OUTLET)]
    assert [bool(row and row.woken_at) for row in woken] == [False, True]


@pytest.mark.of_files
def test_a_restored_store_divides_only_what_no_merchant_shows(pair: Pair) -> None:
    backup = pair.folder / "backup.db"
    assert ordosync(pair.folder, "backup", str(backup)).code == 0
    configure(pair, "manage_inventory: true", "manage_inventory: true\n    stock: {share: 4}")
    write(pair)
    assert shown(pair) == (8, 2)

    assert ordosync(pair.folder, "restore", str(backup)).code == 0
    assert quotas(pair) == {}
    pair.run(TASK, OUTLET)

    assert shown(pair) == (8, 2)
    write(pair)
    assert shown(pair) == (8, 2)


def test_a_renamed_portal_keeps_its_quota(pair: Pair) -> None:
    configure(pair, f"  {OUTLET}:\n", f"  seconds:\n    was: {OUTLET}\n")

    write(pair, "seconds")

    assert quotas(pair) == {"seconds": 5, SHOP: 5}


def test_units_of_a_removed_portal_are_named_until_they_are_released(pair: Pair) -> None:
    text = pair.path.read_text()
    pair.path.write_text(text[: text.index(f"  {OUTLET}:")])
    write(pair, SHOP)
    assert quotas(pair) == {OUTLET: 5, SHOP: 5}

    entries = ordosync(pair.folder, "attention", "--json").json["attention"]
    [entry] = [entry for entry in entries if entry["code"] == "quota-kept"]
    assert entry["settle"] == f"ordosync stock release {OUTLET}"
    done = ordosync(pair.folder, "stock", "release", OUTLET)
    assert (
        done.err
        == "5 units of northwind released; the other portals take them in their next runs\n"
    )

    write(pair, SHOP)
    assert physical(pair.shop, "MUG") == 10


@pytest.mark.parametrize(
    ("portal", "code", "text"),
    [
        (SHOP, 1, "shop-northwind is in the configuration"),
        ("nowhere", 2, "there was never a portal 'nowhere'"),
    ],
)
def test_only_a_removed_portal_is_released(pair: Pair, portal: str, code: int, text: str) -> None:
    done = ordosync(pair.folder, "stock", "release", portal)

    assert done.code == code
    assert text in done.err
    assert quotas(pair) == {OUTLET: 5, SHOP: 5}


def test_why_shows_the_pool_and_the_calculation(pair: Pair) -> None:
    done = ordosync(pair.folder, "why", "MUG", "--portal", SHOP, "--json")

    texts = [event["text"] for event in done.json["why"][0]["story"]]
    assert "pool: units of 10 by portal: outlet-northwind 5, shop-northwind 5, 0 free" in texts
    assert "10 at the Supplier, 5 of them for this portal, 5 shown" in texts


def test_why_names_a_portal_whose_units_are_not_known(pair: Pair) -> None:
    pair.of_store("delete from quotas where portal = 'outlet-northwind'")

    done = ordosync(pair.folder, "why", "MUG", "--portal", SHOP, "--json")

    texts = [event["text"] for event in done.json["why"][0]["story"]]
    assert (
        "pool: units of 10 by portal: shop-northwind 5, outlet-northwind not known yet, 5 free"
        in texts
    )


def test_a_product_that_left_the_merchant_gives_its_units_up(pair: Pair) -> None:
    pair.sql("outlet", "delete from stock")
    pair.sql("outlet", "delete from products")

    write(pair)

    assert (physical(pair.shop, "MUG"), quotas(pair)) == (10, {SHOP: 10})


def test_orders_of_a_portal_that_writes_no_stock_are_counted_as_imported(pair: Pair) -> None:
    configure(pair, "    manage_inventory: true\n", "")
    pair.imported("1", line("MUG", quantity=2))

    with Store.open(load_config(pair.path).database) as store:
        assert store.quotas("northwind").imported_since(0, ["mug"]) == {"mug": 2}


def test_l13_a_merchant_that_does_not_report_its_sales_cannot_have_a_quota(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(FILES)

    with pytest.raises(ConfigError) as error:
        load_config(path)

    [problem] = error.value.problems
    assert problem == (
        "line 15: portals.shop-northwind.manage_inventory: account shop (files) does not report"
        " its open sales, which a quota must cover; write `pool: shared` in the Supplier's account"
    )


def test_a_share_without_a_quota_is_a_problem(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(
        CONFIG.replace("inventory: true\n", "inventory: true\n    stock: {share: 2}\n", 1)
    )

    with pytest.raises(ConfigError, match=r"stock\.share: has no effect; write `selling: \{pool"):
        load_config(path)


@pytest.mark.parametrize("share", ["-1", "1001", "half"])
def test_a_wrong_share_is_a_problem(pair: Pair, share: str) -> None:
    configure(pair, "inventory: true", f"inventory: true\n    stock: {{share: {share}}}")

    with pytest.raises(ConfigError, match="share"):
        load_config(pair.path)
