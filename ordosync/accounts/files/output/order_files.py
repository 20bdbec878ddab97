"""Order files for a Supplier: one file per order, each written once.

The Supplier removes files, so a missing file does not mean that an order was not written. A private
folder beside the files has a record for each reference and a claim for each number, both named by
a digest. First the file is written under a temporary name, then the record, then the file gets
its final name. A record with a temporary file means that a run was killed between the last two
steps: the next run gives the file its name.
"""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ordosync.accounts.account import outcome_of
from ordosync.accounts.files.output.options import RECORDS, OrderFolder
from ordosync.accounts.files.output.order_rows import (
    NUMERIC_FIELDS,
    line_id,
    order_problem,
    order_rows,
)
from ordosync.accounts.files.output.safe_output import folder_lock, unavailable
from ordosync.accounts.spreadsheets import csv_text, neutral
from ordosync.atomic_write import replace_file, sync_folder, temporary_path, write_temporary
from ordosync.errors import RefusedError, UnavailableError
from ordosync.failpoints import fault
from ordosync.models import Order, Outcome
from ordosync.regular_files import NotRegularError, read_regular


@dataclass(frozen=True, kw_only=True)
class WrittenLine:
    """A line of an order that was written."""

    id: str
    sku: str
    quantity: int


@dataclass(frozen=True, kw_only=True)
class _Record:
    """An order that was written, without personal data."""

    number: str
    lines: int
    units: Sequence[Sequence[Any]] = ()
    """SKU and quantity of each line; earlier releases did not record them."""

    def outcome(self) -> Outcome:
        line_ids = tuple(line_id(self.number, n) for n in range(1, self.lines + 1))
        return Outcome(state="unchanged", id=self.number, line_ids=line_ids)

    def written_lines(self) -> list[WrittenLine]:
        units = self.units or [("", 0)] * self.lines
        return [
            WrittenLine(id=line_id(self.number, n), sku=str(sku), quantity=int(quantity))
            for n, (sku, quantity) in enumerate(units, 1)
        ]


class OrderFileWriter:
    """Writes orders into a folder; the id of an order is the number in its file."""

    def __init__(self, options: OrderFolder, *, account: str) -> None:
        self._options = options
        self._folder = options.folder
        self._records = options.folder / RECORDS
        self._account = f"account {account}"

    def create(self, orders: Sequence[Order], *, prefix: str) -> list[Outcome]:
        """Write orders with a new reference; an order that cannot be written affects no other."""
        try:
            with self._locked("create orders"):
                self._records.mkdir(mode=0o700, exist_ok=True)
                return [
                    outcome_of(order, lambda item: self._create(item, prefix)) for order in orders
                ]
        except UnavailableError as error:
            return [unavailable(error.answer) for _ in orders]

    def find(self, references: Sequence[str]) -> dict[str, Outcome]:
        """Return the orders that were written for these references."""
        if not references:
            return {}
        with self._locked("find orders"):
            records = {reference: self._existing(reference) for reference in references}
        return {reference: record.outcome() for reference, record in records.items() if record}

    def numbers(self, ids: Sequence[str]) -> frozenset[str]:
        """Return which of these orders were written."""
        return frozenset(id_ for id_ in ids if self._is_written(id_))

    def reference_of(self, number: str) -> str:
        """Return the reference for which an order was written; older records do not have it."""
        return str(self._fields_of(number).get("reference", ""))

    def lines_of(self, number: str) -> Sequence[WrittenLine]:
        """Return the lines of a written order; none if it was not written here.

        A line of an earlier release has no SKU.
        """
        fields = self._fields_of(number)
        try:
            record = _Record(
                number=number, lines=int(fields["lines"]), units=fields.get("units", ())
            )
            return record.written_lines()
        except (ValueError, KeyError, TypeError):
            return []

    def _fields_of(self, number: str) -> Mapping[str, Any]:
        """Return what is recorded of a written order; nothing if it was not written here."""
        if not self._is_written(number):
            return {}
        try:
            claim = self._claim(number)
            record = claim.with_name(f"{claim.read_text('ascii')}.json")
            fields = json.loads(record.read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return fields if isinstance(fields, dict) else {}

    def _is_written(self, number: str) -> bool:
        try:
            claimant = self._claimant(number)
        except (OSError, RefusedError):
            return False
        return self._records.joinpath(f"{claimant}.json").exists()

    @contextmanager
    def _locked(self, action: str) -> Iterator[None]:
        try:
            with folder_lock(self._folder):
                yield
        except BlockingIOError as error:
            reason = f"another run is writing in {self._folder}"
            raise UnavailableError(self._account, action, reason) from error
        except FileNotFoundError as error:
            reason = f"the folder {self._folder} does not exist; create it"
            raise UnavailableError(self._account, action, reason) from error
        except OSError as error:
            reason = f"{self._folder}: {error.strerror or error}"
            raise UnavailableError(self._account, action, reason) from error

    def _create(self, order: Order, prefix: str) -> Outcome:
        if reason := order_problem(order):
            return Outcome(state="refused", code="invalid-order", reason=reason)
        try:
            if existing := self._existing(order.reference):
                return existing.outcome()
            # Before a number is claimed, since a text that cannot be written must leave no claim.
            self._content(order, order.number)
            number = self._claim_number(f"{prefix}{order.number}", order.reference)
            record = _Record(number=number, lines=len(order.lines))
            file = self._file(order.reference)
            write_temporary(temporary_path(file), self._content(order, number))
            fault("order-file-half")
            fields = {
                "number": number,
                "lines": record.lines,
                "reference": order.reference,
                "units": [[line.sku, line.quantity] for line in order.lines],
            }
            replace_file(self._record(order.reference), json.dumps(fields).encode())
            fault("order-file-recorded")
            temporary_path(file).rename(file)
            sync_folder(self._folder)
        except UnicodeError:
            reason = f"has text that is not {self._options.encoding}"
            return Outcome(state="refused", code="invalid-order", reason=reason)
        except OSError as error:
            reason = f"{self._folder}: {error.strerror or error}"
            return unavailable(reason)
        outcome = record.outcome()
        return Outcome(state="done", id=outcome.id, line_ids=outcome.line_ids)

    def _existing(self, reference: str) -> _Record | None:
        """Return the record of a reference, and give its file its final name."""
        try:
            fields = json.loads(self._read(self._record(reference)))
            record = _Record(number=str(fields["number"]), lines=int(fields["lines"]))
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError) as error:
            reason = (
                f"{self._record(reference)} is damaged, so it is unknown if the order was written"
            )
            raise RefusedError(self._account, "find orders", reason) from error
        file = self._file(reference)
        if temporary_path(file).exists():
            temporary_path(file).rename(file)
            sync_folder(self._folder)
        return record

    def _claim_number(self, number: str, reference: str) -> str:
        """Claim a number for a reference; a number that is taken gets `~2`, `~3` added."""
        candidate, count = number, 1
        while not self._is_claimed(candidate, reference):
            count += 1
            candidate = f"{number}~{count}"
        return candidate

    def _is_claimed(self, number: str, reference: str) -> bool:
        """Claim a number; True if it belongs to this order now, or since an earlier attempt."""
        claim = self._claim(number)
        try:
            flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW
            with os.fdopen(os.open(claim, flags, 0o600), "w", encoding="ascii") as file:
                file.write(_digest(reference))
        except FileExistsError:
            claimant = self._claimant(number)
            if not claimant:
                replace_file(claim, _digest(reference).encode(), mode=0o600)
            return claimant in ("", _digest(reference))
        return True

    def _claimant(self, number: str) -> str:
        """Return the digest of the reference that has a number; empty if the number is free.

        A crash may leave a claim empty. Then a record may have the number.
        """
        try:
            digest = self._read(self._claim(number)).decode("ascii", "replace")
        except FileNotFoundError:
            return ""
        if digest:
            return digest
        records = self._records.glob("*.json")
        return next((path.stem for path in records if self._number_in(path) == number), "")

    def _number_in(self, record: Path) -> str:
        try:
            return str(json.loads(self._read(record))["number"])
        except (OSError, ValueError, KeyError, TypeError):
            return ""

    def _read(self, path: Path) -> bytes:
        try:
            return read_regular(path)
        except NotRegularError as error:
            reason = f"{path} is not a regular file, so ordosync did not write it; remove it"
            raise RefusedError(self._account, "find orders", reason) from error

    def _content(self, order: Order, number: str) -> bytes:
        columns = self._options.columns
        rows = [
            {
                column: fields[name] if name in NUMERIC_FIELDS else neutral(fields[name])
                for name, column in columns.items()
            }
            for fields in order_rows(order, number, self._options.decimal)
        ]
        text = csv_text(list(columns.values()), rows, self._options.delimiter)
        return text.encode(self._options.encoding)

    def _file(self, reference: str) -> Path:
        return self._folder / f"order-{_digest(reference)}.csv"

    def _record(self, reference: str) -> Path:
        return self._records / f"{_digest(reference)}.json"

    def _claim(self, number: str) -> Path:
        return self._records / f"{_digest(number)}.number"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
