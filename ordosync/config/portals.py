"""Reads the portals of the file, and refuses portals that conflict with each other."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import TypeVar, get_args

from ordosync.accounts import account_class
from ordosync.accounts.account import Account, PortalContext, Role
from ordosync.accounts.connections import Connections
from ordosync.accounts.merchant import Merchant
from ordosync.accounts.supplier import Supplier
from ordosync.clock import Clock
from ordosync.config.converters import quoted, suggestion, to_name
from ordosync.config.needs import unavailable_tasks
from ordosync.config.patterns import near, overlap
from ordosync.config.policies import PolicyReader
from ordosync.config.reader import Place, Reader
from ordosync.config.settings import (
    AT_ONCE_TASKS,
    SCHEDULED_TASKS,
    AccountConfig,
    Interval,
    PortalConfig,
    SideConfig,
)
from ordosync.config.stock_settings import NO_SELLING_RULES

NOT_OPTIONS = ("name", "decided", "unavailable", "supplier_key")
"""Fields of a portal that are not options of the file."""

_INVENTORY = "write-inventory-back"
Opened = TypeVar("Opened")


class PortalReader:
    """Reads portals between the accounts; an account is None if its kind is unknown."""

    def __init__(
        self,
        reader: Reader,
        accounts: Mapping[str, AccountConfig | None],
        opened: Mapping[str, Account | None],
        places: Mapping[str, Place],
    ) -> None:
        self._reader = reader
        self._accounts = accounts
        self._opened_accounts = opened
        self._offline = Connections(Clock())
        self._places = places

    def portals(self) -> dict[str, PortalConfig]:
        """Return all portals that have no problem."""
        read = {name: self._portal(name, place) for name, place in self._places.items()}
        portals = {name: portal for name, portal in read.items() if portal}
        self._refuse_same_selection(portals)
        self._refuse_same_past(portals)
        return portals

    def _portal(self, name: str, place: Place) -> PortalConfig | None:
        before = self._reader.problem_count
        entries = self._reader.entries(place)
        if entries is None:
            return None
        values = self._reader.arguments(
            PortalConfig,
            place,
            entries,
            without=NOT_OPTIONS,
            read={
                "merchant": partial(self._side, "merchant"),
                "supplier": partial(self._side, "supplier"),
                "tasks": self._reader.entries,
            },
        )
        task_places = values.get("tasks") or {}
        values["decided"] = frozenset(task_places)
        values["tasks"] = self._tasks(task_places, managed=values.get("manage_inventory", False))
        if values.get("was") is not None:
            self._reader.attempt(entries["was"], lambda: self._check_was(values["was"], name))
        if deadline := values.get("cancel_deadline"):
            self._reader.attempt(entries["cancel_deadline"], lambda: _check_deadline(deadline))
        merchant, supplier = values.get("merchant"), values.get("supplier")
        if merchant is None or supplier is None:
            return None
        if merchant.account == supplier.account:
            why = f"account {merchant.account} cannot be both its merchant and its supplier"
            self._reader.problem(place, why)
        elif location := self._shared_location(merchant.account, supplier.account):
            why = f"accounts {merchant.account} and {supplier.account} are the same: {location}"
            self._reader.problem(place, why)
        elif hosts := self._two_hosts(merchant.account, supplier.account):
            self._reader.problem(place, f"{hosts}; a portal runs on one host")
        requested = {
            task: task_places[task] for task in task_places.keys() & values["tasks"].keys()
        }
        if values.get("manage_inventory"):
            requested.setdefault(_INVENTORY, entries["manage_inventory"])
        scheduled = {task: at for task, at in requested.items() if values["tasks"][task] != "off"}
        sells = self._merchant(merchant, supplier.account, entries["merchant"])
        ships = self._supplier(supplier, merchant.account, entries["supplier"])
        if sells and ships:
            values["unavailable"] = unavailable_tasks(sells, ships)
            values["supplier_key"] = sells.supplier_key
            self._refuse_unavailable(values["unavailable"], scheduled)
            of_supplier = self._accounts[supplier.account]
            selling = of_supplier.selling if of_supplier else NO_SELLING_RULES
            PolicyReader(self._reader, sells, ships, selling).refuse(values, entries)
        if self._reader.problem_count > before:
            return None
        return PortalConfig(name=name, **values)

    def _side(self, role: Role, place: Place) -> SideConfig | None:
        """Read the name of an account, or a mapping with its name and the options of this side."""
        entries: dict[str, Place] = {}
        name_place = place
        if place.is_mapping:
            entries = self._reader.entries(place) or {}
            name_place = entries.get("account", place)
            name = self._reader.required(place, entries, "account", str)
        else:
            name = self._reader.scalar(place, str)
        if name is not None and name not in self._accounts:
            why = f"there is no account {quoted(name)}{suggestion(name, self._accounts)}"
            self._reader.problem(name_place, why)
        account = self._accounts.get(name)
        if account is None:
            return None
        adapter = self._opened_accounts[name] or account_class(account.kind)
        options = adapter.merchant_options if role == "merchant" else adapter.supplier_options
        if options is None:
            why = f"account {name}: kind {account.kind} cannot be a {role}"
            self._reader.problem(place, why)
            return None
        return SideConfig(account=name, pair=self._reader.build(options, place, entries))

    def _tasks(self, places: Mapping[str, Place], *, managed: bool) -> dict[str, Interval]:
        """Read the interval of each scheduled task; fill in defaults."""
        tasks: dict[str, Interval] = dict.fromkeys(SCHEDULED_TASKS, "off")
        tasks["import-orders"] = "hourly"
        tasks[_INVENTORY] = "hourly" if managed else "off"
        self._reader.refuse_unknown(places, (*SCHEDULED_TASKS, *AT_ONCE_TASKS))
        for task, entry in places.items():
            if task in AT_ONCE_TASKS:
                self._reader.problem(entry, "runs at once and has no interval")
            elif task in SCHEDULED_TASKS:
                tasks[task] = self._reader.choice(entry, get_args(Interval), "an interval")
        if not managed and tasks[_INVENTORY] not in ("off", None):
            self._reader.problem(
                places[_INVENTORY], "needs `manage_inventory: true` in this portal"
            )
        return tasks

    def _refuse_unavailable(
        self, unavailable: Mapping[str, str], scheduled: Mapping[str, Place]
    ) -> None:
        """Refuse tasks that the file schedules and the accounts cannot run."""
        for task, place in scheduled.items():
            if task in unavailable:
                self._reader.problem(place, unavailable[task])

    def _merchant(self, side: SideConfig, partner: str, place: Place) -> Merchant | None:
        account, portal = self._opened_accounts[side.account], PortalContext(partner=partner)
        if account is None or side.pair is None:
            return None
        return self._opened(place, lambda: account.merchant(side.pair, portal, self._offline))

    def _supplier(self, side: SideConfig, partner: str, place: Place) -> Supplier | None:
        account, portal = self._opened_accounts[side.account], PortalContext(partner=partner)
        if account is None or side.pair is None:
            return None
        return self._opened(place, lambda: account.supplier(side.pair, portal, self._offline))

    def _opened(self, place: Place, opener: Callable[[], Opened]) -> Opened | None:
        try:
            return opener()
        except ValueError as error:
            self._reader.problem(place, str(error))
            return None

    def _shared_location(self, merchant: str, supplier: str) -> str:
        """Return the file or service that is behind both accounts; empty if they differ."""
        sells, ships = self._opened_accounts[merchant], self._opened_accounts[supplier]
        is_same = sells and ships and sells.location == ships.location
        return sells.location if sells and is_same else ""

    def _two_hosts(self, merchant: str, supplier: str) -> str:
        """Return the hosts of both accounts; empty if one machine can use both."""
        hosts = {
            name: account.host
            for name in (merchant, supplier)
            if (account := self._accounts[name]) and account.host
        }
        if len({*hosts.values()}) <= 1:
            return ""
        return " and ".join(f"account {name} is on host {host}" for name, host in hosts.items())

    def _check_was(self, was: str, name: str) -> None:
        to_name(was)
        if was == name:
            raise ValueError(f"{quoted(was)} is this portal's own name")
        if was in self._places:
            raise ValueError(f"portal {was} is still in this file")

    def _refuse_same_selection(self, portals: Mapping[str, PortalConfig]) -> None:
        """Refuse two portals that may both send the same line of a Merchant."""
        by_merchant = defaultdict(list)
        for portal in portals.values():
            if portal.tasks["import-orders"] != "off":
                by_merchant[portal.merchant.account].append(portal)
        for group in by_merchant.values():
            for first, second in self._near(group):
                if why := self._why_same(first, second):
                    self._reader.problem(self._places[second.name], why)

    def _near(self, group: Sequence[PortalConfig]) -> Iterator[tuple[PortalConfig, PortalConfig]]:
        """Yield each two portals of a Merchant that may read one line, and few others."""
        by_key: dict[Hashable, list[PortalConfig]] = {}
        for portal in group:
            by_key.setdefault(portal.supplier_key, []).append(portal)
        by_sku = by_key.pop(None, [])
        yielded: set[tuple[str, str]] = set()
        for members in by_key.values() or ([],):
            portals = [*members, *by_sku]
            pairs = near([portal.products.skus for portal in portals]) if portals[1:] else ()
            for first_index, second_index in pairs:
                first, second = portals[first_index], portals[second_index]
                if (first.name, second.name) not in yielded:
                    yielded.add((first.name, second.name))
                    yield first, second

    def _why_same(self, first: PortalConfig, second: PortalConfig) -> str:
        """Return the conflict between two portals of one Merchant; empty if there is none."""
        if (first.merchant, first.supplier.account, first.products) == (
            second.merchant,
            second.supplier.account,
            second.products,
        ):
            return f"has the same accounts and the same selection as portal {first.name}"
        if not overlap(
            first.products.skus, first.products.but, second.products.skus, second.products.but
        ):
            return ""
        return (
            f"may send the same lines as portal {first.name} in line"
            f" {self._places[first.name].line}: let no SKU be in both with"
            " `products: {skus: [...], but: [...]}`, or set `import-orders: off` in one of them"
        )

    def _refuse_same_past(self, portals: Mapping[str, PortalConfig]) -> None:
        """Refuse two portals with the same old name: only one can take over its rows."""
        heirs: dict[str, str] = {}
        for name, portal in portals.items():
            if portal.was is not None and heirs.setdefault(portal.was, name) != name:
                why = f"portal {heirs[portal.was]} was {portal.was}, too"
                self._reader.problem(self._places[name], why)


def _check_deadline(deadline: timedelta) -> None:
    """Raise `ValueError` if a Supplier has too little or too much time to answer."""
    if not timedelta(hours=1) <= deadline <= timedelta(days=30):
        raise ValueError("must be 1h to 30d")
