"""`report`: what was done, how much of it, and how fast."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated

import typer

from ordosync.cli import completion, options
from ordosync.cli.output import render
from ordosync.cli.output import report as render_report
from ordosync.clock import Clock
from ordosync.config import find_config, load_config
from ordosync.engine.diagnosis.report import report
from ordosync.errors import UsageError
from ordosync.store import Store

_MOST_DAYS = 3660


def show_report(
    *,
    since: Annotated[
        str, typer.Option("--since", metavar="DAYS|DATE", help="So many days, or from this day on.")
    ] = "7d",
    portal: Annotated[
        str | None,
        typer.Option("--portal", help="Only of this portal.", autocompletion=completion.portal),
    ] = None,
    as_csv: Annotated[
        bool, typer.Option("--csv", help="CSV on standard output, a task and day a row.")
    ] = False,
    config: options.Config = None,
    as_json: options.Json = False,
    debug: options.Debug = False,  # noqa: ARG001 - seen by `run`
) -> None:
    """Sum up what ran: volumes, calls, failures, and how long orders and parcels took.

    Days are those of UTC, the curve is what was done on each. `median` and `max`: from when an
    order was first read to when the Supplier had it, from when a parcel was first read to when
    the Merchant knew. Failed steps are those that are failed now.
    """
    if as_csv and as_json:
        raise UsageError("--csv and --json are two forms of the same; choose one")
    settings, now = load_config(find_config(config)), Clock().now()
    begin = _midnight(since, now)
    with Store.open(settings.database, readonly=True) as store:
        known = sorted({*settings.portals, *store.portals.all()})
        if portal is not None and portal not in known:
            raise UsageError(f"there is no portal {portal!r}; there is: {', '.join(known)}")
        found = report(store, since=begin, now=now, portal=portal)
    if as_json:
        told = [render_report.report_json(one, since=begin, until=now) for one in found]
        render.document({"reports": told})
    elif as_csv:
        render_report.write_csv(found)
    elif found:
        render_report.reports(found)
    else:
        render.message(
            f"nothing ran since {begin:%Y-%m-%d}; `--since DATE` looks further back, `ordosync"
            " autosync` says what is scheduled"
        )


def _midnight(since: str, now: datetime) -> datetime:
    """Return where the first day begins; today is the last of so many days."""
    days = re.fullmatch(r"(\d{1,4})d", since)
    try:
        first = now.date() - timedelta(days=int(days[1]) - 1) if days else date.fromisoformat(since)
    except ValueError as error:
        raise UsageError(
            f"--since {since!r} is neither days, such as 30d, nor a date, such as 2026-11-01"
        ) from error
    if not 0 <= (now.date() - first).days < _MOST_DAYS:
        raise UsageError(f"--since {since!r} is not within the last {_MOST_DAYS} days")
    return datetime.combine(first, time(), UTC)
