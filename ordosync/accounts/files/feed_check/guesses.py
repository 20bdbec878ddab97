"""Guesses how an unknown file is to be read: its format, its subject, and the options for it.

A guess is a start for a configuration that the user reads; nothing is read by a guess alone.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ordosync.accounts.feeds import FeedGuess, Presets
from ordosync.accounts.files.feed_check.field_names import (
    address_of,
    fields_of,
    is_total,
    near_column,
    plain_name,
)
from ordosync.accounts.files.feed_check.headers import likely_header
from ordosync.accounts.files.feed_check.item_cells import items_option
from ordosync.accounts.files.feed_check.preset_fit import Fit, fits
from ordosync.accounts.files.feed_check.samples import Sample, sample_of
from ordosync.accounts.files.feed_check.values import currency_of, value_options
from ordosync.accounts.files.input_options.answer_files import AnswerFiles
from ordosync.accounts.files.input_options.cancellation_files import CancellationFiles
from ordosync.accounts.files.input_options.file_formats import format_by_suffix
from ordosync.accounts.files.input_options.input_files import InputFiles
from ordosync.accounts.files.input_options.order_files import OrderFiles
from ordosync.accounts.files.input_options.product_files import ProductFiles
from ordosync.accounts.files.input_options.shipment_files import ShipmentFiles
from ordosync.accounts.files.input_options.stock_files import StockFiles

_TYPES: Mapping[str, type[InputFiles]] = {
    "orders": OrderFiles,
    "shipments": ShipmentFiles,
    "stock": StockFiles,
    "products": ProductFiles,
    "cancellations": CancellationFiles,
    "answers": AnswerFiles,
}
_WITH_ORDERS = ("shipments", "orders")
_WITHOUT_ORDERS = ("stock", "products", "orders")
"""The subjects of a file with numbers of orders, or without: the first one with all its columns.

The other subjects have too few columns to tell: a user names them.
"""
_OF_ITEMS = ("sku", "quantity")
_OF_ADDRESS = 3
"""With so many fields of an address, a file has orders."""
_CERTAIN = re.compile(r"(order|po|purchase order|bestellnummer)\b")


@dataclass(frozen=True, kw_only=True)
class _Mapping:
    """The columns of a subject that were found among those of a file."""

    one_row: Mapping[str, str] = field(default_factory=dict)
    """The option for a column with all lines of an order; empty if the file has none."""

    subject: str
    columns: Mapping[str, str]
    joined: Mapping[str, tuple[str, ...]]
    """The columns of fields that several columns make."""

    @property
    def missing(self) -> tuple[str, ...]:
        """The fields that are needed and have no column."""
        needed = _TYPES[self.subject].required_fields
        found = (*self.columns, *(_OF_ITEMS if self.one_row else ()))
        return tuple(name for name in needed if name not in found)

    @property
    def has_address(self) -> bool:
        """True if a column has the street of an address."""
        return any(name.startswith("ship_to.street") for name in self.columns)


def guess(path: Path, *, presets: Presets, subject: str | None = None) -> FeedGuess:
    """Return how a file is probably to be read. Raises `OSError`."""
    sample = sample_of(path)
    sample = _with_format(sample, path)
    found = likely_header(sample.rows) if sample.paths is None else next(iter(sample.rows), None)
    row, columns = found or (0, ())
    fitting = [fit for fit in fits(sample, row, presets) if subject in (None, fit.subject)]
    mapping = _mapping(sample, row, columns, subject)
    best = fitting[0] if fitting else None
    return FeedGuess(
        subject=best.subject if best else mapping.subject,
        format=replace(sample.format, header_row=row if row and sample.paths is None else None),
        options=_of_preset(best, sample) if best else _options(sample, row, mapping),
        currency=best.currency if best else currency_of(sample.texts_of(mapping.columns, row)),
        problem=sample.problem,
        presets=tuple(fit.name for fit in fitting),
        missing={} if best else _with_near(mapping, columns, sample),
        columns=tuple(map(sample.column, columns)),
        has_address=best.has_address if best else mapping.has_address,
    )


def _with_near(mapping: _Mapping, columns: Sequence[str], sample: Sample) -> dict[str, str]:
    """Return the missing fields, each with a free column of a similar name."""
    free = [column for column in columns if column and column not in mapping.columns.values()]
    near = {name: near_column(name, mapping.subject, free) for name in mapping.missing}
    return {name: sample.column(column) if column else "" for name, column in near.items()}


def _of_preset(fit: Fit, sample: Sample) -> dict[str, Any]:
    kept = ("format", "sheet")
    return {**fit.options, **{n: v for n, v in sample.options.items() if n in kept}}


def _with_format(sample: Sample, path: Path) -> Sample:
    """Return the sample with the option `format` if the suffix of the file does not tell it."""
    if (format_by_suffix(path) or "csv") == sample.format.name:
        return sample
    return replace(sample, options={"format": sample.format.name, **sample.options})


def _mapping(sample: Sample, row: int, columns: Sequence[str], subject: str | None) -> _Mapping:
    """Return the mapping of the subject, or of the one that lacks the fewest fields."""
    subjects = (subject,) if subject else _subjects(sample, columns)
    found = [_with_items(_mapping_of(columns, each), sample, row) for each in subjects]
    # A file of parcels has the number of an order as well, and perhaps units.
    best = min(found, key=lambda each: (len(each.missing), each.subject == "shipments"))
    whole = [each for each in found if each.subject == "shipments" and not each.missing]
    best = whole[0] if whole else best
    return best if best.columns or subject else _mapping_of(columns, "orders")


def _subjects(sample: Sample, columns: Sequence[str]) -> Sequence[str]:
    """Return the subjects that a file with these columns may have."""
    if "lines" in sample.options:
        return ("orders",)
    has_orders = any(_CERTAIN.match(plain_name(column)) for column in columns)
    has_orders = has_orders or len(address_of(columns)) >= _OF_ADDRESS
    return _WITH_ORDERS if has_orders else _WITHOUT_ORDERS


def _mapping_of(columns: Sequence[str], subject: str) -> _Mapping:
    found = fields_of(columns, subject)
    rest = [column for column in columns if column not in found.values()]
    joined: dict[str, tuple[str, ...]] = {}
    for name, texts in address_of(rest).items() if subject == "orders" else ():
        if len(texts) == 1:
            found[f"ship_to.{name}"] = texts[0]
        else:
            joined[f"ship_to.{name}"] = texts
    return _Mapping(subject=subject, columns=found, joined=joined)


def _with_items(mapping: _Mapping, sample: Sample, header_row: int) -> _Mapping:
    """Return the mapping with a column that has all lines of an order, if no other has them."""
    if mapping.subject != "orders" or "sku" in mapping.columns:
        return mapping
    header = next((row for at, row in sample.rows if at == header_row), ())
    one_row = items_option(sample.texts_of({name: name for name in header if name}, header_row))
    columns = {name: column for name, column in mapping.columns.items() if name not in _OF_ITEMS}
    return replace(mapping, one_row=one_row, columns=columns) if one_row else mapping


def _options(sample: Sample, header_row: int, mapping: _Mapping) -> dict[str, Any]:
    """Return the options of a file whose columns were found by their names."""
    options: dict[str, Any] = {
        **sample.options,
        **_header_options(header_row, mapping),
        **_end_option(sample, header_row, mapping),
    }
    texts = sample.texts_of(mapping.columns, header_row)
    values = value_options(texts)
    steps = {
        name: [{"join": list(map(sample.column, columns))}]
        for name, columns in mapping.joined.items()
    }
    transform = {**steps, **values.pop("transform", {})}
    # Only the format of dates that is needed is asked for.
    columns = {name: sample.column(column) for name, column in mapping.columns.items()}
    options |= {"columns": columns, **values}
    if mapping.one_row:
        options["one_row"] = dict(mapping.one_row)
    return {**options, **({"transform": transform} if transform else {})}


def _end_option(sample: Sample, header_row: int, mapping: _Mapping) -> dict[str, Any]:
    """Return the option that ends the data before a row of totals."""
    for field_name, texts in sample.texts_of(mapping.columns, header_row).items():
        if sample.paths is None and (total := next(filter(is_total, texts), "")):
            column = mapping.columns[field_name]
            return {"until": {"column": column, "matches": f"^{re.escape(total)}$"}}
    return {}


def _header_options(row: int, mapping: _Mapping) -> dict[str, Any]:
    """Return the option that finds the header again if it is not the first row."""
    required = _TYPES[mapping.subject].required_fields
    names = [mapping.columns[name] for name in required if name in mapping.columns]
    return {"header": {"contains": names}} if row > 1 and names else {}
