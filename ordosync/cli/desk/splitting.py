"""`orders split`: splits orders of a local account into pieces."""

from itertools import zip_longest
from typing import Annotated

import typer

from ordosync.cli.confirm import Yes
from ordosync.cli.context import Context, with_context
from ordosync.cli.desk import batches, common, send_now
from ordosync.cli.desk.account_choice import confirm_requested, is_inferred, open_desk_of
from ordosync.cli.desk.batches import Batch, Numbers
from ordosync.cli.desk.change_documents import split_json
from ordosync.cli.desk.input_files import File, Layout
from ordosync.cli.desk.split_requests import SplitRequest, parse_split
from ordosync.cli.output import render
from ordosync.errors import UsageError
from ordosync.models import Outcome

_TO_SPLIT = Layout(needed=("number", "piece", "sku", "quantity"), optional=("warehouse",))


@with_context(dry_run=True)
def split_order(
    number: Numbers = None,
    *,
    piece: Annotated[
        list[str] | None,
        typer.Option(
            "--piece",
            metavar="SKU=QTY[,SKU=QTY]",
            help="One piece; repeatable. Use #LINEID=QTY if a SKU repeats. Several pieces must"
            " add up to what is still to ship; after one piece, the rest is the second. With"
            " @WAREHOUSE at its end, a piece is sent from there, and not from the order's.",
        ),
    ] = None,
    file: File = None,
    yes: Yes = False,
    account: common.Account = None,
    context: Context,
) -> None:
    """Split orders into pieces, and the Merchant's at once; each piece ships separately.

    --from reads rows with the columns number, piece, sku, quantity and, optionally, warehouse; rows
    with the same piece, such as 1 or 2, are together. Refused rows are written to FILE.refused.csv.
    Exits 1 if there are any, or if a change was saved but could not be sent; `run-due` sends it
    later.

    For example:
      ordosync orders split 1001 --piece MUG=2
    """
    if bool(piece) == bool(file):
        raise UsageError("give an order number with --piece, or a file with --from")
    rows = batches.rows_of(context, number or (), file, _TO_SPLIT)
    numbers = batches.numbers_of(rows)
    opened = open_desk_of(context.config, account, numbers, is_to_ship=True, is_file=bool(file))
    has_guessed = is_inferred(context.config, account)
    batch = Batch.parse(
        file,
        batches.by_number(rows),
        lambda of: parse_split(opened, of, piece or (), only_own=has_guessed),
    )
    if not has_guessed:
        confirm_requested(context, opened, numbers, "split", yes=yes)
    result = send_now.save_and_send(
        context,
        opened,
        ("split-order",),
        lambda: batch.save(opened, lambda of: opened.split(of.split, of.warehouses)),
    )
    is_one = not file and len(numbers) == 1
    if is_one:
        common.check_order(opened, result.outcomes[0], batch.requests[0].split.order_id)
    for request, outcome in zip(batch.requests, result.outcomes, strict=True):
        if outcome.pieces:
            which = "" if is_one else f"order {request.split.order_id} "
            render.message(f"{which}split into {_named(request, outcome)}")
    results = batch.results(result.outcomes)
    code = send_now.report(
        result,
        as_json=context.as_json,
        changes=lambda: split_json(context.config, opened, results),
    )
    raise typer.Exit(max(code, batch.finish(context, result.outcomes)))


def _named(request: SplitRequest, outcome: Outcome) -> str:
    """Return the numbers of the pieces, with the warehouses that were named."""
    return ", ".join(
        f"{piece.id} (from {warehouse})" if warehouse else piece.id
        for piece, warehouse in zip_longest(outcome.pieces, request.warehouses)
        if piece
    )
