"""Store: the task log and the state of the sync, in one database that all processes share.

It contains ids, keys, quantities and digests. Names, addresses and e-mail stay in the accounts.
Every change is made inside `transaction`, which is short and never spans a call to an account.
"""

from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

from ordosync.clock import Clock
from ordosync.database import sqlite3, to_database_error
from ordosync.errors import DatabaseError
from ordosync.idle import CONFIG_KEY
from ordosync.sql import Connection
from ordosync.store.location import SqliteFile, StoreLocation
from ordosync.store.meta import set_value, value_of
from ordosync.store.runs import Runs

if TYPE_CHECKING:
    from types import TracebackType

    from ordosync.digest_key import DigestKey
    from ordosync.postgres.resident import ResidentWorkers
    from ordosync.store.alert_table import AlertTable
    from ordosync.store.checks import Check
    from ordosync.store.claims import Claims
    from ordosync.store.concerns import Concerns
    from ordosync.store.configurations import Configurations
    from ordosync.store.feeds import Feeds
    from ordosync.store.id_search import IdSearch
    from ordosync.store.leases import Leases
    from ordosync.store.link_table import Links
    from ordosync.store.order_numbers import OrderNumbers
    from ordosync.store.portals import Portals
    from ordosync.store.pruning import Pruning
    from ordosync.store.quotas import Quotas
    from ordosync.store.references import References
    from ordosync.store.schedule import Schedule
    from ordosync.store.sent_units import SentUnits
    from ordosync.store.sku_map import SkuMap
    from ordosync.store.statistics import Reports
    from ordosync.store.steps import Steps
    from ordosync.store.stock_stops import StockStops
    from ordosync.store.whole import WholeStore


class Store:
    """One connection to the store. Not for use by several threads."""

    def __init__(self, connection: Connection, location: StoreLocation) -> None:
        self._connection = connection
        self.location = location
        self.runs = Runs(connection, host=location.host)

    @classmethod
    def open(
        cls,
        place: StoreLocation | Path,
        *,
        readonly: bool = False,
        clock: Clock | None = None,
        even_moved: bool = False,
    ) -> Self:
        """Open the store; create or migrate it if needed. Raises `DatabaseError`.

        A path is that of a SQLite file. `readonly` changes nothing on the disk: if the file does
        not exist yet, the store is empty and in memory. After `clock.stop` a locked file raises
        `StoppedError`. A store that was moved is opened only with `even_moved`.
        """
        location = SqliteFile(place) if isinstance(place, Path) else place
        store = cls(location.open(readonly=readonly, clock=clock), location)
        if not even_moved:
            try:
                store.check_moved()
            except DatabaseError:
                store.close()
                raise
        return store

    # Most commands need few of these, and start faster without the modules of the others.

    @cached_property
    def alerts(self) -> "AlertTable":
        """The alerts, and who was notified of them."""
        from ordosync.store.alert_table import AlertTable  # noqa: PLC0415

        return AlertTable(self._connection)

    @cached_property
    def concerns(self) -> "Concerns":
        """Problems that the operator has dismissed."""
        from ordosync.store.concerns import Concerns  # noqa: PLC0415

        return Concerns(self._connection)

    @cached_property
    def configurations(self) -> "Configurations":
        """The configurations that hosts have used."""
        from ordosync.store.configurations import Configurations  # noqa: PLC0415

        return Configurations(self._connection)

    @property
    def host(self) -> str | None:
        """The name of this host; None if the store is on this machine."""
        return self.location.host

    @cached_property
    def feeds(self) -> "Feeds":
        """The feeds whose age is limited."""
        from ordosync.store.feeds import Feeds  # noqa: PLC0415

        return Feeds(self._connection)

    @cached_property
    def leases(self) -> "Leases":
        """The leases of portals."""
        from ordosync.store.leases import Leases  # noqa: PLC0415

        return Leases(self._connection, self.location.processes(self._connection))

    @cached_property
    def portals(self) -> "Portals":
        """The portals, also under earlier names."""
        from ordosync.store.portals import Portals  # noqa: PLC0415

        return Portals(self._connection)

    @cached_property
    def pruning(self) -> "Pruning":
        """Deletes old rows."""
        from ordosync.store.pruning import Pruning  # noqa: PLC0415

        return Pruning(self._connection, self.transaction)

    @cached_property
    def references(self) -> "References":
        """Accounts that do not keep the references of orders."""
        from ordosync.store.references import References  # noqa: PLC0415

        return References(self._connection)

    @cached_property
    def reports(self) -> "Reports":
        """Sums over the log."""
        from ordosync.store.statistics import Reports  # noqa: PLC0415

        return Reports(self._connection)

    @property
    def residents(self) -> "ResidentWorkers":
        """The processes of `ordosync work`. Only PostgreSQL has them."""
        from ordosync.postgres.resident import ResidentWorkers  # noqa: PLC0415

        return ResidentWorkers(self._connection)

    @cached_property
    def schedule(self) -> "Schedule":
        """The tasks of portals, and when they are due."""
        from ordosync.store.schedule import Schedule  # noqa: PLC0415

        return Schedule(self._connection)

    @cached_property
    def steps(self) -> "Steps":
        """The steps of runs."""
        from ordosync.store.steps import Steps  # noqa: PLC0415

        return Steps(self._connection)

    @property
    def config_digest(self) -> str | None:
        """Digest of the configuration that was last applied to portals and schedule."""
        return value_of(self._connection, CONFIG_KEY)

    def set_config_digest(self, digest: str) -> None:
        """Note that this configuration was applied to portals and schedule."""
        set_value(self._connection, CONFIG_KEY, digest)

    @property
    def tables_digest(self) -> str:
        """Digest of the CSV files of the configuration that was last applied."""
        return value_of(self._connection, "tables") or ""

    def set_tables_digest(self, digest: str) -> None:
        """Note that the configuration was applied with these CSV files."""
        set_value(self._connection, "tables", digest)

    @property
    def digest_key(self) -> "DigestKey":
        """The key of the digests by which edits are noticed."""
        return self.location.digest_key(self._connection)

    def checks(self) -> "Iterator[Check]":
        """Check the database."""
        return self.location.checks(self._connection)

    def links(self, portal: str) -> "Links":
        """Return the links of one portal."""
        from ordosync.store.link_table import Links  # noqa: PLC0415

        return Links(self._connection, portal)

    def order_numbers(self, portal: str) -> "OrderNumbers":
        """Return the numbers of the orders of one portal."""
        from ordosync.store.order_numbers import OrderNumbers  # noqa: PLC0415

        return OrderNumbers(self._connection, portal)

    def ids(self, portal: str) -> "IdSearch":
        """Return the search of the ids of one portal."""
        from ordosync.store.id_search import IdSearch  # noqa: PLC0415

        return IdSearch(self._connection, portal)

    def claims(self, account: str) -> "Claims":
        """Return the claims of lines of one Merchant account."""
        from ordosync.store.claims import Claims  # noqa: PLC0415

        return Claims(self._connection, account)

    def stock_stops(self, portal: str) -> "StockStops":
        """Return the stops of one portal."""
        from ordosync.store.stock_stops import StockStops  # noqa: PLC0415

        return StockStops(self._connection, portal)

    def quotas(self, account: str) -> "Quotas":
        """Return the quotas of all portals in the products of one Supplier account."""
        from ordosync.store.quotas import Quotas  # noqa: PLC0415

        return Quotas(self._connection, account)

    def sku_map(self, portal: str) -> "SkuMap":
        """Return the SKU map of one portal, as it was read last."""
        from ordosync.store.sku_map import SkuMap  # noqa: PLC0415

        return SkuMap(self._connection, portal)

    def sent_units(self, account: str) -> "SentUnits":
        """Return the units that were sent to one Supplier account."""
        from ordosync.store.sent_units import SentUnits  # noqa: PLC0415

        return SentUnits(self._connection, account)

    def transaction(
        self,
        *,
        portal: str | None = None,
        portals: Collection[str] = (),
        accounts: Collection[str] = (),
        durable: bool = True,
    ) -> AbstractContextManager[None]:
        """Return a write transaction; see `write_transaction`.

        It concerns `portal`, or `portals`, or all if none is named. `accounts` are those whose
        portals share rows that it changes, such as claims and quotas.
        """
        named, db = portals if portal is None else (portal,), self._connection
        return self.location.transaction(db, portals=named, accounts=accounts, durable=durable)

    @property
    def moved(self) -> str | None:
        """The place that the store was moved to, and the time; None if it was not moved."""
        return value_of(self._connection, "moved_to")

    def check_moved(self) -> None:
        """Raise `DatabaseError` if the store was moved."""
        if moved := self.moved:
            raise DatabaseError(self.location, f"was moved to {moved}; change `database:`")

    @cached_property
    def whole(self) -> "WholeStore":
        """The store as a whole, to copy, move or restore it."""
        from ordosync.store.whole import WholeStore  # noqa: PLC0415

        return WholeStore(self._connection, self.location, self.leases)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: "TracebackType | None",
    ) -> None:
        self.close()
        if isinstance(error, sqlite3.Error):
            raise to_database_error(self.location, error) from error
