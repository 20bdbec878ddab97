"""The command line: parse, call, show."""

import sys
import traceback

import typer

from ordosync import __version__, render
from ordosync.cli import (
    autosync,
    config,
    cron,
    demo,
    due,
    health,
    init,
    keep,
    log,
    orders,
    products,
    stock,
    tasks,
)
from ordosync.errors import OrdosyncError

app = typer.Typer(
    name="ordosync",
    help="Keeps a Merchant's and a Supplier's order accounts in step, run by cron.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
tasks.add_to(app)
app.command("autosync")(autosync.autosync)
app.command("run-due")(due.run_due)
log.add_to(app)
keep.add_to(app)
app.command("health")(health.health)
app.add_typer(cron.app, name="cron")
app.add_typer(orders.app, name="orders")
app.add_typer(products.app, name="products")
app.add_typer(stock.app, name="stock")
app.command("init")(init.init)
app.command("demo")(demo.demo)
app.add_typer(config.app, name="config")


def _version(*, wanted: bool) -> None:
    if wanted:
        render.say_out(f"ordosync {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    *,
    version: bool = typer.Option(
        False,
        "--version",
        callback=lambda value: _version(wanted=value),
        is_eager=True,
        help="Show the version.",
    ),
) -> None:
    pass


def run() -> int:
    """Run the command line and return its exit code; what goes wrong becomes one line."""
    render.prepare()
    if not all(word.isascii() or _is_text(word) for word in sys.argv):
        render.say("error: the command line holds bytes that are no UTF-8 text")
        return 2
    try:
        app(standalone_mode=True)
    except OrdosyncError as error:
        return _told(error)
    except BrokenPipeError:
        sys.stderr.close()  # whoever read our output has seen enough
        return 0
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0


def _is_text(word: str) -> bool:
    return not any("\ud800" <= char <= "\udfff" for char in word)


def _told(error: OrdosyncError) -> int:
    if "--debug" in sys.argv:
        traceback.print_exception(error)
    for line in str(error).splitlines():
        render.say(f"error: {line}")
    return error.exit_code
