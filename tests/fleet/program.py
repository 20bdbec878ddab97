"""A host's `ordosync`: its accounts respond slowly, and its clock may be wrong.

A create of an order that exists is recorded: a service may not refuse it.
"""

import os
import socket
import time
from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Self

from ordosync import clock
from ordosync.__main__ import main
from ordosync.accounts import sqlite
from ordosync.accounts.portal_account import Limits
from ordosync.accounts.sqlite.supplier_orders import SupplierOrders
from ordosync.config import hosts
from ordosync.config.settings import Config, PortalConfig
from ordosync.engine.scheduling import resident
from ordosync.models import Order, Outcome

DELAY_S, SKEW_S, REPEATED, HOST = "FLEET_DELAY_S", "FLEET_SKEW_S", "FLEET_REPEATED", "FLEET_HOST"
BATCH = 5
_create = SupplierOrders.create


def _slowly(
    self: SupplierOrders, new: Sequence[Order], *, look_first: bool = False
) -> list[Outcome]:
    outcomes = _create(self, new, look_first=look_first)
    # The orders are there, but the response takes long.
    time.sleep(float(os.environ[DELAY_S]) * len(new))
    again = [o.number for o, outcome in zip(new, outcomes, strict=True) if outcome.state != "done"]
    if again and not look_first:
        with Path(os.environ[REPEATED]).open("a", encoding="utf-8") as file:
            file.writelines(f"{number}\n" for number in again)
    return outcomes


def _host_of(config: Config, portal: PortalConfig) -> str | None:
    """Let any worker run half of the portals, as if they were not in files."""
    return None if int(portal.name[1:]) % 2 else hosts.host_of(config, portal)


class _Wrong(datetime):
    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Self:
        return super().now(tz) + timedelta(seconds=float(os.environ.get(SKEW_S, "0")))


if __name__ == "__main__":
    SupplierOrders.create = _slowly  # type: ignore[method-assign]
    clock.datetime = _Wrong  # type: ignore[attr-defined]
    sqlite.LIMITS = Limits(batch_size=BATCH)
    resident.host_of = _host_of  # type: ignore[attr-defined]
    host = os.environ[HOST]
    socket.gethostname = lambda: host
    main()
