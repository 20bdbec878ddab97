"""Tables of orders, written in any combination of dialects that the options can express."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from hypothesis import strategies as st

from ordosync.accounts.files.input_options.order_files import OrderFiles
from ordosync.accounts.files.input_options.table_options import EndOfData, Header
from ordosync.accounts.files.input_options.transforms import Transform
from ordosync.accounts.option_types import Names

Lines = Sequence[tuple[str, int | str, str]]
"""SKU, quantity and unit price of each line."""
COLUMNS = ("Order", "Ship to", "Note", "SKU", "Qty", "Price")
FIELDS = ("order_number", "ship_to.name", "customer_notes", "sku", "quantity", "unit_price")
_PATHS: Mapping[str, Mapping[str, str]] = {
    "xml": {"record": "orders/order", "lines": "line"},
    "json": {"record": "orders[]", "lines": "lines[]"},
    "jsonl": {"lines": "lines[]"},
}
_TITLE = "Orders of the week"
_END = "records downloaded"
# In every encoding here, and no blank at an end, which is trimmed.
_LETTERS = "abcXYZ019 -_/#.äéñ"
_SKUS = st.from_regex("[A-Z0-9]{1,6}(-[a-z0-9]{1,3})?", fullmatch=True)


@dataclass(frozen=True, kw_only=True)
class WrittenOrder:
    """An order as the file has it."""

    number: str
    name: str
    note: str
    lines: Lines

    def damaged(self, field: str, text: str) -> "WrittenOrder":
        """Return the order with another text in a field of its last line."""
        sku, quantity, price = self.lines[-1]
        line = {"sku": sku, "quantity": quantity, "unit_price": price, field: text}
        values = line["sku"], line["quantity"], line["unit_price"]
        return replace(self, lines=[*self.lines[:-1], values])  # type: ignore[list-item]


def _texts(extra: str = "") -> st.SearchStrategy[str]:
    return st.text(_LETTERS + extra, max_size=12).map(str.strip)


def orders() -> st.SearchStrategy[list[WrittenOrder]]:
    """Return orders with different numbers, each with lines of different SKUs."""
    line = st.tuples(
        _SKUS,
        st.integers(1, 9999),
        st.decimals(0, 99_999, places=2).map(str),
    )
    lines = st.lists(line, min_size=1, max_size=4, unique_by=lambda each: each[0])
    names = _texts(",;|\t'\"").map(str.strip).filter(_is_no_mark)
    order = st.builds(
        WrittenOrder,
        number=st.from_regex("[A-Z]{0,2}[0-9]{1,6}", fullmatch=True),
        name=names.filter(bool),
        note=names,
        lines=lines,
    )
    return st.lists(order, min_size=1, max_size=5, unique_by=lambda each: each.number)


def _is_no_mark(text: str) -> bool:
    """True unless a spreadsheet reads a text differently, or it is a line that ends the data."""
    return text[:1] not in "='" and _TITLE not in text


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """How a file is written, and the options that read it."""

    format: str
    encoding: str
    delimiter: str
    order: Sequence[int]
    """The places of the columns."""
    titles: int
    """Rows before the header."""
    header: str
    """How the options find the header."""
    ends: bool
    """True if a total follows the data."""
    marks: bool
    """True if ids have the marks of a spreadsheet."""
    decimal: str
    thousands: str
    aliased: bool
    """True if the column of the SKU has the second of its names."""
    repeats: bool
    """True if the fields of an order are only in its first row."""
    folded: bool
    """True if the header is in capital letters."""
    quotes: bool
    """False if quotation marks are letters; then the delimiter is one that no cell has."""
    line_end: str
    end: str
    """The end of the file; empty if its last row has no line end."""
    wide: bool
    """True if the rows end with further delimiters, and a row of delimiters follows each."""
    names_delimiter: bool
    """True if the first row of a file without titles is `sep=;`, with its delimiter."""

    @property
    def suffix(self) -> str:
        """The suffix of the file."""
        return f".{self.format}"

    def options(self, glob: Path) -> OrderFiles:
        """Return the options that read a file of this dialect."""
        names = dict(zip(FIELDS, self._columns(), strict=True))
        given: dict[str, Any] = {"columns": names, **_PATHS.get(self.format, {})}
        if self.format in ("csv", "xlsx"):
            given |= self._of_table(names)
        if self.format == "csv":
            given |= {"delimiter": self.delimiter, "encoding": self._encodings()}
            given["quotes"] = self.quotes
        if self.thousands and self.format != "xlsx":
            steps = (Transform(thousands=self.thousands),)
            given["transform"] = {"unit_price": steps, "quantity": steps}
        return OrderFiles(
            glob=glob,
            currency="EUR",
            decimal=self.decimal,  # type: ignore[arg-type]
            **given,
        )

    def _of_table(self, names: Mapping[str, str]) -> dict[str, Any]:
        given: dict[str, Any] = {"blank_repeats": self.repeats}
        match self.header:
            case "row":
                given["header"] = Header(row=self._header_row)
            case "contains":
                given["header"] = Header(contains=self._header_texts()[:2])
            case _:
                given["header"] = Header()
                places = {field: self.order.index(at) + 1 for at, field in enumerate(FIELDS)}
                given["columns"] = {field: str(place) for field, place in places.items()}
        if self.aliased:
            given["columns"] = {**names, "sku": Names("Lineitem sku", names["sku"])}
        if self.ends:
            given["until"] = EndOfData(matches=f"^{_END}")
        if self.marks or self.folded:
            given["dialect"] = "spreadsheet"
        return given

    def content(self, orders: Sequence[WrittenOrder]) -> bytes:
        """Return the file of these orders."""
        match self.format:
            case "csv":
                return self._csv(orders).encode(self.encoding)
            case "xml":
                return self._xml(orders).encode()
            case "xlsx":
                return self._xlsx(orders)
            case "json":
                return json.dumps({"orders": [self._object(order) for order in orders]}).encode()
            case _:
                return "".join(f"{json.dumps(self._object(order))}\n" for order in orders).encode()

    @property
    def _header_row(self) -> int:
        return self.titles * (2 if self.wide and self.format == "csv" else 1) + 1

    def _encodings(self) -> str:
        other = "utf-8" if self.encoding in ("cp1252", "utf-16") else "cp1252"
        return Names(other, self.encoding) if other == "utf-8" else Names(self.encoding, other)

    def _columns(self) -> Sequence[str]:
        match self.format:
            case "xml":
                return ("@number", "to/name", "note", "line/@sku", "line/@qty", "line/price")
            case "json" | "jsonl":
                return ("number", "to.name", "note", *(f"lines[].{n}" for n in ("sku", "q", "p")))
            case _:
                return COLUMNS

    def _header_texts(self) -> tuple[str, ...]:
        columns = [COLUMNS[at] for at in self.order]
        return tuple(name.upper() if self.folded else name for name in columns)

    def _amount(self, text: str) -> str:
        whole, _, rest = text.partition(".")
        if whole.isdecimal() and self.thousands and self.format != "xlsx":
            whole = f"{int(whole):,}".replace(",", self.thousands)
        return f"{whole}{self.decimal}{rest}" if rest else whole

    def _marked(self, text: str) -> str:
        if not self.marks or self.format != "csv":
            return text
        return f'="{text}"' if text.isdecimal() else text

    def _rows(self, orders: Sequence[WrittenOrder]) -> list[list[str]]:
        rows = [[_TITLE] for _ in range(self.titles)]
        if self.header != "none":
            rows.append([*self._header_texts()])
        for order in orders:
            head = [self._marked(order.number), order.name, order.note]
            for sku, quantity, price in order.lines:
                texts = [*head, self._marked(sku), self._amount(str(quantity)), self._amount(price)]
                rows.append([texts[at] for at in self.order])
                if self.repeats:
                    head = ["", "", ""]
        if self.ends:
            rows.append([f"{_END}: {len(orders)}", *[""] * (len(COLUMNS) - 1)])
        return rows

    def _csv(self, orders: Sequence[WrittenOrder]) -> str:
        text = io.StringIO(newline="")
        writer = csv.writer(
            text,
            delimiter=self.delimiter,
            lineterminator=self.line_end,
            quoting=csv.QUOTE_MINIMAL if self.quotes else csv.QUOTE_NONE,
            quotechar='"' if self.quotes else None,
        )
        if self.names_delimiter and not self.titles:
            text.write(f"sep={self.delimiter}{self.line_end}")
        for row in self._rows(orders):
            # The width of a file without a header is that of its first row.
            writer.writerows([[*row, "", ""], ["", ""]] if self.wide else [row])
        return text.getvalue().removesuffix(self.line_end) + self.end

    def _xlsx(self, orders: Sequence[WrittenOrder]) -> bytes:
        from xlsxwriter import Workbook  # noqa: PLC0415 - slow to import

        file = io.BytesIO()
        book = Workbook(file, {"in_memory": True})
        sheet = book.add_worksheet("Orders")
        for at, texts in enumerate(self._rows(orders)):
            for place, text in enumerate(texts):
                sheet.write_string(at, place, text)
        book.close()
        return file.getvalue()

    def _xml(self, orders: Sequence[WrittenOrder]) -> str:
        texts = []
        for order in orders:
            lines = "".join(
                f"<line sku={quoteattr(sku)} qty={quoteattr(self._amount(str(quantity)))}>"
                f"<price>{self._amount(price)}</price></line>"
                for sku, quantity, price in order.lines
            )
            texts.append(
                f"<order number={quoteattr(order.number)}><to><name>{escape(order.name)}</name>"
                f"</to><note>{escape(order.note)}</note>{lines}</order>"
            )
        return f"<orders>{''.join(texts)}</orders>"

    def _object(self, order: WrittenOrder) -> dict[str, Any]:
        return {
            "number": order.number,
            "to": {"name": order.name},
            "note": order.note,
            "lines": [
                {"sku": sku, "q": self._amount(str(quantity)), "p": self._amount(price)}
                for sku, quantity, price in order.lines
            ],
        }


@st.composite
def dialects(draw: st.DrawFn) -> Dialect:
    """Return any combination of dialects."""
    header = draw(st.sampled_from(["row", "contains", "none"]))
    decimal, thousands = draw(st.sampled_from([(".", ","), (".", ""), (",", "."), (",", "")]))
    ends, marks, aliased, repeats, folded = draw(st.tuples(*[st.booleans()] * 5))
    quotes, wide, names_delimiter = draw(st.tuples(*[st.booleans()] * 3))
    return Dialect(
        format=draw(st.sampled_from(["csv", "csv", "csv", "xlsx", "xml", "json", "jsonl"])),
        encoding=draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"])),
        delimiter=draw(st.sampled_from([",", ";", "|", "\t"])) if quotes else "^",
        order=draw(st.permutations(range(len(COLUMNS)))),
        titles=0 if header == "none" else draw(st.integers(0, 3)),
        header=header,
        ends=ends,
        marks=marks,
        decimal=decimal,
        thousands=thousands,
        aliased=aliased and header != "none",
        repeats=repeats,
        folded=folded and header != "none",
        quotes=quotes,
        line_end=draw(st.sampled_from(["\r\n", "\n", "\r"])),
        end=draw(st.sampled_from(["\n", "", "\r\n\x1a", "\x1a", "\n\0\0", "\0"])),
        wide=wide,
        names_delimiter=names_delimiter,
    )
