"""`orders split`: splits orders of a local account into pieces."""

from collections import Counter
from collections.abc import Sequence
from typing import Annotated

import typer

from ordosync.cli import completion
from ordosync.cli.confirm import Yes
from ordosync.cli.context import Context, with_context
from ordosync.cli.desk import batches, common, input_rows, order_lines, send_now
from ordosync.cli.desk.account_choice import check_own, confirm_requested, is_inferred, open_desk_of
from ordosync.cli.desk.batches import Batch
from ordosync.cli.desk.change_documents import split_json
from ordosync.cli.desk.input_files import File, Layout
from ordosync.cli.desk.input_rows import InputRow
from ordosync.cli.output import render
from ordosync.embedded.desk import Desk
from ordosync.errors import UsageError
from ordosync.models import Order, Piece, PieceLine, Split

Numbers = Annotated[
    list[str] | None, typer.Argument(metavar="[NUMBER]...", autocompletion=completion.number)
]
_TO_SPLIT = Layout(needed=("number", "piece", "sku", "quantity"))


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
            " add up to what is still to ship; after one piece, the rest is the second.",
        ),
    ] = None,
    file: File = None,
    yes: Yes = False,
    account: common.Account = None,
    context: Context,
) -> None:
    """Split orders into pieces, and the Merchant's at once; each piece ships separately.

    --from reads rows with the columns number, piece, sku and quantity; rows with the same piece,
    such as 1 or 2, are together. Refused rows are written to FILE.refused.csv. Exits 1 if there
    are any, or if a change was saved but could not be sent; `run-due` sends it later.

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
        lambda of: _split(opened, of, piece or (), only_own=has_guessed),
    )
    if not has_guessed:
        confirm_requested(context, opened, numbers, "split", yes=yes)
    result = send_now.save_and_send(
        context, opened, ("split-order",), lambda: [opened.split(split) for split in batch.requests]
    )
    is_one = not file and len(numbers) == 1
    if is_one:
        common.check_order(opened, result.outcomes[0], batch.requests[0].order_id)
    for split, outcome in zip(batch.requests, result.outcomes, strict=True):
        if outcome.pieces:
            which = "" if is_one else f"order {split.order_id} "
            render.message(f"{which}split into {', '.join(each.id for each in outcome.pieces)}")
    results = batch.results(result.outcomes)
    code = send_now.report(
        result,
        as_json=context.as_json,
        changes=lambda: split_json(context.config, opened, results),
    )
    raise typer.Exit(max(code, batch.finish(context, result.outcomes)))


def _split(
    opened: Desk, rows: Sequence[InputRow], typed: Sequence[str], *, only_own: bool
) -> Split:
    order = common.order_to_change(opened, batches.number_of(rows))
    if only_own:
        check_own(opened, order.number)
    texts = [text.split(",") for text in typed] or _pieces(rows)
    pieces = [_piece(opened, order, lines) for lines in texts]
    if typed and len(pieces) == 1:
        pieces += _rest(opened, order, pieces[0])
    return Split(order_id=order.number, pieces=tuple(pieces))


def _rest(opened: Desk, order: Order, piece: Piece) -> list[Piece]:
    """Return the piece with all other open units of an order, if there are any."""
    taken = Counter[str]()
    for part in piece.lines:
        taken[part.of_line] += part.quantity
    rest = {line.line_id: line.open - taken[line.line_id] for line in opened.units_of(order.number)}
    lines = [PieceLine(of_line=key, quantity=count) for key, count in rest.items() if count > 0]
    return [Piece(lines=tuple(lines))] if lines else []


def _pieces(rows: Sequence[InputRow]) -> list[list[str]]:
    """Return the lines of each piece in a file."""
    pieces: dict[str, list[str]] = {}
    for row in rows:
        name, line = row.get("piece"), row.line()
        if not name or not line:
            raise UsageError("needs a piece, a sku and a quantity in each row")
        pieces.setdefault(name, []).append(line)
    return list(pieces.values())


def _piece(opened: Desk, order: Order, lines: Sequence[str]) -> Piece:
    return Piece(lines=tuple(_piece_line(opened, order, line) for line in lines))


def _piece_line(opened: Desk, order: Order, text: str) -> PieceLine:
    name, quantity = order_lines.pair_of(opened, order, text)
    line = order_lines.line_of(opened, order, name)
    return PieceLine(of_line=line.id, quantity=input_rows.quantity(quantity))
