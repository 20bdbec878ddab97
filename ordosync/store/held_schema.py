"""Indexes of held steps and of answers that are waited for, as the fourth migration has them."""

HELD_STEPS = (
    # A step can be held: it waits for an answer, or for its time.
    "drop index steps_unsettled",
    """
    create index steps_unsettled on steps (portal, task, state, not_before)
        where state in ('sending', 'unknown', 'waiting', 'held', 'failed')
    """,
    # When the operator released an order that a rule of its portal held. Null: never.
    "alter table steps add column released_at text",
    # The orders that the Supplier was asked to cancel, which few are.
    "create index links_asked on links (portal, kind, merchant_id) where state = 'cancel_asked'",
    # `attention` lists these until they are dismissed, although they are done.
    "create index steps_stock_not_moved on steps (id) where code = 'stock-not-moved'",
)
