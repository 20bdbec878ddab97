"""Reads the rows of `--from`: a CSV file, or standard input, as carriers and spreadsheets write it.

Commas, semicolons and tabs separate cells. A column is found by its name here, by a common name,
such as `Order Number`, or by the header in `desk: columns:`.
"""

import csv
import io
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from ordosync.accounts.spreadsheets import WORKBOOKS
from ordosync.cli.context import Context
from ordosync.cli.desk.input_rows import InputRow, SourceRow
from ordosync.cli.output import render
from ordosync.errors import UsageError

File = Annotated[
    Path | None,
    typer.Option(
        "--from",
        metavar="FILE.csv",
        help="Read rows from a CSV file, or with - from a pipe. Refused rows of day.csv are written"
        " to day.refused.csv.",
    ),
]
STDIN = Path("-")
_LARGEST_FILE = 64 * 1024 * 1024
ADDED = ("row", "reason")
"""Columns that are added to rejects, and ignored when the fixed file is read again."""
_COMMON: Mapping[str, Sequence[str]] = {
    "number": (
        "ordernumber",
        "orderno",
        "ordernr",
        "orderid",
        "order",
        "customerreference",
        "orderreference",
        "reference",
        "reference1",
    ),
    "carrier": ("carriername", "shippingcarrier", "courier", "couriername"),
    "tracking": (
        "trackingnumber",
        "trackingno",
        "trackingnr",
        "trackingid",
        "trackingcode",
        "waybillnumber",
        "consignmentnumber",
        "parcelnumber",
    ),
    "method": ("shippingmethod", "service", "servicename", "servicelevel", "shippingservice"),
    "cost": ("shippingcost", "labelcost", "postage"),
    "sku": ("itemsku", "productsku", "articlenumber"),
    "quantity": ("qty", "units"),
    "price": ("unitprice",),
    "name": ("recipient", "recipientname", "shiptoname"),
    "street1": ("address1", "addressline1", "street", "address"),
    "street2": ("address2", "addressline2"),
    "city": ("town",),
    "state": ("province",),
    "zip": ("postcode", "postalcode", "zipcode"),
    "country": ("countrycode",),
    "email": ("emailaddress",),
    "phone": ("phonenumber", "telephone"),
}
"""Common headers of each column, without case, spaces and punctuation; the first one found."""


@dataclass(frozen=True, kw_only=True)
class Layout:
    """The columns of a kind of file."""

    needed: Sequence[str]
    optional: Sequence[str] = ()

    @property
    def known(self) -> tuple[str, ...]:
        """All columns."""
        return (*self.needed, *self.optional)


def read_rows(context: Context, path: Path, layout: Layout) -> list[InputRow]:
    """Read the rows of a file, with their cells by our names of columns. Raises `UsageError`."""
    text = _text(path)
    try:
        delimiter = _delimiter(text)
        reader = csv.DictReader(io.StringIO(text, newline=""), strict=True, delimiter=delimiter)
        headers = list(reader.fieldnames or ())
        columns = _columns(path, headers, layout, context.config.desk.columns)
        return [
            InputRow(
                cells={name: row.get(of) or "" for name, of in columns.items()},
                number=number,
                source=SourceRow(
                    cells={name: row[name] or "" for name in headers}, delimiter=delimiter
                ),
            )
            for number, row in enumerate(reader, 2)
            if any((row.get(of) or "").strip() for of in columns.values())
        ]
    except csv.Error as error:
        raise UsageError(f"{_shown(path)} is not a CSV file: {error}; save it as one") from error


def _text(path: Path) -> str:
    try:
        if path == STDIN:
            data = sys.stdin.buffer.read(_LARGEST_FILE + 1) if sys.stdin else b""
        elif path.stat().st_size > _LARGEST_FILE:
            data = bytes(_LARGEST_FILE + 1)
        else:
            data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}; check its path") from error
    if len(data) > _LARGEST_FILE:
        raise UsageError(f"{_shown(path)} is larger than {_LARGEST_FILE // 2**20} MB; split it")
    if data.startswith(WORKBOOKS):
        raise UsageError(
            f"{_shown(path)} is a workbook of a spreadsheet; save its sheet as CSV in UTF-8, and"
            " give that file"
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UsageError(
            f"{_shown(path)}: line {line} has a character that is not UTF-8; in a spreadsheet, save"
            " it as CSV UTF-8"
        ) from error


def _shown(path: Path) -> str:
    return "standard input" if path == STDIN else str(path)


def _delimiter(text: str) -> str:
    """Return the character that separates most cells in the header."""
    header = re.sub('"[^"]*"', "", text.partition("\n")[0])
    return max(",;\t", key=header.count)


def _columns(
    path: Path, headers: Sequence[str], layout: Layout, configured: Mapping[str, str]
) -> dict[str, str]:
    """Return the header of each of our columns that the file has."""
    plain = {_plain(header): header for header in reversed(headers)}
    found = {
        name: header
        for name in layout.known
        if (header := _header_of(name, plain, configured)) is not None
    }
    missing = [name for name in layout.needed if name not in found]
    other = [name for name in headers if name not in (*found.values(), *ADDED)]
    is_ours = all(_plain(name) == _plain(header) for name, header in found.items())
    if missing or (other and is_ours):
        raise UsageError(_columns_text(path, headers, layout))
    if other:
        render.message(
            f"{_shown(path)}: columns not used: {', '.join(other)}; `desk: columns:` of the"
            " configuration names the headers of your files"
        )
    return found


def _header_of(name: str, plain: Mapping[str, str], configured: Mapping[str, str]) -> str | None:
    names = [_plain(configured[name])] if name in configured else []
    names += [_plain(name), *_COMMON.get(name, ())]
    return next((plain[each] for each in names if each in plain), None)


def _plain(header: str) -> str:
    """Return a header without case, spaces and punctuation."""
    return "".join(char for char in header.casefold() if char.isalnum())


def _columns_text(path: Path, headers: Sequence[str], layout: Layout) -> str:
    optional = f"; optional: {', '.join(layout.optional)}" if layout.optional else ""
    return (
        f"{_shown(path)} has the columns {', '.join(map(repr, headers)) or 'of an empty file'};"
        f" required: {', '.join(layout.needed)}{optional}; other headers can be named in"
        " `desk: columns:` of the configuration"
    )
