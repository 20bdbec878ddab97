"""The command line: parse, call, show."""

import inspect
import os
import sys
import traceback
from collections.abc import Callable
from typing import Any

import typer

from ordosync import __version__, render
from ordosync.cli import (
    attention,
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
    purge,
    rebuild,
    reconcile,
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
app.command("attention")(attention.show_attention)
app.command("reconcile")(reconcile.reconcile)
app.command("purge")(purge.purge)
app.command("rebuild-state")(rebuild.rebuild_state)
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


def _in_paragraphs(group: typer.Typer) -> None:
    """Let every help text break where the terminal ends, not where our lines do."""
    for command in group.registered_commands:
        command.help = _paragraphs(command.help, command.callback)
    for inner in group.registered_groups:
        if inner.typer_instance:
            _in_paragraphs(inner.typer_instance)


def _paragraphs(text: str | None, callback: Callable[..., Any] | None) -> str:
    told = inspect.cleandoc(text or (callback and callback.__doc__) or "")
    return "\n\n".join(" ".join(part.split()) for part in told.split("\n\n"))


_in_paragraphs(app)


def run() -> int:
    """Run the command line and return its exit code; what goes wrong becomes one line."""
    render.prepare()
    if not all(word.isascii() or _is_text(word) for word in sys.argv):
        render.say("error: the command line holds bytes that are no UTF-8 text")
        return 2
    try:
        code = _code()
        if sys.stdout:
            sys.stdout.flush()  # here, where it can be told that it does not pass
    except BrokenPipeError:
        sys.stderr.close()  # whoever read our output has seen enough
        return 0
    except OSError as error:
        return _cannot_write(error)
    return code


def _code() -> int:
    try:
        app(standalone_mode=True)
    except OrdosyncError as error:
        return _told(error)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0


def _cannot_write(error: OSError) -> int:
    """Say that a file or our output cannot be written, and why."""
    if "--debug" in sys.argv:
        traceback.print_exception(error)
    where = error.filename or "standard output"
    render.say(f"error: {where} cannot be written: {error.strerror or error}")
    if not error.filename:
        # What is left in the buffer would be tried once more when the process ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 1


def _is_text(word: str) -> bool:
    return not any("\ud800" <= char <= "\udfff" for char in word)


def _told(error: OrdosyncError) -> int:
    if "--debug" in sys.argv:
        traceback.print_exception(error)
    for line in str(error).splitlines():
        render.say(f"error: {line}")
    return error.exit_code
