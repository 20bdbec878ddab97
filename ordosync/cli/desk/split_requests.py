"""Splits that a user requests: the pieces as they are typed, or as the rows of a file have them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ordosync.cli.desk import batches, common, input_rows, order_lines
from ordosync.cli.desk.account_choice import check_own
from ordosync.cli.desk.input_rows import InputRow
from ordosync.embedded.desk import Desk
from ordosync.errors import UsageError
from ordosync.models import Order, Piece, PieceLine, Split


@dataclass(frozen=True, kw_only=True)
class SplitRequest:
    """A split of an order, with the warehouses that send its pieces."""

    split: Split
    warehouses: Sequence[str]
    """One for each piece; empty: the warehouse of the order."""


@dataclass(frozen=True, kw_only=True)
class _PieceText:
    """A piece as it was typed."""

    lines: Sequence[str]
    """Its units as `SKU=QTY`."""
    warehouse: str


def parse_split(
    opened: Desk, rows: Sequence[InputRow], typed: Sequence[str], *, only_own: bool
) -> SplitRequest:
    """Parse the pieces of one order; after only one typed piece, the rest is the second.

    Raises `UsageError`. With `only_own`, an order that a supplier ships is refused.
    """
    order = common.order_to_change(opened, batches.number_of(rows))
    if only_own:
        check_own(opened, order.number)
    texts = [_typed(text) for text in typed] or _in_rows(rows)
    named = {text.warehouse for text in texts if text.warehouse}
    known = opened.warehouses() if named else []
    for warehouse in sorted(named):
        common.check_warehouse(opened, warehouse, known)
    pieces = [_piece(opened, order, text.lines) for text in texts]
    warehouses = [text.warehouse for text in texts]
    if typed and len(pieces) == 1:
        pieces += _rest(opened, order, pieces[0])
    return SplitRequest(
        split=Split(order_id=order.number, pieces=tuple(pieces)), warehouses=warehouses
    )


def _typed(text: str) -> _PieceText:
    """Parse `SKU=QTY,SKU=QTY@WAREHOUSE`; a SKU may have an `@`, too."""
    lines, at, warehouse = text.rpartition("@")
    if not at or "=" in warehouse:
        return _PieceText(lines=text.split(","), warehouse="")
    if not warehouse.strip():
        raise UsageError(f"{text!r} names no warehouse after the @")
    return _PieceText(lines=lines.split(","), warehouse=warehouse.strip())


def _in_rows(rows: Sequence[InputRow]) -> list[_PieceText]:
    """Return the pieces in the rows of a file."""
    pieces: dict[str, list[InputRow]] = {}
    for row in rows:
        name = row.get("piece")
        if not name or not row.line():
            raise UsageError("needs a piece, a sku and a quantity in each row")
        pieces.setdefault(name, []).append(row)
    return [
        _PieceText(
            lines=[row.line() for row in of_piece],
            warehouse=input_rows.merged(of_piece, ("warehouse",), "piece").get("warehouse"),
        )
        for of_piece in pieces.values()
    ]


def _rest(opened: Desk, order: Order, piece: Piece) -> list[Piece]:
    """Return the piece with all other open units of an order, if there are any."""
    taken = Counter[str]()
    for part in piece.lines:
        taken[part.of_line] += part.quantity
    rest = {line.line_id: line.open - taken[line.line_id] for line in opened.units_of(order.number)}
    lines = [PieceLine(of_line=key, quantity=count) for key, count in rest.items() if count > 0]
    return [Piece(lines=tuple(lines))] if lines else []


def _piece(opened: Desk, order: Order, lines: Sequence[str]) -> Piece:
    return Piece(lines=tuple(_piece_line(opened, order, line) for line in lines))


def _piece_line(opened: Desk, order: Order, text: str) -> PieceLine:
    name, quantity = order_lines.pair_of(opened, order, text)
    line = order_lines.line_of(opened, order, name)
    return PieceLine(of_line=line.id, quantity=input_rows.quantity(quantity))
