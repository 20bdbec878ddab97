"""`orders short`: units of orders that are not sent, or are sent later; `orders unflag`."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, get_args

import typer

from ordosync.cli.context import Context, with_context
from ordosync.cli.desk import batches, common, input_rows, order_lines, send_now
from ordosync.cli.desk.account_choice import open_desk_of
from ordosync.cli.desk.batches import Batch, Numbers
from ordosync.cli.desk.input_files import File, Layout
from ordosync.cli.desk.input_rows import InputRow
from ordosync.cli.desk.stock_waking import wake_inventory
from ordosync.cli.output import render
from ordosync.config.settings import PortalConfig
from ordosync.embedded.desk import Desk
from ordosync.embedded.reported_shortages import Flags
from ordosync.embedded.shortages import Shortages, ShortUnits
from ordosync.errors import UsageError
from ordosync.models import Outcome
from ordosync.shortages import ShortageReason
from ordosync.store.runs import Run
from ordosync.store.step_rows import StepRow
from ordosync.tasks.shortages import problems

_UNKNOWN = "unknown"
_LONGEST_NOTE = 200
REASONS: tuple[ShortageReason, ...] = get_args(ShortageReason)
_DETAILS = ("reason", "later", "note")
_TO_SHORT = Layout(needed=("number", "sku", "quantity", "reason"), optional=("later", "note"))


@with_context(dry_run=True)
def short_order(
    number: Numbers = None,
    *,
    line: Annotated[
        list[str] | None,
        typer.Option(
            "--line",
            metavar="SKU=QTY",
            help="The open units; repeatable; #LINEID=QTY if a SKU repeats. Missing components of a"
            " kit are given by their own SKU.",
        ),
    ] = None,
    reason: Annotated[
        str, typer.Option("--reason", metavar="REASON", help=f"One of {', '.join(REASONS)}.")
    ] = "",
    later: Annotated[
        str | None,
        typer.Option(
            "--later", metavar="DATE", help="They come on this day; `unknown` without a day."
        ),
    ] = None,
    note: Annotated[
        str, typer.Option("--note", help="A note; the Merchant gets it with the reason `other`.")
    ] = "",
    file: File = None,
    account: common.Account = None,
    context: Context,
) -> None:
    """Say which units of orders are not sent, or are sent later.

    The units are cancelled, or, with --later, they stay open. The task report-shortages reports
    them to the Merchant at once. Exits 1 if the report could not be sent.

    --from reads rows with the columns number, sku, quantity, reason and, optionally, later and
    note. Refused rows are written to FILE.refused.csv. Exits 1 if an order was refused.

    For example:
      ordosync orders short S-1001 --line MUG=1 --reason out-of-stock
      ordosync orders short S-1001 --line MUG=1 --reason out-of-stock --later 2026-12-10
    """
    rows = batches.rows_of(context, number or (), file, _TO_SHORT)
    if later is not None and not later.strip():
        raise UsageError("--later needs a day such as 2026-12-10, or unknown")
    typed = InputRow(cells=dict(zip(_DETAILS, (reason, later or "", note), strict=True)))
    _check_options(typed, line or (), has_file=file is not None)
    opened = open_desk_of(context.config, account, batches.numbers_of(rows), is_file=bool(file))
    with opened.file.kept_open("read orders"):
        batch = Batch.parse(
            file,
            batches.by_number(rows),
            lambda of: _request(opened, of, line or (), None if file else typed),
        )
    shortages = Shortages(opened.file)
    sent = send_now.save_and_send(
        context,
        opened,
        ("report-shortages",),
        lambda: batch.save(opened, shortages.shorten),
    )
    results = list(zip(batch.requests, sent.outcomes, strict=True))
    # Units that are sent later stay ordered.
    cancelled = [outcome for request, outcome in results if not request.is_later]
    wake_inventory(context, opened, cancelled)
    if not file and len(rows) == 1:
        common.check_order(opened, sent.outcomes[0], batch.requests[0].number)
    _report(context, opened, results, is_file=bool(file))
    code = batch.finish(context, sent.outcomes)
    is_sent = all(_is_sent(run, sent.failed[run.id]) for run in sent.runs)
    if not is_sent or sent.held or sent.signal:
        code = max(code, send_now.report(sent, as_json=False, changes=dict))
    raise typer.Exit(code)


def _check_options(typed: InputRow, lines: Sequence[str], *, has_file: bool) -> None:
    """Raise `UsageError` if options are missing, or given beside a file."""
    given = [f"--{name}" for name in _DETAILS if typed.get(name)]
    given += ["--line"] if lines else []
    if has_file and given:
        raise UsageError(f"--from reads everything from the file; leave out {', '.join(given)}")
    if not has_file and not lines:
        raise UsageError("name the units with --line SKU=QTY")
    if not has_file and not typed.get("reason"):
        raise UsageError(f"say why with --reason: {', '.join(REASONS)}")


def _request(
    opened: Desk, rows: Sequence[InputRow], lines: Sequence[str], typed: InputRow | None
) -> ShortUnits:
    """Return the short units of an order: those of its rows in a file, or those that were typed."""
    order = common.order_to_change(opened, batches.number_of(rows))
    row = typed or input_rows.merged(rows, _DETAILS, "order")
    parts = lines or [text for each in rows if (text := each.line())]
    if not parts:
        raise UsageError("has no sku")
    later = row.get("later")
    return ShortUnits(
        number=order.number,
        parts=order_lines.short_units_of(opened, order, parts),
        reason=reason_of(row.get("reason")),
        is_later=bool(later),
        expected=_day(later) if later else None,
        note=note_of(row.get("note")),
    )


@with_context(dry_run=True)
def unflag_order(
    number: Numbers = None,
    *,
    file: File = None,
    account: common.Account = None,
    context: Context,
) -> None:
    """Clear the flag of orders that a shortage of their supplier has set.

    The flag is set with `hold: true` under `shortages:`, and `orders show` shows it. --from reads
    rows with the column number.

    For example:
      ordosync orders unflag 1001
    """
    rows = batches.rows_of(context, number or (), file, batches.NUMBERS_ONLY)
    opened = open_desk_of(context.config, account, batches.numbers_of(rows), is_file=bool(file))
    with opened.file.kept_open("read orders"):
        batch = Batch.parse(
            file,
            batches.by_number(rows),
            lambda of: common.order_to_change(opened, batches.number_of(of)).number,
        )
    outcomes = batch.save(opened, Flags(opened.file).clear)
    if not file and len(rows) == 1:
        common.check_order(opened, outcomes[0], batch.requests[0])
    texts = {"done": "is not flagged any more", "unchanged": "was not flagged"}
    changes = [
        (number, texts[outcome.state])
        for number, outcome in zip(batch.requests, outcomes, strict=True)
        if outcome.state in texts
    ]
    batches.report(context, opened, changes, is_file=bool(file))
    raise typer.Exit(batch.finish(context, outcomes))


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
    context: Context,
    opened: Desk,
    results: Sequence[tuple[ShortUnits, Outcome]],
    *,
    is_file: bool,
) -> None:
    changes = [
        (request.number, _change(request, is_new=outcome.state == "done"))
        for request, outcome in results
        if outcome.state in ("done", "unchanged")
    ]
    batches.report(context, opened, changes, is_file=is_file)
    new = [request.number for request, outcome in results if outcome.state == "done"]
    with opened.file.kept_open("read orders"):
        portals = [common.portal_from(context.config, opened, number) for number in new]
    for sentence in dict.fromkeys(map(_consequence, portals)):
        if sentence:
            render.message(sentence)


def _change(request: ShortUnits, *, is_new: bool) -> str:
    units = order_lines.as_text(request.parts)
    if not is_new:
        return f"has these units already: {units}"
    if request.is_later:
        when = f" on {request.expected}" if request.expected else ""
        return f"sends {units} later{when}"
    return f"has {units} cancelled"


def _consequence(portal: PortalConfig | None) -> str:
    if portal is None:
        return "it is the account's own order, so no Merchant gets a report"
    if portal.shortages.report:
        return f"{portal.merchant.account} gets a report; `ordosync attention` lists it"
    return ""
