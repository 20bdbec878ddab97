"""Questions before a command does what cannot be undone, on a terminal only.

A script or cron has no answer: there, the command goes on, as with `--yes`.
"""

import sys
from typing import Annotated

import typer

from ordosync.cli.context import Context
from ordosync.cli.output import terminal

Yes = Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation (on a terminal).")]


def is_interactive() -> bool:
    """True if both ends are a terminal, so that the user can see a question and answer it."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def confirm(context: Context, question: str, *, yes: bool) -> None:
    """Ask the user on a terminal; end the command with exit code 1 if the answer is not yes.

    With `--yes` or `--dry-run`, there is no question.
    """
    if yes or context.is_dry_run or not is_interactive() or is_yes(question):
        return
    terminal.message("nothing was changed")
    raise typer.Exit(1)


def is_yes(question: str) -> bool:
    """Ask a question; return True if the answer is yes."""
    terminal.message(f"{question} [y/N]")
    return sys.stdin.readline().strip().lower() in ("y", "yes")
