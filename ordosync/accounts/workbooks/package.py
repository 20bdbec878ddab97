"""The ZIP file of a workbook: its parts by name, unpacked block by block within limits."""

import posixpath
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from ordosync.accounts.workbooks.rows import InvalidWorkbookError
from ordosync.accounts.workbooks.xml_parts import new_parser, parse_all

MAX_UNPACKED = 512 * 1024 * 1024
MAX_IN_MEMORY = 32 * 1024 * 1024
"""Maximum bytes of a part whose content is kept in memory."""
_MAX_DIRECTORY = 4 * 1024 * 1024
_BLOCK = 64 * 1024
_END = b"PK\x05\x06"
_LONGEST_END = 22 + 65_535
_ENCRYPTED = 1
_DAMAGED = (BadZipFile, zlib.error, EOFError, RuntimeError, struct.error, ValueError)


@dataclass(frozen=True, kw_only=True)
class Relationship:
    """A link from one part to another."""

    type: str
    """The last word of its type, such as `worksheet`."""
    target: str
    """The name of the other part; empty if it is outside of the file."""


class Package:
    """The parts of a workbook."""

    def __init__(self, file: BinaryIO) -> None:
        _check_directory(file)
        try:
            self._zip = ZipFile(file)
        except (*_DAMAGED, OverflowError) as error:
            raise InvalidWorkbookError("is cut or damaged; it is not a whole ZIP file") from error
        self._parts: dict[str, list[ZipInfo]] = {}
        for info in self._zip.infolist():
            self._parts.setdefault(_key(info.filename), []).append(info)
        self._unpacked = 0

    def __contains__(self, name: str) -> bool:
        return _key(name) in self._parts

    def blocks(self, name: str, maximum: int = MAX_UNPACKED) -> Iterator[bytes]:
        """Yield the content of a part. Raises `InvalidWorkbookError`."""
        info = self._info(name)
        if info.file_size > maximum:
            raise InvalidWorkbookError(f"has a part {name!a} of more than {maximum >> 20} MiB")
        # Not more than this is unpacked, so a wrong size does no harm.
        self._unpacked += info.file_size
        if self._unpacked > MAX_UNPACKED:
            raise InvalidWorkbookError("has more than 512 MiB when it is unpacked")
        try:
            with self._zip.open(info) as part:
                while block := part.read(_BLOCK):
                    yield block
        except _DAMAGED as error:
            raise InvalidWorkbookError(f"is damaged: {name!a} cannot be unpacked") from error

    def relationships(self, name: str) -> dict[str, Relationship]:
        """Return the links from a part by their id; the part of an empty name is the package."""
        folder, base = posixpath.split(name)
        links = posixpath.join(folder, "_rels", f"{base}.rels")
        found: dict[str, Relationship] = {}

        def start(tag: str, attributes: dict[str, str]) -> None:
            if tag.rpartition(" ")[2] == "Relationship":
                target = posixpath.join("/", folder, attributes.get("Target", ""))
                is_outside = attributes.get("TargetMode") == "External"
                found[attributes.get("Id", "")] = Relationship(
                    type=attributes.get("Type", "").rpartition("/")[2],
                    target="" if is_outside else posixpath.normpath(target).lstrip("/"),
                )

        parser = new_parser()
        parser.StartElementHandler = start
        parse_all(parser, self.blocks(links, MAX_IN_MEMORY), links)
        return found

    def _info(self, name: str) -> ZipInfo:
        match self._parts.get(_key(name), []):
            case [info] if info.flag_bits & _ENCRYPTED:
                raise InvalidWorkbookError("is protected by a password; save it without one")
            case [info] if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
                raise InvalidWorkbookError("is packed in a way that no spreadsheet uses")
            case [info]:
                return info
            case []:
                raise InvalidWorkbookError(f"is not complete: the part {name!a} is missing")
            case _:
                raise InvalidWorkbookError(f"is damaged: the part {name!a} is there twice")


def _key(name: str) -> str:
    """Return the name of a part for comparisons, without its case and with slashes only."""
    return name.replace("\\", "/").strip("/").casefold()


def _check_directory(file: BinaryIO) -> None:
    """Refuse a directory that would fill the memory."""
    size = file.seek(0, 2)
    file.seek(max(0, size - _LONGEST_END))
    end = file.read()
    at = end.rfind(_END)
    if at < 0 or len(end) - at < 22:  # noqa: PLR2004 - the length of the record
        raise InvalidWorkbookError("is cut or damaged; the end of the ZIP file is missing")
    [length] = struct.unpack_from("<I", end, at + 12)
    if length > _MAX_DIRECTORY:
        raise InvalidWorkbookError("has too many parts for a workbook")
    file.seek(0)
