"""Guesses how an unknown file is to be read: its format, its subject, and the options for it.

A guess is a start for a configuration that the user reads; nothing is read by a guess alone.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ordosync.accounts.feeds import FeedGuess, Presets
from ordosync.accounts.files.feed_check.field_names import address_of, fields_of, plain_name
from ordosync.accounts.files.feed_check.headers import likely_header
from ordosync.accounts.files.feed_check.preset_fit import fits
from ordosync.accounts.files.feed_check.samples import Sample, sample_of
from ordosync.accounts.files.feed_check.values import value_options
from ordosync.accounts.files.input_options.answer_files import AnswerFiles
from ordosync.accounts.files.input_options.input_files import (
    CancellationFiles,
    InputFiles,
    ProductFiles,
)
from ordosync.accounts.files.input_options.order_files import OrderFiles
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
_CERTAIN = re.compile(r"(order|po|purchase order|bestellnummer)\b")


@dataclass(frozen=True, kw_only=True)
class _Mapping:
    """The columns of a subject that were found among those of a file."""

    subject: str
    columns: Mapping[str, str]
    joined: Mapping[str, tuple[str, ...]]
    """The columns of fields that several columns make."""

    @property
    def missing(self) -> tuple[str, ...]:
        """The fields that are needed and have no column."""
        return tuple(n for n in _TYPES[self.subject].required_fields if n not in self.columns)

    @property
    def has_address(self) -> bool:
        """True if a column has the street of an address."""
        return any(name.startswith("ship_to.street") for name in self.columns)


def guess(path: Path, *, presets: Presets, subject: str | None = None) -> FeedGuess:
    """Return how a file is probably to be read. Raises `OSError`."""
    sample = sample_of(path)
    row, columns = likely_header(sample.rows) or (0, ())
    fitting = [fit for fit in fits(sample, row, presets) if subject in (None, fit.subject)]
    mapping = _mapping(columns, subject)
    best = fitting[0] if fitting else None
    return FeedGuess(
        subject=best.subject if best else mapping.subject,
        format=replace(sample.format, header_row=row or None),
        options=best.options if best else _options(sample, row, mapping),
        presets=tuple(fit.name for fit in fitting),
        missing=() if best else mapping.missing,
        columns=tuple(columns),
        has_address=best.has_address if best else mapping.has_address,
    )


def _mapping(columns: Sequence[str], subject: str | None) -> _Mapping:
    """Return the mapping of the subject, or of the first one that lacks the fewest fields."""
    has_orders = any(_CERTAIN.match(plain_name(column)) for column in columns)
    subjects = _WITH_ORDERS if has_orders else _WITHOUT_ORDERS
    found = [_mapping_of(columns, each) for each in ((subject,) if subject else subjects)]
    return min(found, key=lambda each: len(each.missing))


def _mapping_of(columns: Sequence[str], subject: str) -> _Mapping:
    found = fields_of(columns, subject)
    rest = [column for column in columns if column not in found.values()]
    joined: dict[str, tuple[str, ...]] = {}
    for kind in ("ship_to", "bill_to") if subject == "orders" else ():
        for name, texts in address_of(kind, rest).items():
            if len(texts) == 1:
                found[f"{kind}.{name}"] = texts[0]
            else:
                joined[f"{kind}.{name}"] = texts
    return _Mapping(subject=subject, columns=found, joined=joined)


def _options(sample: Sample, header_row: int, mapping: _Mapping) -> dict[str, Any]:
    """Return the options of a file whose columns were found by their names."""
    options: dict[str, Any] = {**_text_options(sample), **_header_options(header_row, mapping)}
    texts = sample.texts_of(mapping.columns, header_row)
    values = value_options(texts)
    steps = {name: [{"join": list(columns)}] for name, columns in mapping.joined.items()}
    transform = {**steps, **values.pop("transform", {})}
    # Only the format of dates that is needed is asked for.
    options |= {"columns": dict(mapping.columns), **values}
    return {**options, **({"transform": transform} if transform else {})}


def _text_options(sample: Sample) -> dict[str, Any]:
    format_, options = sample.format, dict[str, Any]()
    if format_.encoding not in ("", "utf-8"):
        options["encoding"] = format_.encoding
    if format_.delimiter not in ("", ","):
        options["delimiter"] = format_.delimiter
    if format_.sheet:
        options["sheet"] = format_.sheet
    return options


def _header_options(row: int, mapping: _Mapping) -> dict[str, Any]:
    """Return the option that finds the header again if it is not the first row."""
    required = _TYPES[mapping.subject].required_fields
    names = [mapping.columns[name] for name in required if name in mapping.columns]
    return {"header": {"contains": names}} if row > 1 and names else {}
