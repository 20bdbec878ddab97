"""Edits of the Merchant, written to the Supplier's orders."""

from collections.abc import Mapping, Sequence
from functools import partial

from ordosync.accounts.sqlite.client import FilePart
from ordosync.accounts.supplier import HoldReason
from ordosync.edits import EditableOrder, EditGroup, OrderEdit
from ordosync.embedded import edits, holds
from ordosync.models import Outcome

_ACTOR = "import-orders"


class SupplierEdits(FilePart):
    """Edits and holds by the task `import-orders`. An edit is one transaction."""

    groups: frozenset[EditGroup] = edits.GROUPS
    can_hold = True

    def current(self, ids: Sequence[str]) -> Mapping[str, EditableOrder]:
        """Return those of these orders that exist."""
        with self._file.reading("read orders before an edit") as db:
            return edits.current(db, ids)

    def write(self, items: Sequence[OrderEdit]) -> list[Outcome]:
        """Set the edited groups of open orders."""
        return self._file.write_each("edit orders", items, partial(edits.write, actor=_ACTOR))

    def hold(self, ids: Sequence[str], *, reason: HoldReason) -> list[Outcome]:
        """Hold orders: the desk refuses to ship them."""
        hold = partial(holds.hold, reason=reason, actor=_ACTOR)
        return self._file.write_each("hold orders", ids, hold)

    def release(self, ids: Sequence[str]) -> list[Outcome]:
        """End the holds of orders."""
        return self._file.write_each("release orders", ids, partial(holds.release, actor=_ACTOR))
