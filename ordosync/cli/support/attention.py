"""`attention` and `dismiss`: the problems for the operator, and closing or reopening them."""

import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Annotated, Any

import typer

from ordosync.cli import options
from ordosync.cli.context import Context, with_context
from ordosync.cli.output import render, tables
from ordosync.cli.output.csv_output import write_csv
from ordosync.cli.output.pager import paged
from ordosync.clock import to_nullable, to_text
from ordosync.engine import register
from ordosync.engine.diagnosis.attention import UNSHIPPED_DAYS, attention
from ordosync.engine.diagnosis.attention_entry import Attention
from ordosync.engine.diagnosis.dismissal import dismiss as close
from ordosync.engine.diagnosis.dismissal import undo as reopen
from ordosync.errors import UsageError
from ordosync.store import Store
from ordosync.store.order_numbers import OF_PRODUCTS

Numbers = Mapping[tuple[str, str], str]
_COLUMNS = ("since", "severity", "key", "order", "reason", "next step")
_DISMISSED_COLUMNS = ("dismissed", "key", "order", "reason", "note")
_CSV_COLUMNS = (
    *("key", "severity", "code", "since", "portal", "task", "step", "merchant"),
    *("merchant_number", "supplier", "reason", "settle", "dismissed_at", "note"),
)
"""The columns of --csv, which are the fields of --json."""


@with_context(csv=True)
def show_attention(
    *,
    days: Annotated[
        int,
        typer.Option(
            "--days", min=0, max=3650, help="Days that an imported order may wait to be shipped."
        ),
    ] = UNSHIPPED_DAYS,
    dismissed: Annotated[
        bool, typer.Option("--dismissed", help="List the dismissed entries, with their notes.")
    ] = False,
    no_pager: options.NoPager = False,
    context: Context,
) -> None:
    """List problems that need you, with the next step.

    The oldest comes first: failed orders, tasks that do not succeed, writes of unknown outcome,
    orders shipped without a tracking number, and imported orders that have not shipped for days.
    `ordosync dismiss KEY` closes an entry that needs no more work. Exits 1 while an entry of
    severity normal or critical is open.

    For example:
      ordosync attention
    """
    config, now = context.config, context.clock.now()
    with Store.open(config.database, readonly=True) as store:
        age = timedelta() if dismissed else timedelta(days=days)
        entries = attention(config, store, now=now, unshipped_for=age)
        entries = [entry for entry in entries if entry.dismissed_at or not dismissed]
        numbers = _numbers(store, entries)
    rows = [{**_json(entry), "merchant_number": _number(entry, numbers)} for entry in entries]
    if context.as_json:
        render.document({"attention": rows})
    elif context.as_csv:
        write_csv(sys.stdout, _CSV_COLUMNS, rows)
    else:
        with paged(enabled=not no_pager):
            (_show_dismissed if dismissed else _show)(entries, numbers)
    raise typer.Exit(int(any(entry.needs_you for entry in entries)))


@with_context()
def dismiss(
    keys: Annotated[
        list[str],
        typer.Argument(
            metavar="KEY...", help="Key that `attention` lists, a step, or an order's number."
        ),
    ],
    *,
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="Reason, for later.")] = "",
    undo: Annotated[bool, typer.Option("--undo", help="Reopen dismissed entries.")] = False,
    context: Context,
) -> None:
    """Close entries of `attention` that need no more work.

    `ordosync attention --dismissed` lists them with their notes. If the order or file changes, an
    entry is open again. Later runs do not send a dismissed order that was never sent; `ordosync
    retry STEP` sends it, unless `hold:` holds it again: then `orders release` does. --undo reopens
    an entry and sends nothing. Automatic retries continue.

    For example:
      ordosync dismiss 17 --note "agreed by phone"
    """
    if undo and note:
        raise UsageError("use either --note or --undo: an open entry has no note")
    config, clock = context.config, context.clock
    with Store.open(config.database) as store:
        register(config, store, clock)
        if undo:
            changed = reopen(config, store, keys, clock=clock)
        else:
            changed = close(config, store, keys, note=note, clock=clock)
    verb = "reopened" if undo else "dismissed"
    if context.as_json:
        render.document({"dismissed": [], "reopened": [], verb: [_json(each) for each in changed]})
        return
    for entry in changed:
        render.message(f"{verb} {entry.key}: {entry.reason}")


def _numbers(store: Store, entries: Sequence[Attention]) -> Numbers:
    """Return the number of each order that the Merchant shows with another number than its id."""
    subjects: dict[str, list[str]] = defaultdict(list)
    for entry in entries:
        if entry.task not in OF_PRODUCTS:
            subjects[entry.portal].append(entry.subject)
    return {
        (portal, id_): number
        for portal, ids in subjects.items()
        for id_, number in store.order_numbers(portal).of(ids).items()
    }


def _number(entry: Attention, numbers: Numbers) -> str:
    return numbers.get((entry.portal, entry.subject), entry.subject)


def _show(entries: Sequence[Attention], numbers: Numbers) -> None:
    listed = [entry for entry in entries if entry.dismissed_at is None]
    if listed:
        tables.table(_COLUMNS, [_row(entry, numbers) for entry in listed])
        render.message("`ordosync dismiss KEY --note WHY` closes entries that need no more work")
    else:
        render.message("nothing needs attention")
    if dismissed := len(entries) - len(listed):
        render.message(f"{dismissed} dismissed: `ordosync attention --dismissed` lists them")


def _show_dismissed(entries: Sequence[Attention], numbers: Numbers) -> None:
    rows = [
        (entry.dismissed_at, entry.key, _order(entry, numbers), entry.reason, entry.note)
        for entry in sorted(entries, key=lambda entry: str(entry.dismissed_at))
    ]
    if rows:
        tables.table(_DISMISSED_COLUMNS, rows, if_any=("note",))
        render.message("`ordosync dismiss KEY --undo` reopens entries")
    else:
        render.message("nothing is dismissed")


def _order(entry: Attention, numbers: Numbers) -> str:
    return render.named(entry.subject, numbers.get((entry.portal, entry.subject), ""))


def _row(entry: Attention, numbers: Numbers) -> tuple[object, ...]:
    return (
        entry.since,
        entry.severity,
        entry.key,
        _order(entry, numbers),
        f"{entry.reason}; its note: {entry.note}" if entry.note else entry.reason,
        entry.command,
    )


def _json(entry: Attention) -> dict[str, Any]:
    return {
        "key": entry.key,
        "severity": entry.severity,
        "code": entry.code,
        "since": to_text(entry.since),
        "portal": entry.portal,
        "task": entry.task,
        "step": entry.step,
        "merchant": entry.subject,
        "supplier": entry.supplier,
        "reason": entry.reason,
        "settle": entry.command,
        "dismissed_at": to_nullable(entry.dismissed_at),
        "note": entry.note or None,
    }
