"""Notifications that `run-due` and `work` send: alerts, calls of monitors, and lines for a log."""

from collections.abc import Sequence

from ordosync.cli.output import render
from ordosync.clock import Clock
from ordosync.config.settings import Config, PortalConfig
from ordosync.engine import Stop
from ordosync.engine.scheduling.outages import Alert
from ordosync.errors import DatabaseError, mistake


def send_alerts(config: Config, clock: Clock, stop: Stop) -> Sequence[str]:
    """Send alerts, if any are configured; return a line for each recipient with a problem."""
    if config.alerts is None:
        return []
    from ordosync.engine.alerts.delivery import deliver  # noqa: PLC0415 - most have no alerts

    try:
        return deliver(config, clock, stop)
    except DatabaseError:
        raise
    # The runs must be reported nevertheless.
    except Exception as error:
        return [f"alerts: {mistake(error)}"]


def ping(clock: Clock, portal: PortalConfig, event: str) -> None:
    """Call the monitor of a portal, if it has one for this event."""
    url = getattr(portal.ping, event)
    if url is not None:
        from ordosync import http  # noqa: PLC0415 - very slow to import

        http.ping(url, clock)


def alert_line(alert: Alert) -> str:
    """Return an alert as one line."""
    task, since = f"portal {alert.portal}: {alert.task}", render.local(alert.since)
    run = alert.run
    if run is None:
        return f"{task}: the system clock was wrong, it showed {since}; the task runs again"
    error = run.error.message if run.error else "a step has waited for too long"
    show = f"`ordosync show {run.id}`"
    words = {
        "items": f"{run.counts.failed} failed and need you; {show} shows the reasons",
        "starts": f"{error}; retried automatically, {show}",
        "lasts": f"still failing since {since}: {error}",
        "ends": f"works again; it had failed since {since}",
        "gave-up": f"crashed three times in this interval; next attempt in the next one; {show}",
    }
    return f"{task}: {words[alert.kind]}"
