"""From the configuration to the accounts of a portal, opened as the portal sees them."""

from collections.abc import Mapping

from ordosync.accounts import new_account
from ordosync.accounts.account import Account, PortalContext
from ordosync.accounts.connections import Connections
from ordosync.accounts.merchant import Merchant
from ordosync.accounts.supplier import Supplier
from ordosync.clock import Clock
from ordosync.config.settings import AccountConfig, SideConfig


def open_merchant(
    accounts: Mapping[str, AccountConfig],
    side: SideConfig,
    portal: PortalContext,
    at: Connections | None = None,
) -> Merchant:
    """Return a portal's Merchant, which opens files and connections when it is first used.

    Raises `ValueError` if the account, as configured, has no orders for a Supplier. Without
    connections it can be asked for its parts only.
    """
    return _account(accounts[side.account]).merchant(side.pair, portal, at or Connections(Clock()))


def open_supplier(
    accounts: Mapping[str, AccountConfig],
    side: SideConfig,
    portal: PortalContext,
    at: Connections | None = None,
) -> Supplier:
    """Return a portal's Supplier, as `open_merchant` returns its Merchant."""
    return _account(accounts[side.account]).supplier(side.pair, portal, at or Connections(Clock()))


def _account(account: AccountConfig) -> Account:
    return new_account(account.kind, account.name, account.options)
