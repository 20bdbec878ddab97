"""`edits`: the orders that the Merchant edited after they were sent."""

import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Any

import typer

from ordosync.cli import options
from ordosync.cli.context import Context, with_context
from ordosync.cli.output import previews as previews_output
from ordosync.cli.output import render, tables
from ordosync.cli.output import runs as runs_output
from ordosync.cli.output.csv_output import write_csv
from ordosync.cli.session import Session, open_session
from ordosync.clock import to_text
from ordosync.config.settings import PortalConfig
from ordosync.edits import LABEL
from ordosync.engine import register
from ordosync.engine.diagnosis.attention import attention
from ordosync.engine.diagnosis.attention_entry import Attention
from ordosync.engine.diagnosis.dismissal import dismiss
from ordosync.errors import UsageError
from ordosync.store import Store
from ordosync.store.step_rows import StepRow
from ordosync.tasks.edit_keys import edit_key
from ordosync.tasks.edits.carried import groups_of
from ordosync.tasks.edits.edit import EDITED
from ordosync.tasks.import_orders import TASK

app = typer.Typer(
    help="List edits of orders that were sent; apply or keep them.", no_args_is_help=True
)
_FIELDS = (
    *("portal", "step", "merchant", "merchant_number", "supplier", "groups", "since", "severity"),
    *("reason", "settle", "note"),
)
"""The columns of --csv, which are the fields of --json."""
_COLUMNS = ("since", "portal", "step", "order", "at the supplier", "edited", "next step")


@app.command("list")
@with_context(csv=True)
def list_edits(*, context: Context) -> None:
    """List the orders that were edited after they were sent.

    Each row names the groups of fields that differ from what was sent: address, contact, lines,
    method or notes. Inform the supplier, or apply or keep the edit. Exits 0.

    For example:
      ordosync edits list
    """
    with Store.open(context.config.database, readonly=True) as store:
        entries = _open_edits(context, store)
        rows = [_json(store, entry) for entry in entries]
    if context.as_json:
        render.document({"edits": rows})
    elif context.as_csv:
        flat = ({**row, "groups": " ".join(row["groups"])} for row in rows)
        write_csv(sys.stdout, _FIELDS, flat)
    elif rows:
        tables.table(_COLUMNS, [_row(entry, row) for entry, row in zip(entries, rows, strict=True)])
        render.message(
            "`ordosync edits apply STEP` writes an edit to the supplier's order, if its account"
            " allows that; `ordosync why ORDER` has the reason why an edit is open"
        )
    else:
        render.message("no order was edited after it was sent")


@app.command("keep")
@with_context()
def keep_edits(
    orders: Annotated[
        list[str],
        typer.Argument(metavar="ORDER...", help="Order number, or step that `edits list` shows."),
    ],
    *,
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="Reason, for later.")] = "",
    context: Context,
) -> None:
    """Keep the supplier's order as it is, and close the edit.

    Later edits are compared with the edited order. `ordosync dismiss KEY --undo` reopens it.

    For example:
      ordosync edits keep 1001 --note "agreed by phone"
    """
    config, clock = context.config, context.clock
    with Store.open(config.database) as store:
        register(config, store, clock)
        listed = _open_edits(context, store)
        keys = [_entry(store, listed, order).key for order in orders]
        kept = dismiss(config, store, keys, note=note, clock=clock)
        rows = [_json(store, entry) for entry in kept]
    if context.as_json:
        render.document({"kept": rows})
        return
    for entry in kept:
        render.message(f"kept order {entry.subject} as it was sent: {entry.reason}")


@app.command("apply")
@with_context()
def apply_edits(
    orders: Annotated[
        list[str],
        typer.Argument(metavar="ORDER...", help="Order number, or step that `edits list` shows."),
    ],
    *,
    dry_run: options.DryRun = False,
    context: Context,
) -> None:
    """Write an edit to the supplier's order, regardless of its policy.

    The supplier's order is read first and afterwards: nothing that the supplier changed itself is
    overwritten, and nothing is written once there is a label. A hold ends. Groups that `edits:`
    ignores are not written. Exits 1 if the edit stays open.

    For example:
      ordosync edits apply 1001
    """
    if dry_run:
        with context.sandboxed() as copies, open_session(context) as session:
            previews = [
                session.preview(TASK.name, _applying(portal), trigger="retry", only=rows)
                for portal, rows in _to_apply(context, session, orders)
            ]
        previews_output.show(previews, copies, as_json=context.as_json, stop=session.stop)
        return
    with open_session(context) as session:
        results = [
            session.run(TASK.name, session.open(_applying(portal)), trigger="retry", only=rows)
            for portal, rows in _to_apply(context, session, orders)
        ]
        failures = session.failures(results)
    runs_output.show_results(results, failures, as_json=context.as_json, stop=session.stop)


def _to_apply(
    context: Context, session: Session, orders: Sequence[str]
) -> list[tuple[PortalConfig, list[StepRow]]]:
    """Return the steps of these edits by portal. Raises `UsageError`."""
    listed = _open_edits(context, session.store)
    steps = {_entry(session.store, listed, order).step or 0 for order in orders}
    by_portal: dict[str, list[StepRow]] = {}
    for row in session.store.steps.get(sorted(steps)):
        by_portal.setdefault(row.portal, []).append(row)
    return [(context.config.portals[name], rows) for name, rows in by_portal.items()]


def _applying(portal: PortalConfig) -> PortalConfig:
    """Return a portal that applies the edits of all groups that it does not ignore."""
    edits = portal.edits
    policies: dict[str, Any] = {
        group: policy if (policy := getattr(edits, group)) == "ignore" else "apply"
        for group in ("address", "lines", "method", "notes")
    }
    return replace(portal, edits=replace(edits, until=LABEL, **policies))


def _open_edits(context: Context, store: Store) -> Sequence[Attention]:
    entries = attention(
        context.config, store, now=context.clock.now(), unshipped_for=timedelta(days=3650)
    )
    return [entry for entry in entries if _is_edit(entry) and entry.dismissed_at is None]


def _is_edit(entry: Attention) -> bool:
    is_of_groups = entry.key.endswith(edit_key("")) and bool(groups_of(entry.content))
    return is_of_groups or entry.code == EDITED


def _entry(store: Store, listed: Sequence[Attention], word: str) -> Attention:
    """Return the edit of this step or order. Raises `UsageError`."""
    found = [
        entry
        for entry in listed
        if word
        in (entry.key, str(entry.step), entry.subject, entry.supplier, _number(store, entry))
    ]
    if len(found) == 1:
        return found[0]
    if found:
        steps = " or ".join(str(entry.step) for entry in found)
        raise UsageError(f"{word!r} may be step {steps}; give the step")
    raise UsageError(f"{word!r} has no open edit; `ordosync edits list` lists them")


def _number(store: Store, entry: Attention) -> str:
    """Return the number of the order as the Merchant shows it."""
    return store.order_numbers(entry.portal).of([entry.subject]).get(entry.subject, entry.subject)


def _row(entry: Attention, row: dict[str, Any]) -> tuple[object, ...]:
    return (
        entry.since,
        entry.portal,
        entry.step,
        row["merchant_number"],
        entry.supplier,
        ", ".join(row["groups"]),
        entry.command,
    )


def _json(store: Store, entry: Attention) -> dict[str, Any]:
    return {
        "portal": entry.portal,
        "step": entry.step,
        "merchant": entry.subject,
        "merchant_number": _number(store, entry),
        "supplier": entry.supplier,
        "groups": list(groups_of(entry.content)),
        "since": to_text(entry.since),
        "severity": entry.severity,
        "reason": entry.reason,
        "settle": entry.command,
        "note": entry.note or None,
    }
