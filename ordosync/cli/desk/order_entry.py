"""`orders add`: creates an order in a local account."""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, NamedTuple

import typer

from ordosync.cli.context import Context, with_context
from ordosync.cli.desk import common, input_rows
from ordosync.cli.output import render
from ordosync.countries import check_country
from ordosync.embedded.desk import Desk
from ordosync.errors import UsageError
from ordosync.models import Address, Line, Order, Product
from ordosync.text import plural


class _LineInput(NamedTuple):
    sku: str
    quantity: str
    price: str


@with_context(dry_run=True)
def add_order(
    number: Annotated[str, typer.Argument(help="Order number, not used before.")],
    *,
    line: Annotated[
        list[str],
        typer.Option(
            "--line",
            metavar="SKU=QTY[@PRICE]",
            help="Order line; repeatable. Default price: the product's.",
        ),
    ],
    supplier: Annotated[
        str | None,
        typer.Option("--supplier", help="Supplier that ships it (default: this account)."),
    ] = None,
    currency: Annotated[
        str, typer.Option("--currency", help="Currency of the prices: three capital letters.")
    ] = "",
    name: Annotated[str, typer.Option("--name", help="Recipient name.")] = "",
    company: Annotated[str, typer.Option("--company", help="Company.")] = "",
    street1: Annotated[str, typer.Option("--street1", help="Street and house number.")] = "",
    street2: Annotated[str, typer.Option("--street2", help="Apartment, floor, building.")] = "",
    city: Annotated[str, typer.Option("--city", help="Town or city.")] = "",
    state: Annotated[str, typer.Option("--state", help="State or province.")] = "",
    postcode: Annotated[str, typer.Option("--zip", help="Postcode.")] = "",
    country: Annotated[str, typer.Option("--country", help="Country code, such as DE.")] = "",
    email: Annotated[str, typer.Option("--email", help="Recipient's email address.")] = "",
    phone: Annotated[str, typer.Option("--phone", help="Recipient's phone number.")] = "",
    account: common.Account = None,
    context: Context,
) -> None:
    """Create an order; with --supplier, request it from that supplier.

    For example:
      ordosync orders add 2001 --line MUG=2 --line CUP=1@3.50 --supplier northwind
    """
    _check(number, postcode, currency, country)
    opened = common.open_desk(context.config, account)
    if supplier is not None:
        common.check_supplier(context.config, opened, supplier)
    inputs = [_parse(text) for text in line]
    products = opened.products_of([entry.sku for entry in inputs])
    ship_to = Address(
        name=name,
        company=company,
        street1=street1,
        street2=street2,
        city=city,
        state=state,
        zip=postcode,
        country=country,
        email=email,
        phone=phone,
    )
    lines = _lines(number, inputs, products)
    order = Order(id="", number=number, lines=lines, ship_to=ship_to, currency=currency)
    common.check_order(opened, opened.add_order(order, supplier=supplier), number)
    _report_new_products(opened, inputs, products)
    common.report_order(opened, number, "added", as_json=context.as_json)


def _check(number: str, postcode: str, currency: str, country: str) -> None:
    if not number.strip():
        raise UsageError("an order needs a number: `ordosync orders add NUMBER --line SKU=QTY`")
    input_rows.undamaged(number, "number")
    input_rows.undamaged(postcode, "postcode")
    if currency and not re.fullmatch("[A-Z]{3}", currency):
        raise UsageError(f"{currency!r} is not a currency such as EUR: three capital letters")
    try:
        check_country("--country", country)
    except ValueError as error:
        raise UsageError(str(error)) from None


def _parse(text: str) -> _LineInput:
    sku, amount = input_rows.parse_pair(text)
    quantity, _, price = amount.partition("@")
    return _LineInput(sku, quantity, price)


def _lines(
    number: str, inputs: Sequence[_LineInput], products: Mapping[str, Product]
) -> tuple[Line, ...]:
    return tuple(
        _line(f"{number}/{place}", entry, products.get(entry.sku))
        for place, entry in enumerate(inputs, 1)
    )


def _line(line_id: str, entry: _LineInput, product: Product | None) -> Line:
    default_price = product.price if product else None
    return Line(
        id=line_id,
        sku=entry.sku,
        name=product.name if product else entry.sku,
        quantity=input_rows.quantity(entry.quantity, least=1),
        unit_price=input_rows.money(entry.price) if entry.price else default_price,
    )


def _report_new_products(
    opened: Desk, inputs: Sequence[_LineInput], products: Mapping[str, Product]
) -> None:
    new = [sku for sku in dict.fromkeys(entry.sku for entry in inputs) if sku not in products]
    if new:
        verb = plural(len(new), "is a new product", "are new products")
        render.message(f"{', '.join(new)} {verb} in account {opened.name}")
