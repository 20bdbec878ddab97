"""The names at a place that a reading wants. Names are bytes, and their case counts."""

from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from ordosync.accounts.files.input_options.file_formats import Format
from ordosync.accounts.files.places.place import Entry, Mark
from ordosync.accounts.option_types import text_of

_IN_FOLDER = ("csv", "jsonl")
"""The formats that are read of a folder, if no format is configured."""
_UNFINISHED = (b".tmp", b".part", b".filepart", b".partial", b".crdownload")
_HIDDEN = (b".", b"~$")
_WILDCARDS = frozenset("*?[")


@dataclass(frozen=True, kw_only=True)
class NamePattern:
    """A folder of a place, and the names in it that are read."""

    folder: bytes
    names: tuple[bytes, ...]

    @classmethod
    def of(cls, glob: Path, form: Format | None = None) -> "NamePattern":
        """Return the pattern of a `glob`; raise `ValueError` if it is in several folders."""
        folder, _, name = text_of(glob).rpartition("/")
        if _WILDCARDS & set(folder):
            raise ValueError("glob: at a place, only the name of a file may have * or ?")
        names = (
            (name,) if name else tuple(f"*.{each}" for each in ((form,) if form else _IN_FOLDER))
        )
        return cls(folder=folder.encode(), names=tuple(each.encode() for each in names))

    @property
    def is_one_name(self) -> bool:
        """True if it is the name of a single file."""
        return len(self.names) == 1 and not _WILDCARDS & set(self.names[0].decode())

    def path(self, name: bytes) -> bytes:
        """Return the path of a file in the folder."""
        return self.folder + b"/" + name if self.folder else name

    def has(self, name: bytes) -> bool:
        """True if a file with this name is read."""
        return not self.why_not(Entry(name=name, mark=Mark()))

    def why_not(self, entry: Entry) -> str:
        """Return why a name is not read; empty if it is."""
        if not entry.is_file:
            return "is not a file"
        if entry.name.startswith(_HIDDEN):
            return "has a hidden name"
        if entry.name.lower().endswith(_UNFINISHED):
            return "has the name of an unfinished file"
        if not any(fnmatchcase(entry.name, name) for name in self.names):
            wanted = b" or ".join(self.names).decode()
            return f"does not match {wanted}"
        return ""
