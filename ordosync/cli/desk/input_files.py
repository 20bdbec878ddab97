"""Reads the rows of `--from`: a CSV file or workbook, as carriers and spreadsheets write it.

A column is found by its name here, by a common name, such as `Order Number`, or by the header in
`desk: columns:`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Annotated

import typer

from ordosync.accounts.option_types import names_of
from ordosync.cli.context import Context
from ordosync.cli.desk.input_rows import InputRow, SourceRow
from ordosync.cli.desk.input_tables import read_table, shown
from ordosync.cli.output import render
from ordosync.errors import UsageError

File = Annotated[
    Path | None,
    typer.Option(
        "--from",
        metavar="FILE",
        help="Read rows from a CSV or Excel file, or with - from a pipe. Refused rows of day.csv"
        " are written to day.refused.csv.",
    ),
]
ADDED = ("row", "reason", "refusal")
"""Columns that rejects may have, and that are ignored when the fixed file is read again."""
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
    for_all: Sequence[str] = ()
    """Columns that an option replaces: it is the value of each row without its own."""
    has_others: bool = False
    """True if other columns are notes of the user."""

    @property
    def known(self) -> tuple[str, ...]:
        """All columns."""
        return (*self.needed, *self.optional)

    def without(self, names: Iterable[str]) -> "Layout":
        """Return the layout of a file that does not need these columns."""
        given = set(names)
        needed = tuple(name for name in self.needed if name not in given)
        more = tuple(name for name in self.needed if name in given)
        return replace(self, needed=needed, optional=(*more, *self.optional))


def read_rows(
    context: Context,
    path: Path,
    layout: Layout,
    *,
    defaults: Mapping[str, str] = MappingProxyType({}),
) -> list[InputRow]:
    """Read the rows of a file, with their cells by our names of columns. Raises `UsageError`.

    `defaults` are the values of blank cells and of columns that the file does not have.
    """
    configured = context.config.desk.columns
    layout = layout.without(defaults)

    def is_header(texts: Sequence[str]) -> bool:
        plain = {_plain(text): text for text in texts}
        return all(_header_of(name, plain, configured) is not None for name in layout.needed)

    table = read_table(path, is_header)
    columns = _columns(path, table.headers, layout, configured)
    return [
        InputRow(
            cells={
                **defaults,
                **{
                    name: row.cells[of]
                    for name, of in columns.items()
                    if row.cells[of].strip() or name not in defaults
                },
            },
            number=row.number,
            problems={name: row.problems[of] for name, of in columns.items() if of in row.problems},
            source=SourceRow(cells=row.cells, delimiter=table.delimiter),
        )
        for row in table.rows
        if any(row.cells[of].strip() or of in row.problems for of in columns.values())
    ]


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
    if layout.has_others:
        other = []
    is_ours = all(_plain(name) == _plain(header) for name, header in found.items())
    if missing or (other and is_ours):
        raise UsageError(_columns_text(path, headers, layout, missing))
    if other:
        render.message(
            f"{shown(path)}: columns not used: {', '.join(other)}; `desk: columns:` of the"
            " configuration names the headers of your files"
        )
    return found


def _header_of(name: str, plain: Mapping[str, str], configured: Mapping[str, str]) -> str | None:
    names = [_plain(each) for each in names_of(configured[name])] if name in configured else []
    names += [_plain(name), *_COMMON.get(name, ())]
    return next((plain[each] for each in names if each in plain), None)


def _plain(header: str) -> str:
    """Return a header without case, spaces and punctuation."""
    return "".join(char for char in header.casefold() if char.isalnum())


def _columns_text(
    path: Path, headers: Sequence[str], layout: Layout, missing: Sequence[str]
) -> str:
    lacks = f"has no column {' and no column '.join(missing)}; it " if headers and missing else ""
    optional = f"; optional: {', '.join(layout.optional)}" if layout.optional else ""
    options = [f"--{name}" for name in missing if name in layout.for_all]
    for_all = f"; {' and '.join(options)} can give one for all rows" if options else ""
    return (
        f"{shown(path)} {lacks}has the columns"
        f" {', '.join(map(repr, headers)) or 'of an empty file'};"
        f" required: {', '.join(layout.needed)}{optional}{for_all}; other headers can be named"
        " in `desk: columns:` of the configuration"
    )
