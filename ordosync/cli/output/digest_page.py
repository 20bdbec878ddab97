"""The page of `digest --html`: what needs the operator, then each portal."""

from collections.abc import Iterator, Sequence

from ordosync.cli.output import html
from ordosync.cli.output.html import Markup, text
from ordosync.engine.alerts.digest import AGES, Digest, PortalDigest
from ordosync.engine.alerts.messages import clean_reason
from ordosync.store.schedule_row import ScheduleRow


def digest_page(digest: Digest) -> Iterator[str]:
    """Yield the page part by part."""
    yield from html.page(f"Digest {digest.until.date().isoformat()}", _body(digest))


def _body(digest: Digest) -> Iterator[str]:
    yield f"<h1>Digest {html.whole(digest.until.date().isoformat())}</h1>\n"
    since, until = html.moment(digest.since), html.moment(digest.until)
    yield f'<p class="faint">From {since} to {until}.</p>\n'
    yield from _needs_you(digest)
    yield from _portals(digest)
    yield from _ran_out(digest)
    yield from _tasks(digest)


def _needs_you(digest: Digest) -> Iterator[str]:
    yield "<h2>Needs you</h2>\n"
    rows = [
        (
            html.moment(entry.since),
            Markup('<span class="bad">critical</span>')
            if entry.severity == "critical"
            else entry.severity,
            entry.portal,
            entry.task,
            entry.subject,
            clean_reason(entry.reason),
            Markup(f"<code>{text(entry.command)}</code>"),
        )
        for entry in digest.needs_you
    ]
    columns = ("since", "severity", "portal", "task", "order", "reason", "next step")
    yield from _table(columns, rows, "Nothing needs you.")


def _portals(digest: Digest) -> Iterator[str]:
    yield "<h2>Since yesterday</h2>\n"
    events = [tuple(portal.events.counts().values()) for portal in digest.portals]
    names = tuple(digest.portals[0].events.counts()) if digest.portals else ()
    rows = [(portal.portal, *counts) for portal, counts in zip(digest.portals, events, strict=True)]
    yield from html.table(("portal", *names), rows, numeric=names)
    yield "<h2>Open orders by age</h2>\n"
    ages = [(portal.portal, *portal.open_orders) for portal in digest.portals]
    yield from html.table(("portal", *AGES), ages, numeric=AGES)


def _ran_out(digest: Digest) -> Iterator[str]:
    yield "<h2>Stock that ran out</h2>\n"
    rows = [(sku, portal.portal) for portal in digest.portals for sku in portal.ran_out]
    yield from _table(("sku", "portal"), rows, "Nothing ran out.")


def _tasks(digest: Digest) -> Iterator[str]:
    yield "<h2>Tasks</h2>\n"
    rows = [_task(portal, row) for portal in digest.portals for row in portal.tasks]
    yield from _table(("portal", "task", "last success"), rows, "No task is scheduled.")


def _task(portal: PortalDigest, row: ScheduleRow) -> tuple[object, ...]:
    success = html.moment(row.last_ok_at) if row.last_ok_at else "never"
    return portal.portal, row.task, "paused" if row.paused else success


def _table(
    columns: Sequence[str], rows: Sequence[Sequence[object]], if_empty: str
) -> Iterator[str]:
    if rows:
        yield from html.table(columns, rows)
    else:
        yield f'<p class="faint">{text(if_empty)}</p>\n'
