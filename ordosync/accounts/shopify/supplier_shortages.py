"""Shortages at the Supplier: cancelled orders, removed units, and holds of fulfillment orders.

Shopify does not count the units of a line that were cancelled. So each line is reported with its
sent and its open units. Users may move open units to a location whose fulfillment orders the token
cannot read. Such units are still in the current quantity of the sale, which lacks only units that
were removed or refunded.
"""

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from ordosync.accounts.account import ReadRequest
from ordosync.accounts.shopify.client import ShopifyClient
from ordosync.accounts.shopify.ids import gid, line_id, number
from ordosync.accounts.shopify.order_units import (
    SentPiece,
    is_split,
    piece_id,
    pieces_of,
    whole,
)
from ordosync.accounts.shopify.pagination import read_all
from ordosync.accounts.shopify.queries.orders import MORE_SOLD_LINES, SHORT_BY_ID, SHORT_ORDERS
from ordosync.accounts.shopify.received_orders import ReceivedOrders, complete
from ordosync.accounts.shopify.schema import Connection, SentOrder
from ordosync.accounts.shopify.shortage_reasons import CANCEL_REASONS, HELD_REASONS, HeldPart
from ordosync.models import InvalidRecord, Page
from ordosync.shortages import Shortage, ShortageReason, ShortLine


class _SoldLine(Struct, frozen=True, rename="camel", kw_only=True):
    id: str
    sku: str | None = None
    current_quantity: int
    """Without units that were removed or refunded, even if these were sent."""


class _ShortOrder(SentOrder, frozen=True, rename="camel", kw_only=True):
    cancel_reason: str | None = None
    line_items: Connection[_SoldLine]
    held: Connection[HeldPart]


_Held = Mapping[str, tuple[int, ShortageReason]]
"""The units of each line that come later, and the reason."""


class SupplierShortages:
    """Units that the portal's orders and their pieces have now."""

    def __init__(self, client: ShopifyClient, orders: ReceivedOrders) -> None:
        self._client = client
        self._orders = orders

    def changed(self, request: ReadRequest) -> Iterator[Page[Shortage | InvalidRecord]]:
        """Yield the orders that changed since the cursor, each before its pieces."""
        action = "read shortages"
        pages = self._client.changed(
            SHORT_ORDERS,
            request.cursor,
            [self._orders.search_term],
            now=request.now,
            action=action,
            first=8,
        )
        for page, after in pages:
            orders = (self._client.read(raw, _ShortOrder, action=action) for raw in page)
            items = [item for order in orders for item in self._shortages(order)]
            yield Page(items=tuple(items), cursor=after)

    def by_id(self, ids: Sequence[str]) -> Iterator[Page[Shortage | InvalidRecord]]:
        """Yield these orders and pieces as they are now; a piece that was merged is omitted."""
        action, gids = "read shortages again", {id_: gid("Order", _order_of(id_)) for id_ in ids}
        orders = self._client.by_id(SHORT_BY_ID, _ShortOrder, [*gids.values()], action=action)
        existing = {order.id for order in orders}
        found = {item.order_id: item for order in orders for item in self._shortages(order)}
        items = (
            found.get(id_) if gid_ in existing else Shortage(order_id=id_, is_deleted=True)
            for id_, gid_ in gids.items()
        )
        yield Page(items=tuple(item for item in items if item))

    def _shortages(self, order: _ShortOrder) -> Iterator[Shortage]:
        """Yield an order and, if it is split, its pieces."""
        order = complete(self._client, self._with_all_lines(order), with_lines=True)
        pieces = pieces_of(order)
        yield _whole(order, pieces)
        for piece in pieces if is_split(pieces) else ():
            yield _piece(order, piece)

    def _with_all_lines(self, order: _ShortOrder) -> _ShortOrder:
        first, more = order.line_items, MORE_SOLD_LINES
        if not first.page_info.has_next_page:
            return order
        action = f"read the lines of order {number(order.id)}"
        lines = read_all(self._client.graphql, first, more, _SoldLine, of=order.id, action=action)
        return replace(order, line_items=Connection(nodes=[*lines]))


def _whole(order: _ShortOrder, pieces: Sequence[SentPiece]) -> Shortage:
    every, is_cancelled = whole(pieces), order.cancelled_at is not None
    held = _held(order, every)
    kept = {
        line.id: max(every.units[line.id], line.current_quantity) for line in order.line_items.nodes
    }
    lines = (
        _line(line, number(line.id), every.sent[line.id] if is_cancelled else kept[line.id], held)
        for line in order.line_items.nodes
    )
    return _shortage(order, number(order.id), tuple(lines), is_cancelled=is_cancelled)


def _piece(order: _ShortOrder, piece: SentPiece) -> Shortage:
    order_id = number(order.id)
    id_, held = piece_id(order_id, piece.id), _held(order, piece)
    is_cancelled = order.cancelled_at is not None
    units = piece.sent if is_cancelled else piece.units
    ordered = {line.line_item.id for part in piece.parts for line in part.line_items.nodes}
    lines = (
        _line(line, line_id(id_, line.id), units[line.id], held)
        for line in order.line_items.nodes
        if line.id in ordered
    )
    shortage = _shortage(order, id_, tuple(lines), is_cancelled=is_cancelled)
    return replace(shortage, ancestors=(order_id,))


def _line(line: _SoldLine, id_: str, kept: int, held: _Held) -> ShortLine:
    units, reason = held.get(line.id, (0, "other"))
    return ShortLine(line_id=id_, sku=line.sku or "", kept=kept, backordered=units, reason=reason)


def _shortage(
    order: _ShortOrder, id_: str, lines: tuple[ShortLine, ...], *, is_cancelled: bool
) -> Shortage:
    cause = order.cancel_reason or "OTHER"
    is_known = cause in CANCEL_REASONS or cause == "OTHER"
    return Shortage(
        order_id=id_,
        lines=lines,
        has_all_lines=True,
        is_cancelled=is_cancelled,
        reason=CANCEL_REASONS.get(cause, "other"),
        word="" if is_known else cause.lower(),
        reference=order.source_identifier or "",
    )


def _held(order: _ShortOrder, piece: SentPiece) -> _Held:
    """Return the open units in fulfillment orders that others hold, since they come later."""
    holds = {part.id: part.fulfillment_holds for part in order.held.nodes}
    found: dict[str, tuple[int, ShortageReason]] = {}
    for part in piece.parts:
        reasons = [
            HELD_REASONS[hold.reason]
            for hold in holds.get(part.id, ())
            if not hold.is_ours and hold.reason in HELD_REASONS
        ]
        for line in part.line_items.nodes if reasons and part.status == "ON_HOLD" else ():
            units, _ = found.get(line.line_item.id, (0, reasons[0]))
            found[line.line_item.id] = units + line.remaining_quantity, reasons[0]
    return found


def _order_of(id_: str) -> str:
    return id_.partition("/")[0]
