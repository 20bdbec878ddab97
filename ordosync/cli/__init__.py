"""The command line: runs a command and turns errors into messages and exit codes."""

import signal
import sys
import traceback

import typer

from ordosync import __version__
from ordosync.cli import options
from ordosync.cli.commands import Commands, new_app
from ordosync.cli.context import Context
from ordosync.cli.output import terminal
from ordosync.errors import OrdosyncError

app = new_app(
    cls=Commands,
    name="ordosync",
    help="Sync dropship orders from Merchants to their Supplier, each exactly once; run by cron.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)

_TYPER_ERROR: type[typer.BadParameter] = typer.BadParameter.__mro__[2]
"""The base class of all errors of Typer, which it does not export."""


def _show_version(*, is_asked: bool) -> None:
    if is_asked:
        terminal.result(f"ordosync {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    *,
    # Its callback prints the version.
    version: bool = typer.Option(  # noqa: ARG001
        False,
        "-V",
        "--version",
        callback=lambda value: _show_version(is_asked=value),
        is_eager=True,
        help="Show the version.",
    ),
    config: options.Config = None,
) -> None:
    Context.before_command = config
    # The command is imported by now; from here on Ctrl-C lets it clean up.
    if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def run() -> int:
    """Run the command line and return its exit code; an error becomes one line per problem."""
    terminal.prepare()
    if not all(word.isascii() or _is_text(word) for word in sys.argv):
        terminal.message("error: the command line contains bytes that are not UTF-8 text")
        return 2
    try:
        code = _code()
    except OSError as error:
        code = _cannot_write(error)
    return terminal.finish(code)


def _code() -> int:
    try:
        code = app(prog_name="ordosync", standalone_mode=False)
    except OrdosyncError as error:
        return _show_error(error)
    except _TYPER_ERROR as error:
        return _show_usage_error(error)
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    return code if isinstance(code, int) else 0


def _show_usage_error(error: typer.BadParameter) -> int:
    """Report an error of Typer as an error of ordosync; return the exit code."""
    text = " ".join(error.format_message().split()).rstrip(".")
    # A group without a command shows its help.
    if text.startswith("Usage:"):
        error.show()
        return error.exit_code
    text = text.replace("is not a valid int", "is not a whole number")
    command = error.ctx.command_path if error.ctx else "ordosync"
    hint = f"`{command} --help` lists the options"
    terminal.message(f"error: {text[:1].lower()}{text[1:]}; {hint}")
    return error.exit_code


def _cannot_write(error: OSError) -> int:
    """Report that a file or standard output cannot be written; return the exit code."""
    if "--debug" in sys.argv:
        traceback.print_exception(error)
    if not error.filename:
        return terminal.cannot_write(error)
    terminal.message(f"error: {error.filename} cannot be written: {error.strerror or error}")
    return 1


def _is_text(word: str) -> bool:
    return not any("\ud800" <= char <= "\udfff" for char in word)


def _show_error(error: OrdosyncError) -> int:
    if "--debug" in sys.argv:
        traceback.print_exception(error)
    for line in str(error).splitlines():
        terminal.message(f"error: {line}")
    return error.exit_code
