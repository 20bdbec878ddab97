"""Splits at the Supplier, read from the parents that its orders name."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from ordosync.accounts.account import ReadRequest
from ordosync.accounts.ordoro.client import OrdoroClient
from ordosync.accounts.ordoro.options import SupplierOptions
from ordosync.accounts.ordoro.schema import OrderShape, moment
from ordosync.accounts.ordoro.split_matching import summed
from ordosync.accounts.ordoro.supplier_orders import line_id
from ordosync.accounts.ordoro.supplier_shipments import of_channel
from ordosync.models import InvalidRecord, Page, Piece, PieceLine, Split


class SupplierSplits:
    """Orders of the portal's sales channel that were split."""

    def __init__(self, client: OrdoroClient, options: SupplierOptions) -> None:
        self._client = client
        self._options = options

    def changed(self, request: ReadRequest) -> Iterator[Page[Split]]:
        """Yield the orders that were split since the cursor, in the order of their splits.

        The cursor waits for a split that is not finished.
        """
        reported: set[str] = set()
        unfinished: OrderShape | None = None
        for items, after in self._client.changed(
            of_channel(self._options), request.cursor, now=request.now, action="read splits"
        ):
            found: list[Split] = []
            for item in items:
                if isinstance(item, InvalidRecord):
                    continue
                for number in reversed(self._client.ancestors(item)):
                    if number in reported:
                        continue
                    split = self._split_there(number)
                    if split is None:
                        unfinished = unfinished or item
                    else:
                        reported.add(number)
                        found.append(split)
            held = self._before(unfinished, after) or request.cursor if unfinished else after
            yield Page(items=tuple(found), cursor=held)

    def _before(self, unfinished: OrderShape, after: str | None) -> str | None:
        """Return a cursor that reads an order again; None if the order has no time."""
        at = moment(unfinished.updated_date, self._client.zone)
        return min(datetime.fromisoformat(after), at).isoformat() if after and at else None

    def by_id(self, ids: Sequence[str]) -> Iterator[Page[Split]]:
        """Yield how these orders are split now."""
        yield Page(items=tuple(split for number in ids if (split := self._split_there(number))))

    def _split_there(self, number: str) -> Split | None:
        """Return the split of an order; None if it is not split, or not finished yet."""
        known = self._client.parent(number)
        if known is None or not known.ready:
            return None
        pieces = []
        for child in known.child_order_numbers or ():
            lines = [line for leaf in self._client.leaves(child) for line in leaf.lines]
            pieces.append(
                Piece(
                    id=child,
                    lines=tuple(
                        PieceLine(
                            of_line=line_id(number, key), quantity=count, id=line_id(child, key)
                        )
                        for key, count in summed(lines).items()
                    ),
                )
            )
        return Split(order_id=number, pieces=tuple(pieces))
