"""`run-due`: what cron calls."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from ordosync.cli import options
from ordosync.cli.output import render
from ordosync.cli.repeat_guard import forget_problems, is_new_problem
from ordosync.cli.signals import stoppable
from ordosync.clock import Clock
from ordosync.config import find_config, load_config
from ordosync.config.settings import PortalConfig
from ordosync.engine.scheduling.outages import Alert
from ordosync.engine.scheduling.tick import PortalReport, Tick
from ordosync.errors import ConfigError, DatabaseError
from ordosync.idle import DATABASE, database_of
from ordosync.store import Store

_MOST_LINES = 20


def run_due(
    *,
    jobs: Annotated[int, typer.Option("--jobs", min=1, max=64, help="Portals side by side.")] = 4,
    config: options.Config = None,
    debug: options.Debug = False,  # noqa: ARG001 - seen by `run`
) -> None:
    """Run what is due, and send what waits; cron calls this every minute.

    Away from a terminal it writes nothing while all is well: a trouble that lasts is told when it
    starts, once a day, and when it ends. Exits 1 when a run failed or was partial.
    """
    path, clock = find_config(config), Clock()
    watched = sys.stdout is not None and sys.stdout.isatty()
    try:
        settings = load_config(path)
        with stoppable(clock) as stop:
            tick = Tick(
                config=settings, clock=clock, stop=stop, deliver_alerts=not watched, ping=_ping
            )
            reports = tick.run(jobs=jobs)
        for report in reports:
            if isinstance(report.error, DatabaseError):
                raise report.error
    except (ConfigError, DatabaseError) as error:
        beside = _database(path)
        if watched or is_new_problem(beside, str(error), now=clock.now()):
            raise
        raise typer.Exit(error.exit_code) from error
    forget_problems(settings.database)
    if watched:
        _show(reports, settings.database)
    _report(reports)
    if stop.signal:
        raise typer.Exit(128 + stop.signal)
    failed = any(run.status in ("failed", "partial") for r in reports for run in r.runs)
    gave_up = any(alert.kind == "gave-up" for r in reports for alert in r.alerts)
    raise typer.Exit(int(failed or gave_up or any(r.error for r in reports)))


def _ping(portal: PortalConfig, what: str) -> None:
    url = getattr(portal.ping, what)
    if url is not None:
        from ordosync.http import ping  # noqa: PLC0415 - as slow as all the rest together

        ping(url)


def _database(path: Path) -> Path:
    """Find out where the store is, of a configuration that may be wrong."""
    try:
        found = database_of(str(path), path.read_bytes())
    except OSError:
        found = None
    return Path(found) if found else path.with_name(DATABASE)


def _show(reports: Sequence[PortalReport], database: Path) -> None:
    runs = [run for report in reports for run in report.runs]
    if runs:
        render.runs(runs)
        return
    with Store.open(database, readonly=True) as store:
        times = [row.next_at for row in store.schedule.all() if row.next_at]
    then = f"; next at {render.local(min(times))}" if times else ""
    render.message(f"nothing is due{then}")


def _report(reports: Sequence[PortalReport]) -> None:
    lines = [line for report in reports for line in _lines(report)]
    for line in lines[:_MOST_LINES]:
        render.message(line)
    if len(lines) > _MOST_LINES:
        render.message(f"and {len(lines) - _MOST_LINES} more: `ordosync health`")


def _lines(report: PortalReport) -> Iterator[str]:
    yield from (_line(alert) for alert in report.alerts)
    if report.error:
        yield f"error: {report.error}"


def _line(alert: Alert) -> str:
    who, since = f"portal {alert.portal}: {alert.task}", render.local(alert.since)
    run = alert.run
    if run is None:
        return f"{who}: the clock was wrong, it said {since}; run anew"
    error = run.error.message if run.error else "something has waited for too long"
    show = f"`ordosync show {run.id}`"
    words = {
        "items": f"{run.counts.failed} failed and need you; {show} says which and why",
        "starts": f"{error}; it is tried again by itself, {show}",
        "lasts": f"still in trouble since {since}: {error}",
        "ends": f"works again; was in trouble since {since}",
        "gave-up": f"killed its process three times, left alone until its next slot; {show}",
    }
    return f"{who}: {words[alert.kind]}"
