"""Unpacks a file that was fetched as `.gz` or `.zip`, within the size limit.

A ZIP archive must have a single file. What cannot be unpacked stays as it is, so that its reading
reports it as a file that cannot be used.
"""

import gzip
import zipfile
import zlib
from pathlib import Path
from typing import BinaryIO

_BLOCK = 1 << 20
_PACKED = (".gz", ".zip")
_DAMAGED = (gzip.BadGzipFile, zipfile.BadZipFile, zlib.error, EOFError)


class NotUnpackedError(Exception):
    """The archive cannot be used."""


def is_packed(name: str) -> bool:
    """True if a file with this name is unpacked."""
    return name.lower().endswith(_PACKED)


def unpacked_suffix(name: str) -> str:
    """Return the suffix of the file in an archive, such as `.csv` for `stock.csv.gz`."""
    path = Path(name)
    return Path(path.stem).suffix.lower() if is_packed(name) else path.suffix.lower()


def unpack(packed: Path, name: str, to: BinaryIO, *, most_bytes: int) -> str:
    """Write the content of an archive to `to`; return the suffix of the file in it.

    Raises `NotUnpackedError` and `OSError`.
    """
    try:
        if name.lower().endswith(".gz"):
            with gzip.open(packed) as source:
                _copy(source, to, most_bytes)
            return unpacked_suffix(name)
        with zipfile.ZipFile(packed) as archive:
            members = [each for each in archive.infolist() if not each.is_dir()]
            if len(members) != 1:
                raise NotUnpackedError(f"the archive has {len(members)} files; it must have one")
            [member] = members
            with archive.open(member) as source:
                _copy(source, to, most_bytes)
            return Path(member.filename).suffix.lower()
    # `zipfile` raises `RuntimeError` for a password or an unknown compression.
    except (*_DAMAGED, RuntimeError) as error:
        raise NotUnpackedError(f"the archive cannot be unpacked: {error}") from error


def _copy(source: object, to: BinaryIO, most_bytes: int) -> None:
    length = 0
    while block := source.read(_BLOCK):  # type: ignore[attr-defined]
        length += len(block)
        if length > most_bytes:
            raise NotUnpackedError(f"unpacks to more than {most_bytes >> 20} MB; raise `max_mb`")
        to.write(block)
