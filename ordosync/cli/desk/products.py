"""`products`: the products of a local account."""

import typer

from ordosync.cli.context import Context, with_context
from ordosync.cli.desk import common
from ordosync.cli.desk.product_changes import add_product, edit_product
from ordosync.cli.output import desk as render_desk
from ordosync.cli.output import desk_csv, render

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


app.command("add")(add_product)
app.command("edit")(edit_product)
