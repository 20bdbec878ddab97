"""The number and size of the files that were handed over since the last run, for its log."""

from ordosync.text import plural, size_text


class HandedOver:
    """A count of one opened account."""

    def __init__(self) -> None:
        self._files = 0
        self._size = 0

    def add(self, size: int) -> None:
        """Count a file."""
        self._files += 1
        self._size += size

    def clear(self) -> None:
        """Begin with the next run."""
        self._files = self._size = 0

    @property
    def note(self) -> str:
        """The remark for the log; empty if there were no files."""
        if not self._files:
            return ""
        count = plural(self._files, "1 file", f"{self._files:,} files")
        return f"{count} handed over ({size_text(self._size)})"
