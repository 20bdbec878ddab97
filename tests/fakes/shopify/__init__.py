"""A strict, stateful fake of Shopify's Admin GraphQL API, behind a real HTTP server.

It runs operations on the service's own schema where that is at hand, else on our part of it, and
answers as real shops were recorded to; where nothing is known it does what hurts a client most,
unless `Switches` say otherwise. What the service has and the fake has not is an error of the fake.
To try ordosync against it by hand:

    python -m tests.fakes.shopify --config shopify.yaml
"""

from tests.fakes.books import Effect
from tests.fakes.faults import Fault
from tests.fakes.service import Exchange, Request
from tests.fakes.shopify.account import Operation
from tests.fakes.shopify.fake import FakeShopify
from tests.fakes.shopify.refusals import UserError
from tests.fakes.shopify.switches import Switches

__all__ = [
    "Effect",
    "Exchange",
    "FakeShopify",
    "Fault",
    "Operation",
    "Request",
    "Switches",
    "UserError",
]
