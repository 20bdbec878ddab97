"""Checks one file by the options of an account, as a task would read it. Writes nothing."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

from ordosync.accounts.feeds import MOST_EXAMPLES, FeedFinding, FeedReport, KnownSkus
from ordosync.accounts.files.feed_check.columns import columns_of
from ordosync.accounts.files.feed_check.file_signs import file_findings
from ordosync.accounts.files.feed_check.found_format import found_format
from ordosync.accounts.files.feed_check.row_signs import RowSigns
from ordosync.accounts.files.feed_check.totals import DistinctTexts, Totals, unknown_skus
from ordosync.accounts.files.feed_check.verdicts import Verdicts
from ordosync.accounts.files.formats.file_rows import read_rows
from ordosync.accounts.files.formats.rows import InvalidFileError
from ordosync.accounts.files.parsing.record_types import RecordType
from ordosync.accounts.files.reading.file_listing import as_of
from ordosync.accounts.files.reading.row_index import RowIndex


def check(
    record_type: RecordType[Any], path: Path, *, known: KnownSkus | None = None
) -> FeedReport:
    """Return the result of the check of a file. Raises `OSError`."""
    options = record_type.options
    found = found_format(path, options)
    report = FeedReport(
        subject=record_type.name, format=found.format, columns=columns_of(found.header, options)
    )
    try:
        with closing(RowIndex(record_type)) as index, closing(Totals(options)) as totals:
            index.add(path.name, path, as_of=as_of(path.name, path))
            report = _with_records(report, index, totals)
            unknown = list(_unknown(totals.skus, known)) if known else []
    except InvalidFileError as error:
        return replace(report, problem=str(error))
    return _with_signs(report, record_type, path, unknown)


def _with_records(report: FeedReport, index: RowIndex[Any], totals: Totals) -> FeedReport:
    verdicts = Verdicts()
    for records in index.pages():
        totals.add(verdicts.add(records, index.first_rows(records)))
    return replace(report, verdicts=verdicts.result(), totals=totals.result())


def _with_signs(
    report: FeedReport, record_type: RecordType[Any], path: Path, unknown: list[FeedFinding]
) -> FeedReport:
    with closing(RowSigns(record_type)) as signs:
        for row in read_rows(path, record_type.options):
            signs.add(row)
        findings = (*signs.findings(), *file_findings(path, report.format), *unknown)
    return replace(report, totals=replace(report.totals, rows=signs.count), findings=findings)


def _unknown(skus: DistinctTexts, known: KnownSkus) -> Iterator[FeedFinding]:
    unknown = unknown_skus(skus, known)
    shown = list(islice(unknown, MOST_EXAMPLES))
    if shown:
        yield FeedFinding(
            code="unknown-sku",
            text=f"SKUs that the other side does not have: {', '.join(shown)}",
            count=len(shown) + sum(1 for _ in unknown),
        )
