"""Holds of a Supplier's order while an edit of the Merchant is open.

Each open fulfillment order is held. A hold of another app or of a user stays when ordosync's ends.
"""

from collections.abc import Mapping, Sequence

from ordosync.accounts.shopify.client import ShopifyClient
from ordosync.accounts.shopify.editable_orders import HANDLE, HoldablePart
from ordosync.accounts.shopify.ids import number
from ordosync.accounts.shopify.queries.orders import HOLD, RELEASE
from ordosync.accounts.supplier import HoldReason
from ordosync.models import Outcome, refused

HOLD_SCOPE = "write_merchant_managed_fulfillment_orders"
NOT_HELD = "not-held"
_REASONS: Mapping[HoldReason, str] = {"address": "INCORRECT_ADDRESS", "other": "OTHER"}
_NOTES = "The Merchant edited this order, and the edit is not settled"
_HELD_BEFORE = "DUPLICATE_FULFILLMENT_HOLD_HANDLE"


class OrderHolds:
    """Holds of fulfillment orders, if the token may make them."""

    def __init__(self, client: ShopifyClient) -> None:
        self._client = client

    def hold(self, id_: str, parts: Sequence[HoldablePart], reason: HoldReason) -> Outcome:
        """Hold all these fulfillment orders of an order.

        Raises no refusal after the first hold, unless one of them changes at the same time.
        """
        free = [part for part in parts if not part.own_holds]
        if not free:
            return Outcome(state="unchanged", id=id_)
        if refusal := self._missing_scope():
            return refusal
        if not all(part.can_be_held for part in free):
            return refused(NOT_HELD, "is being shipped, and the shop does not let an app hold it")
        for part in free:
            if refusal := self._hold(part, reason):
                return refusal
        return Outcome(state="done", id=id_)

    def release(self, id_: str, parts: Sequence[HoldablePart]) -> Outcome:
        """End ordosync's holds of these fulfillment orders."""
        held = [part for part in parts if part.own_holds]
        if not held:
            return Outcome(state="unchanged", id=id_)
        if refusal := self._missing_scope():
            return refusal
        action = f"end the hold of order {id_}"
        for part in held:
            errors = self._client.mutate(
                RELEASE, action=action, idempotent=True, id=part.id, holds=part.own_holds
            )
            if errors:
                return self._client.denied(errors)
        return Outcome(state="done", id=id_)

    def _hold(self, part: HoldablePart, reason: HoldReason) -> Outcome | None:
        hold = {"reason": _REASONS[reason], "reasonNotes": _NOTES, "handle": HANDLE}
        errors = self._client.mutate(
            HOLD,
            action=f"hold fulfillment order {number(part.id)}",
            idempotent=True,
            id=part.id,
            hold=hold,
        )
        # The request may be delivered twice.
        if not errors or errors[0].code == _HELD_BEFORE:
            return None
        return self._client.denied(errors, code=NOT_HELD)

    def _missing_scope(self) -> Outcome | None:
        if HOLD_SCOPE in self._client.shop().scopes:
            return None
        why = f"the token lacks the scope {HOLD_SCOPE}: grant it to the app, or ask the Supplier"
        return refused(NOT_HELD, f"cannot be held: {why}")
