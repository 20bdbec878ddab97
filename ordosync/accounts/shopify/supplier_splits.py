"""Supplier splits: orders with several fulfillment orders.

Shopify never splits an order, only its fulfillment orders. An order that is shipped from several
locations has several from the start. So an order with several fulfillment orders counts as split,
and they are its pieces: `<order>/<fulfillment order>`. Shopify does not report which piece was
split from which. So an order is split only once, into the pieces that exist at that time.
"""

from collections.abc import Iterator, Sequence

from ordosync.accounts.account import ReadRequest
from ordosync.accounts.shopify.client import ShopifyClient
from ordosync.accounts.shopify.ids import gid, line_id, number
from ordosync.accounts.shopify.order_units import SentPiece, is_split, piece_id, pieces_of
from ordosync.accounts.shopify.queries.orders import SPLIT_BY_ID
from ordosync.accounts.shopify.received_orders import ReceivedOrders, complete
from ordosync.accounts.shopify.schema import SentOrder
from ordosync.models import Page, Piece, PieceLine, Split


class SupplierSplits:
    """Splits of the portal's orders."""

    def __init__(self, client: ShopifyClient, orders: ReceivedOrders) -> None:
        self._client = client
        self._orders = orders

    def changed(self, request: ReadRequest) -> Iterator[Page[Split]]:
        """Yield the orders with several parts that changed since the cursor."""
        pages = self._orders.changed(request.cursor, now=request.now, action="read splits")
        for orders, after in pages:
            splits = (split for order in orders if (split := _split(order)))
            yield Page(items=tuple(splits), cursor=after)

    def by_id(self, ids: Sequence[str]) -> Iterator[Page[Split]]:
        """Yield the splits of these orders as they are now."""
        gids = [gid("Order", id_) for id_ in ids]
        orders = self._client.by_id(SPLIT_BY_ID, SentOrder, gids, action="read splits again")
        splits = (_split(complete(self._client, order)) for order in orders)
        yield Page(items=tuple(split for split in splits if split))


def _split(order: SentOrder) -> Split | None:
    """Return the split of an order; None if it has only one piece, which is the order itself."""
    pieces = pieces_of(order)
    if not is_split(pieces):
        return None
    return Split(
        order_id=number(order.id),
        pieces=tuple(_piece(order, piece) for piece in pieces if piece.units),
    )


def _piece(order: SentOrder, piece: SentPiece) -> Piece:
    id_ = piece_id(number(order.id), piece.id)
    return Piece(
        id=id_,
        lines=tuple(
            PieceLine(of_line=number(line), quantity=count, id=line_id(id_, line))
            for line, count in piece.units.items()
        ),
    )
