"""Parses the input of the desk commands: CSV rows, quantities, amounts, times and pairs."""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from ordosync.accounts.spreadsheets import damage, plain
from ordosync.atomic_write import replace_file
from ordosync.cli.output import render
from ordosync.errors import UsageError

_LARGEST_FILE = 64 * 1024 * 1024
_DIGITS = 9
_LONGEST_AMOUNT = 20
_ADDED = ("row", "reason")
"""Columns that are added to rejects, and ignored when the fixed file is read again."""


@dataclass(frozen=True, kw_only=True)
class InputRow:
    """A row of input: from a CSV file or the command line."""

    cells: dict[str, str]
    number: int = 0
    """Row number in the file; the header is row 1."""

    def get(self, name: str) -> str:
        """Return the value of a column; empty if it is missing."""
        text = self.cells.get(name, "").strip()
        return plain(text) if text else ""

    def id(self, name: str) -> str:
        """Return an id, SKU or tracking number. Raises `UsageError`."""
        return plain(undamaged(self.cells.get(name, "").strip(), name))

    def tracking(self) -> str:
        """Return the tracking number. Raises `UsageError`."""
        return tracking_number(self.cells.get("tracking", ""))


def read_rows(
    path: Path, needed: Sequence[str], optional_and_required: Sequence[str]
) -> list[InputRow]:
    """Read a CSV file whose columns are named like the options. Raises `UsageError`."""
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise UsageError(f"{path} is larger than {_LARGEST_FILE // 2**20} MB; split it")
        reader = csv.DictReader(io.StringIO(path.read_text("utf-8-sig"), newline=""), strict=True)
        columns = list(reader.fieldnames or ())
        _check_columns(path, columns, needed, optional_and_required)
        kept = [name for name in columns if name not in _ADDED]
        return [
            InputRow(cells={name: row.get(name) or "" for name in kept}, number=number)
            for number, row in enumerate(reader, 2)
            if any((row.get(name) or "").strip() for name in kept)
        ]
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}; check its path") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{path} is not a CSV file in UTF-8: {error}; save it as one") from error


def _check_columns(
    path: Path, columns: Sequence[str], needed: Sequence[str], known: Sequence[str]
) -> None:
    missing = [name for name in needed if name not in columns]
    unknown = [name for name in columns if name not in (*known, *_ADDED)]
    if not missing and not unknown:
        return
    optional = [name for name in known if name not in needed]
    text = (
        f"{path} has the columns {', '.join(map(repr, columns)) or 'of an empty file'};"
        f" required: {', '.join(needed)}; optional: {', '.join(optional)}"
    )
    if any(";" in name for name in columns):
        text += "; separate them with commas, not semicolons"
    raise UsageError(text)


def report_rejects(
    path: Path, refused: Sequence[tuple[InputRow, str]], *, is_dry_run: bool
) -> None:
    """Write the refused rows beside the input file; a dry run only lists them."""
    if is_dry_run:
        for row, reason in sorted(refused, key=lambda reject: reject[0].number):
            render.message(f"row {row.number} would be refused: {reason}")
    elif rejects := write_rejects(path, refused):
        render.message(f"{len(refused)} refused: see {rejects}")


def write_rejects(path: Path, refused: Sequence[tuple[InputRow, str]]) -> Path | None:
    """Write the refused rows with their reasons next to the input file; return the path.

    If no row was refused, delete the rejects of an earlier call, since they are fixed.
    """
    rejects = path.with_name(f"{path.stem}.refused.csv")
    if not refused:
        rejects.unlink(missing_ok=True)
        return None
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, [*refused[0][0].cells, *_ADDED])
    writer.writeheader()
    writer.writerows(
        {**row.cells, "row": row.number, "reason": reason}
        for row, reason in sorted(refused, key=lambda reject: reject[0].number)
    )
    replace_file(rejects, text.getvalue().encode(), mode=0o600)
    return rejects


def undamaged(text: str, name: str) -> str:
    """Return an id, SKU or postcode. Raises `UsageError` if a spreadsheet has damaged it."""
    if why := damage(text):
        raise UsageError(f"the {name} {text[:40]!r} {why}")
    return text


def tracking_number(text: str) -> str:
    """Return a tracking number without the spaces with which labels show it.

    Raises `UsageError` if a spreadsheet has damaged it.
    """
    return plain(undamaged("".join(text.split()), "tracking"))


def quantity(text: str, *, least: int = 0) -> int:
    """Parse a whole number. Raises `UsageError`."""
    if not text.strip():
        raise UsageError("the quantity is blank; write 0 if there is no stock")
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit()) or len(digits) > _DIGITS or int(text) < least:
        raise UsageError(
            f"{text!r} is not a whole number of {least} or more, with at most {_DIGITS} digits"
        )
    return int(text)


def money(text: str) -> Decimal:
    """Parse an amount. Raises `UsageError`."""
    if not re.fullmatch(r"[0-9]+(\.[0-9]+)?", text) or len(text) > _LONGEST_AMOUNT:
        raise UsageError(f"{text!r} is not an amount such as 4.20")
    return Decimal(text)


def parse_time(text: str) -> datetime:
    """Parse a time with its UTC offset. Raises `UsageError`."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise UsageError(f"{text!r} is not a time such as 2026-11-23T14:05:00+01:00")
    return at


def parse_pair(text: str) -> tuple[str, str]:
    """Parse `SKU=VALUE`, split at the last equals sign. Raises `UsageError`."""
    sku, equals, value = (part.strip() for part in text.rpartition("="))
    if not equals or not sku:
        raise UsageError(f"{text.strip()!r} is not SKU=QUANTITY")
    return undamaged(sku, "SKU"), value
