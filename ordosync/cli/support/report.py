"""`report`: volumes, failures and durations of the runs."""

import re
from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated

import typer

from ordosync.cli import options
from ordosync.cli.context import Context, with_context
from ordosync.cli.output import render
from ordosync.cli.output import report as render_report
from ordosync.engine.diagnosis.report import report
from ordosync.errors import UsageError
from ordosync.store import Store

_MAX_DAYS = 3660


@with_context()
def show_report(
    *,
    since: Annotated[
        str, typer.Option("--since", metavar="DAYS|DATE", help="Number of days, or the first day.")
    ] = "7d",
    portal: options.Portal = None,
    as_csv: Annotated[
        bool,
        typer.Option("--csv", help="Write CSV to standard output, one row per task and day."),
    ] = False,
    context: Context,
) -> None:
    """Summarize the runs: volumes, failures, durations.

    It counts calls as well, and how long orders and parcels took. Days are in UTC; the bars show
    what was done on each day. `median` and `max` are the times until an order reached the
    Supplier, or a tracking number the Merchant, from when ordosync first read it. `failed` counts
    the steps that are failed now.

    For example:
      ordosync report --since 30d
    """
    if as_csv and context.as_json:
        raise UsageError("use either --csv or --json")
    config, now = context.config, context.clock.now()
    begin = _midnight(since, now)
    with Store.open(config.database, readonly=True) as store:
        _check_portal(portal, {*config.portals, *store.portals.all()})
        reports = report(store, since=begin, now=now, portal=portal)
    if context.as_json:
        documents = [
            render_report.report_json(task_report, since=begin, until=now)
            for task_report in reports
        ]
        render.document({"reports": documents})
    elif as_csv:
        render_report.write_csv(reports)
    elif reports:
        render_report.show_reports(reports)
    else:
        render.message(
            f"nothing ran since {begin:%Y-%m-%d}; use `--since DATE` for an earlier start;"
            " `ordosync autosync` shows the schedule"
        )


def _check_portal(portal: str | None, known: Collection[str]) -> None:
    if portal is not None and portal not in known:
        raise UsageError(f"there is no portal {portal!r}; known: {', '.join(sorted(known))}")


def _midnight(since: str, now: datetime) -> datetime:
    """Return the start of the first day. With a number of days, today is the last of them."""
    days = re.fullmatch(r"(\d{1,4})d", since)
    try:
        first = now.date() - timedelta(days=int(days[1]) - 1) if days else date.fromisoformat(since)
    except ValueError as error:
        raise UsageError(
            f"--since {since!r} is neither days, such as 30d, nor a date, such as 2026-11-01"
        ) from error
    if not 0 <= (now.date() - first).days < _MAX_DAYS:
        raise UsageError(f"--since {since!r} is not within the last {_MAX_DAYS} days")
    return datetime.combine(first, time(), UTC)
