"""`sku`: the SKU map of a portal, which is a CSV file."""

import typer

from ordosync.cli.skus.editing import remove_sku, set_sku
from ordosync.cli.skus.exporting import export_map
from ordosync.cli.skus.importing import import_map
from ordosync.cli.skus.listing import list_skus

app = typer.Typer(help="List and change the SKU map of a portal.", no_args_is_help=True)
app.command("list")(list_skus)
app.command("set")(set_sku)
app.command("remove")(remove_sku)
app.command("export")(export_map)
app.command("import")(import_map)
