"""Checks of the files that an account reads, for `config check --online`."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ordosync.accounts.account import CheckResult
from ordosync.accounts.connections import Connections
from ordosync.accounts.files import presets
from ordosync.accounts.files.formats.rows import InvalidFileError
from ordosync.accounts.files.input_options.read_files import ReadFiles
from ordosync.accounts.files.output.options import TrackingFile
from ordosync.accounts.files.output.written_files import WrittenFiles
from ordosync.accounts.files.parsing.record_types import RecordType
from ordosync.accounts.files.reading.file_reader import FileReader
from ordosync.accounts.files.reading.file_source import missing_text
from ordosync.errors import AccountError

_NO_LISTING = (
    "cannot list its orders: `reconcile` does not compare their units and tracking numbers"
)
_NO_MERCHANT_LISTING = "cannot list all its orders: `reconcile` does not compare older ones"
_NO_MERCHANT_SPLITS = (
    "cannot split orders: a user adds the tracking numbers of pieces that the Supplier split off"
)
_NO_MERCHANT_UNITS = (
    "the tracking file has a row for each parcel and no columns for its units, so it does not show"
    " if an order is complete"
)
_NO_CANCELLATIONS = (
    "cannot cancel: a written order file is never changed, so a user informs the Supplier of"
    " cancelled orders and units; with the column `change`, a further file asks for it"
)
_ASKS = "cannot cancel by itself: a file asks the Supplier to cancel orders and units"
_NO_SPLITS = "cannot report splits; each parcel is reported by itself"
_NO_ANSWERS = (
    "cannot report orders and units that the Supplier does not send; add `answers:` if it drops"
    " files with them"
)
_TIME_OF_FILE = (
    "a quantity is as old as its file, and a copy of a file may look newer than its quantities;"
    " name the column with their time as `as_of`, if there is one"
)


def warnings(read: ReadFiles, written: WrittenFiles) -> Iterator[str]:
    """Yield what is wrong on this machine, and weak places. Connects to nothing."""
    for folder in dict.fromkeys([*read.folders, *written.folders]):
        if not folder.is_dir():
            yield f"the folder {folder} does not exist; create it"
    yield from presets.warnings(options.preset for options in read.by_name.values())
    if places := {**read.places, **written.places}:
        from ordosync.accounts.files.places import place_checks  # noqa: PLC0415 - seldom used

        yield from place_checks.warnings(places)


def after_places(
    read: ReadFiles,
    written: WrittenFiles,
    checks: Iterator[CheckResult],
    *,
    at: Connections,
    account: str,
) -> Iterator[CheckResult]:
    """Yield checks, after those of the places; none if a place cannot be used."""
    if places := {**read.places, **written.places}:
        from ordosync.accounts.files.places import place_checks  # noqa: PLC0415 - seldom used

        if problems := list(place_checks.online_checks(places, at, account=account)):
            yield from problems
            return
    yield from checks


def check_merchant(
    tracking: TrackingFile | None, *readers: FileReader[Any] | None
) -> Iterator[CheckResult]:
    """Check the files of a Merchant, and name what they cannot report."""
    yield from _check_each(readers)
    yield CheckResult(text=_NO_MERCHANT_LISTING)
    if tracking is None:
        return
    yield CheckResult(text=_NO_MERCHANT_SPLITS)
    if not tracking.has_units:
        yield CheckResult(text=_NO_MERCHANT_UNITS)


def check_supplier(
    read: ReadFiles, *readers: FileReader[Any] | None, has_changes: bool
) -> Iterator[CheckResult]:
    """Check the files of a Supplier, and name what they cannot report."""
    yield from _check_each(readers)
    yield CheckResult(text=_NO_LISTING)
    yield CheckResult(text=_ASKS if has_changes else _NO_CANCELLATIONS)
    yield CheckResult(text=_NO_SPLITS)
    if not read.answers:
        yield CheckResult(text=_NO_ANSWERS)
    stock, shipments = read.stock, read.shipments
    if stock and stock.age_limit and "as_of" not in stock.sources:
        yield CheckResult(text=_TIME_OF_FILE)
    if shipments and not shipments.unit_columns:
        yield CheckResult(
            text="the tracking files have no columns for the units of a parcel; "
            + (
                "a parcel only adds its number, and the order is shipped once `complete` is yes"
                if "complete" in shipments.sources
                else "the first number ships the whole order, and each further number is added"
            )
        )


def _check_each(readers: Sequence[FileReader[Any] | None]) -> Iterator[CheckResult]:
    for reader in readers:
        if reader:
            yield from check_files(reader)


def check_files(reader: FileReader[Any]) -> Iterator[CheckResult]:
    """Report whether the newest file can be read by the options, and how many records it has."""
    record_type = reader.record_type
    try:
        files = reader.files()
    except AccountError as error:
        yield CheckResult(text=str(error), is_problem=True)
        return
    if not files:
        text = missing_text(record_type.options)
        yield CheckResult(text=f"{record_type.name}: {text}")
        return
    name, path = list(files.items())[-1]
    try:
        yield from _check_newest(record_type, name, path)
    except (InvalidFileError, OSError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        columns = getattr(error, "columns", ())
        names = ", ".join(" ".join(column.split()) for column in columns)
        found = f" (its columns: {names})" if columns else ""
        yield CheckResult(text=f"{record_type.name}: {name}: {reason}{found}", is_problem=True)


def _check_newest(record_type: RecordType[Any], name: str, path: Path) -> Iterator[CheckResult]:
    # Only this check needs it.
    from ordosync.accounts.files.feed_check.checking import checked_rows  # noqa: PLC0415

    report = checked_rows(record_type, name, path)
    counts = {each.verdict: each.count for each in report.verdicts}
    valid = counts.get("travels", 0) + counts.get("held", 0)
    text = f"{record_type.name}: {name} has {valid} that can be read"
    failed = [each for each in report.verdicts if each.verdict == "failed"]
    for verdict in failed:
        first = verdict.examples[0].reason
        text += f", and {verdict.count} that cannot; the first: {first}"
    yield CheckResult(text=text, is_problem=bool(failed) and not valid)
    for finding in report.findings:
        yield CheckResult(text=f"{record_type.name}: {name}: {finding.summary}")
