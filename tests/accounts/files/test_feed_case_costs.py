"""Real files whose cost or address was not as expected, each with variants of its kind."""

from pathlib import Path

import pytest

from tests.accounts.files.order_feeds import Feeds
from tests.support.command import ordosync

COSTS = """
accounts:
  shop:
    kind: files
    orders: {glob: feeds/*.csv, columns: {order_number: Name, sku: SKU, quantity: Qty}}
    tracking: {path: numbers.csv, columns: {order_number: Order, tracking_number: Number,
               voided: Void, cost: Cost, currency: Currency}}
  depot:
    kind: files
    order_files: {folder: out, columns: {order_number: Order, sku: SKU, quantity: Qty}}
    shipments:
      glob: in/sent*.csv
      columns: {order_number: Order, tracking_number: Number, carrier: Carrier,
                shipped_at: Sent, cost: Cost}
      date_format: "%m/%d/%Y"
      timezone: America/New_York
      currency: USD
      TRANSFORM
portals:
  p: {merchant: shop, supplier: depot, address: optional}
"""
SENT = "Order,Number,Carrier,Sent,Cost\n"
PARTS = "ship_to.name: To, ship_to.street1: Street, ship_to.city: City, ship_to.zip: Zip"
PARTS += ", ship_to.country: Country"
ADDRESSES = f"columns: {{order_number: No, sku: SKU, quantity: Qty, {PARTS}}}"


def reported(folder: Path, cost: str, transform: str = "") -> tuple[list[str], str]:
    """Send two parcels, one with this cost; return the rows that are written, and problems."""
    (folder / "config.yaml").write_text(COSTS.replace("TRANSFORM", transform))
    for name in ("feeds", "in", "out"):
        (folder / name).mkdir()
    (folder / "feeds" / "o.csv").write_text("Name,SKU,Qty\n1001,A,1\n1002,A,1\n")
    assert ordosync(folder, "import-orders").code == 0
    rows = f'1001,1Z1,UPS,11/20/2026,"{cost}"\n1002,1Z2,UPS,11/20/2026,6.40\n'
    (folder / "in" / "sent.csv").write_text(SENT + rows)
    ordosync(folder, "update-tracking")
    problems = ordosync(folder, "attention").out
    return sorted((folder / "numbers.csv").read_text().splitlines()[1:]), problems


@pytest.mark.parametrize("cost", ["$6.40", "6,40", "USD 6.40", "six", "1.2E+3", "(6.40)"])
def test_f15_cost_that_cannot_be_read_keeps_no_number_from_the_buyer(
    cost: str, tmp_path: Path
) -> None:
    rows, problems = reported(tmp_path, cost)

    assert rows == ["1001,1Z1,false,,", "1002,1Z2,false,6.40,USD"]
    assert "sent.csv row 2" in problems
    assert "cost" in problems


@pytest.mark.parametrize(
    ("cost", "steps"),
    [
        ("$6.40", '[{currency: "$"}]'),
        ("USD 1,006.40", '[{currency: USD}, {thousands: ","}]'),
        ("6.40 USD", "[{currency: USD}]"),
    ],
)
def test_f15_sign_of_a_cost_is_removed_by_a_transform(
    cost: str, steps: str, tmp_path: Path
) -> None:
    rows, problems = reported(tmp_path, cost, f"transform: {{cost: {steps}}}")

    amount = "1006.40" if "1," in cost else "6.40"
    assert rows == [f"1001,1Z1,false,{amount},USD", "1002,1Z2,false,6.40,USD"]
    assert "sent.csv" not in problems


@pytest.mark.parametrize(
    "address",
    [
        ",,,,",
        ",,,,DE",
        "Ada,,,12345,DE",
        "Ada,Main St 1,,,DE",
        "Ada,\u00a0,Bonn,12345,DE",
        "Ada,\u200b,Bonn,12345,DE",
    ],
)
def test_f17_order_without_an_address_is_not_sent(address: str, tmp_path: Path) -> None:
    feeds = Feeds(tmp_path)
    feeds.configure(columns=ADDRESSES, portal="address: required")
    path = tmp_path / "config.yaml"
    path.write_text(path.read_text().replace("address: optional, ", ""))
    feeds.drop(
        "a.csv",
        f"No,SKU,Qty,To,Street,City,Zip,Country\n1,MUG,1,{address}\n2,MUG,1,Bo,Way 2,Bonn,1,DE\n",
    )

    assert feeds.run().counts == {"seen": 2, "done": 1, "failed": 1}
    assert feeds.sent("2") == {"MUG": 1}
    # An order without any of its fields may have them on another page.
    is_blank = not address.strip(",")
    assert feeds.steps()["1#1"]["code"] == ("cut" if is_blank else "no-address")
