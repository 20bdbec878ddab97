"""Explains the state of an order or a product, or why it is missing. Reads only.

The store comes first. Local accounts are always read, since that is fast; remote accounts only
with `--online`. `order_facts` and `product_facts` collect; `events`, `next_step`, `next_attempt`
and `product_story` explain. Every query uses an index, so the answer comes at once even with a
hundred thousand orders. Only for a word that is not found, each number is read once, to suggest
one.
"""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from difflib import get_close_matches

from ordosync.clock import Clock
from ordosync.config.settings import Config
from ordosync.engine.diagnosis.account_lookup import AccountLookup, Desks
from ordosync.engine.diagnosis.events import events
from ordosync.engine.diagnosis.next_attempt import Due
from ordosync.engine.diagnosis.next_step import conclusion
from ordosync.engine.diagnosis.order_facts import OrderFacts, order_facts
from ordosync.engine.diagnosis.product_story import product_stories
from ordosync.engine.diagnosis.story import Conclusion, Event, Story
from ordosync.engine.portals import chosen, connect, open_portal
from ordosync.engine.scheduling.timetable import scheduled
from ordosync.store import Store
from ordosync.store.links import LinkKind
from ordosync.tasks.base import Portal

__all__ = ["Conclusion", "Event", "Story", "nearest", "unread", "why"]

_FEW = 5
_NAMED: tuple[LinkKind, ...] = ("order", "product")
_MANY = 50


@dataclass(frozen=True, kw_only=True)
class _Found:
    story: Story
    is_ours: bool
    """False if it belongs to no portal, but only to one of the accounts."""


def why(
    config: Config,
    store: Store,
    word: str,
    *,
    portals: Sequence[str] = (),
    online: bool = False,
    clock: Clock,
) -> list[Story]:
    """Return the stories of all orders and products with this number or SKU, in either account.

    An order that belongs to no portal, but is in an account, has one story.
    """
    due = Due(tasks=scheduled(config, store, now=clock.now()), now=clock.now())
    matches: list[_Found] = []
    with closing(connect(config, clock)) as connections:
        for config_portal in chosen(config, portals):
            portal = open_portal(config, config_portal, store, connections)
            lookup = AccountLookup(portal=portal, online=online)
            try:
                for facts in order_facts(portal, store, word, lookup):
                    end = conclusion(facts, due)
                    at_merchant, at_supplier = (
                        side.status if side else ""
                        for side in (facts.at_merchant, facts.at_supplier)
                    )
                    story = Story.of(
                        portal,
                        facts.merchant_id,
                        facts.supplier_id,
                        end,
                        statuses=(at_merchant, at_supplier),
                    )
                    story = replace(
                        story.with_events(events(facts)),
                        units=facts.units,
                        merchant_number=facts.number,
                        customer=_customer(facts),
                    )
                    matches.append(_Found(story=story, is_ours=facts.is_ours))
                matches += [
                    _Found(story=product, is_ours=True)
                    for product in product_stories(lookup, store, word, due)
                ]
            finally:
                portal.close()
    return _without_repeats(matches)


def _customer(facts: OrderFacts) -> str:
    """Return the recipient that a local account has; empty if it was purged, or in no account."""
    sides = (facts.at_supplier, facts.at_merchant)
    return next((side.customer for side in sides if side and side.customer), "")


def _without_repeats(matches: Sequence[_Found]) -> list[Story]:
    """Return the stories of the portals, and the others of orders that are in none of these."""
    stories = [match.story for match in matches if match.is_ours]
    for match in matches:
        known = {name for story in stories for name in story.names}
        if not match.is_ours and not match.story.names & known:
            stories.append(match.story)
    return stories


def nearest(
    config: Config, store: Store, word: str, *, portals: Sequence[str] = (), clock: Clock
) -> list[str]:
    """Return known numbers and SKUs that are similar to this word, the most similar first."""
    names: set[str] = set()
    same: list[str] = []
    with closing(connect(config, clock)) as connections:
        for config_portal in chosen(config, portals):
            portal = open_portal(config, config_portal, store, connections)
            same += Desks.of(portal).ending_with(word)
            for kind in _NAMED:
                same += store.ids(portal.name).ending_with(kind, word, limit=_FEW)
            names.update(_with_same_prefix(portal, store, word))
    # A number that differs only by its prefix is meant, and not one with similar digits.
    if same:
        return list(dict.fromkeys(same))[:_FEW]
    return get_close_matches(word, sorted(names), n=_FEW, cutoff=0.5)


def unread(config: Config, store: Store, *, portals: Sequence[str] = ()) -> list[str]:
    """Return the files that could not be read: an unknown order may be in one of them."""
    names = (portal.name for portal in chosen(config, portals))
    return [step.key.removeprefix("file:") for name in names for step in store.steps.unread(name)]


def _with_same_prefix(portal: Portal, store: Store, word: str) -> set[str]:
    """Return the names with the longest common prefix."""
    desks, ids = Desks.of(portal), store.ids(portal.name)
    for length in range(len(word), 0, -1):
        names = {
            *desks.beginning_with(word[:length], limit=_MANY),
            *ids.beginning_with("order", word[:length], limit=_MANY),
            *ids.beginning_with("product", word[:length], limit=_MANY),
        }
        if names:
            return names
    return set()
