"""Comments on orders, on the timeline of the local account."""

from collections.abc import Sequence

from ordosync.accounts.sqlite.client import SqliteClient
from ordosync.embedded import timeline
from ordosync.models import Comment


class Timeline:
    """Comments on refusals, conflicts and successes; each is added only once."""

    def __init__(self, client: SqliteClient) -> None:
        self._file = client.file

    def comment(self, comments: Sequence[Comment]) -> None:
        """Add comments on refusals and conflicts."""
        if not comments:
            return
        with self._file.writing("comment on orders") as db:
            timeline.add_each_once(db, comments)

    def note(self, comments: Sequence[Comment]) -> None:
        """Add comments on successes."""
        self.comment(comments)
