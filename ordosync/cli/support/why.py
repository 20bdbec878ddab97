"""`why`: the whole story of an order or a product."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from ordosync.cli import completion, options
from ordosync.cli.output import render
from ordosync.clock import Clock
from ordosync.config import find_config, load_config
from ordosync.engine.diagnosis.why import Story, nearest, unread, why
from ordosync.errors import UsageError
from ordosync.store import Store
from ordosync.store.timestamps import to_text


def show_why(
    word: Annotated[
        str,
        typer.Argument(
            metavar="ORDER|SKU", help="As either side calls it.", autocompletion=completion.known
        ),
    ],
    *,
    portal: Annotated[
        str | None,
        typer.Option("--portal", help="Only in this portal.", autocompletion=completion.portal),
    ] = None,
    online: Annotated[bool, typer.Option("--online", help="Ask foreign accounts, too.")] = False,
    config: options.Config = None,
    as_json: options.Json = False,
    debug: options.Debug = False,  # noqa: ARG001 - seen by `run`
) -> None:
    """Tell what happened to an order or a product, and what happens next.

    From the task log and the embedded accounts; with --online from foreign accounts as well, by
    the ids that they use. Exits 2 where nobody knows it.
    """
    settings, clock = load_config(find_config(config)), Clock()
    portals = [portal] if portal else []
    with Store.open(settings.database, readonly=True) as store:
        stories = why(settings, store, word, portals=portals, online=online, clock=clock)
        if not stories:
            near = nearest(settings, store, word, portals=portals, clock=clock)
            files = unread(settings, store, portals=portals)
            raise UsageError(_unknown(word, near, files, online=online))
    if as_json:
        render.document({"why": [_json(story) for story in stories]})
        return
    for place, story in enumerate(stories):
        if place:
            render.result("")
        _show(story)


def _unknown(word: str, near: Sequence[str], files: Sequence[str], *, online: bool) -> str:
    if files:
        return (
            f"nobody knows {word!r}; it may be in {', '.join(files)}, which could not be read:"
            " `ordosync attention` says why"
        )
    hint = f"did you mean {' or '.join(near)}?" if near else "`ordosync activity` shows what ran"
    where = "no portal has read it, and no embedded account has it"
    more = "" if online else "; --online asks foreign accounts"
    return f"nobody knows {word!r}: {where}; {hint}{more}"


def _show(story: Story) -> None:
    sides = (
        (story.merchant, story.merchant_account, story.merchant_status),
        (story.supplier, story.supplier_account, story.supplier_status),
    )
    known = ", ".join(
        f"{number} at {account}" + (f" ({status.replace('_', ' ')})" if status else "")
        for number, account, status in sides
        if number
    )
    render.result(f"{known}, portal {story.portal}: {story.conclusion.state}", wrapped=True)
    for event in story.events:
        at = render.local(event.at) if event.at else "now"
        render.result(f"{at}  {event.text}", wrapped=True)
    render.result(f"next: {story.conclusion.next}", wrapped=True)


def _json(story: Story) -> dict[str, Any]:
    return {
        "portal": story.portal,
        "merchant": story.merchant,
        "supplier": story.supplier,
        "merchant_status": story.merchant_status or None,
        "supplier_status": story.supplier_status or None,
        "state": story.conclusion.state,
        "story": [
            {"at": to_text(event.at) if event.at else None, "text": event.text}
            for event in story.events
        ],
        "next": story.conclusion.next,
    }
