"""Exports of services with made-up orders: their headers, and how a service shows a parcel."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

State = Literal["open", "part", "units", "whole"]
"""Of an order: nothing was sent, its first line, a unit of that, or all of it."""
Rows = list[dict[str, str]]


@dataclass(frozen=True, kw_only=True)
class Item:
    """A line of an order."""

    sku: str
    quantity: int


@dataclass(frozen=True, kw_only=True)
class Sold:
    """An order of a shop."""

    number: str
    items: tuple[Item, ...]
    state: State = "open"

    @property
    def units(self) -> dict[str, int]:
        """The units of each SKU."""
        return {item.sku: item.quantity for item in self.items}

    def is_sent(self, index: int) -> bool:
        """True if all units of this line were sent."""
        return self.state == "whole" or (self.state == "part" and index == 0)


@dataclass(frozen=True, kw_only=True)
class Export:
    """An export that a preset is for."""

    preset: str
    rows: Callable[[Sold], Rows]
    columns: Sequence[str]
    name: str = "export.csv"
    delimiter: str = ","
    encoding: str = "utf-8"
    before: str = ""
    after: str = ""
    beside: Mapping[str, str] = field(default_factory=dict)
    is_blank_below: bool = True
    """True if only the first row of an order has its address."""

    def text(self, *orders: Sold) -> str:
        """Return a file with these orders."""
        return self.of_rows([row for order in orders for row in self.rows(order)])

    def of_rows(self, rows: Rows, *, columns: Sequence[str] = ()) -> str:
        """Return a file with these rows."""
        out = io.StringIO()
        writer = csv.DictWriter(out, columns or self.columns, delimiter=self.delimiter, restval="")
        writer.writeheader()
        writer.writerows(rows)
        return f"{self.before}{out.getvalue()}{self.after}"


def _shopify(order: Sold) -> Rows:
    whole = {"open": "unfulfilled", "part": "partial", "units": "partial", "whole": "fulfilled"}
    head = {
        "Email": "ada@example.org",
        "Financial Status": "paid",
        "Fulfillment Status": whole[order.state],
        "Currency": "EUR",
        "Shipping Method": "Standard",
        "Shipping Name": "Ada Example",
        "Shipping Address1": "1 High St",
        "Shipping City": "Testville",
        "Shipping Zip": "'07001",
        "Shipping Country": "US",
        "Refunded Amount": "0.00",
    }
    rows: Rows = []
    for index, item in enumerate(order.items):
        status = "fulfilled" if order.is_sent(index) else "pending"
        if order.state == "units" and index == 0:
            status = "partial"
        line = {
            "Name": order.number,
            "Created at": "2026-11-20 09:50:26 +0100",
            "Lineitem quantity": str(item.quantity),
            "Lineitem name": f"Item {item.sku}",
            "Lineitem price": "18.50",
            "Lineitem sku": item.sku,
            "Lineitem requires shipping": "true",
            "Lineitem fulfillment status": status,
        }
        rows.append({**({} if rows else head), **line})
    return rows


def _amazon(order: Sold) -> Rows:
    rows: Rows = []
    for index, item in enumerate(order.items):
        sent = item.quantity if order.is_sent(index) else 0
        if order.state == "units" and index == 0:
            sent = 1
        row = {
            "order-id": order.number,
            "order-item-id": f"{order.number[-4:]}{index}",
            "purchase-date": "2026-11-20T08:15:00+00:00",
            "buyer-email": "x1@marketplace.example",
            "buyer-name": "Ada Example",
            "sku": item.sku,
            "product-name": f"Item {item.sku}",
            "quantity-purchased": str(item.quantity),
            "quantity-shipped": str(sent),
            "quantity-to-ship": str(item.quantity - sent),
            "ship-service-level": "Standard",
            "recipient-name": "Ada Exämple",
            "ship-address-1": "1 High St",
            "ship-city": "BOSTON",
            "ship-state": "MA",
            "ship-postal-code": "02108",
            "ship-country": "US",
        }
        # The report has only what is still to be shipped.
        if item.quantity > sent:
            rows.append(row)
    return rows


def _ebay(order: Sold) -> Rows:
    head = {
        "Ship To Name": "Pat Ruiz",
        "Ship To Address 1": "5 Elm St",
        "Ship To City": "Reno",
        "Ship To State": "NV",
        "Ship To Zip": "89501",
        "Ship To Country": "United States",
        "Sale Date": "Nov-20-26",
        "Paid On Date": "Nov-20-26",
    }
    rows: Rows = []
    if len(order.items) > 1:
        total = {"Order Number": order.number, "Total Price": "$99.00", "Quantity": "9"}
        sent = "Nov-22-26" if order.state == "whole" else ""
        rows.append({**head, **total, "Shipped On Date": sent})
    for index, item in enumerate(order.items):
        line = {
            "Order Number": order.number,
            "Item Number": f"31800000000{index}",
            "Item Title": f"Item {item.sku}",
            "Custom Label": item.sku,
            "Quantity": str(item.quantity),
            "Sold For": "$1,018.50",
            "Shipped On Date": "Nov-22-26" if order.is_sent(index) else "",
        }
        rows.append({**({} if rows else head), **line})
    return rows


def _etsy(order: Sold) -> Rows:
    return [
        {
            "Sale Date": "11/20/26",
            "Item Name": f"Item {item.sku}",
            "Quantity": str(item.quantity),
            "Price": "34.00",
            "Currency": "CAD",
            "Transaction ID": f"400{index}",
            "Date Paid": "11/20/2026",
            "Date Shipped": "11/22/2026" if order.is_sent(index) else "",
            "Ship Name": "Jane Roe",
            "Ship Address1": "12 Lane",
            "Ship City": "Kamloops",
            "Ship State": "BC",
            "Ship Zipcode": "V2C 1A1",
            "Ship Country": "Canada",
            "Order ID": order.number,
            "SKU": item.sku,
        }
        for index, item in enumerate(order.items)
    ]


def _woocommerce(order: Sold) -> Rows:
    head = {
        "Order Status": "Completed" if order.state == "whole" else "Processing",
        "Order Date": "2026-11-20 10:11",
        "First Name (Shipping)": "Ana",
        "Last Name (Shipping)": "Cruz",
        "Address 1&2 (Shipping)": "1 Main St, Apt 2",
        "City (Shipping)": "Reno",
        "State Code (Shipping)": "NV",
        "Postcode (Shipping)": "89501",
        "Country Code (Shipping)": "US",
    }
    rows: Rows = []
    for index, item in enumerate(order.items):
        line = {
            "Order Number": order.number,
            "Item #": str(index + 1),
            "SKU": item.sku,
            "Name": f"Item {item.sku}",
            "Quantity": str(item.quantity),
            "Quantity (- Refund)": str(item.quantity),
            "Item Cost": "18.5",
        }
        rows.append({**({} if rows else head), **line})
    return rows


def _columns(rows: Callable[[Sold], Rows], *more: str) -> list[str]:
    """Return the columns that any state of an order fills, and further ones."""
    items = (Item(sku="A", quantity=2), Item(sku="B", quantity=1))
    found = [row for state in ("open", "units") for row in rows(_example(items, state))]
    return list(dict.fromkeys([*(name for row in found for name in row), *more]))


def _example(items: tuple[Item, ...], state: str) -> Sold:
    return Sold(number="x-0001", items=items, state="units" if state == "units" else "open")


EXPORTS = (
    Export(
        preset="shopify-export",
        rows=_shopify,
        columns=_columns(_shopify, "Cancelled at", "Shipping Address2", "Notes", "Tags"),
        beside={"timezone": "Europe/Paris"},
    ),
    Export(
        preset="amazon-orders",
        rows=_amazon,
        columns=_columns(_amazon, "ship-address-2", "ship-address-3"),
        name="export.txt",
        delimiter="\t",
        encoding="cp1252",
        beside={"timezone": "UTC", "currency": "USD"},
        is_blank_below=False,
    ),
    Export(
        preset="ebay-orders",
        rows=_ebay,
        columns=_columns(_ebay, "Ship To Address 2"),
        before="\r\n,,,,\r\n",
        after="\r\n9,record(s) downloaded,,,\r\nSeller ID : some-shop,,,\r\n",
        beside={"timezone": "America/Los_Angeles", "currency": "USD"},
    ),
    Export(
        preset="etsy-sold-order-items",
        rows=_etsy,
        columns=_columns(_etsy, "Ship Address2"),
        beside={"timezone": "America/Vancouver"},
        is_blank_below=False,
    ),
    Export(
        preset="woocommerce-order-export",
        rows=_woocommerce,
        columns=_columns(_woocommerce, "Customer Note", "Email (Billing)"),
        beside={"timezone": "America/Los_Angeles", "currency": "USD"},
    ),
)
