"""Order files for a Supplier: one file per order, each written once, and one for each change.

The Supplier removes files, so a missing file does not mean that an order was not written; only its
record does. First a file is written under a temporary name, then the record, then the file gets
its final name. A record with a temporary file means that a run was killed between the last two
steps: the next run gives the file its name.
"""

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from typing import TypeVar

from msgspec.structs import replace

from ordosync.accounts.account import outcome_of
from ordosync.accounts.files.outbox.orders import OrderOutbox
from ordosync.accounts.files.output.kept_fields import KeptFields
from ordosync.accounts.files.output.options import OrderFolder
from ordosync.accounts.files.output.order_record import OrderRecord
from ordosync.accounts.files.output.order_records import OrderRecords
from ordosync.accounts.files.output.order_rows import NUMERIC_FIELDS, order_problem, order_rows
from ordosync.accounts.files.output.safe_output import unavailable
from ordosync.accounts.files.output.tables import content_of
from ordosync.accounts.workbooks.writing import UnwritableError
from ordosync.atomic_write import temporary_path, write_temporary
from ordosync.errors import AccountError, UnavailableError
from ordosync.failpoints import fault
from ordosync.models import Order, Outcome, refused

Item = TypeVar("Item")
_NUMERIC = frozenset(NUMERIC_FIELDS)
_MOST_FAILURES = 2
"""After this many failures in a row at a place, the remaining files of a batch are not tried."""
NEW, CHANGED, HOLD, RELEASE, CANCEL = "NEW", "CHANGED", "HOLD", "RELEASE", "CANCEL"
"""The words in the column `change`; the first file of an order is new."""


class OrderFileWriter:
    """Writes files into a folder; the id of an order is the number in its files."""

    def __init__(
        self,
        options: OrderFolder,
        records: OrderRecords,
        *,
        outbox: OrderOutbox | None = None,
    ) -> None:
        self.options = options
        self.records = records
        self.kept = KeptFields(self.records)
        self._outbox = outbox
        """None if the files stay in the folder, where the Supplier finds them."""

    def create(self, orders: Sequence[Order], *, prefix: str) -> list[Outcome]:
        """Write orders with a new reference; an order that cannot be written affects no other."""
        return self._write_each(
            orders, lambda order: self._create(order, prefix), action="create orders"
        )

    def change(
        self, items: Sequence[tuple[str, Item]], write: Callable[[OrderRecord, Item], Outcome]
    ) -> list[Outcome]:
        """Write a change of each of these orders, given with their ids."""
        return self._write_each(
            items, lambda item: self._change(*item, write), action="change orders"
        )

    def find(self, references: Sequence[str]) -> dict[str, Outcome]:
        """Return the orders that were written for these references."""
        if not references or not self._is_open:
            return {}
        with self.records.locked("find orders"):
            find = self._outbox.found if self._outbox else self._existing
            try:
                records = {reference: find(reference) for reference in references}
            except OSError as error:
                raise self.records.unavailable("find orders", error) from error
        return {reference: record.outcome() for reference, record in records.items() if record}

    def settle_by(self, is_answered: Callable[[str], bool]) -> None:
        """Settle orders of unknown outcome by what the Supplier's files name."""
        if self._outbox:
            self._outbox.is_answered = is_answered

    @property
    def _is_open(self) -> bool:
        """False for an outbox that was never used; a read does not create it."""
        return self._outbox is None or self.records.exists

    def settle(self, subject: str, sent: bool) -> bool:
        """Settle a file of unknown outcome; see `PortalAccount.settle_unknown`."""
        if self._outbox is None or not self._is_open:
            return False
        with self.records.locked("settle an order"):
            try:
                return self._outbox.settle(subject, sent=sent)
            except OSError as error:
                raise self.records.unavailable("settle an order", error) from error

    def tidy(self, origin: str, unsettled: AbstractSet[str]) -> None:
        """Delete what is here of orders that were never handed over and are not needed any more.

        A place that is down, or another run, keeps it for a later run.
        """
        if self._outbox is None or not any(self._outbox.unneeded(origin, unsettled)):
            return
        with suppress(OSError, AccountError), self.records.locked("tidy the outbox"):
            for outgoing in self._outbox.unneeded(origin, unsettled):
                if record := self._outbox.discard(outgoing):
                    self.kept.delete_version(record)

    def publish(
        self, record: OrderRecord, fields: Sequence[Mapping[str, str]], *, word: str
    ) -> OrderRecord:
        """Write the newest file of an order and its record; return the record of what is written.

        If the process is killed, the file is there once it is recorded, and never in part. Raises
        `OSError`, `UnicodeError` and, for a file at a place, `AccountError`.
        """
        content = self.content(record, fields, word=word)
        if self.options.has_changes and record.whole == record.version:
            self.kept.save(record, [self._kept(of_line) for of_line in fields])
        if self._outbox:
            record = self._outbox.send(record, content)
        else:
            self._publish_here(record, content)
        self.kept.tidy(record)
        return record

    def _publish_here(self, record: OrderRecord, content: bytes) -> None:
        write_temporary(temporary_path(self.records.file_of(record)), content)
        fault("order-file-half")
        self.records.save(record)
        fault("order-file-recorded")
        self.records.finish(record)

    def publish_lines(self, record: OrderRecord, units: Mapping[str, int], *, word: str) -> None:
        """Write a file with only these units of lines. Raises `OSError` and `UnicodeError`.

        The units of an order of an earlier release are not known, and stay blank.
        """
        is_known = bool(record.units)
        fields = [
            {
                "order_number": record.number,
                "line_id": line.id,
                "sku": line.sku,
                "quantity": str(units[line.id]) if is_known else "",
            }
            for line in record.written_lines()
            if line.id in units or not is_known
        ]
        self.publish(record, fields, word=word)

    def forget(self, number: str, *, dry: bool = False) -> bool:
        """Delete the kept fields of an order, which has no further file; True if there are some.

        Raises `UnavailableError`.
        """
        record = self.records.of_number(number) if self.options.has_changes else None
        if not record or not self.kept.has(record):
            return False
        if not dry:
            with self.records.locked("delete the kept fields of an order"):
                self.kept.delete(record)
        return True

    def content(
        self, record: OrderRecord, fields: Sequence[Mapping[str, str]], *, word: str
    ) -> bytes:
        """Return the content of a file. Raises `UnicodeError` and `UnwritableError`."""
        version = {"change": word, "version": str(record.version)}
        rows = [{**of_line, **version} for of_line in fields]
        return content_of(rows, self.options, _NUMERIC)

    def _kept(self, fields: Mapping[str, str]) -> Mapping[str, str]:
        """Return the fields that are written, and the names of the line."""
        names = {*self.options.columns, "line_id"}
        return {name: text for name, text in fields.items() if name in names}

    def _write_each(
        self, items: Sequence[Item], write: Callable[[Item], Outcome], *, action: str
    ) -> list[Outcome]:
        try:
            with self.records.locked(action):
                self.records.make_folder()
                outcomes: list[Outcome] = []
                for item in items:
                    is_out = self._outbox is not None and _has_failed(outcomes[-_MOST_FAILURES:])
                    outcomes.append(
                        unavailable(outcomes[-1].reason)
                        if is_out
                        else outcome_of(item, lambda it: self._written(it, write))
                    )
                return outcomes
        except UnavailableError as error:
            return [unavailable(error.answer) for _ in items]

    def _written(self, item: Item, write: Callable[[Item], Outcome]) -> Outcome:
        try:
            return write(item)
        except UnicodeError:
            return refused("invalid-order", f"has text that is not {self.options.encoding}")
        except UnwritableError as error:
            return refused("invalid-order", str(error))
        except OSError as error:
            return unavailable(f"{self.records.folder}: {error.strerror or error}")

    def _create(self, order: Order, prefix: str) -> Outcome:
        if reason := order_problem(order):
            return refused("invalid-order", reason)
        if existing := self._existing(order.reference):
            return existing.outcome()
        record = OrderRecord(
            number=order.number,
            lines=len(order.lines),
            reference=order.reference,
            units=tuple((line.sku, line.quantity) for line in order.lines),
        )
        # Before a number is claimed, since a text that cannot be written must leave no claim.
        self.content(record, self._fields(order, order.number), word=NEW)
        number = self.records.claim_number(f"{prefix}{order.number}", order.reference)
        record = replace(record, number=number)
        written = self.publish(record, self._fields(order, number), word=NEW)
        return replace(written.outcome(), state="done")

    def _change(
        self, number: str, item: Item, write: Callable[[OrderRecord, Item], Outcome]
    ) -> Outcome:
        record = self.records.of_number(number)
        if record is None:
            return refused("not-found", f"there is no order {number}")
        if not record.reference:
            return refused("not-editable", "was written by an earlier release")
        if self._outbox:
            return write(self._outbox.newest(record), item)
        self.records.finish(record)
        return write(record, item)

    def _fields(self, order: Order, number: str) -> list[Mapping[str, str]]:
        placed_at = {"placed_at": self.options.time_text(order.placed_at)}
        rows = order_rows(order, number, self.options.decimal)
        return [{**row, **placed_at} for row in rows]

    def _existing(self, reference: str) -> OrderRecord | None:
        """Return the record of a reference, and give its newest file its final name."""
        if self._outbox:
            return self._outbox.existing(reference)
        record = self.records.of_reference(reference)
        if record:
            # Earlier releases did not record the reference.
            self.records.finish(replace(record, reference=reference))
        return record


def _has_failed(outcomes: Sequence[Outcome]) -> bool:
    """True if the last files failed, so that the place seems to be down."""
    failed = [outcome.state in ("unavailable", "unknown") for outcome in outcomes]
    return len(failed) == _MOST_FAILURES and all(failed)
