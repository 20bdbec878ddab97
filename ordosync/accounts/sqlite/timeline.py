"""Comments on orders, on the timeline of the local account."""

from collections.abc import Sequence

from ordosync.accounts.sqlite.client import FilePart
from ordosync.embedded import timeline
from ordosync.models import Comment


class Timeline(FilePart):
    """Comments on refusals, conflicts and successes; each is added only once."""

    def comment(self, comments: Sequence[Comment]) -> None:
        """Add comments on refusals and conflicts."""
        if not comments:
            return
        with self._file.writing("comment on orders") as db:
            timeline.add_each_once(db, comments)

    def note(self, comments: Sequence[Comment]) -> None:
        """Add comments on successes."""
        self.comment(comments)
