"""`products`: the products of a local account."""

from decimal import Decimal
from typing import Annotated

import typer

from ordosync.cli import completion
from ordosync.cli.context import Context, with_context
from ordosync.cli.desk import common, input_rows
from ordosync.cli.output import desk as render_desk
from ordosync.cli.output import desk_csv, render
from ordosync.embedded.corrections import Corrections
from ordosync.errors import UsageError
from ordosync.models import Product

app = typer.Typer(help="Manage the products of a local account.", no_args_is_help=True)


@app.command("list")
@with_context(csv=True)
def list_products(
    *,
    account: common.Account = None,
    context: Context,
) -> None:
    """List the products by SKU; kits with their components.

    For example:
      ordosync products list --account northwind
    """
    opened = common.open_desk(context.config, account)
    bins = opened.bins()
    products = [
        (
            product,
            opened.components(product.sku) if product.is_kit else None,
            bins.get(product.sku, ""),
        )
        for product in opened.list_products()
    ]
    if context.as_json:
        render.document({"products": [render_desk.product_json(*product) for product in products]})
    elif context.as_csv:
        desk_csv.write_products(products)
    elif products:
        render_desk.show_products(products)
    else:
        render.message(f"account {opened.name} {common.NO_PRODUCT}")


@app.command("add")
@with_context(dry_run=True)
def add_product(
    sku: Annotated[str, typer.Argument(help="SKU, not used before.")],
    *,
    name: Annotated[
        str | None, typer.Option("--name", help="Product name (default: the SKU).")
    ] = None,
    price: Annotated[str, typer.Option("--price", help="Price, such as 4.20.")] = "",
    kit: Annotated[
        str | None,
        typer.Option("--kit", metavar="SKU=QTY,...", help="Components of a kit."),
    ] = None,
    storage_bin: Annotated[
        str, typer.Option("--bin", metavar="BIN", help="Place in the warehouse, for `orders pick`.")
    ] = "",
    account: common.Account = None,
    context: Context,
) -> None:
    """Create a product; its stock is uncounted until `stock set`.

    For example:
      ordosync products add MUG --name "Blue mug" --price 9.50
    """
    if not sku.strip():
        raise UsageError("a product needs a SKU: `ordosync products add SKU`")
    input_rows.undamaged(sku, "SKU")
    parts = _parts(kit) if kit is not None else None
    product = Product(
        id=sku,
        sku=sku,
        name=name or sku,
        price=input_rows.money(price) if price else None,
        is_kit=parts is not None,
    )
    opened = common.open_desk(context.config, account)
    storage_bin = storage_bin.strip()
    added = opened.add_product(product, components=parts, storage_bin=storage_bin)
    common.check(opened, added, f"product {sku}", "products list")
    if context.as_json:
        render.document({"products": [render_desk.product_json(product, parts, storage_bin)]})
    else:
        render.message(f"product {sku} added")


@app.command("edit")
@with_context(dry_run=True)
def edit_product(
    sku: Annotated[str, typer.Argument(autocompletion=completion.sku)],
    *,
    name: Annotated[str | None, typer.Option("--name", help="Product name.")] = None,
    price: Annotated[str | None, typer.Option("--price", help="Price, such as 4.20.")] = None,
    storage_bin: Annotated[
        str | None, typer.Option("--bin", metavar="BIN", help="Place in the warehouse.")
    ] = None,
    account: common.Account = None,
    context: Context,
) -> None:
    """Correct the name, the price or the bin of a product.

    What is not given stays. Lines of orders keep the name and the price that they have.

    For example:
      ordosync products edit MUG --price 9.90 --bin A3
    """
    if name is None and price is None and storage_bin is None:
        raise UsageError("give what to edit: --name, --price or --bin")
    if name is not None and not name.strip():
        raise UsageError("a product needs a name")
    opened = common.open_desk(context.config, account)
    outcome = Corrections(opened.file).edit_product(
        sku,
        name=name,
        price=None if price is None else input_rows.money(price),
        storage_bin=None if storage_bin is None else storage_bin.strip(),
    )
    common.check(opened, outcome, f"product {sku}", "products list")
    if context.as_json:
        product = opened.products_of([sku])[sku]
        parts = opened.components(sku) if product.is_kit else None
        place = opened.bins().get(sku, "")
        render.document({"products": [render_desk.product_json(product, parts, place)]})
    else:
        change = "edited" if outcome.state == "done" else "has these values already"
        render.message(f"product {sku} {change}")


def _parts(text: str) -> dict[str, Decimal]:
    parts: dict[str, Decimal] = {}
    for part in text.split(","):
        sku, count = input_rows.parse_pair(part)
        ratio = input_rows.money(count)
        if ratio == 0 or sku in parts:
            raise UsageError(f"{part.strip()!r}: list each component once, with more than 0")
        parts[sku] = ratio
    return parts
