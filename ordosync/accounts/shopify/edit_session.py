"""An edit of an order: begun, changed line by line, and committed.

Only the commit changes the order, and no e-mail is sent. The quantity of a line includes its sent
units, and may lack refunded ones that are still to be sent. So a line is changed by a number of
units, and the open units are read again after the commit.
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from ordosync.accounts.shopify.client import ShopifyClient
from ordosync.accounts.shopify.ids import number
from ordosync.accounts.shopify.queries.orders import (
    ADD_VARIANT,
    BEGIN_EDIT,
    COMMIT_EDIT,
    SET_QUANTITY,
    STAGED_LINES,
)
from ordosync.accounts.shopify.schema import CalculatedOrder, Connection, OrderLine, UserError
from ordosync.models import Outcome, refused

SCOPE = "write_order_edits"


class _BeginAnswer(Struct, frozen=True, rename="camel"):
    user_errors: list[UserError]
    calculated_order: CalculatedOrder | None = None


class _Staged(Struct, frozen=True, rename="camel"):
    added_line_items: Connection[OrderLine]


class _StagedAnswer(Struct, frozen=True):
    node: _Staged | None


class EditSession:
    """An edit of one order. Refusals have the given code."""

    def __init__(self, client: ShopifyClient, order: str, *, action: str, code: str) -> None:
        self._client = client
        self._order = order
        self._action = action
        self._code = code
        self._edit = CalculatedOrder(id="")

    def begin(self) -> Outcome | None:
        """Begin the edit; return the refusal if the order cannot be edited."""
        if reason := missing_scope(self._client):
            return refused(self._code, f"cannot be edited: {reason}")
        answer = self._client.graphql.write(
            BEGIN_EDIT,
            dict[str, _BeginAnswer],
            action=self._action,
            idempotent=True,
            id=self._order,
        )["orderEditBegin"]
        if answer.user_errors or answer.calculated_order is None:
            return self._client.denied(answer.user_errors, code=self._code)
        self._edit = answer.calculated_order
        return None

    def change(self, units: Mapping[str, int]) -> Outcome | None:
        """Add units to lines of the sale, or remove open ones; return the refusal if it fails."""
        lines = {number(line.id): line for line in self._edit.line_items.nodes}
        for line_item, count in units.items():
            line = lines.get(number(line_item))
            if line is None or line.editable_quantity + count < 0:
                return refused(self._code, "has units that the shop does not let an app edit")
            errors = self._mutate(SET_QUANTITY, line=line.id, quantity=line.quantity + count)
            if errors:
                return self._client.denied(errors, code=self._code)
        return None

    def add(self, variants: Sequence[tuple[str, int]]) -> Outcome | None:
        """Add lines, each with a variant and its units; return the refusal if it fails."""
        for variant, quantity in variants:
            errors = self._mutate(ADD_VARIANT, idempotent=False, variant=variant, quantity=quantity)
            if errors:
                return self._client.denied(errors, code=self._code)
        if not variants or self._staged() == len(variants):
            return None
        why = "the shop has received a line twice; nothing was changed"
        return Outcome(state="unavailable", code="not-ready", reason=why)

    def _staged(self) -> int:
        """Return the number of added lines: the network may deliver a request twice."""
        answer = self._client.graphql.ask(
            STAGED_LINES, _StagedAnswer, action=self._action, id=self._edit.id
        )
        return len(answer.node.added_line_items.nodes) if answer.node else 0

    def commit(self, note: str) -> list[UserError]:
        """Change the order. After errors it may be changed: the request may arrive twice."""
        return self._mutate(COMMIT_EDIT, idempotent=False, note=note)

    def _mutate(
        self, document: str, *, idempotent: bool = True, **variables: object
    ) -> list[UserError]:
        return self._client.mutate(
            document, action=self._action, idempotent=idempotent, id=self._edit.id, **variables
        )


def missing_scope(client: ShopifyClient) -> str:
    """Describe the scope that the token lacks to edit orders; empty if it has the scope."""
    if SCOPE in client.shop().scopes:
        return ""
    return f"the token lacks the scope {SCOPE}: grant it to the app, or ask the Supplier"
