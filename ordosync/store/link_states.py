"""Changes of states in the table `links` that no other change may undo."""

import json
from collections.abc import Sequence

from ordosync.store.link_digests import LinkDigests


class LinkStates(LinkDigests):
    """Orders of one portal that are live again."""

    def requested_again(self, ids: Sequence[str]) -> None:
        """Record that the Merchant requests these orders again after a refused cancellation."""
        self._db.execute(
            "update links set state = 'live' where portal = ? and kind = 'order'"
            " and state = 'cancel_refused' and merchant_id in (select value from json_each(?))",
            (self._portal, json.dumps(list(ids))),
        )

    def _restore(self, order_ids: Sequence[str]) -> None:
        """Make orders live again that the Supplier was asked to cancel."""
        if order_ids:
            self._db.execute(
                "update links set state = 'live' where portal = ? and kind = 'order'"
                " and state = 'cancel_asked'"
                " and merchant_id in (select value from json_each(?))",
                (self._portal, json.dumps(list(order_ids))),
            )
