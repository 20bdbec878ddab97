"""Behaviour of the fake where Shopify's documents are silent, or where shops differ.

The defaults are those of a paid shop in good order; a test sets the switches that it needs.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(kw_only=True)
class Switches:
    """May be changed while the server runs: `fake.switches.cancel_s = 30`."""

    old_versions: Literal["forward", "refused"] = "forward"
    """Response to a version that is not served any more: the oldest served version, or a 404."""
    search: Literal["words", "exact"] = "words"
    """Search for a SKU, a name or an identifier: by words, so that `ABC-1` finds `ABC-1-XL` too,
    or exactly.
    """
    index_lag_s: float = 0
    """Time until a search (any list with a `query`) finds a new object, or a changed one by
    `updated_at`.
    """
    cancel_s: float = 0
    """Duration of the job of `orderCancel`; it is never done in the response."""
    cancel_fails: bool = False
    """True if that job ends without a cancellation."""
    request_status_lag: bool = True
    """True if a fulfillment order stays `ACCEPTED` after a cancellation request, as recorded;
    only `merchantRequests` has the request.
    """
    split_when_requested: bool = True
    """True if a fulfillment order can be split after it was requested from a service."""
    fulfill_unaccepted: bool = False
    """True if a request to a service can be fulfilled before its acceptance."""
    raised_quantity: Literal["in place", "new"] = "in place"
    """Fulfillment order that gets the units by which a line is raised: an open one, or a new one.
    """
    shrinks: Literal["oldest", "newest"] = "oldest"
    """Fulfillment order of a line that first loses units that are removed or refunded."""
    destination_lag_s: float = 0
    """Time until the open fulfillment orders of an order have its changed address."""
    orders_per_minute: int | None = None
    """Limit of `orderCreate`, which is 5 in development and trial shops."""
    read_days: int = 60
    """Age in days up to which orders are visible without the scope `read_all_orders`."""
    deepest: int = 25_000
    """Number of rows of a list that pages can reach."""
    points: int = 2000
    """Size of the bucket of points."""
    points_per_s: float = 100
    most_points: int = 1000
    """Highest cost of a single query."""
    throttled_status: Literal[200, 429] = 200
    """HTTP status of a response with THROTTLED; reports differ."""
    token_s: int = 86_399
    """Lifetime of a token of a client's own."""
    refreshed_token_s: int = 3_600
    """Lifetime of a token that comes with a refresh token."""
    idempotency_s: float = 86_400
    """Lifetime of an idempotency key."""
