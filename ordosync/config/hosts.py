"""Hosts of accounts: this machine cannot use accounts in the files of another one."""

from ordosync.config.settings import Config, PortalConfig
from ordosync.errors import OrdosyncError


def is_usable(config: Config, account: str) -> bool:
    """True if this machine can use an account."""
    # A dry run works on a copy of the store, which is on this machine.
    this_host = (config.originals or config.database).host
    return this_host is None or config.accounts[account].host in (None, this_host)


def check_host(config: Config, account: str) -> None:
    """Raise `OrdosyncError` if this machine cannot use an account."""
    if not is_usable(config, account):
        raise OrdosyncError(_refusal(config, account))


def other_host_reason(config: Config, portal: PortalConfig) -> str | None:
    """Return the reason why this machine cannot run a portal; None if it can."""
    for account in (portal.merchant.account, portal.supplier.account):
        if not is_usable(config, account):
            return f"portal {portal.name}: {_refusal(config, account)}"
    return None


def host_of(config: Config, portal: PortalConfig) -> str | None:
    """Return the only machine that can use both accounts of a portal; None if each can."""
    accounts = (portal.merchant.account, portal.supplier.account)
    return next((host for name in accounts if (host := config.accounts[name].host)), None)


def _refusal(config: Config, account: str) -> str:
    return f"account {account} is on host {config.accounts[account].host}; run it there"
