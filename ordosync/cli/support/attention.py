"""`attention`: what waits for a person. `dismiss`: what does not any more."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Any

import typer

from ordosync.cli import options
from ordosync.cli.output import render, tables
from ordosync.clock import Clock
from ordosync.config import find_config, load_config
from ordosync.engine import register
from ordosync.engine.diagnosis.attention import Attention, attention
from ordosync.engine.diagnosis.dismissal import dismiss as close
from ordosync.store import Store
from ordosync.store.timestamps import to_text

_COLUMNS = ("since", "severity", "key", "order", "reason", "settle")


def show_attention(
    *,
    days: Annotated[
        int,
        typer.Option("--days", min=0, max=3650, help="How long an import may wait for a label."),
    ] = 7,
    config: options.Config = None,
    as_json: options.Json = False,
    debug: options.Debug = False,  # noqa: ARG001 - seen by `run`
) -> None:
    """List what waits for a person, or for too long, oldest first, and what settles it.

    Orders that failed, tasks that do not succeed, writes whose outcome is not known, orders that
    were shipped without tracking, and what was imported days ago and has not shipped.
    `ordosync dismiss KEY` closes what needs nothing more. Exits 1 while something of severity
    normal or critical is open.
    """
    settings = load_config(find_config(config))
    with Store.open(settings.database, readonly=True) as store:
        found = attention(settings, store, now=Clock().now(), unshipped_for=timedelta(days=days))
    if as_json:
        render.document({"attention": [_json(one) for one in found]})
    else:
        _show(found)
    raise typer.Exit(int(any(one.needs_you for one in found)))


def dismiss(
    keys: Annotated[
        list[str], typer.Argument(metavar="KEY...", help="As `attention` lists it, or its step.")
    ],
    *,
    note: Annotated[
        str, typer.Option("--note", metavar="TEXT", help="Why, for whoever asks later.")
    ] = "",
    config: options.Config = None,
    as_json: options.Json = False,
    debug: options.Debug = False,  # noqa: ARG001 - seen by `run`
) -> None:
    """Close what `attention` lists and you have looked at; new content opens it again.

    An order that was never sent is then not sent by later runs; `ordosync retry STEP` takes that
    back. What is tried by itself goes on.
    """
    settings, clock = load_config(find_config(config)), Clock()
    with Store.open(settings.database) as store:
        register(settings, store, clock)
        found = close(settings, store, keys, note=note, clock=clock)
    if as_json:
        render.document({"dismissed": [_json(one) for one in found]})
        return
    for one in found:
        render.message(f"dismissed {one.key}: {one.reason}")


def _show(found: Sequence[Attention]) -> None:
    listed = [one for one in found if one.dismissed_at is None]
    if listed:
        tables.table(_COLUMNS, [_row(one) for one in listed])
        render.message("`ordosync dismiss KEY --note WHY` closes what needs nothing more")
    else:
        render.message("nothing waits for you")
    if closed := len(found) - len(listed):
        render.message(f"{closed} dismissed: `ordosync attention --json` lists them, too")


def _row(one: Attention) -> tuple[object, ...]:
    return (render.local(one.since), one.severity, one.key, one.what, one.reason, one.settle)


def _json(one: Attention) -> dict[str, Any]:
    return {
        "key": one.key,
        "severity": one.severity,
        "code": one.code,
        "since": to_text(one.since),
        "portal": one.portal,
        "task": one.task,
        "step": one.step,
        "merchant": one.what,
        "supplier": one.supplier,
        "reason": one.reason,
        "settle": one.settle,
        "dismissed_at": to_text(one.dismissed_at) if one.dismissed_at else None,
        "note": one.note or None,
    }
