"""`digest`: what needs the operator, and what happened within a day."""

from pathlib import Path
from typing import Annotated

import typer

from ordosync.cli import options
from ordosync.cli.context import Context, with_context
from ordosync.cli.output import render
from ordosync.cli.output.files import check_file, opened
from ordosync.cli.signals import stoppable
from ordosync.engine.alerts.digest import Digest, digest
from ordosync.engine.alerts.digest_text import digest_json, digest_lines, digest_message
from ordosync.engine.alerts.sending import send
from ordosync.errors import DeliveryError, UsageError
from ordosync.store import Store


@with_context()
def show_digest(
    *,
    is_sent: Annotated[
        bool, typer.Option("--send", help="Send it to the recipients of `digest:` as well.")
    ] = False,
    as_html: options.Html = None,
    context: Context,
) -> None:
    """Summarize the last day: what needs you first.

    For each portal it counts the orders that were imported, shipped, cancelled, short and edited,
    the open orders by age, the products that ran out, and the last success of each task. At most
    60 lines; --json has everything. `digest:` in the configuration sends it each day. Exits 1 if it
    could not be sent.

    For example:
      ordosync digest
      ordosync digest --html digest.html
    """
    if as_html and context.as_json:
        raise UsageError("use either --html or --json")
    check_file("--html", as_html, ".html", ".htm")
    config = context.config
    with Store.open(config.database, readonly=True) as store:
        content = digest(config, store, now=context.clock.now())
    if context.as_json:
        render.document(digest_json(content))
    elif as_html:
        _write_page(content, as_html)
    else:
        for line in digest_lines(content):
            render.result(line, wrapped=bool(line))
    if is_sent:
        raise typer.Exit(int(not _send(context, content)))


def _write_page(content: Digest, path: Path) -> None:
    from ordosync.cli.output.digest_page import digest_page  # noqa: PLC0415 - only for a page

    with opened(path) as file:
        file.writelines(digest_page(content))
    render.message(f"wrote {path}; open it in a browser")


def _send(context: Context, content: Digest) -> bool:
    """Send the digest to each recipient; return False if one of them cannot be reached."""
    alerts = context.config.alerts
    if alerts is None or alerts.digest is None:
        raise UsageError("there is no `alerts: digest:`; see `ordosync help alerts`")
    errors = {}
    with stoppable(context.clock):
        for name in alerts.digest.to:
            try:
                errors[name] = send(alerts.to[name], digest_message(content), context.clock)
            except DeliveryError as error:
                errors[name] = str(error)
            way = alerts.to[name].transport
            failed = f"error: {name}: {errors[name]}"
            render.message(failed if errors[name] else f"sent to {name} by {way}")
    return not any(errors.values())
