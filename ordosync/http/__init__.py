"""What ordosync asks of the network.

`Http` is one session of an account, and all that its adapter needs: it turns every answer into a
value of the shape asked for or into one of our errors, so that an adapter has no `try`. The
files below, from the bottom up: `address` (URLs), `oauth` (requests signed, where a secret must
not be seen), `wire` (one request and its answer, within limits; `sockets` and `lost` below it),
`reading` (JSON), `words` (what of a foreign text may be shown), `answer` (what an answer means),
`rate` (how many requests a minute), `again` (when one is repeated), `session` (all of it
together).
"""

from ordosync.http.client import Http
from ordosync.http.decoding import decode
from ordosync.http.oauth1 import OneLegged
from ordosync.http.ping import ping
from ordosync.http.rate_limit import RateLimit
from ordosync.http.transport import Auth, Limits
from ordosync.http.urls import quoted

__all__ = ["Auth", "Http", "Limits", "OneLegged", "RateLimit", "decode", "ping", "quoted"]
