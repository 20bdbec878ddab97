"""Many writes in one call: a response for each, always HTTP 200, at most 100.

Types and words are not checked as in single calls: invalid numbers become 0, an unknown status
becomes `pending`, and null does not change a field.
"""

from collections.abc import Callable
from typing import Any

from tests.fakes.woocommerce.problems import Json, Refused, too_many
from tests.fakes.woocommerce.routes import Answer
from tests.fakes.woocommerce.schema import ANYTHING, INTEGER, Rules, loosened

LIMIT = 100
RULES: Rules = dict.fromkeys(("create", "update", "delete"), ANYTHING)

Do = Callable[[Any], Json]
"""Takes one item and returns its result."""


def batch(params: Json, rules: Rules, **kinds: Do) -> Answer:
    """Process each item as a single call; a refused item does not stop the others."""
    lists = {kind: items for kind in kinds if (items := _items(params.get(kind)))}
    if sum(len(items) for items in lists.values()) > LIMIT:
        raise too_many(LIMIT)
    answers = {
        kind: [_one(kinds[kind], rules, item) for item in items] for kind, items in lists.items()
    }
    # PHP writes an empty array as a list.
    return Answer(200, answers or [])


def _items(items: Any) -> list[Any]:
    return items if isinstance(items, list) else []


def _one(do: Do, rules: Rules, item: Any) -> Json:
    try:
        return do(loosened({**rules, "id": INTEGER}, item) if isinstance(item, dict) else item)
    except Refused as refusal:
        item_id = item.get("id", 0) if isinstance(item, dict) else item
        return {"id": item_id, "error": refusal.body}
