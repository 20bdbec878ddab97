"""`work`, a resident worker for a store that several hosts share."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from threading import Lock
from typing import Annotated

import typer

from ordosync.cli.context import Context, with_context
from ordosync.cli.notifications import alert_line, ping, send_alerts
from ordosync.cli.output import render
from ordosync.cli.repeat_guard import is_new_problem
from ordosync.cli.signals import stoppable
from ordosync.config import load_config
from ordosync.config.settings import Config
from ordosync.engine.portals import connect
from ordosync.engine.scheduling.resident import Resident
from ordosync.engine.scheduling.tick import PortalReport, Tick
from ordosync.errors import UsageError
from ordosync.store.postgres_database import PostgresDatabase

_NOT_SHARED = (
    "`ordosync work` needs a store that hosts share (`database: postgresql://...`);"
    " with a file, `ordosync cron install` is enough"
)


@with_context(json=False)
def work(
    *,
    jobs: Annotated[
        int,
        typer.Option(
            "--jobs", min=1, max=64, help="Maximum number of portals that run in parallel."
        ),
    ] = 8,
    name: Annotated[
        str | None,
        typer.Option("--name", help="Name for `host:` and `workers` (default: the host's name)."),
    ] = None,
    context: Context,
) -> None:
    """Run due tasks until a signal, on one of several hosts.

    It does the same as `run-due` by cron, and starts tasks within seconds. It writes only problems.
    SIGTERM ends it after the current batch of each run, with exit code 143. Let systemd or
    Kubernetes start it again when it ends.

    For example:
      ordosync work --jobs 8 --name w1
    """
    location = context.config.database
    if not isinstance(location, PostgresDatabase):
        raise UsageError(_NOT_SHARED)
    load = partial(_load, context, name)
    config = context.config = load()
    with stoppable(context.clock) as stop:
        tick = Tick(
            config=config,
            connections=connect(config, context.clock),
            clock=context.clock,
            stop=stop,
            deliver_alerts=True,
            ping=partial(ping, context.clock),
        )
        reporting = _Reporting(context)
        resident = Resident(
            tick=tick,
            location=replace(location, name=name),
            load=load,
            report=reporting.show,
            send_alerts=lambda config: reporting.warn(send_alerts(config, context.clock, stop)),
        )
        resident.run(jobs=jobs)
    raise typer.Exit(128 + stop.signal if stop.signal else 0)


def _load(context: Context, name: str | None) -> Config:
    """Load the configuration as it is now, for a worker with this name."""
    config = load_config(context.config_path)
    if isinstance(config.database, PostgresDatabase):
        return replace(config, database=replace(config.database, name=name))
    return config


class _Reporting:
    """Writes problems as `run-due` does: each is reported once a day."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._lock = Lock()

    def show(self, reports: Sequence[PortalReport]) -> None:
        """Write the alerts and errors of portals."""
        config = self._context.config
        alerts = [alert_line(alert) for report in reports for alert in report.alerts]
        if config.alerts and not config.alerts.cron_mail:
            alerts = []
        with self._lock:
            now = self._context.clock.now()
            errors = [
                f"error: {report.error}"
                for report in reports
                if report.error and is_new_problem(config.database, str(report.error), now=now)
            ]
            self._write([*alerts, *errors])

    def warn(self, lines: Sequence[str]) -> None:
        """Write these lines."""
        with self._lock:
            self._write(lines)

    def _write(self, lines: Sequence[str]) -> None:
        for line in lines:
            render.message(line)
