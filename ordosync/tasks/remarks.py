"""Comments on the timelines of both accounts about the same order."""

from collections.abc import Sequence

from msgspec import Struct

from ordosync.models import Comment
from ordosync.tasks.base import Portal


class Remark(Struct, frozen=True, kw_only=True):
    """Two comments with one key: one for each account's order."""

    key: str
    merchant_id: str
    supplier_id: str
    at_merchant: str
    at_supplier: str


def comment(portal: Portal, remarks: Sequence[Remark]) -> None:
    """Add the comments in both accounts. Nothing is called if there are none."""
    if not remarks:
        return
    portal.supplier.comment(
        [
            Comment(key=remark.key, order_id=remark.supplier_id, text=remark.at_supplier)
            for remark in remarks
        ]
    )
    portal.merchant.comment(
        [
            Comment(key=remark.key, order_id=remark.merchant_id, text=remark.at_merchant)
            for remark in remarks
        ]
    )
