"""Names of files at a place: a template, which is filled in once for each file."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from string import Formatter

from ordosync.accounts.files.output.safe_output import digest
from ordosync.atomic_write import replace_file
from ordosync.errors import RefusedError
from ordosync.permissions import make_folder
from ordosync.regular_files import read_regular

FIELDS = ("number", "time", "seq", "version", "digest")
_TIME = "%Y%m%d_%H%M%S"
_LITERAL = re.compile(r"[A-Za-z0-9._~-]*")
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST = 80
_MOST_DIGITS = 12
_SEQUENCE = "seq"


def check_name(template: str, *, unique_by: Sequence[str], fields: Sequence[str] = FIELDS) -> None:
    """Raise `ValueError` if a template is not possible, or two files could have the same name."""
    try:
        parts = list(Formatter().parse(template))
    except ValueError as error:
        raise ValueError(f"name: {template!a} is not a name: {error}") from error
    used = {name for _, name, _, _ in parts if name is not None}
    for literal, name, spec, conversion in parts:
        if not _LITERAL.fullmatch(literal):
            raise ValueError(
                f"name: {template!a} has characters other than A-Z, a-z, 0-9, . _ ~ and -"
            )
        if name is not None and (name not in fields or conversion or not _fits(name, spec or "")):
            possible = ", ".join(f"{{{field}}}" for field in fields)
            raise ValueError(f"name: {template!a}: {{{name}}} is not possible; choose {possible}")
    if template.startswith((".", "-")):
        raise ValueError(f"name: {template!a} begins with {template[0]}")
    if unique_by and not used & {*unique_by}:
        names = " or ".join(f"{{{name}}}" for name in unique_by)
        raise ValueError(f"name: {template!a} needs {names}, so that each file has another name")


class FileNames:
    """Names of the files of one outbox, and the last number that was used in them."""

    def __init__(self, template: str, folder: Path, *, account: str) -> None:
        self._template = template
        self._path = folder / _SEQUENCE
        self._account = f"account {account}"

    def make(self, *, at: datetime, number: str = "", version: int = 1, key: str = "") -> str:
        """Return the name of a new file. Raises `OSError`, and `RefusedError` without its memory.

        A number of a file that is never made is not used again.
        """
        texts: Mapping[str, Callable[[str], str]] = {
            "number": lambda _: safe(number),
            "time": lambda spec: at.astimezone(UTC).strftime(spec or _TIME),
            "seq": lambda spec: str(self._next()).zfill(int(spec or 1)),
            "version": lambda _: str(version),
            "digest": lambda _: digest(key),
        }
        return "".join(
            literal + (texts[name](spec or "") if name else "")
            for literal, name, spec, _ in Formatter().parse(self._template)
        )

    def _next(self) -> int:
        try:
            last = int(read_regular(self._path))
        except FileNotFoundError:
            last = 0
        except ValueError as error:
            reason = f"{self._path} is damaged; write the last number of a file into it"
            raise RefusedError(self._account, "name a file", reason) from error
        make_folder(str(self._path.parent), 0o700)
        replace_file(self._path, str(last + 1).encode(), mode=0o600)
        return last + 1


def safe(text: str) -> str:
    """Return foreign text as a part of a name; different texts stay different."""
    changed = _UNSAFE.sub("_", text)[:_LONGEST]
    if changed[:1] in (".", "-"):
        changed = f"_{changed}"
    return changed if changed == text else f"{changed}-{digest(text)[:8]}"


def _fits(name: str, spec: str) -> bool:
    if name == "time":
        try:
            text = datetime(2026, 11, 30, tzinfo=UTC).strftime(spec)
        except ValueError:
            return False
        return _LITERAL.fullmatch(text) is not None
    if name == "seq":
        return not spec or (spec.isascii() and spec.isdigit() and 1 <= int(spec) <= _MOST_DIGITS)
    return not spec
