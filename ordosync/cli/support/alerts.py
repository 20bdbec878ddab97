"""`alerts`: the recipients of alerts, and a test message to each of them."""

import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from ordosync.cli.context import Context, with_context
from ordosync.cli.output import render, tables
from ordosync.cli.output.csv_output import write_csv
from ordosync.cli.signals import stoppable
from ordosync.clock import Clock, to_nullable, to_text
from ordosync.config.alert_settings import AlertsConfig, TargetConfig
from ordosync.config.converters import suggestion
from ordosync.engine.alerts.messages import message_of_a_test
from ordosync.engine.alerts.sending import send
from ordosync.errors import DeliveryError, UsageError
from ordosync.store import Store
from ordosync.store.alert_table import AlertRow, TargetRow

app = typer.Typer(help="List and test the alerts of `alerts:`.", no_args_is_help=True)

_COLUMNS = ("since", "severity", "to", "state", "key", "order")
_FIELDS = (
    *("target", "key", "severity", "code", "portal", "task", "merchant", "since", "ended_at"),
    *("reported_at", "state"),
)
"""The columns of --csv, which are the fields of --json."""
_TARGET_COLUMNS = ("to", "transport", "failed attempts", "next attempt", "error")


@app.command("list")
@with_context(csv=True)
def list_alerts(
    *,
    context: Context,
) -> None:
    """List the recipients, and the problems that each was notified of.

    `waiting` means that a message is not sent yet: because of quiet hours, or because the
    recipient cannot be reached. Exits 1 while a recipient cannot be reached. --csv has the
    problems, without the recipients.

    For example:
      ordosync alerts list
    """
    config = context.config
    alerts = _alerts(context)
    with Store.open(config.database, readonly=True) as store:
        known, rows = store.alerts.targets(), store.alerts.all()
    targets = [known.get(name, TargetRow(target=name)) for name in alerts.to]
    if context.as_json:
        render.document(
            {
                "targets": [_target_json(row, alerts.to[row.target]) for row in targets],
                "alerts": [_json(row) for row in rows],
            }
        )
    elif context.as_csv:
        write_csv(sys.stdout, _FIELDS, map(_json, rows))
    else:
        _show(alerts, targets, rows)
    raise typer.Exit(int(any(row.error for row in targets)))


@app.command("test")
@with_context()
def send_test(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="Recipient (default: all).")
    ] = None,
    *,
    context: Context,
) -> None:
    """Send a test message to one recipient or all of them, now.

    With --debug, it shows the output of a command. Exits 1 if a message could not be sent.

    For example:
      ordosync alerts test office
    """
    alerts = _alerts(context)
    if name is not None and name not in alerts.to:
        raise UsageError(f"no recipient {name!r} in `alerts:`{suggestion(name, alerts.to)}")
    names = [name] if name else list(alerts.to)
    with stoppable(context.clock):
        results = {target: _tested(alerts.to[target], context.clock) for target in names}
    _record(context, [target for target in names if results[target] is None])
    if context.as_json:
        render.document(
            {
                "tests": [
                    {"target": target, "transport": alerts.to[target].transport, "error": error}
                    for target, error in results.items()
                ]
            }
        )
    else:
        for target, error in results.items():
            way = alerts.to[target].transport
            render.message(f"error: {target}: {error}" if error else f"sent to {target} by {way}")
    raise typer.Exit(int(any(results.values())))


def _alerts(context: Context) -> AlertsConfig:
    """Return the section. Raises `UsageError` if there is none."""
    alerts = context.config.alerts
    if alerts is None:
        raise UsageError("there is no `alerts:` in the configuration; see `ordosync help alerts`")
    return alerts


def _tested(target: TargetConfig, clock: Clock) -> str | None:
    """Send a message; return the error, None if all addresses got it."""
    show = render.message if "--debug" in sys.argv else None
    try:
        return send(target, message_of_a_test(clock.now()), clock, show=show)
    except DeliveryError as error:
        return str(error)


def _record(context: Context, reached: Sequence[str]) -> None:
    """Record who can be reached, so that cron sends what waits for them."""
    database = context.config.database
    if reached and database.exists():
        with Store.open(database, clock=context.clock) as store, store.transaction():
            for target in reached:
                store.alerts.set_reached(target)


def _show(alerts: AlertsConfig, targets: Sequence[TargetRow], rows: Sequence[AlertRow]) -> None:
    tables.table(
        _TARGET_COLUMNS,
        [
            (
                row.target,
                alerts.to[row.target].transport,
                row.tries,
                row.next_try_at or "",
                row.error or "",
            )
            for row in targets
        ],
        if_any=("next attempt", "error"),
    )
    if rows:
        tables.table(
            _COLUMNS,
            [
                (row.first_at, row.severity, row.target, _state(row), row.key, row.subject)
                for row in rows
            ],
        )
    else:
        render.message("no problem was reported")


def _state(row: AlertRow) -> str:
    if row.is_reported:
        return "waiting" if row.ended_at else "reported"
    return "over" if row.ended_at else "waiting"


def _target_json(row: TargetRow, target: TargetConfig) -> dict[str, Any]:
    return {
        "target": row.target,
        "transport": target.transport,
        "tries": row.tries,
        "next_try_at": to_nullable(row.next_try_at),
        "error": row.error,
        "digest_at": to_nullable(row.digest_at),
    }


def _json(row: AlertRow) -> dict[str, Any]:
    return {
        "target": row.target,
        "key": row.key,
        "severity": row.severity,
        "code": row.event,
        "portal": row.portal,
        "task": row.task,
        "merchant": row.subject,
        "since": to_text(row.first_at),
        "ended_at": to_nullable(row.ended_at),
        "reported_at": to_nullable(row.reported_at),
        "state": _state(row),
    }
