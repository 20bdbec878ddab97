"""Facts about a shop's order by which a portal may hold it. An order of a shop has no tags."""

from collections.abc import Iterator, Mapping

from ordosync.accounts.woocommerce.options import MerchantOptions
from ordosync.accounts.woocommerce.schema import OrderShape, parse_time
from ordosync.hold_facts import HoldFacts


def conditions(options: MerchantOptions) -> Mapping[str, str]:
    """Return the conditions that the shop can judge, each with the option that it lacks."""
    known = dict.fromkeys(("paid", "age", "over", "countries", "po_box"), "")
    return known | {"tags": "" if options.tags_meta else "`tags_meta:` under `merchant:`"}


def facts_of(shape: OrderShape, tags_meta: str) -> HoldFacts:
    """Return the facts about an order; its tags are in the meta field `tags_meta`."""
    paid_at = parse_time(shape.date_paid_gmt)
    return HoldFacts(
        is_paid=paid_at is not None,
        since=paid_at or parse_time(shape.date_created_gmt),
        tags=tuple(_tags(shape.meta(tags_meta))) if tags_meta else (),
    )


def _tags(value: object) -> Iterator[str]:
    """Yield the tags of a field: texts with commas between them, or a list."""
    if isinstance(value, str):
        yield from (tag.strip() for tag in value.split(",") if tag.strip())
    elif isinstance(value, list):
        for item in value:
            yield from _tags(item)
