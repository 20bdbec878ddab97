"""Order files in a folder, as a Merchant: CSV or JSON lines, one row a line item.

A file is read whole or not at all: one that cannot be read is refused, read again at each run
until it is mended, and stops no other. The cursor says which files were read, in which state and
by which mapping of the columns; a changed mapping reads everything anew.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

from ordosync.accounts.base import Account, Role
from ordosync.accounts.files.index import Index
from ordosync.accounts.files.options import OrderFiles
from ordosync.accounts.files.rows import RefusedFileError
from ordosync.accounts.files.spool import Spool
from ordosync.errors import AccountError, RefusedError, UnavailableError
from ordosync.models import Order, Page, Unusable

_SUFFIXES = (".csv", ".jsonl")
_UNFINISHED = (".tmp", ".part")
_WILD = frozenset("*?[")


class FilesAccount(Account):
    """A Merchant who drops files."""

    kind: ClassVar[str] = "files"
    roles: ClassVar[frozenset[Role]] = frozenset({"merchant"})

    @classmethod
    def takes_part(
        cls,
        task: str,
        role: Role,
        options: Mapping[str, Any],  # noqa: ARG003
    ) -> bool:
        """Whether there are files for this side of a task."""
        return role == "merchant" and task == "import-orders"

    def __init__(self, *, name: str, spool: Path, orders: OrderFiles) -> None:
        super().__init__(name=name, spool=spool)
        self.timezone = orders.timezone
        self._options = orders
        self._spool = Spool(spool)
        self._index: Index | None = None
        self._refused: dict[str, Unusable] = {}
        self._copies: set[Path] = set()
        self._unread: list[str] = []

    def close(self) -> None:
        """Forget the rows of the last reading."""
        if self._index:
            self._index.close()
            self._index = None

    def orders(
        self, cursor: str | None, *, now: datetime, patient: bool = False
    ) -> Iterator[Page[Order | Unusable]]:
        """Read the files that are new, changed or refused before."""
        before = self._marks(cursor)
        marks: dict[str, list[int]] = {}
        index = self._new_index()
        for name, path in self._files().items():
            mark, age_s = self._stat(path, now)
            if mark is None:
                continue
            if mark == before.get(name):
                marks[name] = mark
                self._unread.append(name)
            elif patient and 0 <= age_s < self._options.quiet_s:
                self._unread.append(name)
            elif self._read(index, name, path) and self._stat(path, now)[0] == mark:
                marks[name] = mark
        after = json.dumps({"mapping": self._options.fingerprint, "files": marks})
        yield Page(items=tuple(self._refused.values()), cursor=after)
        for items in index.pages():
            yield Page(items=items, cursor=after)

    def orders_by_id(self, ids: Sequence[str]) -> Iterator[Page[Order | Unusable]]:
        """Read orders in the files as they are now, else in the copies that were kept."""
        index = self._new_index()
        wanted = frozenset(ids)
        for name, path in self._files().items():
            try:
                index.add(name, path, only=wanted)
            except (RefusedFileError, OSError) as error:
                self._refuse(name, path, error)
        yield Page(items=tuple(item for id_, item in self._refused.items() if id_ in wanted))
        found: set[str] = set()
        for items in index.pages():
            found.update(item.id for item in items)
            yield Page(items=items)
        yield from self._from_copies(wanted - found)

    def release(self, unsettled: AbstractSet[str]) -> AbstractSet[str]:
        """Let go of the copies in which every order is settled."""
        for copy in list(self._spool.copies()):
            wanted = self._spool.wanted(copy)
            if self._index and copy in self._copies:
                wanted = self._index.among(copy, unsettled)
            elif wanted is None:
                wanted = self._numbers_in(copy, unsettled)
            self._spool.keep(copy, wanted & unsettled)
        self._spool.tidy()
        return frozenset(
            id_
            for id_ in unsettled
            if id_.startswith("file:") and id_ not in self._refused and not self._is_unread(id_)
        )

    def _is_unread(self, id_: str) -> bool:
        return any(
            id_ == f"file:{name}" or id_.startswith(f"file:{name}:") for name in self._unread
        )

    def _new_index(self) -> Index:
        self.close()
        self._index = Index(self._options)
        self._refused, self._copies, self._unread = {}, set(), []
        return self._index

    def _files(self) -> dict[str, Path]:
        """Return the files that are to be read, by their name below the folder, sorted."""
        glob = self._options.glob
        wild = [i for i, part in enumerate(glob.parts) if _WILD & set(part)]
        if not wild and glob.is_dir():
            folder, patterns = glob, [f"*{suffix}" for suffix in _SUFFIXES]
        else:
            first = wild[0] if wild else len(glob.parts) - 1
            folder, patterns = Path(*glob.parts[:first]), [str(Path(*glob.parts[first:]))]
        if not folder.is_dir():
            raise UnavailableError(
                f"account {self.name}",
                "read orders",
                f"the folder {folder} does not exist; make it",
            )
        try:
            paths = sorted({path for pattern in patterns for path in folder.glob(pattern)})
        except OSError as error:
            raise self._unreadable(folder, error) from error
        return {
            str(path.relative_to(folder)): path
            for path in paths
            if not path.name.startswith(".") and path.suffix not in _UNFINISHED and path.is_file()
        }

    def _unreadable(self, path: Path, error: OSError) -> AccountError:
        return RefusedError(
            f"account {self.name}", "read orders", f"{path} cannot be read: {error.strerror}"
        )

    def _marks(self, cursor: str | None) -> dict[str, list[int]]:
        """Return the state of each file when it was read, as far as that was by this mapping."""
        try:
            found = json.loads(cursor or "{}")
            if found.get("mapping") == self._options.fingerprint:
                return dict(found["files"])
        except (ValueError, AttributeError, KeyError, TypeError):
            pass  # not our text: everything is read, and what is known is recognised
        return {}

    def _stat(self, path: Path, now: datetime) -> tuple[list[int] | None, float]:
        """Return what changes whenever the file does, and its age; None for one that is gone."""
        try:
            stat = path.stat()
        except FileNotFoundError:
            return None, 0
        mark = [stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns]
        return mark, now.timestamp() - stat.st_mtime

    def _read(self, index: Index, name: str, path: Path) -> bool:
        try:
            copy = self._spool.copy(path, name)
        except FileNotFoundError:
            return False  # gone since the folder was listed
        except OSError as error:
            if error.filename != str(path):
                doing, why = "keep a copy of its files", f"{self.spool}: {error.strerror}"
                raise UnavailableError(f"account {self.name}", doing, why) from error
            self._refuse(name, path, error)
            return False
        try:
            index.add(name, copy)
        except RefusedFileError as error:
            self._refuse(name, path, error)
            return False
        self._copies.add(copy)
        return True

    def _refuse(self, name: str, path: Path, error: Exception) -> None:
        why = error.strerror if isinstance(error, OSError) else str(error)
        self._refused[f"file:{name}"] = Unusable(
            id=f"file:{name}",
            code="invalid.file",
            reason=f"{name}: {why}; no row of it was used, mend it or its mapping",
            content=f"{self._options.fingerprint}-{_digest(path)}",
            of_source=True,
        )

    def _from_copies(self, ids: AbstractSet[str]) -> Iterator[Page[Order | Unusable]]:
        left = set(ids)
        for copy in reversed(list(self._spool.copies())):
            wanted = self._spool.wanted(copy)
            if not left or (wanted is not None and not wanted & left):
                continue
            index = Index(self._options)
            try:
                index.add(copy.name, copy, only=left)
                for items in index.pages():
                    left -= {item.id for item in items}
                    yield Page(items=items)
            except (RefusedFileError, OSError):
                continue  # read with another mapping: the order is not in it any more
            finally:
                index.close()

    def _numbers_in(self, copy: Path, ids: AbstractSet[str]) -> frozenset[str]:
        index = Index(self._options)
        try:
            index.add(copy.name, copy, only=ids)
            return index.among(copy, ids)
        except (RefusedFileError, OSError):
            return frozenset()
        finally:
            index.close()


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()[:32]
    except OSError:
        return "unreadable"
