"""Behaviour of the fake where Shopify's documents are silent, or where shops differ.

The defaults are those of a paid shop in good order; a test sets the switches that it needs.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(kw_only=True)
class Switches:
    """May be changed while the server runs: `fake.switches.cancel_s = 30`."""

    old_versions: Literal["forward", "refused"] = "forward"
    """What a version that is no more served gets: the oldest that is, or a 404."""
    search: Literal["words", "exact"] = "words"
    """How a SKU, a name or an identifier is found: by the words in it, so that `ABC-1` finds
    `ABC-1-XL` too, or only as a whole."""
    index_lag_s: float = 0
    """How long a search (any list with a `query`) does not see an object that was made, and not by
    `updated_at` one that was changed."""
    cancel_s: float = 0
    """How long the job of `orderCancel` takes; it is never done when it is answered."""
    cancel_fails: bool = False
    """Whether that job ends without having cancelled anything."""
    request_status_lag: bool = True
    """Whether a fulfillment order stays `ACCEPTED` after the merchant has asked for its
    cancellation, as was recorded; only `merchantRequests` tells."""
    split_when_requested: bool = True
    """Whether a fulfillment order can be split once it was requested from a service."""
    fulfill_unaccepted: bool = False
    """Whether a request to a service can be fulfilled before it was accepted."""
    orders_per_minute: int | None = None
    """Development and trial shops let `orderCreate` make 5."""
    read_days: int = 60
    """How old orders can be and still be seen without the scope `read_all_orders`."""
    deepest: int = 25_000
    """How far into a list pages go."""
    points: int = 2000
    """The size of the bucket that queries are paid from."""
    points_per_s: float = 100
    most_points: int = 1000
    """What a single query may cost."""
    throttled_status: Literal[200, 429] = 200
    """Reports differ on the status of an answer that says THROTTLED."""
    token_s: int = 86_399
    """How long a token of a client's own lives."""
    refreshed_token_s: int = 3_600
    """How long a token lives that comes with a refresh token."""
    idempotency_s: float = 86_400
    """How long a key is known."""
