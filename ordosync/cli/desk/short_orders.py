"""`orders short`: units of an order that are not sent, or are sent later; `orders unflag`."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, get_args

import typer

from ordosync.cli import completion
from ordosync.cli.context import Context, with_context
from ordosync.cli.desk import batches, common, order_lines, send_now
from ordosync.cli.desk.account_choice import open_desk_of
from ordosync.cli.desk.stock_waking import wake_inventory
from ordosync.cli.output import render
from ordosync.embedded.desk import Desk
from ordosync.embedded.reported_shortages import Flags
from ordosync.embedded.shortages import Shortages, ShortUnits
from ordosync.errors import UsageError
from ordosync.models import Order
from ordosync.shortages import ShortageReason
from ordosync.store.runs import Run
from ordosync.store.step_rows import StepRow
from ordosync.tasks.shortages import problems

_UNKNOWN = "unknown"
_LONGEST_NOTE = 200
REASONS: tuple[ShortageReason, ...] = get_args(ShortageReason)


@with_context(dry_run=True)
def short_order(
    number: Annotated[str, typer.Argument(autocompletion=completion.number)],
    *,
    line: Annotated[
        list[str],
        typer.Option(
            "--line",
            metavar="SKU=QTY",
            help="The open units; repeatable; #LINEID=QTY if a SKU repeats. Missing components of a"
            " kit are given by their own SKU.",
        ),
    ],
    reason: Annotated[
        str, typer.Option("--reason", metavar="REASON", help=f"One of {', '.join(REASONS)}.")
    ],
    later: Annotated[
        str | None,
        typer.Option(
            "--later", metavar="DATE", help="They come on this day; `unknown` without a day."
        ),
    ] = None,
    note: Annotated[
        str, typer.Option("--note", help="A note; the Merchant gets it with the reason `other`.")
    ] = "",
    account: common.Account = None,
    context: Context,
) -> None:
    """Say which units of an order are not sent, or are sent later.

    The units are cancelled, or, with --later, they stay open. The task report-shortages reports
    them to the Merchant at once. Exits 1 if the report could not be sent.

    For example:
      ordosync orders short S-1001 --line MUG=1 --reason out-of-stock
      ordosync orders short S-1001 --line MUG=1 --reason out-of-stock --later 2026-12-10
    """
    opened = open_desk_of(context.config, account, [number])
    order = common.order_to_change(opened, number)
    request = ShortUnits(
        number=order.number,
        parts=order_lines.short_units_of(opened, order, line),
        reason=reason_of(reason),
        is_later=later is not None,
        expected=_day(later) if later else None,
        note=note_of(note),
    )
    sent = send_now.save_and_send(
        context, opened, ("report-shortages",), lambda: [Shortages(opened.file).shorten(request)]
    )
    # Units that are sent later stay ordered.
    if not request.is_later:
        wake_inventory(context, opened, sent.outcomes)
    common.check_order(opened, sent.outcomes[0], order.number)
    is_new = sent.outcomes[0].state == "done"
    _report(context, opened, order, request, is_new=is_new)
    is_sent = all(_is_sent(run, sent.failed[run.id]) for run in sent.runs)
    if not is_sent or sent.held or sent.signal:
        raise typer.Exit(send_now.report(sent, as_json=False, changes=dict))


@with_context(dry_run=True)
def unflag_order(
    number: Annotated[str, typer.Argument(autocompletion=completion.number)],
    *,
    account: common.Account = None,
    context: Context,
) -> None:
    """Clear the flag of an order that a shortage of its supplier has set.

    The flag is set with `hold: true` under `shortages:`, and `orders show` shows it.

    For example:
      ordosync orders unflag 1001
    """
    opened = open_desk_of(context.config, account, [number])
    number = common.order_to_change(opened, number).number
    outcome = Flags(opened.file).clear(number)
    common.check_order(opened, outcome, number)
    change = "is not flagged any more" if outcome.state == "done" else "was not flagged"
    batches.report(context, opened, [(number, change)], is_file=False)


def _is_sent(run: Run, failed: Sequence[StepRow]) -> bool:
    """True if all was reported; a step fails, too, if the Merchant has to act on its report."""
    if run.status == "ok":
        return True
    is_partial = run.status == "partial" and not run.counts.waiting
    return is_partial and all(step.code in problems.CODES for step in failed)


def reason_of(text: str) -> ShortageReason:
    """Return a reason. Raises `UsageError`, with all reasons."""
    for reason in REASONS:
        if text == reason:
            return reason
    raise UsageError(f"--reason {text!r} is not a reason; known: {', '.join(REASONS)}")


def note_of(text: str) -> str:
    """Return a note of one line. Raises `UsageError` if it is too long."""
    if len(text) > _LONGEST_NOTE or any(ord(char) < ord(" ") for char in text):
        raise UsageError(f"--note takes one line of at most {_LONGEST_NOTE} characters")
    return text.strip()


def _day(text: str) -> date | None:
    if text == _UNKNOWN:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--later {text!r} is not a day such as 2026-12-10, nor unknown") from None


def _report(
    context: Context, opened: Desk, order: Order, request: ShortUnits, *, is_new: bool
) -> None:
    units = order_lines.as_text(request.parts)
    if not is_new:
        change = f"has these units already: {units}"
    elif request.is_later:
        when = f" on {request.expected}" if request.expected else ""
        change = f"sends {units} later{when}"
    else:
        change = f"has {units} cancelled"
    batches.report(context, opened, [(order.number, change)], is_file=False)
    if not is_new:
        return
    portal = common.portal_from(context.config, opened, order.number)
    if portal is None:
        render.message("it is the account's own order, so no Merchant gets a report")
    elif portal.shortages.report:
        render.message(f"{portal.merchant.account} gets a report; `ordosync attention` lists it")
