"""`cron`: the crontab entry that calls `run-due`."""

import difflib
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from ordosync import crontab
from ordosync.cli.context import Context, with_context
from ordosync.cli.output import render

app = typer.Typer(help="Show, install or remove the crontab entry.", no_args_is_help=True)

DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would change; change nothing.")]


@app.command("render")
@with_context()
def render_block(
    *,
    context: Context,
) -> None:
    """Print the lines that call ordosync every minute, to copy into any crontab.

    For example:
      ordosync cron render
    """
    path = context.config.path
    entry = _entry(path)
    if context.as_json:
        render.document(_json(path, entry, [], is_changed=False))
        return
    for line in entry.splitlines():
        render.result(line)


@app.command("install")
@with_context()
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
    before = crontab.read()
    path = context.config.path
    after = crontab.with_block(before, _entry(path), path)
    result = "`ordosync health -v` shows whether cron is running"
    _change(context, before, after, result=result, dry_run=dry_run)


@app.command("remove")
@with_context()
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
    _change(context, before, after, result="cron runs no task any more", dry_run=dry_run)


def _change(context: Context, before: str, after: str, *, result: str, dry_run: bool) -> None:
    """Write the crontab unless it is a dry run, and show the lines that change."""
    difference = list(_difference(before, after))
    if difference and not dry_run:
        crontab.write(after)
    if context.as_json:
        path = context.config_path
        entry = crontab.block_of(after, path)
        render.document(_json(path, entry, difference, is_changed=bool(difference and not dry_run)))
        return
    if not difference:
        render.message("the crontab is up to date; nothing was changed")
        return
    for line in difference:
        render.result(line)
    if not dry_run:
        render.message(f"the crontab was changed; {result}")


def _difference(before: str, after: str) -> Iterator[str]:
    return difflib.unified_diff(
        before.splitlines(), after.splitlines(), "crontab", "crontab, changed", lineterm="", n=1
    )


def _json(path: Path, entry: str, difference: Sequence[str], *, is_changed: bool) -> dict[str, Any]:
    return {
        "cron": {
            "config": str(path),
            "entry": entry or None,
            "difference": list(difference),
            "changed": is_changed,
        }
    }


def _entry(config: Path) -> str:
    return crontab.block(this_program(), config)


def this_program() -> tuple[str, ...]:
    """Return the command that starts this ordosync from any folder, without PATH."""
    # A symbolic link must not be resolved: an upgrade may change its target.
    started = os.path.abspath(sys.argv[0])  # noqa: PTH100
    if os.path.basename(started) == "ordosync" and os.access(started, os.X_OK):  # noqa: PTH119
        return (started,)
    return (sys.executable, "-m", "ordosync")
