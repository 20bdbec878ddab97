from datetime import date, timedelta

import pytest

from ordosync.config.settings import PortalConfig, ProductsConfig, ShippingMethodsConfig

from .conftest import LEAST, Load, Problems
from .kinds import Assignment, Numbering

ACCOUNTS = """\
accounts:
  acme: {kind: shop, token: "${TOKEN}"}
  northwind: {kind: depot}
"""


MERCHANTS_THAT_SAY_WHOSE = [
    ("{kind: sqlite, path: m.db}", "supplier: A", "supplier: B"),
    ("{kind: ordoro, key: k, secret: '${TOKEN}', currency: EUR}", "supplier: 1", "supplier: 2"),
    ("{kind: shopify, shop: m, token: '${TOKEN}'}", "location: 1", "location: 2"),
    ("{kind: shopify, shop: m, token: '${TOKEN}'}", "location: 1", "service: post"),
    (
        "{kind: woocommerce, url: 'https://m.example', key: k, secret: '${TOKEN}'}",
        "tag: a",
        "category: b",
    ),
]
"""An account, and the options that two portals add."""


def with_portals(*portals: str) -> str:
    """One problem per line; the first is on line 5."""
    return ACCOUNTS + "portals:\n" + "".join(f"  {portal}\n" for portal in portals)


def portal(options: str = "", *, name: str = "main", merchant: str = "acme") -> str:
    return f"{name}: {{merchant: {merchant}, supplier: northwind, {options}}}"


def load_one(load: Load, options: str) -> PortalConfig:
    return load(with_portals(portal(options))).portals["main"]


def test_portal_is_a_shipping_only_one_by_default(load: Load) -> None:
    main = load_one(load, "")

    assert not main.manage_inventory
    assert (main.since, main.was, main.send) == (None, None, ())
    assert main.address == "required"
    assert main.tasks == {
        "import-orders": "hourly",
        "import-products": "off",
        "write-inventory-back": "off",
        "cancel-orders": "off",
    }


def test_managed_inventory_is_written_back_hourly(load: Load) -> None:
    main = load_one(load, "manage_inventory: true")

    assert main.tasks["write-inventory-back"] == "hourly"


def test_tasks_take_intervals(load: Load) -> None:
    main = load_one(
        load, "manage_inventory: yes, tasks: {import-orders: off, write-inventory-back: 10-minutes}"
    )

    assert main.tasks == {
        "import-orders": "off",
        "import-products": "off",
        "write-inventory-back": "10-minutes",
        "cancel-orders": "off",
    }


@pytest.mark.parametrize(
    ("text", "deadline"), [("1h", timedelta(hours=1)), ("30d", timedelta(days=30))]
)
def test_deadline_of_an_asked_cancellation(load: Load, text: str, deadline: timedelta) -> None:
    assert load_one(load, "").cancel_deadline == timedelta(days=2)
    assert load_one(load, f"cancel_deadline: {text}").cancel_deadline == deadline


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("59m", "must be 1h to 30d"),
        ("31d", "must be 1h to 30d"),
        ("2", '"2" is not a duration; write 30m, 2h or 1d'),
    ],
)
def test_deadline_that_is_too_short_or_too_long_is_a_problem(
    problems: Problems, text: str, why: str
) -> None:
    assert problems(with_portals(portal(f"cancel_deadline: {text}"))) == [
        f"line 5: portals.main.cancel_deadline: {why}"
    ]


def test_every_other_option(load: Load) -> None:
    main = load_one(
        load,
        "since: 2026-11-01, was: old, send: [tags, ship_to_email], products: {skus: ['NW-*']}, "
        "shipping_methods: {default: null, map: {Express: UPS Next Day Air, 2: 02}}",
    )

    assert (main.since, main.was) == (date(2026, 11, 1), "old")
    assert main.send == ("tags", "ship_to_email")
    assert main.products == ProductsConfig(skus=("NW-*",))
    assert main.shipping_methods == ShippingMethodsConfig(
        default=None, map={"Express": "UPS Next Day Air", "2": "02"}
    )


def test_side_is_a_name_or_a_mapping_with_options_of_the_pair(load: Load) -> None:
    text = LEAST.replace("supplier: northwind", "supplier: {account: northwind, prefix: 012}")

    main = load(text).portals["acme-northwind"]

    assert (main.merchant.account, main.merchant.pair) == ("acme", Assignment())
    assert (main.supplier.account, main.supplier.pair) == ("northwind", Numbering(prefix="012"))


@pytest.mark.parametrize(
    ("portal", "why"),
    [
        (
            "a: {merchant: {supplier: x}, supplier: northwind}",
            "a.merchant.account: is missing",
        ),
        (
            "a: {merchant: acme, supplier: {account: nordwind}}",
            'a.supplier.account: there is no account "nordwind"; did you mean northwind?',
        ),
        (
            "a: {merchant: acme, supplier: zzz}",
            'a.supplier: there is no account "zzz"; choose acme or northwind',
        ),
        (
            "a: {merchant: northwind, supplier: acme}",
            "a.merchant: account northwind: kind depot cannot be a merchant",
        ),
        (
            "a: {merchant: acme, supplier: acme}",
            "a: account acme cannot be both its merchant and its supplier",
        ),
        ("a: {merchant: acme, supplier: }", "a.supplier: needs a value"),
        (
            "a: {merchant: acme, supplier: [northwind]}",
            "a.supplier: expected a single value, not a list",
        ),
        ("a: {merchant: acme}", "a.supplier: is missing"),
        ("a: acme", "a: expected options (name: value), not a single value"),
    ],
)
def test_sides_that_are_wrong(problems: Problems, portal: str, why: str) -> None:
    assert problems(with_portals(portal)) == [f"line 5: portals.{why}"]


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (
            "tasks: {import-orders: 5-minutes}",
            (
                'tasks.import-orders: "5-minutes" is not an interval; '
                "choose 10-minutes, hourly, 6-hours, daily or off"
            ),
        ),
        ("tasks: {import-orders: }", "tasks.import-orders: needs a value"),
        (
            "tasks: {import-orders: no}",
            (
                'tasks.import-orders: "no" is not an interval; '
                "choose 10-minutes, hourly, 6-hours, daily or off"
            ),
        ),
        (
            "tasks: {update-tracking: off}",
            "tasks.update-tracking: runs at once and has no interval",
        ),
        ("tasks: {split-order: daily}", "tasks.split-order: runs at once and has no interval"),
        (
            "tasks: {import-order: daily}",
            "tasks.import-order: unknown option; did you mean import-orders?",
        ),
        (
            "tasks: {write-inventory-back: daily}",
            "tasks.write-inventory-back: needs `manage_inventory: true` in this portal",
        ),
        ("tasks: daily", "tasks: expected options (name: value), not a single value"),
        ("since: 10:00", 'since: "10:00" is not a date; write YYYY-MM-DD'),
        (
            "since: 2026-11-01T00:00:00",
            ('since: "2026-11-01T00:00:00" is not a date; write YYYY-MM-DD'),
        ),
        ("address: maybe", 'address: "maybe" is not possible here; choose required or optional'),
        ("was: main", 'was: "main" is this portal\'s own name'),
        ("shipping_methods: {map: {Express: null}}", "shipping_methods.map.Express: needs a value"),
        ("name: x", "name: unknown option"),
        (
            "shortages: {hold: true}",
            "shortages.hold: account acme (shop) cannot hold short units; choose false",
        ),
        (
            "shortages: {cancel: lines}",
            "shortages.cancel: account acme (shop) cannot cancel only short units; choose never",
        ),
        (
            "shortages: {cancel: orders}",
            'shortages.cancel: "orders" is not possible here; choose never or lines',
        ),
        (
            "shortages: {zero_stock: [other]}",
            (
                'shortages.zero_stock[0]: "other" is not possible here; choose out-of-stock,'
                " not-enough or discontinued"
            ),
        ),
        (
            "shortages: {resume: 31d}",
            "shortages.resume: must be 1h to 30d, or never",
        ),
        (
            "shortages: {resume: soon}",
            'shortages.resume: "soon" is not possible here; write 24h, 2d or never',
        ),
        # S21: a portal that writes no stock cannot stop a product.
        (
            "shortages: {zero_stock: [discontinued]}",
            "shortages.zero_stock: needs `manage_inventory: true` in this portal",
        ),
    ],
)
def test_options_that_are_wrong(problems: Problems, options: str, why: str) -> None:
    (problem,) = problems(with_portals(portal(options)))

    assert problem.startswith(f"line 5: portals.main.{why}")


def test_unmanaged_inventory_may_be_turned_off_explicitly(load: Load) -> None:
    main = load_one(load, "tasks: {write-inventory-back: off}")

    assert main.tasks["write-inventory-back"] == "off"


def test_was_may_not_name_a_portal_that_still_exists(problems: Problems) -> None:
    reported = problems(with_portals(portal("was: other"), portal("send: [tags]", name="other")))

    assert "line 5: portals.main.was: portal other is still in this file" in reported


def test_was_is_a_name(problems: Problems) -> None:
    (problem,) = problems(with_portals(portal('was: "../x"')))

    assert problem.startswith('line 5: portals.main.was: "../x" is not a name')


def test_two_portals_cannot_have_been_the_same_one(problems: Problems) -> None:
    reported = problems(
        with_portals(
            portal("was: old, products: {skus: [A]}"),
            portal("was: old, products: {skus: [B]}", name="second"),
        )
    )

    assert reported == ["line 6: portals.second: portal main was old, too"]


def test_same_accounts_and_selection_are_a_problem_that_names_both(problems: Problems) -> None:
    reported = problems(
        with_portals(
            portal("products: {skus: [A]}"),
            portal("products: {skus: [A]}, since: 2026-11-01", name="second"),
        )
    )

    assert reported == [
        "line 6: portals.second: has the same accounts and the same selection as portal main"
    ]


def test_same_accounts_with_another_selection_are_good(load: Load) -> None:
    config = load(
        with_portals(
            portal("products: {but: [A, 'C*']}"),
            portal("products: {skus: [A]}", name="second"),
            portal(
                "products: {skus: ['C*']}",
                name="third",
                merchant="{account: acme, supplier: Northwind}",
            ),
        )
    )

    assert list(config.portals) == ["main", "second", "third"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("", "skus: [MUG]"),
        ("skus: ['*']", "skus: ['M*']"),
        ("skus: [MUG]", "skus: ['M?G']"),
        ("skus: ['M*']", "skus: ['*G']"),
        ("skus: ['[MN]UG']", "skus: [NUG]"),
        ("skus: ['M*']", "but: [MUG]"),
        ("but: ['MU*']", "skus: ['M*']"),
    ],
)
def test_two_portals_that_may_send_one_line_are_a_problem_with_both_lines(
    problems: Problems, first: str, second: str
) -> None:
    reported = problems(
        with_portals(
            portal(f"products: {{{first}}}", merchant="acme"),
            "second: {merchant: acme, supplier: northwind, " + f"products: {{{second}}}}}",
        )
    )

    [problem] = reported
    assert problem == (
        "line 6: portals.second: may send the same lines as portal main in line 5: let no SKU be"
        " in both with `products: {skus: [...], but: [...]}`, or set `import-orders: off` in one of"
        " them"
    )


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("skus: ['*'], but: ['M*']", "skus: ['M*']"),
        ("but: ['M*']", "skus: ['MU?', 'M*-1']"),
        ("skus: ['A*']", "skus: ['B*']"),
        ("skus: [mug]", "skus: [MUG]"),
        ("skus: ['*-A']", "skus: ['*-B']"),
        ("skus: ['[!M]*']", "skus: [MUG]"),
    ],
)
def test_two_portals_that_never_send_one_line_are_good(load: Load, first: str, second: str) -> None:
    config = load(
        with_portals(
            portal(f"products: {{{first}}}", merchant="acme"),
            "second: {merchant: acme, supplier: northwind, " + f"products: {{{second}}}}}",
        )
    )

    assert list(config.portals) == ["main", "second"]


def test_two_portals_of_which_only_one_imports_orders_are_good(load: Load) -> None:
    config = load(
        with_portals(
            portal(merchant="acme"),
            "second: {merchant: acme, supplier: northwind, tasks: {import-orders: off}}",
        )
    )

    assert list(config.portals) == ["main", "second"]


@pytest.mark.parametrize("merchant", MERCHANTS_THAT_SAY_WHOSE)
def test_account_that_assigns_lines_to_suppliers_may_have_two_portals(
    load: Load, merchant: tuple[str, str, str]
) -> None:
    account, first, second = merchant
    config = load(
        f"accounts:\n  sold: {account}\n  depot: {{kind: sqlite, path: d.db}}\n"
        "  store: {kind: sqlite, path: s.db}\nportals:\n"
        f"  one: {{merchant: {{account: sold, {first}}}, supplier: depot}}\n"
        f"  two: {{merchant: {{account: sold, {second}}}, supplier: store}}\n"
    )

    assert list(config.portals) == ["one", "two"]


@pytest.mark.parametrize("merchant", MERCHANTS_THAT_SAY_WHOSE)
def test_two_portals_that_ask_an_account_for_the_same_lines_are_a_problem(
    problems: Problems, merchant: tuple[str, str, str]
) -> None:
    account, selection, _ = merchant
    reported = problems(
        f"accounts:\n  sold: {account}\n  depot: {{kind: sqlite, path: d.db}}\n"
        "  store: {kind: sqlite, path: s.db}\nportals:\n"
        f"  one: {{merchant: {{account: sold, {selection}}}, supplier: depot}}\n"
        f"  two: {{merchant: {{account: sold, {selection}}}, supplier: store}}\n"
    )

    assert len(reported) == 1
    assert reported[0].startswith(
        "line 7: portals.two: may send the same lines as portal one in line 6"
    )


FILES_SUPPLIER = """\
accounts:
  shop: {kind: sqlite, path: shop.db}
  depot:
    kind: files
    order_files: {folder: out, columns: {order_number: Order, sku: SKU, quantity: Qty}}
portals:
  main:
    merchant: shop
    supplier: depot
"""


def test_m4_an_unknown_sku_holds_an_order_only_where_that_can_be_known(
    load: Load, problems: Problems
) -> None:
    """A Supplier that accepts every SKU knows none, so only a map can say what is known."""
    [problem] = problems(f"{FILES_SUPPLIER}    unknown_sku: hold\n")
    main = load(f"{FILES_SUPPLIER}    unknown_sku: hold\n    sku_map: maps/main.csv\n").portals

    assert problem.endswith(
        "portals.main.unknown_sku: account depot (files) accepts every SKU; add a `sku_map:`"
    )
    assert main["main"].unknown_sku == "hold"
    assert main["main"].sku_map is not None
    assert main["main"].sku_map.parts[-2:] == ("maps", "main.csv")


def test_a_sku_map_is_optional_and_an_unknown_sku_is_created_by_default(load: Load) -> None:
    main = load_one(load, "")

    assert (main.sku_map, main.unknown_sku) == (None, "create")
