"""`attention`: what waits for a person."""

from datetime import timedelta
from typing import Annotated, Any

import typer

from ordosync import render, render_table
from ordosync.cli import options
from ordosync.clock import Clock
from ordosync.config import find_config, load_config
from ordosync.engine.attention import Attention, attention
from ordosync.store import Store
from ordosync.store.times import to_text

_COLUMNS = ("since", "portal", "task", "order", "reason", "settle")


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
    """
    settings = load_config(find_config(config))
    with Store.open(settings.database, readonly=True) as store:
        found = attention(settings, store, now=Clock().now(), unshipped_for=timedelta(days=days))
    if as_json:
        render.document({"attention": [_json(one) for one in found]})
    elif found:
        render_table.table(_COLUMNS, [_row(one) for one in found])
    else:
        render.say("nothing waits for you")


def _row(one: Attention) -> tuple[object, ...]:
    return (render.local(one.since), one.portal, one.task, one.what, one.reason, one.settle)


def _json(one: Attention) -> dict[str, Any]:
    return {
        "since": to_text(one.since),
        "portal": one.portal,
        "task": one.task,
        "step": one.step,
        "merchant": one.what,
        "supplier": one.supplier,
        "reason": one.reason,
        "settle": one.settle,
    }
