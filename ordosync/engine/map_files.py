"""The file of a portal's SKU map, read and replaced by commands.

A new file and its rows in the store are written in one transaction. So changes of a map exclude
each other, and the next run finds the map unchanged, also if it has no row any more.
"""

from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from ordosync.atomic_write import replace_file
from ordosync.config.csv_tables import TableProblemsError
from ordosync.config.sku_map_file import SkuMapFile
from ordosync.config.sku_map_text import EMPTY_MAP
from ordosync.config.table_files import file_digest
from ordosync.errors import OrdosyncError
from ordosync.store import Store


def open_map(path: Path, *, or_empty: bool = False) -> SkuMapFile:
    """Open a map; a file that does not exist, or has no byte, has no row.

    Raise `OrdosyncError` if it is not valid; with `or_empty`, it has no row then.
    """
    try:
        return SkuMapFile(path, read=bool(_content(path)))
    except TableProblemsError as error:
        if or_empty:
            return SkuMapFile(path, read=False)
        raise OrdosyncError(f"{error}; `ordosync config check` lists all problems") from error


def content_of(rows: SkuMapFile, path: Path) -> bytes:
    """Return the content of a map that was opened; only a header if it has no row."""
    return EMPTY_MAP if rows.is_empty else _content(path)


def _content(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b""


def save_map(content: bytes, path: Path, store: Store, portal: str) -> None:
    """Replace the file of a portal's map, and its rows in the store. Call it in a transaction.

    Raise `OrdosyncError` if the content is not valid, or the file cannot be written.
    """
    with TemporaryDirectory(prefix="ordosync-") as folder:
        copy = Path(folder) / path.name
        copy.write_bytes(content)
        with closing(open_map(copy)) as rows:
            _replace(path, content)
            store.sku_map(portal).replace(rows.rows(), file_digest(copy))


def _replace(path: Path, content: bytes) -> None:
    # The name may be a link to a file in another folder.
    file = path.resolve()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        replace_file(file, content)
    except OSError as error:
        raise OrdosyncError(
            f"{path}: {error.strerror}; the map was not changed; correct the permissions"
        ) from error
