"""From people to an account that is opened as its configuration says."""

import json
from pathlib import Path

from ordosync.accounts import account_class
from ordosync.accounts.account import Account, Role
from ordosync.config import load_config
from tests.accounts.contract.people import MerchantPeople, People, SupplierPeople

SIDES: dict[Role, str] = {"merchant": "shop", "supplier": "northwind"}
"""What both accounts of the portal are called."""
PORTAL = "shop-northwind"


def write_config(
    folder: Path, merchant: People | None, supplier: People | None, **portal: object
) -> Path:
    """Write the configuration of a portal; an account of nobody's is an embedded one."""
    accounts: dict[str, object] = {}
    sides: dict[str, object] = {}
    for (role, name), people in zip(SIDES.items(), (merchant, supplier), strict=True):
        accounts[name] = people.options if people else {"kind": "sqlite", "path": f"{name}.db"}
        sides[role] = {"account": name, **(people.pair if people else {})}
    known = {"accounts": accounts, "portals": {PORTAL: {**sides, **portal}}}
    path = folder / "config.yaml"
    path.touch(0o600)  # secrets may stand in a file that nobody else reads
    path.write_text(json.dumps(known))  # which is YAML, too
    return path


def opened(people: MerchantPeople | SupplierPeople) -> Account:
    """Open the account that they work in, as one side of a portal sees it."""
    role: Role = "merchant" if isinstance(people, MerchantPeople) else "supplier"
    merchant = people if isinstance(people, MerchantPeople) else None
    supplier = people if isinstance(people, SupplierPeople) else None
    config = load_config(write_config(people.folder, merchant, supplier, **people.portal))
    account = config.accounts[SIDES[role]]
    portal = config.portals[PORTAL]
    side, partner = portal.merchant, portal.supplier
    if role == "supplier":
        side, partner = partner, side
    adapter = account_class(account.kind)
    whole = adapter(name=account.name, spool=people.folder / "spool", **account.options)
    return whole.paired(
        side.pair,
        partner=partner.account,
        selection=portal.products,
        connections=people.connections,
    )
