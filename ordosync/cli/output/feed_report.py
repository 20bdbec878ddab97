"""The result of `feed check` as text and as JSON."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from ordosync.accounts.feeds import (
    FeedColumn,
    FeedFormat,
    FeedReport,
    FeedTotals,
    FeedVerdict,
)
from ordosync.cli.output import render
from ordosync.cli.output.tables import table
from ordosync.currencies import UNKNOWN_CURRENCY
from ordosync.text import plural

_CENT = Decimal("0.01")
_FORMATS = {"csv": "CSV", "jsonl": "JSON lines", "json": "JSON", "xml": "XML"}
_NOUNS = {
    "orders": ("order", "orders"),
    "shipments": ("parcel", "parcels"),
    "stock": ("quantity", "quantities"),
    "products": ("product", "products"),
    "cancellations": ("cancellation", "cancellations"),
    "answers": ("answer", "answers"),
}


def show_report(report: FeedReport, presets: Sequence[str]) -> None:
    """Show the result of a check."""
    render.result(f"format: {_format(report)}", wrapped=True)
    for name in presets[:1]:
        render.result(f"preset: {name} fits; the file has all its columns", wrapped=True)
    for line in _columns(report.columns):
        render.result(line, wrapped=True)
    if report.problem:
        render.result(f"no row can be used: {report.problem}", wrapped=True)
        return
    render.result("")
    _show_records(report)
    render.result("")
    render.result(_totals(report), wrapped=True)
    for finding in report.findings:
        render.result(f"warning: {finding.summary}", wrapped=True)


def report_json(report: FeedReport) -> dict[str, Any]:
    """Return the result of a check for `--json`."""
    return {
        "subject": report.subject,
        "refused": report.is_refused,
        "problem": report.problem or None,
        "format": _format_json(report.format),
        "columns": [_column_json(column) for column in report.columns],
        "verdicts": [_verdict_json(verdict) for verdict in report.verdicts],
        "totals": _totals_json(report.totals),
        "findings": [
            {"code": each.code, "text": each.text, "count": each.count, "rows": list(each.rows)}
            for each in report.findings
        ],
    }


def _format_json(found: FeedFormat) -> dict[str, Any]:
    return {
        "name": found.name,
        "encoding": found.encoding or None,
        "delimiter": found.delimiter or None,
        "sheet": found.sheet or None,
        "header_row": found.header_row,
    }


def _verdict_json(verdict: FeedVerdict) -> dict[str, Any]:
    examples = [
        {"row": each.row, "record": each.record or None, "code": each.code, "reason": each.reason}
        for each in verdict.examples
    ]
    return {"verdict": verdict.verdict, "count": verdict.count, "examples": examples}


def _column_json(column: FeedColumn) -> dict[str, Any]:
    return {
        "name": column.name,
        "state": column.state,
        "fields": list(column.fields),
        "near": column.near or None,
    }


def _totals_json(totals: FeedTotals) -> dict[str, Any]:
    return {
        "rows": totals.rows,
        "records": totals.records,
        "lines": totals.lines,
        "skus": totals.skus,
        "units": totals.units,
        "money": {currency: str(amount) for currency, amount in totals.money.items()},
        "first_on": totals.first_on and totals.first_on.isoformat(),
        "last_on": totals.last_on and totals.last_on.isoformat(),
        "days": totals.days or None,
        "date_format": totals.date_format or None,
    }


def _format(report: FeedReport) -> str:
    found = report.format
    parts = [_FORMATS.get(found.name, f".{found.name}")]
    if found.encoding:
        parts.append(found.encoding)
    if found.delimiter:
        parts.append(f"delimiter {found.delimiter!a}")
    if found.sheet:
        parts.append(f"sheet {found.sheet!r}")
    if found.header_row:
        parts.append(f"header in row {found.header_row}")
    return ", ".join(parts)


def _columns(columns: Sequence[FeedColumn]) -> Iterator[str]:
    by_state: Mapping[str, list[FeedColumn]] = {
        state: [column for column in columns if column.state == state]
        for state in ("read", "missing", "twice", "unused")
    }
    if by_state["read"]:
        mapped = [f"{', '.join(c.fields) or 'rules'}: {c.name}" for c in by_state["read"]]
        yield f"columns that are read: {'; '.join(mapped)}"
    for column in by_state["missing"]:
        near = f"; did you mean {column.near!r}?" if column.near else ""
        yield f"missing: the column {column.name!r}{near}"
    for column in by_state["twice"]:
        yield f"twice: the column {column.name!r}"
    if by_state["unused"]:
        names = [column.name for column in by_state["unused"]]
        count = f"{len(names)} {plural(len(names), 'column is', 'columns are')} not read"
        yield f"{count}: {'; '.join(names)}"


def _show_records(report: FeedReport) -> None:
    table(
        ("verdict", "count"),
        [(verdict.verdict, verdict.count) for verdict in report.verdicts],
    )
    examples = [
        (verdict.verdict, example.row or "", example.record, example.reason)
        for verdict in report.verdicts
        for example in verdict.examples
    ]
    if examples:
        render.result("")
        table(("verdict", "row", "record", "reason"), examples, if_any=("row", "record"))
    for verdict in report.verdicts:
        if verdict.examples and (more := verdict.count - len(verdict.examples)):
            render.result(f"and {more} more {verdict.verdict}")


def _totals(report: FeedReport) -> str:
    totals = report.totals
    parts = [
        f"{totals.rows} {plural(totals.rows, 'row', 'rows')}",
        f"{totals.records} {plural(totals.records, *_NOUNS[report.subject])}",
        *([f"{totals.lines} {plural(totals.lines, 'line', 'lines')}"] if totals.lines else []),
        f"{totals.skus} {plural(totals.skus, 'SKU', 'SKUs')}",
        f"{totals.units} {plural(totals.units, 'unit', 'units')}",
        *(_money(currency, amount) for currency, amount in totals.money.items()),
    ]
    days = f"; {totals.days}" if totals.days else ""
    by = f", so {totals.date_format}" if totals.days and totals.date_format else ""
    return f"read: {', '.join(parts)}{days}{by}"


def _money(currency: str, amount: Decimal) -> str:
    cents = amount.quantize(_CENT) if amount == round(amount, 2) else amount.normalize()
    return (
        f"{cents:f} of an unknown currency"
        if currency == UNKNOWN_CURRENCY
        else f"{cents:f} {currency}"
    )
