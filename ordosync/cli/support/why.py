"""`why`: the history of an order or a product."""

import shlex
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from ordosync.cli import completion, options
from ordosync.cli.context import Context, with_context
from ordosync.cli.output import render
from ordosync.cli.output.files import check_file, opened
from ordosync.cli.output.pager import paged
from ordosync.cli.output.timelines import show_timeline
from ordosync.cli.session import portals_of_this_host
from ordosync.clock import to_nullable
from ordosync.engine.diagnosis.search import has_remote_accounts, orders_of
from ordosync.engine.diagnosis.why import Story, nearest, unread, why
from ordosync.errors import UsageError
from ordosync.store import Store
from ordosync.text import status_text

_MANY = 5


@with_context()
def show_why(
    word: Annotated[
        str,
        typer.Argument(
            metavar="ORDER|SKU",
            help="Number or SKU in either account.",
            autocompletion=completion.known,
        ),
    ],
    *,
    portal: options.Portal = None,
    online: Annotated[bool, typer.Option("--online", help="Also ask remote accounts.")] = False,
    as_html: options.Html = None,
    no_pager: options.NoPager = False,
    context: Context,
) -> None:
    """Show the history of an order or product.

    Says what happens next, too. An order is also found by its tracking number or a part of its
    customer's name, if no number is like that. Reads the task log and the local accounts. With
    --online, it also asks the remote accounts, by the ids that they use. Exits 2 if the order or
    product is not found. --html writes a page with a timeline, one lane for each account.

    For example:
      ordosync why 1001
      ordosync why 1001 --html 1001.html
    """
    if context.as_json and as_html:
        raise UsageError("use either --json or --html")
    check_file("--html", as_html, ".html", ".htm")
    config, clock = context.config, context.clock
    selected = portals_of_this_host(context, [portal] if portal else [])
    portals = [config.name for config in selected]
    with Store.open(config.database, readonly=True) as store:
        stories = why(config, store, word, portals=portals, online=online, clock=clock)
        if not stories:
            stories = _of_customer_or_parcel(context, store, word, portals)
        if not stories:
            near = nearest(config, store, word, portals=portals, clock=clock)
            files = unread(config, store, portals=portals)
            can_ask = not online and has_remote_accounts(config)
            raise UsageError(_not_found(word, near, files, can_ask=can_ask))
    if context.as_json:
        render.document({"why": [_json(story) for story in stories]})
        return
    if as_html:
        _write_page(stories, as_html, clock.now())
        return
    with paged(enabled=not no_pager):
        for place, story in enumerate(stories):
            if place:
                render.result("")
            _show(story)


def _write_page(stories: Sequence[Story], path: Path, now: datetime) -> None:
    from ordosync.cli.output.timeline_page import timeline_page  # noqa: PLC0415 - only for a page

    with opened(path) as file:
        file.writelines(timeline_page(stories, now))
    render.message(f"wrote {path}; open it in a browser")


def _of_customer_or_parcel(
    context: Context, store: Store, word: str, portals: Sequence[str]
) -> list[Story]:
    """Return the stories of the orders with this tracking number or this customer.

    Raises `UsageError` if there are many.
    """
    orders, has_more = orders_of(context.config, store, word)
    if len(orders) > _MANY:
        number = f"{len(orders)} orders{' or more' * has_more}"
        raise UsageError(
            f"not found: {word!r} is no number; {number} have it in their"
            f" customer or tracking number: `ordosync find {shlex.quote(word)}` lists them"
        )
    stories: dict[frozenset[tuple[str, str]], Story] = {}
    for order in orders:
        for story in why(context.config, store, order.id, portals=portals, clock=context.clock):
            if (order.account, order.id) in story.names:
                stories.setdefault(story.names, story)
    return [*stories.values()]


def _not_found(word: str, near: Sequence[str], files: Sequence[str], *, can_ask: bool) -> str:
    if files:
        return (
            f"not found: {word!r}; it may be in {', '.join(files)}, which could not be read;"
            " `ordosync attention` shows the reason"
        )
    hint = f"did you mean {' or '.join(near)}?" if near else "`ordosync activity` lists the runs"
    where = "no portal has read it, and no local account has it"
    more = "; --online also asks remote accounts" if can_ask else ""
    return f"not found: {word!r}: {where}; {hint}{more}"


def _show(story: Story) -> None:
    merchant = (story.merchant_account, story.merchant_status)
    sides = (
        (render.named(story.merchant, story.merchant_number), *merchant),
        (story.supplier, story.supplier_account, story.supplier_status),
    )
    numbers = ", ".join(
        f"{number} at {account}"
        + (f" ({status_text(status)})" if status and story.has_status else "")
        for number, account, status in sides
        if number
    )
    render.result(f"{numbers}, portal {story.portal}: {story.conclusion.text}", wrapped=True)
    if story.customer:
        render.result(f"customer: {story.customer}", wrapped=True)
    show_timeline([(event.at, event.text) for event in story.events])
    for text in story.units.texts():
        render.result(text, wrapped=True)
    render.result(f"next: {story.conclusion.next}", wrapped=True)


def _json(story: Story) -> dict[str, Any]:
    return {
        "portal": story.portal,
        "merchant": story.merchant,
        "merchant_number": story.merchant_number or story.merchant,
        "supplier": story.supplier,
        "merchant_account": story.merchant_account,
        "supplier_account": story.supplier_account,
        "customer": story.customer or None,
        "merchant_status": story.merchant_status or None,
        "supplier_status": story.supplier_status or None,
        "state": story.conclusion.state,
        "story": [{"at": to_nullable(event.at), "text": event.text} for event in story.events],
        "next": story.conclusion.next,
        **story.units.json(),
    }
