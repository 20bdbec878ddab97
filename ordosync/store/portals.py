"""Registered portals, so that a renamed portal does not import everything again."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from ordosync.errors import ConfigError
from ordosync.store.meta import value_of

if TYPE_CHECKING:
    from ordosync.sql import Connection

_TABLES = (
    *("schedule", "leases", "runs", "steps", "past_writes"),
    *("links", "claims", "order_numbers", "stock_stops", "feeds", "sku_map", "sku_map_files"),
    "quotas",
)

_TO_MERCHANT = ("write-inventory-back", "update-tracking", "split-order", "report-shortages")
"""The tasks that write to the Merchant; the others write to the Supplier."""
TASKS = ("import-products", "import-orders", "cancel-orders", *_TO_MERCHANT)


@dataclass(frozen=True, kw_only=True)
class Registered:
    """A portal as it is recorded in the store."""

    merchant: str
    supplier: str
    selection: str
    """Text that distinguishes two portals of the same accounts."""
    origin: str
    """The first name of the portal. Never changes, since it is part of every sent reference."""

    def written_by(self, task: str) -> str:
        """Return the account that a task writes to."""
        return self.merchant if task in _TO_MERCHANT else self.supplier


@dataclass(frozen=True, kw_only=True)
class PortalIdentity:
    """A portal as the configuration describes it."""

    name: str
    was: str | None
    merchant: str
    supplier: str
    selection: str


class Portals:
    """The rows `portal:NAME` of the table `meta`."""

    def __init__(self, connection: "Connection") -> None:
        self._db = connection

    def all(self) -> Mapping[str, Registered]:
        """Return every portal that has ever run, by its current name."""
        rows = self._db.execute("select key, value from meta where key like 'portal:%'")
        return {
            row["key"].removeprefix("portal:"): Registered(**json.loads(row["value"]))
            for row in rows
        }

    def known_as(self, portal: PortalIdentity) -> str:
        """Return the name that the rows of this portal have now."""
        if not portal.was or self._get(portal.name):
            return portal.name
        for name, registered in self.all().items():
            if portal.was in (name, registered.origin):
                return name
        return portal.name

    def origin(self, portal: PortalIdentity) -> str:
        """Return the first known name of this portal."""
        registered = self._get(self.known_as(portal))
        return registered.origin if registered else portal.was or portal.name

    def _get(self, name: str) -> Registered | None:
        value = value_of(self._db, f"portal:{name}")
        return Registered(**json.loads(value)) if value else None

    def check(self, portals: Iterable[PortalIdentity]) -> None:
        """Raise `ConfigError` if a new portal looks like a renamed one."""
        portals = list(portals)
        registered_portals = self.all()
        names = {portal.name for portal in portals}
        missing = {
            name: registered for name, registered in registered_portals.items() if name not in names
        }
        problems = [
            f"portals.{portal.name}: these accounts were portal {name}, which is not in the"
            f" file any more; add `was: {name}` here, or all orders would be imported again"
            for portal in portals
            if portal.name not in registered_portals and self.known_as(portal) == portal.name
            for name, registered in missing.items()
            if (registered.merchant, registered.supplier, registered.selection)
            == (portal.merchant, portal.supplier, portal.selection)
        ]
        if problems:
            raise ConfigError(problems)

    def register(self, portal: PortalIdentity) -> None:
        """Record this portal, and move the rows of its old name to the new name."""
        origin, old = self.origin(portal), self.known_as(portal)
        if old != portal.name:
            for table in _TABLES:
                self._db.execute(
                    f"update {table} set portal = ? where portal = ?",  # noqa: S608 - constants
                    (portal.name, old),
                )
            self._rename_texts(old, portal.name)
            self._db.execute("delete from meta where key = ?", (f"portal:{old}",))
        registered = Registered(
            merchant=portal.merchant,
            supplier=portal.supplier,
            selection=portal.selection,
            origin=origin,
        )
        self._db.execute(
            "insert into meta (key, value) values (?, ?)"
            " on conflict (key) do update set value = excluded.value"
            " where meta.value <> excluded.value",
            (f"portal:{portal.name}", json.dumps(asdict(registered))),
        )

    def _rename_texts(self, old: str, new: str) -> None:
        """Rename a portal in rows that have its name within a text."""
        from ordosync.store.alert_table import AlertTable  # noqa: PLC0415 - only a new name needs it
        from ordosync.store.concerns import Concerns  # noqa: PLC0415

        Concerns(self._db).rename(old, new)
        AlertTable(self._db).rename(old, new)
