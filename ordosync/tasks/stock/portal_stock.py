"""The state of one portal that decides which quantities its Merchant shows, during one run."""

from dataclasses import dataclass

from ordosync.tasks.stock.age import StockAge
from ordosync.tasks.stock.mapped_rows import MappedRows
from ordosync.tasks.stock.oversold import Oversold
from ordosync.tasks.stock.pool import Pool
from ordosync.tasks.stock.rules import StockRules
from ordosync.tasks.stock.stops import Stops


@dataclass(frozen=True, kw_only=True)
class PortalStock:
    """The stock rules of a portal, the age of its stock, its stops and quotas."""

    rules: StockRules
    age: StockAge
    stops: Stops
    oversold: Oversold
    mapped_rows: MappedRows
    pool: Pool | None
    """None unless the Supplier's account has `pool: quota`."""
