"""Splits at the Supplier, read from the parents of its orders."""

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

        The cursor does not pass a split that Ordoro has not finished, so it is read again.
        """
        reported: set[str] = set()
        unfinished: OrderShape | None = None
        for items, after in self._client.changed(
            of_channel(self._options), request.cursor, now=request.now, action="read splits"
        ):
            splits: list[Split] = []
            for item in items:
                if isinstance(item, InvalidRecord):
                    continue
                for number in reversed(self._client.ancestors(item)):
                    if number in reported:
                        continue
                    split = self._split_of(number)
                    if split is None:
                        unfinished = unfinished or item
                    else:
                        reported.add(number)
                        splits.append(split)
            cursor = self._before(unfinished, after) or request.cursor if unfinished else after
            yield Page(items=tuple(splits), cursor=cursor)

    def _before(self, unfinished: OrderShape, after: str | None) -> str | None:
        """Return a cursor before the last change of an order; None if that time is unknown."""
        at = moment(unfinished.updated_date, self._client.zone)
        return min(datetime.fromisoformat(after), at).isoformat() if after and at else None

    def by_id(self, ids: Sequence[str]) -> Iterator[Page[Split]]:
        """Yield the splits of these orders as they are now."""
        yield Page(items=tuple(split for number in ids if (split := self._split_of(number))))

    def _split_of(self, number: str) -> Split | None:
        """Return the split of an order; None if it is not split, or not finished yet."""
        parent = self._client.parent(number)
        if parent is None or not parent.ready:
            return None
        pieces = []
        for child in parent.child_order_numbers or ():
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
