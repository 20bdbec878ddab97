"""A strict, stateful fake of Shopify's Admin GraphQL API, behind a real HTTP server.

It runs operations on the service's own schema if that is available, or on a part of it. Its
responses follow the recordings of real shops; where nothing is known, it does what hurts a client
most, unless `Switches` say otherwise. A part of the service that the fake lacks raises an error.
To try ordosync against it manually:

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
