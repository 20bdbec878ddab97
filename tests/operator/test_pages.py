"""Pages: `report --html` and `why --html`, in one file, without script and network."""

import stat
from pathlib import Path

import pytest

from tests.support.command import ordosync
from tests.support.desk import SHIP, TwoAccounts
from tests.support.html_page import Page
from tests.support.merchants import TwoMerchants
from tests.support.stories import edit

HOSTILE = '<script>alert(1)</script>"&\u202egnp.exe'


def page(folder: Path, *words: str) -> Page:
    """Return the page that a command writes."""
    done = ordosync(folder, *words, "--html", "page.html")
    assert (done.code, done.out) == (0, ""), done
    assert "wrote page.html" in done.err
    return Page(folder / "page.html")


def test_the_report_has_the_orders_in_and_out_of_each_merchant(depot: TwoMerchants) -> None:
    shown = page(depot.folder, "report")

    assert "ann 2 0 bob 1 0" in shown.text
    assert "Orders in 3 Orders out 0" in shown.text
    assert "No order was shipped." in shown.text
    labels = [chart["aria-label"] for chart in shown.named("svg")]
    assert labels == ["Orders of ann in and out by day", "Orders of bob in and out by day"]


def test_the_report_has_days_to_ship(both: TwoAccounts) -> None:
    both.northwind(*SHIP)
    edit(
        both.folder,
        "ordosync.db",
        "update links set linked_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-3 days', '-2 hours')"
        " where kind = 'order'",
    )

    shown = page(both.folder, "report", "--since", "30d")

    assert "Orders in 1 Orders out 1 Median to ship 3 d" in shown.text
    assert "Orders by days to ship" in [chart["aria-label"] for chart in shown.named("svg")]
    assert "3 d: 1 orders" in shown.text


def test_the_report_has_the_products_that_ran_out_and_those_that_are_back(
    both: TwoAccounts,
) -> None:
    both.shop("products", "add", "MUG")
    both.run("import-products")
    for quantity in (5, 0):
        both.northwind("stock", "set", "MUG", str(quantity))
        assert both.run("write-inventory-back", "--force", "--json").run["done"] == 1
    gone = page(both.folder, "report").text

    both.northwind("stock", "set", "MUG", "9")
    both.run("write-inventory-back", "--force")
    back = page(both.folder, "report").text

    assert "MUG shop" in gone
    assert gone.partition("Stock that ran out")[2].count(" out ") == 2
    assert "back in stock" not in gone
    assert "back in stock" in back


def test_the_report_has_the_failures(both: TwoAccounts) -> None:
    both.shop("orders", "cancel", "1001")
    both.northwind(*SHIP)

    shown = page(both.folder, "report")

    assert "update-tracking steps failed now cancelled 1" in shown.text
    assert "Failed steps now 1" in shown.text


def test_a_page_has_the_orders_of_one_portal_and_of_a_year(depot: TwoMerchants) -> None:
    shown = page(depot.folder, "report", "--portal", "bob-depot", "--since", "365d")

    assert "ann" not in shown.text.split()
    assert "Each bar is the sum of 6 days" in shown.text


def test_the_timeline_has_a_lane_for_each_account(both: TwoAccounts) -> None:
    both.northwind(*SHIP)

    shown = page(both.folder, "why", "1001")

    assert (shown.of_class("merchant"), shown.of_class("supplier")) == (2, 2)
    assert shown.of_class("sync") == 2
    assert "shop 1001, shipped" in shown.text
    assert "northwind S-1001, shipped" in shown.text
    assert "tracking 1Z9 (UPS, 3 units) was reported to shop" in shown.text


@pytest.mark.parametrize("word", ["MUG", "1001"])
def test_a_product_and_a_failed_order_have_a_timeline(both: TwoAccounts, word: str) -> None:
    both.shop("orders", "cancel", "1001")
    both.northwind(*SHIP)

    assert f"Portal shop-northwind: {'not' if word == 'MUG' else 'fail'}" in (
        page(both.folder, "why", word).text
    )


def test_hostile_text_is_harmless(both: TwoAccounts) -> None:
    both.shop("orders", "add", HOSTILE, "--line", "MUG=1", "--supplier", "northwind")
    both.run("import-orders")
    for table in ("runs", "links", "steps"):
        edit(both.folder, "ordosync.db", f"update {table} set portal = '<b onload=x>'")  # noqa: S608

    pages = [page(both.folder, "report"), page(both.folder, "why", HOSTILE)]

    assert "<b onload=x>" in pages[0].text
    assert "<script>alert(1)</script>" in pages[1].text
    assert "\\u202e" in pages[1].text
    assert not any("\u202e" in each.source for each in pages)


def test_a_page_allows_no_script_and_no_network(both: TwoAccounts) -> None:
    for words in (["report"], ["why", "1001"]):
        shown = page(both.folder, *words)

        policies = [meta["content"] for meta in shown.named("meta") if "http-equiv" in meta]
        assert policies == ["default-src 'none'; style-src 'unsafe-inline'"]
        assert "prefers-color-scheme: dark" in shown.source
        assert "@media print" in shown.source


def test_a_page_replaces_the_old_one_and_only_its_owner_reads_it(both: TwoAccounts) -> None:
    path = both.folder / "page.html"
    path.write_text("old")
    path.chmod(0o644)

    page(both.folder, "report")

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in both.folder.glob("*page.html*")] == ["page.html"]


@pytest.mark.parametrize(
    ("words", "code", "reason"),
    [
        ("report --html config.yaml", 2, "does not end with .html"),
        ("why 1001 --html shop.db", 2, "does not end with .html"),
        ("report --html nowhere/page.html", 1, "nowhere/page.html cannot be written"),
        ("report --html page.html --csv", 2, "use only one of --csv, --json and --html"),
        ("why 1001 --html page.html --json", 2, "use either --json or --html"),
        ("why 9999 --html page.html", 2, "not found"),
    ],
)
def test_a_file_that_must_not_be_replaced_is_refused(
    both: TwoAccounts, words: str, code: int, reason: str
) -> None:
    done = both.run(*words.split())

    assert (done.code, done.out) == (code, "")
    assert reason in done.err
    assert not (both.folder / "page.html").exists()


def test_a_wide_table_scrolls_and_a_time_breaks_only_before_the_time_of_day(
    both: TwoAccounts,
) -> None:
    """A phone is narrower than a table; the page itself must not become wider than the phone."""
    shown = page(both.folder, "report")

    assert shown.of_class("wide") == len(shown.named("table")) > 0
    assert len(shown.named("time")) == 1
    assert shown.of_class("whole") == 4


def test_an_option_of_the_next_command_is_never_broken_after_its_hyphens(
    both: TwoAccounts,
) -> None:
    shown = page(both.folder, "why", "1001")

    assert '<span class="whole">--carrier</span>' in shown.source


def test_the_state_of_a_failed_order_is_red(both: TwoAccounts) -> None:
    both.shop("orders", "cancel", "1001")
    both.northwind(*SHIP)

    shown = page(both.folder, "why", "1001")

    assert '<b class="bad">failed</b>' in shown.source


def test_the_timeline_of_a_split_order_has_no_status_of_the_whole(both: TwoAccounts) -> None:
    both.northwind("orders", "split", "S-1001", "--piece", "MUG=1")

    shown = page(both.folder, "why", "1001").text

    assert "Portal shop-northwind: split" in shown
    assert "awaiting" not in shown.partition("created")[0].partition("northwind S-1001")[2]
