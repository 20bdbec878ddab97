"""`orders split`: splits an order of a local account into pieces."""

from typing import Annotated

import typer

from ordosync.cli import completion
from ordosync.cli.confirm import Yes
from ordosync.cli.context import Context, with_context
from ordosync.cli.desk import common, input_rows, order_lines, send_now
from ordosync.cli.desk.account_choice import confirm_requested, open_desk_of
from ordosync.cli.output import render
from ordosync.models import Order, Piece, PieceLine, Split


@with_context(dry_run=True)
def split_order(
    number: Annotated[str, typer.Argument(autocompletion=completion.number)],
    *,
    piece: Annotated[
        list[str],
        typer.Option(
            "--piece",
            metavar="SKU=QTY[,SKU=QTY]",
            help="One piece; repeatable. Use #LINEID=QTY if a SKU repeats. The pieces must add up"
            " to what is still to ship.",
        ),
    ],
    yes: Yes = False,
    account: common.Account = None,
    context: Context,
) -> None:
    """Split an order into pieces, and the Merchant's order at once; each piece ships separately.

    For example:
      ordosync orders split 1001 --piece MUG=2 --piece CUP=1
    """
    opened = open_desk_of(context.config, account, [number], is_to_ship=True)
    order = common.order_to_change(opened, number)
    number = order.number
    confirm_requested(context, opened, [number], "split", yes=yes)
    split = Split(order_id=number, pieces=tuple(_piece(order, text) for text in piece))
    result = send_now.save_and_send(
        context, opened, ("split-order",), lambda: [opened.split(split)]
    )
    common.check_order(opened, result.outcomes[0], number)
    render.message(
        f"split into {', '.join(piece_outcome.id for piece_outcome in result.outcomes[0].pieces)}"
    )
    raise typer.Exit(send_now.report(result, as_json=context.as_json))


def _piece(order: Order, text: str) -> Piece:
    return Piece(lines=tuple(_piece_line(order, part) for part in text.split(",")))


def _piece_line(order: Order, text: str) -> PieceLine:
    name, quantity = input_rows.parse_pair(text)
    line = order_lines.line_of(order, name)
    return PieceLine(of_line=line.id, quantity=input_rows.quantity(quantity))
