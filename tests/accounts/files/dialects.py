"""Tables of orders, and the forms of files in which they are written."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from ordosync.accounts.files.input_options.table_options import EndOfData, Header
from ordosync.accounts.files.input_options.transforms import Transform
from ordosync.accounts.option_types import Names

FIELDS = {
    "order_number": "Order",
    "sku": "SKU",
    "name": "Item",
    "quantity": "Qty",
    "unit_price": "Price",
    "ship_to.name": "Name",
    "ship_to.city": "City",
}
ORDER_FIELDS = ("ship_to.name", "ship_to.city")
OTHER_NAMES = {"sku": "Item No.", "name": "Title", "ship_to.city": "Town"}
"""Names of columns that are aliases in the options."""
# Letters that each of the encodings has, and what delimits or quotes cells.
LETTERS = "abcXYZ 0189äöüßéñ#-+=@/.,;|'\"()"
Table = Sequence[Mapping[str, str]]


def texts(letters: str = LETTERS) -> st.SearchStrategy[str]:
    """Return names of people, places and goods."""
    return st.text(letters, max_size=12).map(lambda text: f"N {text}".strip())


skus = st.from_regex("[A-Z]{1,3}-[0-9]{1,3}|0[0-9]{2,4}", fullmatch=True)


@st.composite
def tables(draw: st.DrawFn) -> list[dict[str, str]]:
    """Return rows of orders."""
    numbers = draw(
        st.lists(
            st.from_regex("#?[0-9]{1,6}|[A-Z]{2}-[0-9]{1,4}", fullmatch=True),
            min_size=1,
            max_size=4,
            unique_by=lambda number: number.lower(),
        )
    )
    rows = []
    for number in numbers:
        name, city = draw(texts()), draw(texts())
        for sku in draw(st.lists(skus, min_size=1, max_size=3, unique=True)):
            rows += [
                {
                    "order_number": number,
                    "sku": sku,
                    "name": draw(texts()),
                    "quantity": str(draw(st.integers(1, 9999))),
                    "unit_price": str(Decimal(draw(st.integers(0, 10**8))) / 100),
                    "ship_to.name": name,
                    "ship_to.city": city,
                }
            ]
    return rows


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """The form of a file, and the options that read it."""

    delimiter: str
    quoting: Any
    written: str
    """The encoding of the file."""
    encoding: str
    line_end: str
    titles: list[list[str]]
    header: str
    order: list[str]
    """The columns from left to right; those without a field are not read."""
    aliases: frozenset[str]
    """The fields whose column has its second name."""
    has_marks: bool
    has_delimiter_mark: bool
    is_wide: bool
    """True if each row ends with delimiters that the header does not have."""
    is_folded: bool
    blank_after: frozenset[int]
    """The numbers of the rows that a blank row follows."""
    repeats: bool
    """True if order fields are on each row of an order."""
    end: str
    footer: str
    decimal: str
    sign: str
    note: str

    @property
    def options(self) -> dict[str, Any]:
        names: dict[str, str] = {
            field: Names(name, OTHER_NAMES[field]) if field in OTHER_NAMES else name
            for field, name in FIELDS.items()
        }
        headers: dict[str, Any] = {
            "row": {"header": Header(row=len(self.titles) + 1)},
            "contains": {"header": Header(contains=("Order", "Qty"))},
            "none": {"header": Header()},
        }
        price = [Transform(currency=self.sign)] if self.sign else []
        if self.decimal == ".":
            price.append(Transform(thousands=","))
        return {
            **headers[self.header],
            "columns": {field: str(self.order.index(field) + 1) for field in FIELDS}
            if self.header == "none"
            else names,
            "delimiter": self.delimiter,
            "encoding": self.encoding,
            "quotes": self.quoting != csv.QUOTE_NONE,
            "dialect": "spreadsheet" if self.has_marks or self.is_folded else "exact",
            "until": EndOfData(matches="^END$") if self.footer else None,
            "decimal": self.decimal,
            "transform": {"unit_price": tuple(price)} if price else {},
            "currency": "EUR",
        }

    def rows(self, table: Table) -> list[tuple[list[str], bool]]:
        """Return the cells of each row of a file, and True for the rows of the table."""
        wide = ["", ""] if self.is_wide else []
        header = [self.name(field) for field in self.order]
        rows = [] if self.header == "none" else [(each, False) for each in (*self.titles, header)]
        for number, (row, above) in enumerate(zip(table, [None, *table], strict=False)):
            rows.append(([*self.cells(row, above), *wide], True))
            if number in self.blank_after:
                rows.append(([""] * len(header), False))
        footer = [["END"], ["Total", self.footer]] if self.footer else []
        return [*rows, *((each, False) for each in footer)]

    def cells(self, row: Mapping[str, str], above: Mapping[str, str] | None) -> list[str]:
        is_further = above is not None and above["order_number"] == row["order_number"]
        left_out = ORDER_FIELDS if is_further and not self.repeats else ()
        return ["" if field in left_out else self.cell(field, row) for field in self.order]

    def cell(self, field: str, row: Mapping[str, str]) -> str:
        text = row.get(field, self.note)
        if field == "unit_price":
            text = self.price(text)
        if self.has_marks and field in ("order_number", "sku", "quantity"):
            return f"'{text}" if text[:1].isdecimal() and len(text) % 2 else f'="{text}"'
        return text

    def price(self, text: str) -> str:
        if text.count(".") > 1:
            return text
        number = f"{Decimal(text):,}" if self.decimal == "." else text.replace(".", ",")
        if self.quoting == csv.QUOTE_NONE:
            number = number.replace(self.delimiter, "")
        return f"{self.sign} {number}" if self.sign.isalpha() else f"{self.sign}{number}"

    def name(self, field: str) -> str:
        name = OTHER_NAMES[field] if field in self.aliases else FIELDS.get(field, field)
        # The texts of `header.contains` are found in any capitals, too.
        return f" {name.upper()}" if self.is_folded else name

    def bytes(self, table: Table) -> tuple[bytes, list[int]]:
        """Return the content of a file, and the line of each row."""
        lines = [f"sep={self.delimiter}{self.line_end}"] if self.has_delimiter_mark else []
        places = []
        for cells, is_own in self.rows(table):
            places += [sum(len(line.splitlines()) for line in lines) + 1] if is_own else []
            lines.append(self.line(cells))
        content = "".join(lines)
        if not self.end.startswith("\n"):
            content = content.removesuffix(self.line_end)
        return (content + self.end.removeprefix("\n")).encode(self.written), places

    def line(self, cells: Sequence[str]) -> str:
        text = io.StringIO(newline="")
        is_quoted = self.quoting != csv.QUOTE_NONE
        csv.writer(
            text,
            delimiter=self.delimiter,
            quoting=self.quoting,
            quotechar='"' if is_quoted else None,
            lineterminator=self.line_end,
        ).writerow(cells)
        return text.getvalue()


NO_COMMA = csv.QUOTE_NONE, ","
"""A form in which no cell can have a comma."""
ENCODINGS = [
    ("utf-8", "utf-8"),
    ("utf-8-sig", "utf-8"),
    ("cp1252", "cp1252"),
    ("utf-16", "utf-16"),
    ("cp1252", Names("utf-8", "cp1252")),
    ("utf-8", Names("utf-8", "cp1252")),
    ("utf-16", Names("utf-8", "utf-16", "cp1252")),
]


@st.composite
def dialects(draw: st.DrawFn) -> Dialect:
    """Return a form of files."""
    delimiter = draw(st.sampled_from(",;\t|"))
    quoting = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONE]))
    line_end = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    written, encoding = draw(st.sampled_from(ENCODINGS))
    titles = draw(st.lists(st.sampled_from([["Report of Ada"], ["", ""], ["", "Qty"]]), max_size=3))
    has_mark = draw(st.booleans()) and not titles
    header = draw(st.sampled_from(["row", "contains", "none"]))
    note = draw(texts() if quoting == csv.QUOTE_NONE else texts(f"{LETTERS}\n"))
    # The `csv` module quotes no other line end than its own.
    note = note.replace("\n", line_end)
    return Dialect(
        delimiter=delimiter,
        quoting=quoting,
        written=written,
        encoding=encoding,
        line_end=line_end,
        titles=titles,
        header=header,
        order=draw(st.permutations([*FIELDS, "Note", "Other"])),
        aliases=draw(st.frozensets(st.sampled_from(sorted(OTHER_NAMES)))),
        has_marks=draw(st.booleans()),
        has_delimiter_mark=has_mark,
        is_wide=draw(st.booleans()),
        is_folded=draw(st.booleans()),
        blank_after=draw(st.frozensets(st.integers(0, 5))),
        repeats=draw(st.booleans()),
        end=draw(st.sampled_from(["\n", "", "\n\x1a", "\x1a", "\n\0\0", "\0"])),
        footer=draw(st.sampled_from(["", "3", "END"])),
        decimal="."
        if quoting == csv.QUOTE_NONE and delimiter == ","
        else draw(st.sampled_from(".,")),
        sign=draw(st.sampled_from(["", "€", "EUR"])),
        note=note.replace(delimiter, "") if quoting == csv.QUOTE_NONE else note,
    )
