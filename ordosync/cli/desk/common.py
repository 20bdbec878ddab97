"""What the desk's commands share: the account, its orders, and whom it is in a portal with."""

from collections.abc import Sequence
from typing import Annotated

import typer

from ordosync.cli import completion
from ordosync.config.settings import Config, PortalConfig
from ordosync.embedded.desk import Desk
from ordosync.engine.portals import merchant_of, supplier_at_merchant
from ordosync.errors import ConfigError, OrdosyncError, UsageError
from ordosync.models import Order, Outcome

Account = Annotated[
    str | None,
    typer.Option(
        "--account",
        help="Which account, where there are several.",
        autocompletion=completion.account,
    ),
]


NO_PRODUCT = "has no product; `ordosync products add` makes one, and so does an order of it"


def open_desk(config: Config, name: str | None) -> Desk:
    """Open the embedded account of this name, or the only one there is."""
    names = completion.embedded(config)
    if not names:
        told = (
            "there is no embedded account (kind sqlite), so no desk; add one, or use the service's"
        )
        raise ConfigError([f"{told} own pages"])
    if name is None and len(names) > 1:
        raise UsageError(f"say which account with --account: {', '.join(names)}")
    if name not in (None, *names):
        raise UsageError(f"there is no embedded account {name!r}; there is: {', '.join(names)}")
    return completion.open_embedded(config, name or names[0])


def read_order(opened: Desk, number: str) -> Order:
    """Return an order; one that is not here is a mistake, perhaps of its prefix."""
    order = opened.read_order(number)
    if order is None:
        near = opened.similar_number(number)
        which = f"`ordosync orders list --account {opened.name}` lists them"
        hint = f"did you mean {near}?" if near else which
        raise UsageError(f"account {opened.name} has no order {number!r}; {hint}")
    return order


def check(opened: Desk, outcome: Outcome, what: str, look: str) -> None:
    """Raise what kept a change from being made: exit 2 where the thing is not there, else 1.

    `look` are the words of the command that shows how it stands, or which there are.
    """
    if outcome.state in ("done", "unchanged"):
        return
    kind = UsageError if outcome.code == "not-found" else OrdosyncError
    see = f"`ordosync {look} --account {opened.name}` shows how it stands"
    raise kind(f"{what} {outcome.reason}; {see}")


def check_order(opened: Desk, outcome: Outcome, number: str) -> None:
    """Raise what kept a change of an order from being made."""
    check(opened, outcome, f"order {number}", f"orders show {number}")


def check_supplier(config: Config, opened: Desk, supplier: str) -> None:
    """Refuse a supplier that no portal of this account knows: nobody would ever ask it."""
    known = sorted({_supplier_name(config, portal) for portal in _as_merchant(config, opened)})
    if supplier not in known:
        there = f"there is: {', '.join(known)}" if known else "it is no Merchant in any portal"
        raise UsageError(f"account {opened.name} has no supplier {supplier!r}; {there}")


def portal_to(config: Config, opened: Desk, supplier: str) -> PortalConfig | None:
    """Return the portal in which this account asks this supplier."""
    portals = _as_merchant(config, opened)
    return next((portal for portal in portals if _supplier_name(config, portal) == supplier), None)


def portal_from(config: Config, opened: Desk, number: str) -> PortalConfig | None:
    """Return the portal through which an order came to this account; None: it is its own."""
    reference = opened.reference_of(number)
    portals = [one for one in config.portals.values() if one.supplier.account == opened.name]
    for portal in portals:
        names = (portal.name, portal.was)
        if any(name and reference.startswith(f"{name}:") for name in names):
            return portal
    # Renamed more than once: the reference has the first name of all.
    return portals[0] if reference and len(portals) == 1 else None


def plural(count: int, one: str, many: str) -> str:
    """Return the words for one, or for several."""
    return one if count == 1 else many


def _supplier_name(config: Config, portal: PortalConfig) -> str:
    return supplier_at_merchant(merchant_of(config, portal), portal)


def _as_merchant(config: Config, opened: Desk) -> Sequence[PortalConfig]:
    return [one for one in config.portals.values() if one.merchant.account == opened.name]
