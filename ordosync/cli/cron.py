"""`cron`: the crontab entry that calls `run-due`."""

import difflib
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from ordosync import crontab
from ordosync.cli.context import Context, with_context
from ordosync.cli.output import render

app = typer.Typer(help="Show, install or remove the crontab entry.", no_args_is_help=True)

DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would change; change nothing.")]


@app.command("render")
@with_context(json=False)
def render_block(
    *,
    context: Context,
) -> None:
    """Print the lines that call ordosync every minute, to copy into any crontab.

    For example:
      ordosync cron render
    """
    for line in _entry(context.config.path).splitlines():
        render.result(line)


@app.command("install")
@with_context(json=False)
def install(
    *,
    dry_run: DryRun = False,
    context: Context,
) -> None:
    """Install the entry in this user's crontab, or replace an existing one.

    All other lines stay unchanged. Safe to run again.

    For example:
      ordosync cron install --dry-run
    """
    path = context.config.path
    before = crontab.read()
    after = crontab.with_block(before, _entry(path), path)
    result = "`ordosync health -v` shows whether cron is running"
    _change(before, after, result=result, dry_run=dry_run)


@app.command("remove")
@with_context(json=False)
def remove(
    *,
    dry_run: DryRun = False,
    context: Context,
) -> None:
    """Remove the entry from this user's crontab; all other lines stay unchanged.

    For example:
      ordosync cron remove
    """
    before = crontab.read()
    after = crontab.without_block(before, context.config_path)
    _change(before, after, result="cron runs no task any more", dry_run=dry_run)


def _change(before: str, after: str, *, result: str, dry_run: bool) -> None:
    if before == after:
        render.message("the crontab is up to date; nothing was changed")
        return
    for line in difflib.unified_diff(
        before.splitlines(), after.splitlines(), "crontab", "crontab, changed", lineterm="", n=1
    ):
        render.result(line)
    if not dry_run:
        crontab.write(after)
        render.message(f"the crontab was changed; {result}")


def _entry(config: Path) -> str:
    return crontab.block(this_program(), config)


def this_program() -> tuple[str, ...]:
    """Return the command that starts this ordosync from any folder, without PATH."""
    # A symbolic link must not be resolved: an upgrade may change its target.
    started = os.path.abspath(sys.argv[0])  # noqa: PTH100
    if os.path.basename(started) == "ordosync" and os.access(started, os.X_OK):  # noqa: PTH119
        return (started,)
    return (sys.executable, "-m", "ordosync")
