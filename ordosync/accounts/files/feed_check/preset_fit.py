"""The presets that fit a file: all columns that they need are there."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ordosync.accounts.feeds import Presets
from ordosync.accounts.files.feed_check.dates import day_of, format_of_dates
from ordosync.accounts.files.feed_check.samples import Sample
from ordosync.accounts.files.feed_check.values import currency_of
from ordosync.accounts.files.formats.headers import folded

_FEWEST = 3


@dataclass(frozen=True, kw_only=True)
class Fit:
    """A preset that fits a file."""

    name: str
    subject: str
    options: Mapping[str, Any]
    """The preset, and the options in which the file differs from it."""
    columns: int
    """The number of its columns that the file has."""
    has_address: bool
    currency: str


def fits(sample: Sample, header_row: int, presets: Presets) -> list[Fit]:
    """Return the presets that fit, the one with the most columns of the file first."""
    header = next((row for at, row in sample.rows if at == header_row), ())
    found = {folded(name): name for name in reversed(header) if name}
    fitting = []
    for name, (subject, options) in presets.items():
        matched = _matched(options, found)
        if matched is not None and len(matched) >= _FEWEST:
            fitting.append(
                Fit(
                    name=name,
                    subject=subject,
                    options={"preset": name, **_differences(options, sample, header_row, found)},
                    columns=len(matched),
                    has_address=_has_address(options),
                    currency=_currency(options, sample, header_row, found),
                )
            )
    # Of two versions, the newer one has the greater name.
    return sorted(fitting, key=lambda fit: (fit.columns, fit.name), reverse=True)


def _has_address(options: Mapping[str, Any]) -> bool:
    """True if a preset reads a street, from a whole column or from a part of one."""
    names = (*options["columns"], *options.get("transform", ()))
    return any(name.startswith("ship_to.street") for name in names)


def _matched(options: Mapping[str, Any], found: Mapping[str, str]) -> set[str] | None:
    """Return the columns of a preset that a file has; None if it lacks one that is needed."""
    optional = {folded(name) for name in options.get("optional", ())}
    matched = set()
    for names in _columns(options):
        plain = [folded(name) for name in names]
        column = next((name for name in plain if name in found), "")
        if column:
            matched.add(column)
        elif optional.isdisjoint(plain):
            return None
    return matched


def _columns(options: Mapping[str, Any]) -> Iterator[Sequence[str]]:
    """Yield the names of each column that a preset reads."""
    yield from map(_names, options.get("columns", {}).values())
    for option in ("statuses", "skip", "only_rows", "skip_orders", "only_orders"):
        yield from (_names(rule["column"]) for rule in options.get(option, ()))


def _names(value: Any) -> Sequence[str]:
    return [value] if isinstance(value, str) else value


def _differences(
    options: Mapping[str, Any], sample: Sample, header_row: int, found: Mapping[str, str]
) -> dict[str, Any]:
    """Return the options in which this file differs from the preset."""
    differences: dict[str, Any] = {}
    encoding, delimiter = sample.format.encoding, sample.format.delimiter
    if encoding and encoding not in _names(options.get("encoding", "utf-8")):
        differences["encoding"] = encoding
    if delimiter and delimiter != options.get("delimiter", ","):
        differences["delimiter"] = delimiter
    for field in ("placed_at", "shipped_at"):
        texts = _texts(field, options, sample, header_row, found)
        own = options.get("date_format", "")
        if own and texts and not all(day_of(text, own) for text in texts):
            differences["date_format"] = format_of_dates(texts) or own
    return differences


def _currency(
    options: Mapping[str, Any], sample: Sample, header_row: int, found: Mapping[str, str]
) -> str:
    fields = ("unit_price", "line_total", "cost")
    return currency_of(
        {field: _texts(field, options, sample, header_row, found) for field in fields}
    )


def _texts(
    field: str,
    options: Mapping[str, Any],
    sample: Sample,
    header_row: int,
    found: Mapping[str, str],
) -> list[str]:
    names = map(folded, _names(options.get("columns", {}).get(field, ())))
    column = next((found[name] for name in names if name in found), "")
    return sample.texts_of({field: column}, header_row)[field] if column else []
