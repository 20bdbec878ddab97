"""`place`: folders of partners on other machines."""

import typer

from ordosync.cli.places.listing import list_places
from ordosync.cli.places.trying import try_place

app = typer.Typer(help="Look at the place of an account, and try it.", no_args_is_help=True)
app.command("list")(list_places)
app.command("try")(try_place)
