"""Lines of a Supplier's order that get more units, or that are added.

Shopify gives an added line the price of the shop. It keeps no details of an added line, such as an
engraving, so such a line is not added.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from ordosync.accounts.shopify.added_units import KEY, AddedUnits
from ordosync.accounts.shopify.client import ShopifyClient, metafield
from ordosync.accounts.shopify.edit_session import EditSession
from ordosync.accounts.shopify.editable_orders import EditedOrder, SoldLine
from ordosync.accounts.shopify.ids import gid, line_item, number
from ordosync.accounts.shopify.order_units import SentPiece
from ordosync.accounts.shopify.schema import UserError, recorded
from ordosync.accounts.shopify.supplier_products import SupplierProducts
from ordosync.edits import LineEdit, OrderEdit
from ordosync.models import Outcome, Product, refused

NOT_EDITABLE = "not-editable"
_NOTE = "The Merchant ordered these units"


@dataclass(frozen=True, kw_only=True)
class MissingUnits:
    """The units of an edit that an order does not have."""

    added: Sequence[LineEdit]
    raised: Counter[str]
    """The units that lines of the sale get."""
    ids: tuple[str, ...]
    """The ids of the added lines that the order has, in the order of the edit."""

    @property
    def are_none(self) -> bool:
        """True if the order has all units."""
        return not self.added and not self.raised


def missing_units(edit: OrderEdit, order: EditedOrder, piece: SentPiece) -> MissingUnits:
    """Return the units that an order or piece does not have.

    An unknown line with the SKU of an added line is that line, from an earlier attempt.
    """
    known = {gid("LineItem", line_item(id_)) for id_ in edit.known_lines}
    unknown = [line for line in order.line_items.nodes if line.id not in known]
    unknown = [line for line in unknown if piece.units[line.id]]
    raised: Counter[str] = Counter()
    added: list[LineEdit] = []
    ids: list[str] = []
    for wanted in edit.lines:
        id_ = gid("LineItem", line_item(wanted.line_id))
        if not wanted.line_id:
            found = _attempted(wanted, unknown, piece)
            if found is None:
                added.append(wanted)
                continue
            unknown.remove(found)
            id_ = found.id
            ids.append(number(id_))
        raised[id_] += wanted.quantity - piece.units[id_]
    return MissingUnits(added=added, raised=+raised, ids=tuple(ids))


def _attempted(wanted: LineEdit, unknown: Sequence[SoldLine], piece: SentPiece) -> SoldLine | None:
    """Return the line that was added for an edit before; preferably one with all its units."""
    lines = [line for line in unknown if line.sku == wanted.line.sku]
    whole = [line for line in lines if piece.units[line.id] == wanted.quantity]
    return next(iter(whole or lines), None)


class LineEdits:
    """Edits that add units to orders. All checks come before the first change of an order."""

    def __init__(self, client: ShopifyClient, products: SupplierProducts) -> None:
        self._client = client
        self._products = products

    def stage(self, order: EditedOrder, missing: MissingUnits) -> EditSession | Outcome:
        """Return an edit that is ready for its commit, or the refusal."""
        if any(wanted.line.details for wanted in missing.added):
            why = "gets a line with details, which the shop cannot keep; ask the Supplier to add it"
            return refused(NOT_EDITABLE, why)
        action = f"add units to order {number(order.id)}"
        edit = EditSession(self._client, order.id, action=action, code=NOT_EDITABLE)
        return edit.begin() or self._create_products(missing) or self._fill(edit, missing) or edit

    def commit(
        self, edit: EditSession, order: EditedOrder, missing: MissingUnits
    ) -> list[UserError]:
        """Record the units, and add them."""
        skus = Counter[str]()
        for wanted in missing.added:
            skus[wanted.line.sku] += wanted.quantity
        record = recorded(order.added, AddedUnits)
        record = record.with_more(order.fulfillment_orders.nodes, missing.raised, skus)
        value = msgspec.json.encode(record).decode()
        self._client.set_metafields(
            [metafield(order.id, KEY, value)],
            action=f"record the added units of order {number(order.id)}",
        )
        return edit.commit(_NOTE)

    def _create_products(self, missing: MissingUnits) -> Outcome | None:
        """Create the products of unknown SKUs; return the outcome if one fails."""
        lines = [wanted.line for wanted in missing.added]
        self._products.find([line.sku for line in lines])
        outcomes = self._products.create_missing(
            [Product(id="", sku=line.sku, name=line.name) for line in lines]
        )
        failed = (it for it in outcomes.values() if it.state not in ("done", "unchanged"))
        return next(failed, None)

    def _fill(self, edit: EditSession, missing: MissingUnits) -> Outcome | None:
        variants = [
            (self._products.variant_id(wanted.line.sku) or "", wanted.quantity)
            for wanted in missing.added
        ]
        return edit.change(missing.raised) or edit.add(variants)
