"""A strict, stateful fake of WooCommerce's REST API v3, behind a real HTTP server on this machine.

It behaves as recorded from real shops of 7.8.2 and 11.0.1 (`probe` asks it the same questions),
also where that is odd. Where nothing was recorded, it follows their documents; `Switches` select
the properties of a shop. To try ordosync against it manually:

    python -m tests.fakes.woocommerce --orders 50
"""

from tests.fakes.books import Effect
from tests.fakes.faults import Fault
from tests.fakes.service import Exchange, Request
from tests.fakes.woocommerce.fake import FakeWooCommerce
from tests.fakes.woocommerce.problems import Refused
from tests.fakes.woocommerce.switches import Switches

__all__ = ["Effect", "Exchange", "FakeWooCommerce", "Fault", "Refused", "Request", "Switches"]
