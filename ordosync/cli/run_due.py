"""`run-due`, which cron calls."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from ordosync.cli import options
from ordosync.cli.context import Context, with_context
from ordosync.cli.notifications import alert_line, ping, send_alerts
from ordosync.cli.output import render
from ordosync.cli.output import runs as render_runs
from ordosync.cli.repeat_guard import forget_problems, is_new_problem
from ordosync.cli.signals import stoppable
from ordosync.clock import Clock, to_nullable
from ordosync.engine import Stop
from ordosync.engine.portals import connect
from ordosync.engine.scheduling.outages import Alert
from ordosync.engine.scheduling.tick import PortalReport, Tick
from ordosync.errors import ConfigError, DatabaseError
from ordosync.idle import DATABASE, database_of
from ordosync.store import Store
from ordosync.store.location import SqliteFile, StoreLocation

_MOST_LINES = 20


@with_context()
def run_due(
    *,
    jobs: Annotated[
        int,
        typer.Option(
            "--jobs", min=1, max=64, help="Maximum number of portals that run in parallel."
        ),
    ] = 4,
    dry_run: options.DryRun = False,
    context: Context,
) -> None:
    """Run all due tasks; cron calls this every minute.

    It also retries steps that wait. Without a terminal it writes nothing unless there is a
    problem. A lasting problem is reported when it starts, once a day, and when it ends. Exits 1 if
    a run failed or was partial. With --json, problems are in the document each time.

    For example:
      ordosync run-due --config /etc/ordosync/config.yaml
    """
    if dry_run:
        _preview(context)
        return
    clock, path = context.clock, context.config_path
    is_watched = sys.stdout is not None and sys.stdout.isatty()
    try:
        reports, stop, warnings = _run_tick(context, jobs, deliver_alerts=not is_watched)
    except (ConfigError, DatabaseError) as error:
        store = _store_location(path)
        if is_watched or context.as_json or is_new_problem(store, str(error), now=clock.own_now()):
            raise
        raise typer.Exit(error.exit_code) from error
    database = context.config.database
    if all(report.error is None for report in reports):
        forget_problems(database)
    if context.as_json:
        document = _json(reports, _next_due_at(database))
        render.document({**document, "errors": [*document["errors"], *warnings]})
    else:
        if is_watched:
            _show(reports, database)
        errors = [str(report.error) for report in reports if report.error]
        # These errors are not recorded, and return each minute.
        new = [e for e in errors if is_watched or is_new_problem(database, e, now=clock.own_now())]
        alerts = context.config.alerts
        has_alerts = alerts is None or alerts.cron_mail or is_watched
        _report(reports if has_alerts else (), [f"error: {error}" for error in new], warnings)
    if stop.signal:
        raise typer.Exit(128 + stop.signal)
    if any(isinstance(report.error, ConfigError) for report in reports):
        raise typer.Exit(ConfigError.exit_code)
    raise typer.Exit(int(any(map(_has_failed, reports))))


def _preview(context: Context) -> None:
    """Preview the tasks that are due now, and exit as `run-due` would."""
    from ordosync.cli.output import previews  # noqa: PLC0415 - cron does not need it
    from ordosync.cli.session import open_session  # noqa: PLC0415 - see above
    from ordosync.tasks import TASKS  # noqa: PLC0415 - see above

    with context.sandboxed() as copies, open_session(context) as session:
        due = {(row.portal, row.task) for row in session.store.schedule.due(context.clock.now())}
        found = [
            session.preview(task, portal, trigger="schedule")
            for portal in session.config.portals.values()
            for task in TASKS
            if (portal.name, task) in due
        ]
    if not found:
        render.message("nothing is due")
    previews.show(found, copies, as_json=context.as_json, stop=session.stop)


def _run_tick(
    context: Context, jobs: int, *, deliver_alerts: bool
) -> tuple[Sequence[PortalReport], Stop, Sequence[str]]:
    """Run what is due in all portals, and send alerts; return what could not be sent as well.

    Raises `DatabaseError` if the store cannot be used.
    """
    config, clock = context.config, context.clock
    with stoppable(clock) as stop, _progress(clock, is_shown=not deliver_alerts):
        tick = Tick(
            config=config,
            connections=connect(config, clock),
            clock=clock,
            stop=stop,
            deliver_alerts=deliver_alerts,
            ping=partial(ping, clock),
        )
        reports = tick.run(jobs=jobs)
        for report in reports:
            if isinstance(report.error, DatabaseError):
                raise report.error
        return reports, stop, send_alerts(config, clock, stop)


@contextmanager
def _progress(clock: Clock, *, is_shown: bool) -> Iterator[None]:
    """Show the progress on a terminal; cron starts without what that needs."""
    if not is_shown:
        yield
        return
    from ordosync.cli.output.progress import shown  # noqa: PLC0415 - see above

    with shown(clock):
        yield


def _has_failed(report: PortalReport) -> bool:
    not_ok = any(run.status in ("failed", "partial") or run.has_crashed for run in report.runs)
    return not_ok or report.error is not None


def _store_location(path: Path) -> StoreLocation:
    """Return the place of the store, even if the configuration is invalid."""
    try:
        database = database_of(str(path), path.read_bytes())
    except OSError:
        database = None
    return SqliteFile(Path(database) if database else path.with_name(DATABASE))


def _show(reports: Sequence[PortalReport], database: StoreLocation) -> None:
    runs = [run for report in reports for run in report.runs]
    if runs:
        render_runs.show_runs(runs)
        return
    next_at = _next_due_at(database)
    then = f"; next at {render.local(next_at)}" if next_at else ""
    render.message(f"nothing is due{then}")


def _next_due_at(database: StoreLocation) -> datetime | None:
    with Store.open(database, readonly=True) as store:
        return min((row.next_at for row in store.schedule.all() if row.next_at), default=None)


def _json(reports: Sequence[PortalReport], next_due_at: datetime | None) -> dict[str, Any]:
    return {
        "runs": [render_runs.run_json(run) for report in reports for run in report.runs],
        "alerts": [_alert_json(alert) for report in reports for alert in report.alerts],
        "errors": [str(report.error) for report in reports if report.error],
        "next_due_at": to_nullable(next_due_at),
    }


def _alert_json(alert: Alert) -> dict[str, Any]:
    return {
        "kind": alert.kind,
        "portal": alert.portal,
        "task": alert.task,
        "run": alert.run.id if alert.run else None,
        "since": to_nullable(alert.since),
        "text": alert_line(alert),
    }


def _report(
    reports: Sequence[PortalReport], errors: Sequence[str], warnings: Sequence[str]
) -> None:
    lines = [alert_line(alert) for report in reports for alert in report.alerts]
    lines += [*errors, *warnings]
    for line in lines[:_MOST_LINES]:
        render.message(line)
    if len(lines) > _MOST_LINES:
        render.message(f"and {len(lines) - _MOST_LINES} more: `ordosync health`")
