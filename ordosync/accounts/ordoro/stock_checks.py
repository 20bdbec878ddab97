"""Limits that the account sets for a sales channel, for `config check --online`.

They limit what Ordoro shows on the channel. The available quantity, which is read, has no limits.
"""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from ordosync.accounts.account import CheckResult
from ordosync.accounts.ordoro.client import OrdoroClient
from ordosync.accounts.ordoro.options import SupplierOptions
from ordosync.errors import NotFoundError

_ALL_PERCENT = 100


class ChannelLimits(Struct, frozen=True, kw_only=True):
    """The limits of one product on one sales channel."""

    reserve_export_qty: int | None = None
    percent_export_qty: int | None = None
    max_export_qty: int | None = None
    min_export_qty: int | None = None

    @property
    def set_limits(self) -> list[str]:
        """The limits that change a quantity, with their numbers."""
        limits = {name: getattr(self, name) for name in self.__struct_fields__}
        if limits["percent_export_qty"] == _ALL_PERCENT:
            del limits["percent_export_qty"]
        is_set = {name: value for name, value in limits.items() if value}
        # A maximum of 0 shows none; 0 is the default of the other limits.
        if self.max_export_qty == 0:
            is_set["max_export_qty"] = 0
        return [f"{name} {value}" for name, value in is_set.items()]


def check_channel_limits(
    client: OrdoroClient, options: SupplierOptions, ids: Sequence[str]
) -> Iterator[CheckResult]:
    """Report the limits of the first of these products on the portal's sales channel."""
    channel = options.sales_channel
    for sku in ids[:1]:
        try:
            limits = client.http.get(
                client.channel_path(sku, channel), ChannelLimits, action="read limits of a channel"
            )
        except NotFoundError:
            return
        if names := limits.set_limits:
            yield CheckResult(
                text=f"limits what sales channel {channel} shows, such as {', '.join(names)} of"
                f" product {sku}; ordosync reads the available quantity without these limits, so"
                " set `stock:` in the portal"
            )
