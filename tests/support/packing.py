"""Pick lists and packing slips, as a test compares them."""

from tests.support.html_page import Page
from tests.support.merchants import TwoMerchants


def page(depot: TwoMerchants, *words: str) -> tuple[Page, list[str]]:
    """Return the page that a command writes, and its texts."""
    done = depot.run("orders", *words, "--html", "page.html")
    assert (done.code, done.out) == (0, ""), done
    shown = Page(depot.folder / "page.html")
    return shown, [word.strip() for word in shown.words if word.strip()]


def picked(depot: TwoMerchants, *words: str) -> str:
    """Return the pick list as `BIN SKU=UNITS/ORDERS`."""
    lines = depot.run("orders", "pick", *words, "--json").json["pick"]
    return ", ".join(
        f"{line['bin'] or '-'} {line['sku']}={line['units']}/{line['orders']}" for line in lines
    )
