"""HTTP client of the accounts: authentication, limits, retries, redaction and errors.

`HttpClient` is one session of an account. It turns each response into a value of the requested
type or into an error of `ordosync.errors`, so an adapter needs no `try`. The modules, from the
bottom up: `urls`, `oauth1`, `query_key`, `interruptible` (calls in a thread), `deadlines` (sockets
with a time limit), `ping`, `connection_errors`, `transport` (one request and its response),
`decoding` (JSON), `redaction`, `responses` (values and errors), `rate_limit`, `concurrency`,
`bucket`, `account_limits`, `retries`, `client`.
"""

from ordosync.http.client import HttpClient
from ordosync.http.decoding import decode
from ordosync.http.oauth1 import OAuth1Signer
from ordosync.http.ping import ping
from ordosync.http.query_key import QueryKey
from ordosync.http.rate_limit import LocalRateLimit, RateLimit
from ordosync.http.transport import Auth, Limits
from ordosync.http.urls import quoted

__all__ = [
    "Auth",
    "HttpClient",
    "Limits",
    "LocalRateLimit",
    "OAuth1Signer",
    "QueryKey",
    "RateLimit",
    "decode",
    "ping",
    "quoted",
]
