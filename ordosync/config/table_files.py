"""The CSV files that a configuration names, and digests of their contents.

A change of such a file counts as a change of the configuration.
"""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from ordosync.config.settings import Config
from ordosync.regular_files import open_regular

_CHUNK = 64 * 1024


def table_files(config: Config) -> Iterator[tuple[str, str, Path]]:
    """Yield the portal, the option and the path of each file."""
    for portal in config.portals.values():
        if portal.stock.skus:
            yield portal.name, "stock.skus", portal.stock.skus
        if portal.sku_map:
            yield portal.name, "sku_map", portal.sku_map


def tables_digest(config: Config) -> str:
    """Return a digest of all files together; empty if the configuration names none."""
    digests = [f"{portal}.{of}:{file_digest(path)}" for portal, of, path in table_files(config)]
    return sha256("\n".join(digests).encode()).hexdigest() if digests else ""


def file_digest(path: Path) -> str:
    """Return a digest of the bytes of a file; empty if it cannot be read."""
    digest = sha256()
    try:
        with open_regular(path) as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
    except OSError:
        return ""
    return digest.hexdigest()
