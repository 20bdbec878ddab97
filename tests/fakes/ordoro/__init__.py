"""A strict, stateful fake of Ordoro's REST API, behind a real HTTP server on this machine.

It refuses what the API's documents refuse. Where they are silent, it does what hurts a client most,
unless `Switches` say otherwise. To try ordosync against it manually:

    python -m tests.fakes.ordoro --orders 50
"""

from tests.fakes.books import Effect
from tests.fakes.faults import Fault
from tests.fakes.ordoro.checks import Refused
from tests.fakes.ordoro.fake import FakeOrdoro
from tests.fakes.ordoro.switches import Switches
from tests.fakes.service import Exchange, Request

__all__ = ["Effect", "Exchange", "FakeOrdoro", "Fault", "Refused", "Request", "Switches"]
