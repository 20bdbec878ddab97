"""The feeds of a portal whose age is limited."""

from collections.abc import Mapping
from dataclasses import dataclass

from ordosync.config.settings import Config, PortalConfig
from ordosync.max_age import MaxAge

_TASKS: Mapping[str, str] = {
    "orders": "import-orders",
    "products": "import-products",
    "stock": "write-inventory-back",
    "shipments": "update-tracking",
}
"""The task that reads each feed."""
_OF_MERCHANT = ("orders", "products")


@dataclass(frozen=True, kw_only=True)
class LimitedFeed:
    """A reading of a portal with a maximum age."""

    reading: str
    task: str
    account: str
    limit: MaxAge
    is_files: bool


def feeds_of(config: Config, portal: PortalConfig) -> list[LimitedFeed]:
    """Return the feeds of a portal whose age is limited."""
    feeds = []
    for reading, task in _TASKS.items():
        side = portal.merchant if reading in _OF_MERCHANT else portal.supplier
        account = config.accounts[side.account]
        if limit := account.age_limits.get(reading):
            feeds.append(
                LimitedFeed(
                    reading=reading,
                    task=task,
                    account=account.name,
                    limit=limit,
                    is_files=account.kind == "files",
                )
            )
    return feeds
