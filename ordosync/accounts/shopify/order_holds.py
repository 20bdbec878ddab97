"""Holds of a Supplier's order while an edit of the Merchant is open.

Each open fulfillment order is held. A hold of another app or of a user stays when ordosync's ends.
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from ordosync.accounts.shopify.client import ShopifyClient
from ordosync.accounts.shopify.editable_orders import HANDLE, HoldablePart
from ordosync.accounts.shopify.ids import number
from ordosync.accounts.shopify.queries.orders import HOLD, RELEASE
from ordosync.accounts.shopify.schema import Id, UserError
from ordosync.accounts.supplier import HoldReason
from ordosync.models import Outcome, refused

HOLD_SCOPE = "write_merchant_managed_fulfillment_orders"
NOT_HELD = "not-held"
_REASONS: Mapping[HoldReason, str] = {"address": "INCORRECT_ADDRESS", "other": "OTHER"}
_NOTES = "The Merchant edited this order, and the edit is not settled"
_HELD_BEFORE = "DUPLICATE_FULFILLMENT_HOLD_HANDLE"


class _HoldAnswer(Struct, frozen=True, rename="camel"):
    user_errors: list[UserError]
    fulfillment_hold: Id | None = None

    @property
    def is_refused(self) -> bool:
        """True if it is not held; a request that is delivered twice is refused, and it is held."""
        return bool(self.user_errors) and self.user_errors[0].code != _HELD_BEFORE


class OrderHolds:
    """Holds of fulfillment orders, if the token may make them."""

    def __init__(self, client: ShopifyClient) -> None:
        self._client = client

    def hold(self, id_: str, parts: Sequence[HoldablePart], reason: HoldReason) -> Outcome:
        """Hold all these fulfillment orders of an order; if one is refused, hold none."""
        free = [part for part in parts if not part.own_holds]
        if not free:
            return Outcome(state="unchanged", id=id_)
        if refusal := self._missing_scope():
            return refusal
        if not all(part.can_be_held for part in free):
            return refused(NOT_HELD, "is being shipped, and the shop does not let an app hold it")
        held = {part.id: part.own_holds for part in parts if part.own_holds}
        for part in free:
            answer = self._hold(part, reason)
            if answer.is_refused:
                self._release(id_, held)
                return self._client.denied(answer.user_errors, code=NOT_HELD)
            held[part.id] = [answer.fulfillment_hold.id] if answer.fulfillment_hold else []
        return Outcome(state="done", id=id_)

    def release(self, id_: str, parts: Sequence[HoldablePart]) -> Outcome:
        """End ordosync's holds of these fulfillment orders."""
        held = {part.id: part.own_holds for part in parts if part.own_holds}
        if not held:
            return Outcome(state="unchanged", id=id_)
        if refusal := self._missing_scope():
            return refusal
        errors = self._release(id_, held)
        return self._client.denied(errors) if errors else Outcome(state="done", id=id_)

    def _hold(self, part: HoldablePart, reason: HoldReason) -> _HoldAnswer:
        return self._client.graphql.write(
            HOLD,
            dict[str, _HoldAnswer],
            action=f"hold fulfillment order {number(part.id)}",
            idempotent=True,
            id=part.id,
            hold={"reason": _REASONS[reason], "reasonNotes": _NOTES, "handle": HANDLE},
        )["fulfillmentOrderHold"]

    def _release(self, id_: str, held: Mapping[str, Sequence[str]]) -> list[UserError]:
        """End these holds, by fulfillment order; return the errors."""
        action = f"end the hold of order {id_}"
        return [
            error
            for part, holds in held.items()
            if holds
            for error in self._client.mutate(
                RELEASE, action=action, idempotent=True, id=part, holds=holds
            )
        ]

    def _missing_scope(self) -> Outcome | None:
        if HOLD_SCOPE in self._client.shop().scopes:
            return None
        why = f"the token lacks the scope {HOLD_SCOPE}: grant it to the app, or ask the Supplier"
        return refused(NOT_HELD, f"cannot be held: {why}")
