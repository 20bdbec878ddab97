"""`report`: volumes, failures and durations of the runs."""

from collections.abc import Collection
from pathlib import Path
from typing import Annotated

import typer

from ordosync.cli import options
from ordosync.cli.context import Context, with_context
from ordosync.cli.output import render
from ordosync.cli.output import report as render_report
from ordosync.cli.output.files import check_file, opened
from ordosync.cli.output.pager import paged
from ordosync.cli.periods import first_day
from ordosync.engine.diagnosis.overview import Overview, overview
from ordosync.engine.diagnosis.report import report
from ordosync.errors import UsageError
from ordosync.store import Store


@with_context(csv=True)
def show_report(
    *,
    since: Annotated[
        str, typer.Option("--since", metavar="DAYS|DATE", help="Number of days, or the first day.")
    ] = "7d",
    portal: options.Portal = None,
    as_html: options.Html = None,
    no_pager: options.NoPager = False,
    context: Context,
) -> None:
    """Summarize the runs: volumes, failures, durations.

    It counts calls as well, and how long orders and parcels took. Days are in UTC; the bars show
    the steps done on each day. Above 20 days, a bar is the sum of several, and the heading says of
    how many; --csv and --json have each day. `median` and `max` are the times from the first read
    of an order until it reached the Supplier, or of a tracking number until it reached the
    Merchant. `failed` counts the steps that are failed now. --html writes a page without scripts:
    orders in and out by Merchant, days to ship, failures, and the products that ran out.

    For example:
      ordosync report --since 30d
      ordosync report --html report.html
    """
    if as_html and not context.as_text:
        raise UsageError("use only one of --csv, --json and --html")
    check_file("--html", as_html, ".html", ".htm")
    config, now = context.config, context.clock.now()
    begin = first_day(since, now)
    with Store.open(config.database, readonly=True) as store:
        _check_portal(portal, {*config.portals, *store.portals.all()})
        if as_html:
            _write_page(overview(config, store, since=begin, now=now, portal=portal), as_html)
            return
        reports = report(store, since=begin, now=now, portal=portal)
    if context.as_json:
        documents = [
            render_report.report_json(task_report, since=begin, until=now)
            for task_report in reports
        ]
        render.document({"reports": documents})
    elif context.as_csv:
        render_report.write_csv(reports)
    elif reports:
        with paged(enabled=not no_pager):
            render_report.show_reports(reports)
    else:
        render.message(
            f"nothing ran since {begin:%Y-%m-%d}; use `--since DATE` for an earlier start;"
            " `ordosync autosync` shows the schedule"
        )


def _write_page(shown: Overview, path: Path) -> None:
    from ordosync.cli.output.report_page import report_page  # noqa: PLC0415 - only for a page

    with opened(path) as file:
        file.writelines(report_page(shown))
    render.message(f"wrote {path}; open it in a browser")


def _check_portal(portal: str | None, known: Collection[str]) -> None:
    if portal is not None and portal not in known:
        raise UsageError(f"there is no portal {portal!r}; known: {', '.join(sorted(known))}")
