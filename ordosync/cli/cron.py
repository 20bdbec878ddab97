"""`cron`: the line in the crontab that calls `run-due`."""

import difflib
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from ordosync import crontab
from ordosync.cli import options
from ordosync.cli.output import render
from ordosync.config import find_config, load_config

app = typer.Typer(help="Let cron call ordosync.", no_args_is_help=True)

DryRun = Annotated[bool, typer.Option("--dry-run", help="Only show what would change.")]


@app.command("render")
def render_block(
    *,
    config: options.Config = None,
    debug: options.Debug = False,  # noqa: ARG001 - seen by `run`
) -> None:
    """Show the lines that call ordosync every minute, for any crontab."""
    for line in _wanted(load_config(find_config(config)).path).splitlines():
        render.result(line)


@app.command("install")
def install(
    *,
    dry_run: DryRun = False,
    config: options.Config = None,
    debug: options.Debug = False,  # noqa: ARG001 - seen by `run`
) -> None:
    """Put these lines into this user's crontab, in the place of earlier ones.

    All other lines stay as they are. Harmless when called twice.
    """
    path = load_config(find_config(config)).path
    before = crontab.read()
    _change(before, crontab.with_block(before, _wanted(path), path), dry_run=dry_run)


@app.command("remove")
def remove(
    *,
    dry_run: DryRun = False,
    config: options.Config = None,
    debug: options.Debug = False,  # noqa: ARG001 - seen by `run`
) -> None:
    """Take these lines out of this user's crontab; all others stay as they are."""
    before = crontab.read()
    _change(before, crontab.without_block(before, find_config(config)), dry_run=dry_run)


def _change(before: str, after: str, *, dry_run: bool) -> None:
    if before == after:
        render.message("the crontab is as it should be; nothing was changed")
        return
    for line in difflib.unified_diff(
        before.splitlines(), after.splitlines(), "crontab", "crontab, changed", lineterm="", n=1
    ):
        render.result(line)
    if not dry_run:
        crontab.write(after)
        render.message("the crontab was changed; `ordosync health -v` tells whether cron comes by")


def _wanted(config: Path) -> str:
    return crontab.block(this_program(), config)


def this_program() -> tuple[str, ...]:
    """Return the words that start this ordosync, whatever the folder and the PATH."""
    started = os.path.abspath(sys.argv[0])  # noqa: PTH100 - a link to it is to stay one
    if os.path.basename(started) == "ordosync" and os.access(started, os.X_OK):  # noqa: PTH119
        return (started,)
    return (sys.executable, "-m", "ordosync")
