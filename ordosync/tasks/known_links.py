"""The links of a portal, as far as its tasks may read them."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Literal, Protocol

from ordosync.store.link_steps import Attempt, OpenImport
from ordosync.store.links import Link, LinkKind


class KnownLinks(Protocol):
    """The portal's links, as far as a task may read them."""

    def of_merchant(self, kind: LinkKind, ids: Sequence[str]) -> Mapping[str, Link]:
        """Return the newest link of each of the Merchant's ids that has one."""

    def of_supplier(self, kind: LinkKind, ids: Sequence[str]) -> Mapping[str, Link]:
        """Return the newest link of each of the Supplier's ids that has one."""

    def products(self, ids: Sequence[str]) -> Mapping[str, Link]:
        """Return the newest link of each of the Supplier's products that has one."""

    def all_of_supplier(self, kind: LinkKind, ids: Sequence[str]) -> Mapping[str, Sequence[Link]]:
        """Return all links of the Supplier's ids, with the one of `of_supplier` first."""

    def open_imports(self, keys: Sequence[str]) -> Mapping[str, OpenImport]:
        """Return the imports among these steps that are not settled, by key."""

    def lines_of(self, order_ids: Sequence[str]) -> Mapping[str, Sequence[Link]]:
        """Return the links of the lines of the Merchant's orders, with their numbers.

        An order whose lines were linked before the ledger is missing.
        """

    def parcels_of(self, order_ids: Sequence[str]) -> Mapping[str, Sequence[Link]]:
        """Return the newest link of each parcel of the Merchant's orders, oldest parcel first."""

    def attempts(self, order_ids: Sequence[str]) -> Sequence[Attempt]:
        """Return the labels of the Merchant's orders whose write was not finished, oldest first."""

    def with_unreported_parcels(self, ids: Sequence[str]) -> AbstractSet[str]:
        """Return those of the Merchant's orders with a parcel that is not reported yet."""

    def may_lack_parcels(self) -> bool:
        """True if the Merchant may show parcels that have no link: then the ledger is behind."""

    def with_uncertain_units(self, ids: Sequence[str]) -> AbstractSet[str]:
        """Return those of the Merchant's orders whose units a task may have changed unrecorded."""

    def with_added_lines(self, ids: Sequence[str]) -> AbstractSet[str]:
        """Return those of the Supplier's orders whose other pieces only hold lines it added."""

    def asked_reductions(self) -> Mapping[str, str]:
        """Return the contents of the reductions that the Supplier was asked for, by order."""

    def reduced_at(self, ids: Sequence[str]) -> Mapping[str, datetime]:
        """Return when cancel-orders last removed units of these orders of the Merchant."""

    def may_lack_cancellations(self) -> bool:
        """True if units may have been cancelled that the ledger does not have after a restore."""

    def with_reported_cancellations(
        self, ids: Sequence[str], *, tasks: Sequence[str] = ("report-shortages", "update-tracking")
    ) -> AbstractSet[str]:
        """Return those of the Merchant's orders whose cancellation by the Supplier is a step."""

    def line_history(self, order_ids: Sequence[str]) -> Sequence[Link]:
        """Return the links of the lines of the Merchant's orders, of all imports."""

    def live(self, kind: LinkKind) -> Iterator[list[Link]]:
        """Yield the links that have not ended, in pages."""

    def unreported(self, *, linked_after: datetime, shipped_after: datetime) -> Sequence[Link]:
        """Return the orders without a label that were linked after `linked_after`.

        Orders that were shipped without a label before `shipped_after` are left out.
        """

    def open_edits(self) -> Sequence[tuple[str, str, str]]:
        """Return both ids of each order with an open edit, and the reason of its step."""

    def linked_at(self, ids: Sequence[str]) -> Mapping[str, datetime]:
        """Return when each of the Merchant's orders was linked last."""

    def carries_cancellations(self) -> bool:
        """True if `cancel-orders` runs automatically, or would if it were not paused."""

    def runs_cancellations(self) -> bool:
        """True if `cancel-orders` runs automatically, and is not paused."""

    def in_state(self, state: Literal["reopened", "cancel_asked"]) -> Sequence[Link]:
        """Return the orders in a state that few orders have."""
