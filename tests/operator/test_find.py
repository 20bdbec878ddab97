"""Orders are found by all that an operator knows of them, and never mixed up."""

from pathlib import Path

import pytest

from tests.support.desk import TwoAccounts
from tests.support.merchants import CONFIG, TwoMerchants
from tests.support.screen import seen

SHIP = ("--carrier", "UPS", "--tracking")


@pytest.mark.parametrize(
    ("options", "numbers"),
    [
        ("", "A-1001 A-1002 B-1001"),
        ("--portal ann-depot", "A-1001 A-1002"),
        ("--portal bob-depot --sku mug", "B-1001"),
        ("--sku CUP --sku MUG", "A-1001 A-1002 B-1001"),
        ("--customer müller", "B-1001"),
        ("--customer cust", "A-1001"),
        ("--tracking 1z1", "A-1001"),
        ("--status shipped", "A-1001"),
        ("--status shipped --status awaiting_fulfillment", "A-1001 A-1002 B-1001"),
        ("--status cancelled", ""),
        ("--until 2026-11-23", "A-1001"),
        ("--since 2026-11-24 --until 2026-11-24", "A-1002"),
        ("--since 1d", "B-1001"),
        ("--late 1h", "A-1002"),
        ("--late 1h --portal bob-depot", ""),
        ("-n 2", "A-1002 B-1001"),
        ("-n 1 --portal ann-depot", "A-1002"),
    ],
)
def test_orders_are_listed_by_each_of_their_fields(
    depot: TwoMerchants, options: str, numbers: str
) -> None:
    assert depot.run("orders", "ship", "A-1001", *SHIP, "1Z1").code == 0

    assert depot.numbers(*options.split()) == numbers.split()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("--status lost", "there is no status 'lost'; known: awaiting_fulfillment"),
        ("--portal ana-depot", "has no portal 'ana-depot'; known: ann-depot, bob-depot"),
        ("--since tomorrow", "--since 'tomorrow' is neither days, such as 30d, nor a date"),
        ("--until 2026", "--until '2026' is neither days"),
        ("--late 2", "--late '2' is not a duration such as 2d, 36h or 1w"),
        ("--late 99999w", "longer than 3660 days"),
    ],
)
def test_a_filter_that_cannot_be_meant_is_refused(
    depot: TwoMerchants, options: str, words: str
) -> None:
    done = depot.run("orders", "list", *options.split())

    assert (done.code, done.out) == (2, "")
    assert words in done.err


def test_a_selection_without_orders_names_the_next_command(depot: TwoMerchants) -> None:
    done = depot.run("orders", "list", "--sku", "NONE")

    assert done.code == 0
    assert "account depot has no such orders; `ordosync orders list --account depot`" in done.err


def test_h10_a_list_says_whose_order_it_is(depot: TwoMerchants) -> None:
    header, *rows = [row.split("\t") for row in depot.run("orders", "list").out.splitlines()]
    documents = depot.run("orders", "list", "--json").json["orders"]

    assert [row[header.index("merchant")] for row in rows] == ["ann", "ann", "bob"]
    assert [row[header.index("portal")] for row in rows] == ["ann-depot", "ann-depot", "bob-depot"]
    assert [(order["portal"], order["merchant"]) for order in documents] == [
        ("ann-depot", "ann"),
        ("ann-depot", "ann"),
        ("bob-depot", "bob"),
    ]


def test_h10_the_timeline_names_the_merchant(depot: TwoMerchants) -> None:
    shown = depot.run("orders", "show", "B-1001")

    assert "order B-1001 of bob (portal bob-depot)" in shown.out
    assert "Created from bob's order 1001" in shown.out
    [order] = depot.run("orders", "show", "B-1001", "--json").json["orders"]
    assert (order["portal"], order["merchant"]) == ("bob-depot", "bob")


def test_h10_the_date_is_when_the_order_was_placed_if_that_is_sent(depot: TwoMerchants) -> None:
    created = {
        order["number"]: order["created"]
        for order in depot.run("orders", "list", "--json").json["orders"]
    }

    assert created["A-1001"] == "2026-11-23T10:00:00.000Z"
    assert created["B-1001"] > created["A-1002"]


def test_h10_an_order_of_a_renamed_portal_keeps_its_merchant(depot: TwoMerchants) -> None:
    config = depot.folder / "config.yaml"
    config.write_text(config.read_text().replace("  ann-depot:\n", "  ann:\n    was: ann-depot\n"))
    assert depot.run("import-orders").code == 0

    assert depot.numbers("--portal", "ann") == ["A-1001", "A-1002"]


def test_h8_the_json_of_a_list_has_what_the_table_shows(depot: TwoMerchants) -> None:
    order = depot.run("orders", "list", "--json").json["orders"][0]

    names = {"created", "ship_to", "total", "currency", "shipping_method"}
    assert names <= order.keys()
    assert order["ship_to"]["name"] == "Cust 5"


def test_an_account_of_a_merchant_lists_the_supplier(both: TwoMerchants) -> None:
    own = both.run("orders", "list", "--account", "shop", "--json").json["orders"][0]
    theirs = both.run("orders", "list", "--account", "northwind", "--json").json["orders"][0]

    assert (own["portal"], own["merchant"], own["supplier"]) == (
        "shop-northwind",
        "shop",
        "northwind",
    )
    assert (theirs["portal"], theirs["merchant"], theirs["supplier"]) == (
        "shop-northwind",
        "shop",
        None,
    )
    found = both.run("orders", "list", "--account", "shop", "--portal", "shop-northwind", "--json")
    assert [order["number"] for order in found.json["orders"]] == ["1001"]


def without_prefix(tmp_path: Path) -> TwoMerchants:
    """Return two Merchants whose orders 1001 are 1001 and 1001~2 at the depot."""
    config = CONFIG.replace(', prefix: "A-"', "").replace(', prefix: "B-"', "")
    depot = TwoMerchants(tmp_path, config)
    for merchant in ("ann", "bob"):
        depot.feed(merchant, f"1001,2026-11-23T10:00:00,MUG,1,{merchant.title()},DE")
    depot.imported()
    return depot


@pytest.mark.parametrize(
    "words",
    [
        "ship 1001 --carrier UPS --tracking 1Z1",
        "ship 1001 --void",
        "cancel 1001",
        "restore 1001",
        "split 1001 --piece MUG=1",
    ],
)
def test_h10_a_number_of_two_merchants_changes_no_order(tmp_path: Path, words: str) -> None:
    depot = without_prefix(tmp_path)

    done = depot.run("orders", *words.split())

    assert (done.code, done.out) == (2, "")
    assert done.err == (
        "error: several orders of account depot have the number 1001: 1001~1 is of portal"
        " ann-depot, 1001~2 is of portal bob-depot; type one of these numbers\n"
    )
    assert depot.numbers("--status", "awaiting_fulfillment") == ["1001", "1001~2"]


@pytest.mark.parametrize(
    ("typed", "shipped"), [("1001~1", "1001"), ("1001~2", "1001~2")], ids=["first", "second"]
)
def test_h10_the_full_number_ships_the_order_of_its_merchant(
    tmp_path: Path, typed: str, shipped: str
) -> None:
    depot = without_prefix(tmp_path)

    assert depot.run("orders", "ship", typed, *SHIP, "1Z1").code == 0

    assert depot.numbers("--status", "shipped") == [shipped]


def test_h10_a_row_with_a_number_of_two_merchants_is_refused(tmp_path: Path) -> None:
    depot = without_prefix(tmp_path)
    (tmp_path / "labels.csv").write_text("number,carrier,tracking\n1001,UPS,1Z1\n1001~2,UPS,1Z2\n")

    done = depot.run("orders", "ship", "--from", "labels.csv")

    assert done.code == 1
    assert "several orders" in (tmp_path / "labels.refused.csv").read_text()
    assert depot.numbers("--status", "shipped") == ["1001~2"]


def test_h10_an_order_that_was_requested_again_is_no_second_merchants(both: TwoAccounts) -> None:
    """A number that one Merchant has used twice is not ambiguous."""
    both.shop("orders", "cancel", "1001")
    both.run("cancel-orders")
    both.shop("orders", "restore", "1001", "--supplier", "northwind")
    both.run("import-orders")

    refused = both.northwind("orders", "ship", "S-1001", *SHIP, "1Z1")

    assert "several orders" not in refused.err
    assert both.northwind("orders", "ship", "S-1001~2", *SHIP, "1Z1").code == 0


def test_h10_config_check_warns_of_portals_with_the_same_prefix(tmp_path: Path) -> None:
    assert "number" not in TwoMerchants(tmp_path).run("config", "check").out
    depot = without_prefix(tmp_path)

    checked = depot.run("config", "check")

    assert checked.code == 0
    assert (
        "warning: portals ann-depot and bob-depot both have no prefix, so two orders 1001 become"
        " 1001 and 1001~2 in account depot"
    ) in checked.out


@pytest.mark.parametrize(
    ("typed", "near"),
    [("1001", "B-1001 or A-1001"), ("a-1002", "A-1002"), ("1002", "A-1002"), ("X-1002", None)],
)
def test_m5_a_number_without_its_prefix_or_case_names_the_order(
    depot: TwoMerchants, typed: str, near: str | None
) -> None:
    done = depot.run("orders", "ship", typed, *SHIP, "1Z1")

    assert done.code == 2
    assert (f"did you mean {near}?" in done.err) == bool(near)


def test_low_why_suggests_only_the_number_that_differs_by_prefix_or_case(
    depot: TwoMerchants,
) -> None:
    near = depot.run("why", "a-1002")

    assert near.code == 2
    assert "did you mean A-1002?" in near.err


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1001", "ann 1001, bob 1001, depot A-1001, depot B-1001"),
        ("a-1002", "depot A-1002"),
        ("cust 5", "depot A-1001"),
        ("MÜLLER", "depot B-1001"),
        ("1z0000", "depot A-1001"),
        ("cup", "depot CUP"),
        ("100_", ""),
        ("nothing", ""),
    ],
)
def test_find_searches_both_sides_tracking_customers_and_products(
    depot: TwoMerchants, text: str, found: str
) -> None:
    depot.run("orders", "ship", "A-1001", *SHIP, "1Z00001")

    done = depot.run("find", text, "--json")

    rows = done.json["found"]
    assert done.code == 0
    assert ", ".join(sorted(f"{row['account']} {row['number']}" for row in rows)) == found
    assert done.json["total"] == len(rows)


def test_find_names_the_merchant_and_the_other_side(depot: TwoMerchants) -> None:
    [row] = depot.run("find", "müller", "--json").json["found"]

    assert (row["portal"], row["merchant"], row["field"], row["value"]) == (
        "bob-depot",
        "bob",
        "customer",
        "Zoë Müller",
    )
    assert (row["other_account"], row["other_number"]) == ("bob", "1001")


def test_find_shows_exact_matches_first_and_says_that_there_are_more(depot: TwoMerchants) -> None:
    done = depot.run("find", "1001", "-n", "1")
    both = depot.run("find", "1001", "-n", "2")
    listed = depot.run("find", "1001", "-n", "2", "--json").json["found"]

    rows = [row.split("\t")[1:3] for row in done.out.splitlines()[1:]]
    assert rows == [["depot", "A-1001"]]
    assert done.err == "more than 1 match; -n 0 shows all\n"
    assert (len(both.out.splitlines()), both.err) == (3, "")
    assert [row["account"] for row in listed] == ["ann", "bob"]


def test_find_without_a_match_says_where_it_searched(depot: TwoMerchants) -> None:
    done = depot.run("find", "nothing")

    assert (done.code, done.out) == (0, "")
    assert "nothing has 'nothing' in its number, tracking number, customer" in done.err


@pytest.mark.parametrize("text", ["Cust 5", "1Z00001", "1z00001"])
def test_day_a_customer_is_found_by_name_and_tracking_number(
    depot: TwoMerchants, text: str
) -> None:
    """The day of the operator, section 2: `why "Cust 5"` and `why 1Z00001` found nothing."""
    depot.run("orders", "ship", "A-1001", *SHIP, "1Z00001")

    done = depot.run("why", text)

    assert done.code == 0
    assert done.out.startswith("1001 at ann, A-1001 at depot (shipped), portal ann-depot")


def test_why_of_many_customers_names_the_search(depot: TwoMerchants) -> None:
    depot.feed("ann", *(f"{n},2026-11-23T10:00:00,MUG,1,The Smiths,DE" for n in range(3001, 3009)))
    depot.imported()

    done = depot.run("why", "the smiths")

    assert done.code == 2
    assert "8 orders have it" in done.err
    assert "`ordosync find 'the smiths'` lists them" in done.err


def test_w7_the_merchants_own_order_is_not_hidden_by_the_suppliers(both: TwoAccounts) -> None:
    """Both accounts number from 1001, and the orders of one number are different orders."""
    both.configure('prefix: "S-"', 'prefix: ""')
    both.northwind("orders", "add", "1002", "--line", "MUG=1")
    both.shop("orders", "add", "1002", "--line", "MUG=1", "--supplier", "northwind")
    both.run("import-orders")
    both.shop("orders", "add", "1002~2", "--line", "CUP=1")

    done = both.run("why", "1002~2", "--json")

    pairs = [(story["merchant"], story["supplier"]) for story in done.json["why"]]
    assert pairs == [("1002", "1002~2"), ("1002~2", None)]


def test_w7_a_failed_order_of_the_merchant_is_not_hidden_by_the_suppliers(tmp_path: Path) -> None:
    depot = without_prefix(tmp_path)
    depot.feed("bob", "1001,2026-11-23T10:00:00,MUG,1,Bob,DE", "1001~2,2026-11-23T10:00:00,,1,X,DE")
    depot.run("import-orders")

    done = depot.run("why", "1001~2", "--json")

    pairs = {(story["merchant"], story["supplier"], story["state"]) for story in done.json["why"]}
    assert pairs == {("1001", "1001~2", "imported"), ("1001~2", None, "failed")}


@pytest.mark.parametrize(
    ("options", "rows"),
    [
        ("", "CUP:None MUG:-3 PEN:0"),
        ("--below 1", "MUG:-3 PEN:0"),
        ("--below 0", "MUG:-3"),
        ("--negative", "MUG:-3"),
        ("--below -3", ""),
        ("PEN --negative", ""),
    ],
)
def test_stock_that_runs_out_or_is_oversold_is_listed(
    depot: TwoMerchants, options: str, rows: str
) -> None:
    depot.run("products", "add", "PEN")
    for sku, quantity in (("MUG", "2"), ("PEN", "0")):
        assert depot.run("stock", "set", sku, quantity).code == 0

    stock = depot.run("stock", "list", *options.split(), "--json").json["stock"]

    assert " ".join(f"{row['sku']}:{row['available']}" for row in stock) == rows


def test_stock_of_one_warehouse_is_listed(depot: TwoMerchants) -> None:
    for sku, quantity, warehouse in (("MUG", "2", "main"), ("MUG", "9", "west")):
        depot.run("stock", "set", sku, quantity, "--warehouse", warehouse)

    listed = depot.run("stock", "list", "--warehouse", "west", "--json").json["stock"]
    unknown = depot.run("stock", "list", "--warehouse", "nowhere")

    assert [(row["sku"], row["warehouse"], row["physical"]) for row in listed] == [
        ("MUG", "west", 9)
    ]
    assert (unknown.code, unknown.out) == (2, "")
    assert "has no warehouse 'nowhere'; known: main, west" in unknown.err


def test_stock_filters_that_contradict_each_other_are_refused(depot: TwoMerchants) -> None:
    assert depot.run("stock", "list", "--below", "3", "--negative").code == 2
    empty = depot.run("stock", "list", "--negative")
    assert (empty.code, empty.out) == (0, "")
    assert empty.err == "account depot has nothing counted below 0\n"


def test_find_shows_hostile_names_without_what_a_terminal_obeys(depot: TwoMerchants) -> None:
    depot.feed("bob", "2001,2026-11-23T10:00:00,MUG,1,Eve \x1b]0;x\u202etxt,DE")
    depot.imported()

    done = depot.run("find", "eve")

    assert "customer: Eve \\x1b]0;x\\u202etxt" in done.out


def test_find_shows_a_value_once_in_a_row_of_a_terminal(depot: TwoMerchants) -> None:
    shown = "\n".join(seen(depot.folder, "find", "Zoë", columns=120))
    assert shown.count("Zoë Müller") == 1
    assert "customer: Zoë Müller" in depot.run("find", "Zoë").out
