"""Checks one file by the options of an account, as a task would read it. Writes nothing."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ordosync.accounts.feeds import (
    MOST_EXAMPLES,
    FeedColumn,
    FeedFinding,
    FeedFormat,
    FeedReport,
    KnownSkus,
)
from ordosync.accounts.files.feed_check.addresses import IncompleteAddresses
from ordosync.accounts.files.feed_check.columns import columns_of
from ordosync.accounts.files.feed_check.file_signs import file_findings
from ordosync.accounts.files.feed_check.found_format import found_format
from ordosync.accounts.files.feed_check.other_files import differing_orders
from ordosync.accounts.files.feed_check.row_signs import RowSigns
from ordosync.accounts.files.feed_check.totals import DistinctTexts, Totals, unknown_skus
from ordosync.accounts.files.feed_check.verdicts import Verdicts
from ordosync.accounts.files.formats.rows import InvalidFileError
from ordosync.accounts.files.input_options.input_files import InputFiles
from ordosync.accounts.files.parsing.record_types import RecordType
from ordosync.accounts.files.reading.file_listing import as_of
from ordosync.accounts.files.reading.row_index import RowIndex
from ordosync.text import plural


def check(
    record_type: RecordType[Any],
    path: Path,
    *,
    known: KnownSkus | None = None,
    others: Mapping[str, Path] = MappingProxyType({}),
) -> FeedReport:
    """Return the result of the check of a file. Raises `OSError`.

    `others` are the other files of the same pattern.
    """
    found = found_format(path, record_type.options)
    columns = _columns(found.header, record_type.options)
    try:
        report = checked_rows(
            record_type, path.name, path, found=found.format, known=known, others=others
        )
    except InvalidFileError as error:
        report = FeedReport(subject=record_type.name, format=found.format, problem=str(error))
    return replace(report, columns=columns)


def _columns(header: Sequence[str], options: InputFiles) -> tuple[FeedColumn, ...]:
    """Return the columns; none without a header, or if it was read in a wrong encoding."""
    if not header or any("\0" in name for name in header):
        return ()
    return columns_of(header, options)


def checked_rows(
    record_type: RecordType[Any],
    name: str,
    path: Path,
    *,
    found: FeedFormat | None = None,
    known: KnownSkus | None = None,
    others: Mapping[str, Path] = MappingProxyType({}),
) -> FeedReport:
    """Return what the rows of a file show. Raises `InvalidFileError` and `OSError`.

    `found` is its format, if it is known.
    """
    options = record_type.options
    found = found or found_format(path, options).format
    report = FeedReport(subject=record_type.name, format=found)
    with closing(RowIndex(record_type)) as index, closing(RowSigns(record_type)) as signs:
        index.add(name, path, as_of=as_of(name, path))
        report = _with_records(report, index, options, known)
        for row in index.rows():
            signs.add(row)
        of_file = file_findings(path, found, options, last_row=signs.last_row)
        totals = replace(report.totals, rows=signs.count, date_format=signs.date_format)
        in_others = differing_orders(index, others) if record_type.has_lines else ()
        findings = (*signs.findings(), *report.findings, *of_file, *in_others)
    return replace(report, totals=totals, findings=findings)


def _with_records(
    report: FeedReport, index: RowIndex[Any], options: InputFiles, known: KnownSkus | None
) -> FeedReport:
    verdicts, addresses = Verdicts(), IncompleteAddresses(options)
    with closing(Totals(options)) as totals:
        for records in index.pages():
            first_rows = index.first_rows(records)
            totals.add(verdicts.add(records, first_rows))
            addresses.add(records, first_rows)
        unknown = _unknown(totals.skus, known) if known else ()
        findings = (*addresses.findings(), *unknown)
        return replace(
            report, verdicts=verdicts.result(), totals=totals.result(), findings=findings
        )


def _unknown(skus: DistinctTexts, known: KnownSkus) -> Iterator[FeedFinding]:
    unknown = unknown_skus(skus, known)
    shown = list(islice(unknown, MOST_EXAMPLES))
    count = len(shown) + sum(1 for _ in unknown)
    if shown:
        more = f" and {count - len(shown)} more" if count > len(shown) else ""
        noun = plural(count, "SKU that the other side lacks", "SKUs that the other side lacks")
        text = f"{count} {noun}: {', '.join(shown)}{more}"
        yield FeedFinding(code="unknown-sku", text=text, count=count)
