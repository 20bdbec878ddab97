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
    """The prose says the one, the schema the other. None: by chance, for each server."""
    duplicates: Literal["second", "refused"] = "second"
    """What a repeated `order_id` of a sales channel makes: another order, or a 400."""
    cancel_shipped: bool = False
    """Whether a shipped order can be cancelled; two help pages differ."""
    boundary: Literal["inclusive", "exclusive"] = "exclusive"
    """Whether `…_after` and `…_before` find what carries exactly this time."""
    sold_stock_updates_product: bool = False
    """Whether a product counts as updated when orders change what is available of it."""
    comment_answer: Literal["object", "array"] = "object"
    """What POST of a comment answers: the schema says the one, the example the other."""
    comment_list: Literal["list", "object"] = "list"
    """What GET of the comments answers: all in the envelope, or (by the schema) only the last."""
    uncounted: Literal["absent", "zero"] = "absent"
    """How a product that was never counted looks: in no warehouse, or in the default one with 0."""
    string_nulls: bool = False
    """Null also where the schema of a product says string: recorded answers broke it like that."""
    supplier_terms: bool = True
    """Whether a product's suppliers carry `supplier_sku` and the like, which the schema leaves out
    although they can be written."""
    split_ready_s: float = 0
    """How long after a split the parent is not `ready` and the children are not to be seen."""
    index_lag_s: float = 0
    """How long after its creation an order is not found by `cart_order_id` or `search`."""
    arrival_lag_s: float = 0
    """How long an order that was written is missing from all lists, though not by its number."""
    rate_limit: int = 500
    rate_window_s: float = 60
    retry_after: str = "seconds"
    """With a 429: `none`, `seconds`, `date`, or any text to be sent as it is ("soon", "-1")."""
    zone: tzinfo = UTC
    """The zone of the account: times are answered with its offset, and read with it if they have
    none."""
