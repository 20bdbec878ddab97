"""Output of `orders slips`: pages to print, one per order, and CSV.

A slip goes to the customer with the parcel. It has the Merchant's name and neither the Supplier's
nor, without `--prices`, an amount.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import TextIO

from msgspec import Struct
from msgspec.structs import asdict

from ordosync.cli.output import html
from ordosync.cli.output.csv_output import Cell, write_csv
from ordosync.cli.output.desk import amount
from ordosync.cli.output.render import local
from ordosync.models import Address, Line, Order
from ordosync.text import plural

_ADDRESS = Address.__struct_fields__[:-2]
"""Without phone and email address: other people handle the parcel."""
_COLUMNS = (
    *("merchant", "number", "merchant_number", "date", *(f"ship_to_{name}" for name in _ADDRESS)),
    *("shipping_method", "customer_notes", "sku", "name", "details", "units"),
    "held",
)
_PRICES = ("unit_price", "currency")
_HELD = "Held: do not ship. The order was edited after it was sent."
_ONE_SHEET = 12
"""The number of lines that fit on one sheet."""


class Slip(Struct, frozen=True, kw_only=True):
    """The contents of one parcel: the open units of an order."""

    merchant: str
    """Empty if it is not known any more."""
    merchant_number: str
    """The Merchant's own number of the order; empty if it is not known, or the same."""
    order: Order
    lines: tuple[tuple[Line, int], ...]
    """The lines with open units, and these units."""

    @property
    def date(self) -> str:
        """The day of the order in the local time zone."""
        return local(self.order.placed_at)[:10]


def write_slips_csv(stream: TextIO, slips: Iterable[Slip], *, prices: bool) -> None:
    """Write one row per line."""
    columns = (*_COLUMNS, *_PRICES) if prices else _COLUMNS
    write_csv(stream, columns, (row for slip in slips for row in _rows(slip)))


def _rows(slip: Slip) -> Iterator[dict[str, Cell]]:
    order = slip.order
    address = asdict(order.ship_to)
    for line, units in slip.lines:
        yield {
            "merchant": slip.merchant,
            "number": order.number,
            "merchant_number": slip.merchant_number or order.number,
            "date": slip.date,
            **{f"ship_to_{name}": address[name] for name in _ADDRESS},
            "shipping_method": order.shipping_method,
            "customer_notes": order.customer_notes,
            "sku": line.sku,
            "name": line.name,
            "details": line.details,
            "units": units,
            "unit_price": line.unit_price,
            "currency": order.currency,
            "held": "yes" if order.is_held else "no",
        }


def slips_page(slips: Iterable[Slip], *, prices: bool) -> Iterator[str]:
    """Yield a page that is printed as one sheet, or more, per order."""
    body = (part for slip in slips for part in _slip(slip, prices=prices))
    return html.page("Packing slips", body, style=_STYLE)


def _slip(slip: Slip, *, prices: bool) -> Iterator[str]:
    order = slip.order
    at_merchant = f"Order at {slip.merchant}" if slip.merchant else "Merchant's order"
    facts = (
        # The customer knows only the Merchant's number.
        (at_merchant, slip.merchant_number),
        ("Order", order.number),
        ("Date", slip.date),
        ("Shipping", order.shipping_method),
    )
    yield '<section class="slip">\n<header>\n'
    yield f"<h1><bdi>{html.text(slip.merchant)}</bdi></h1>\n" if slip.merchant else ""
    yield '<p class="faint">Packing slip</p>\n</header>\n'
    yield f'<p class="held">{_HELD}</p>\n' if order.is_held else ""
    yield '<div class="head">\n'
    yield f"<div>\n<h2>Ship to</h2>\n<address>{_address(order.ship_to)}</address>\n</div>\n<dl>\n"
    for name, value in facts:
        if value:
            yield f"<dt><bdi>{html.text(name)}</bdi></dt><dd><bdi>{html.text(value)}</bdi></dd>\n"
    yield "</dl>\n</div>\n"
    yield from _table(slip, prices=prices)
    if order.customer_notes.strip():
        yield f'<h2>Note</h2>\n<p class="note">{html.lines([order.customer_notes])}</p>\n'
    yield "</section>\n"


def _address(address: Address) -> html.Markup:
    """Return the lines of an address: a state stands between city and postcode."""
    place = (
        f"{address.city}, {address.state} {address.zip}".strip(", ")
        if address.state
        else f"{address.zip} {address.city}".strip()
    )
    lines = (address.name, address.company, address.street1, address.street2, place)
    return html.lines((*lines, address.country))


def _table(slip: Slip, *, prices: bool) -> Iterator[str]:
    amounts = ("Unit price", "Amount") if prices else ()
    rows = (
        (line.sku, _item(line), units, *(_amounts(line, units) if prices else ()))
        for line, units in slip.lines
    )
    yield from html.table(
        ("SKU", "Item", "Units", *amounts),
        rows,
        numeric=("Units", *amounts),
        printed_heading=_heading(slip),
    )
    yield f'<p class="total">{html.text(_total(slip, prices=prices))}</p>\n'


def _heading(slip: Slip) -> str:
    """Return the heading of each sheet of a long slip, so that sheets are not mixed up."""
    if len(slip.lines) <= _ONE_SHEET:
        return ""
    number = slip.order.number
    numbers = f"{slip.merchant_number} ({number})" if slip.merchant_number else number
    return " ".join(filter(None, (slip.merchant, "order", numbers)))


def _item(line: Line) -> html.Markup:
    details = f"<br>\n<small>{html.lines([line.details])}</small>" if line.details.strip() else ""
    return html.Markup(f"<bdi>{html.text(line.name or line.sku)}</bdi>{details}")


def _amounts(line: Line, units: int) -> tuple[str, str]:
    price = line.unit_price
    return amount(price), amount(None if price is None else price * units)


def _total(slip: Slip, *, prices: bool) -> str:
    """Return the units of the parcel, and their price if each line has one."""
    units = sum(units for _, units in slip.lines)
    words = f"Total: {units} {plural(units, 'unit', 'units')}"
    known = [line.unit_price * units for line, units in slip.lines if line.unit_price is not None]
    if not prices or len(known) < len(slip.lines):
        return words
    return f"{words}, {amount(sum(known, Decimal()), slip.order.currency)}"


_STYLE = """
.slip { padding: 1rem 0 2.5rem; }
.slip + .slip { border-top: 2px dashed var(--rule); }
.slip header { display: flex; justify-content: space-between; align-items: baseline; gap: 1rem;
  border-bottom: 2px solid var(--ink); padding-bottom: .5rem; }
.slip header p { margin-left: auto; white-space: nowrap; }
.head { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 3rem;
  margin-bottom: 1.5rem; }
.head > * { flex: 1 1 14rem; }
address { font-style: normal; font-size: 1.1em; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem;
  margin: 1.6rem 0 0; align-content: start; }
dt { color: var(--faint); }
dd { margin: 0; font-weight: 600; }
small { color: var(--faint); font-size: .9em; }
.held { border: 2px solid var(--ink); padding: .4rem .6rem; font-weight: 700; }
.number { width: 1%; }
.total { text-align: right; font-weight: 600; padding: .2rem .6rem; }
@media print {
  .slip { padding: 0; break-after: page; }
  .slip:last-child { break-after: auto; }
  .slip + .slip { border-top: 0; }
  .total { break-before: avoid; }
}
"""
