"""Behaviour of the fake where Ordoro's documents are silent or contradict each other.

The defaults are the worst case for a client that still follows the contract.
"""

from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Literal


@dataclass(kw_only=True)
class Switches:
    """May be changed while the server runs: `fake.switches.split_ready_s = 30`."""

    product_list_key: Literal["product", "products"] | None = None
    """Documents differ on the key. None: random, but constant for each server."""
    duplicates: Literal["second", "refused"] = "second"
    """Result of a repeated `order_id` of a sales channel: another order, or a 400."""
    cancel_shipped: bool = False
    """True if a shipped order can be cancelled; two help pages differ."""
    label_edits: Literal["refused", "taken"] = "refused"
    """Changes of lines and address of an order that is shipped or has a label. No page says it."""
    line_edits_update_order: bool = False
    """True if an order counts as updated when its lines are changed. No page says it."""
    unknown_sku: Literal["refused", "created"] = "refused"
    """A line with an unknown SKU that is added to an order: a 400, or a new product. A new order
    creates its products. No page says it.
    """
    last_line: Literal["refused", "deleted"] = "refused"
    """Result of deleting the only line of an order. No page says it."""
    second_shipping: Literal["refused", "replaced"] = "refused"
    """Result of a second POST of shipping information. No page says it."""
    voided_label: Literal["gone", "kept"] = "gone"
    """What is left of a deleted label: nothing, or its information with `void`."""
    boundary: Literal["inclusive", "exclusive"] = "exclusive"
    """Behaviour of `…_after` and `…_before` for exactly this time."""
    sold_stock_updates_product: bool = False
    """True if a product counts as updated when orders change its available stock."""
    comment_answer: Literal["object", "array"] = "object"
    """Response to POST of a comment: the schema and the example differ."""
    comment_list: Literal["list", "object"] = "list"
    """Response to GET of the comments: all in the envelope, or (by the schema) the last one
    only.
    """
    uncounted: Literal["absent", "zero"] = "absent"
    """Stock of a product that was never counted: no warehouse, or the default one with 0."""
    string_nulls: bool = False
    """Null also where the schema of a product has a string, as in recorded responses."""
    supplier_terms: bool = True
    """True if a product's suppliers have `supplier_sku` and the like, which can be written, but
    are not in the schema of responses.
    """
    split_ready_s: float = 0
    """Time after a split until the parent is `ready` and its children are visible."""
    index_lag_s: float = 0
    """Time after its creation until an order is found by `cart_order_id` or `search`."""
    arrival_lag_s: float = 0
    """Time after a write until an order is in lists; it is found by its number at once."""
    rate_limit: int = 500
    rate_window_s: float = 60
    retry_after: str = "seconds"
    """With a 429: `none`, `seconds`, `date`, or any other text ("soon", "-1")."""
    zone: tzinfo = UTC
    """Time zone of the account: the offset of times in responses, and of times without an
    offset.
    """
