"""`orders add`: creates orders in a local account, from options or from a file."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, NamedTuple

import typer

from ordosync.cli.context import Context, with_context
from ordosync.cli.desk import batches, common, input_rows
from ordosync.cli.desk.batches import Batch
from ordosync.cli.desk.input_files import File, Layout
from ordosync.cli.desk.input_rows import InputRow
from ordosync.cli.desk.stock_waking import wake_inventory
from ordosync.cli.output import render
from ordosync.countries import check_country
from ordosync.embedded import tags as tags_of_orders
from ordosync.embedded.desk import Desk
from ordosync.errors import UsageError
from ordosync.models import Address, Line, Order, Outcome, Product
from ordosync.text import plural

ADDRESS = (
    "name",
    "company",
    "street1",
    "street2",
    "city",
    "state",
    "zip",
    "country",
    "email",
    "phone",
)
_OF_ORDER = ("number", "currency", "supplier", *ADDRESS)
_TO_ADD = Layout(needed=("number", "sku", "quantity"), optional=("price", *_OF_ORDER[1:]))


class _LineInput(NamedTuple):
    sku: str
    quantity: str
    price: Decimal | None


@dataclass(frozen=True, kw_only=True)
class _Entry:
    """An order to add."""

    order: Order
    supplier: str | None
    new_skus: tuple[str, ...]


@with_context(dry_run=True)
def add_order(
    number: Annotated[str | None, typer.Argument(help="Order number, not used before.")] = None,
    *,
    line: Annotated[
        list[str] | None,
        typer.Option(
            "--line",
            metavar="SKU=QTY[@PRICE]",
            help="Order line; repeatable. Default price: the product's.",
        ),
    ] = None,
    supplier: Annotated[
        str | None,
        typer.Option("--supplier", help="Supplier that ships it (default: this account)."),
    ] = None,
    tag: Annotated[
        list[str] | None, typer.Option("--tag", help="Tag of the order; repeatable.")
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
    file: File = None,
    account: common.Account = None,
    context: Context,
) -> None:
    """Create an order; with --supplier, request it from that supplier.

    --from reads a row for each line, with the columns number, sku, quantity and, optionally, price
    and those of the options. Refused rows are written to FILE.refused.csv. Exits 1 if there are
    any.

    For example:
      ordosync orders add 2001 --line MUG=2 --line CUP=1@3.50 --supplier northwind
    """
    address = (name, company, street1, street2, city, state, postcode, country, email, phone)
    values = (number or "", currency, supplier or "", *address)
    typed = InputRow(cells=dict(zip(_OF_ORDER, values, strict=True)))
    tags = checked_tags("--tag", tag or ())
    _check_options(typed, line or (), tags, has_file=file is not None)
    rows = batches.rows_of(context, [], file, _TO_ADD) if file else [typed]
    opened = common.open_desk(context.config, account)
    batch = Batch.parse(
        file, batches.by_number(rows), lambda of: _entry(context, opened, of, line or (), tags)
    )
    outcomes = _save(opened, batch.requests)
    wake_inventory(context, opened, outcomes)
    if not file:
        common.check_order(opened, outcomes[0], batch.requests[0].order.number)
    results = list(zip(batch.requests, outcomes, strict=True))
    added = [entry for entry, outcome in results if outcome.state == "done"]
    _report_new_products(opened, [sku for entry in added for sku in entry.new_skus])
    changes = [(entry.order.number, "added") for entry in added]
    batches.report(context, opened, changes, is_file=bool(file))
    raise typer.Exit(batch.finish(context, outcomes))


def checked_tags(option: str, tags: Sequence[str]) -> tuple[str, ...]:
    """Return these tags without spaces around them, each once. Raises `UsageError`."""
    if problem := tags_of_orders.problem(tags):
        raise UsageError(f"{option}: {problem}")
    return tags_of_orders.with_tags(tag.strip() for tag in tags)


def _check_options(
    typed: InputRow, lines: Sequence[str], tags: Sequence[str], *, has_file: bool
) -> None:
    """Raise `UsageError` if an order is given in options and in a file, or in neither."""
    if has_file:
        given = [name for name in _OF_ORDER if typed.get(name)]
        given += [name for name, values in (("--line", lines), ("--tag", tags)) if values]
        if given:
            raise UsageError(f"--from reads everything from the file; leave out {given[0]}")
    elif not typed.get("number") or not lines:
        raise UsageError("an order needs a number: `ordosync orders add NUMBER --line SKU=QTY`")


def _entry(
    context: Context,
    opened: Desk,
    rows: Sequence[InputRow],
    lines: Sequence[str],
    tags: tuple[str, ...],
) -> _Entry:
    row = input_rows.merged(rows, _OF_ORDER, "order")
    number, currency, supplier = batches.number_of(rows), row.get("currency"), row.get("supplier")
    if currency and not re.fullmatch("[A-Z]{3}", currency):
        raise UsageError(f"{currency!r} is not a currency such as EUR: three capital letters")
    check_address(row.get("zip"), row.get("country"))
    if supplier:
        common.check_supplier(context.config, opened, supplier)
    inputs = [_parse(text) for text in lines] or [_line_input(each) for each in rows]
    products = opened.products_of([entry.sku for entry in inputs])
    order = Order(
        id="",
        number=number,
        lines=_lines(number, inputs, products),
        ship_to=Address(**{name: row.get(name) for name in ADDRESS}),
        currency=currency,
        tags=tags,
    )
    new_skus = tuple(entry.sku for entry in inputs if entry.sku not in products)
    return _Entry(order=order, supplier=supplier or None, new_skus=new_skus)


def check_address(postcode: str, country: str) -> None:
    """Raise `UsageError` if a postcode is damaged, or a country is no code."""
    input_rows.undamaged(postcode, "postcode")
    try:
        check_country("country", country)
    except ValueError as error:
        raise UsageError(str(error)) from None


def _parse(text: str) -> _LineInput:
    sku, amount = input_rows.parse_pair(text)
    quantity, _, price = amount.partition("@")
    return _LineInput(sku, quantity, input_rows.money(price) if price else None)


def _line_input(row: InputRow) -> _LineInput:
    sku = row.id("sku")
    if not sku:
        raise UsageError("has no sku")
    return _LineInput(sku, row.get("quantity"), row.amount("price"))


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
        unit_price=default_price if entry.price is None else entry.price,
    )


def _save(opened: Desk, entries: Sequence[_Entry]) -> list[Outcome]:
    """Add orders, those of each supplier in one transaction; return the outcomes in their order."""
    outcomes: dict[int, Outcome] = {}
    for supplier in dict.fromkeys(entry.supplier for entry in entries):
        places = [place for place, entry in enumerate(entries) if entry.supplier == supplier]
        added = opened.add_orders([entries[place].order for place in places], supplier=supplier)
        outcomes |= zip(places, added, strict=True)
    return [outcomes[place] for place in range(len(entries))]


def _report_new_products(opened: Desk, skus: Sequence[str]) -> None:
    new = list(dict.fromkeys(skus))
    if new:
        verb = plural(len(new), "is a new product", "are new products")
        render.message(f"{', '.join(new)} {verb} in account {opened.name}")
