"""The outbox of order files: an order is recorded as written once its file is there.

The record of a file on its way has the record of the order, which takes effect when the file is
there. So an order that waits for its place counts as not written, and may still change.
"""

from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from contextlib import suppress

import msgspec
from msgspec.structs import replace

from ordosync.accounts.files.outbox.names import FileNames
from ordosync.accounts.files.outbox.outbox import Outbox
from ordosync.accounts.files.outbox.records import Outgoing
from ordosync.accounts.files.output.order_record import OrderRecord
from ordosync.accounts.files.output.order_records import OrderRecords
from ordosync.accounts.files.output.safe_output import digest
from ordosync.clock import Clock, StoppedError
from ordosync.errors import AccountError, NotShownError, StoppedCallError, UnknownOutcomeError
from ordosync.failpoints import fault


class OrderOutbox:
    """Hands the files of orders over, and records the orders."""

    def __init__(
        self,
        outbox: Outbox,
        records: OrderRecords,
        names: FileNames,
        *,
        account: str,
        clock: Clock,
    ) -> None:
        self._outbox = outbox
        self._records = records
        self._names = names
        self._account = f"account {account}"
        self._clock = clock
        self.is_answered: Callable[[str], bool] = lambda _: False
        """True if the Supplier's files name an order with this number, so that it has arrived."""

    def send(self, record: OrderRecord, content: bytes) -> OrderRecord:
        """Hand over the newest file of an order, and record it. Raises `OSError`, `AccountError`.

        Before it, `existing` or `newest` settles an earlier attempt that may have arrived.
        """
        try:
            self._clock.check()
        except StoppedError as error:
            raise StoppedCallError(self._account, "hand over an order") from error
        outgoing = self._outbox.send(
            _key(record.reference, record.version),
            content,
            name=lambda: self._names.make(
                at=self._clock.now(),
                number=record.number,
                version=record.version,
                key=record.reference,
            ),
            note=msgspec.Raw(msgspec.json.encode(record)),
        )
        return self._recorded(outgoing)

    def existing(self, reference: str) -> OrderRecord | None:
        """Return the record of an order whose first file is there, or may have arrived.

        A file that may have arrived is handed over as it was, even if the order was edited. Raises
        `OSError` and `AccountError`.
        """
        return self._records.of_reference(reference) or self._resumed(_key(reference))

    def found(self, reference: str) -> OrderRecord | None:
        """Return the record of an order that is there; None if it never arrives by itself.

        An order of unknown outcome counts as there: if it is not wanted, it must be cancelled.
        Raises `OSError` and `AccountError`.
        """
        if record := self._records.of_reference(reference):
            return record
        key = _key(reference)
        try:
            outgoing = self._outbox.recall(key)
        except NotShownError:
            outgoing = self._outbox.records.get(key)
            return self._answered(key) or (_order_of(outgoing) if outgoing else None)
        return self._recorded(outgoing) if outgoing else None

    def newest(self, record: OrderRecord) -> OrderRecord:
        """Return the record after a further file that may have arrived.

        Raises `OSError` and `AccountError`.
        """
        return self._resumed(_key(record.reference, record.version + 1)) or record

    def _resumed(self, key: str) -> OrderRecord | None:
        outgoing = self._outbox.records.get(key)
        if outgoing is None or outgoing.step in ("made", "uploading"):
            return None
        try:
            return self._recorded(self._outbox.resume(outgoing))
        except NotShownError:
            if record := self._answered(key):
                return record
            raise

    def _answered(self, key: str) -> OrderRecord | None:
        """Record an order of unknown outcome if the Supplier's files name it; None if not."""
        outgoing = self._outbox.records.get(key)
        order = _order_of(outgoing) if outgoing else None
        # A file that names the order may be older than a change of it.
        if outgoing is None or order is None or order.version > 1:
            return None
        with suppress(AccountError):
            if self.is_answered(order.number):
                self._outbox.settle(key, sent=True)
                return self._recorded(outgoing)
        return None

    def settle(self, subject: str, *, sent: bool) -> bool:
        """Settle a file of unknown outcome of an order, given its reference or number.

        True if there was one. Raises `OSError`.
        """
        key = _key(subject)
        if record := self._records.of_number(subject) or self._records.of_reference(subject):
            key = _key(record.reference, record.version + 1)
        outgoing = self._outbox.records.get(key)
        if outgoing is None or outgoing.step != "publishing":
            return False
        self._outbox.settle(key, sent=sent)
        return True

    def unneeded(self, origin: str, unsettled: AbstractSet[str]) -> Iterator[Outgoing]:
        """Yield the files on their way, of orders of a portal that are settled without them.

        `unsettled` has the ids of the Merchant's orders that still have open steps.
        """
        for outgoing in [*self._outbox.records.all()]:
            reference = _order_of(outgoing).reference
            order_id = reference.removeprefix(f"{origin}:").rpartition("#")[0]
            if reference.startswith(f"{origin}:") and order_id not in unsettled:
                yield outgoing

    def discard(self, outgoing: Outgoing) -> OrderRecord | None:
        """Forget a file that is not needed, also at the place; return the record that it had.

        None if it may have arrived: its record stays, without personal data. Raises `OSError` and
        `AccountError`.
        """
        if outgoing.step in ("publishing", "there"):
            try:
                arrived = self._outbox.recall(outgoing.key)
            except NotShownError:
                self._outbox.records.remove_made(outgoing.key)
                return None
            if arrived:
                self._recorded(arrived)
                return None
        self._outbox.discard(outgoing)
        return _order_of(outgoing)

    def _recorded(self, outgoing: Outgoing) -> OrderRecord:
        """Record an order whose file is there. Raises `UnknownOutcomeError` if it cannot be."""
        record = _order_of(outgoing)
        known = self._records.of_reference(record.reference)
        try:
            # A crash may have left an older file, after the order had a further one.
            if known is None or known.version < record.version:
                self._records.save(record)
            fault("outbox-recorded")
            self._outbox.records.remove(outgoing.key)
        except OSError as error:
            reason = f"{outgoing.name} is there, but cannot be recorded: {error.strerror or error}"
            raise UnknownOutcomeError(self._account, "record an order", reason) from error
        return record


def _order_of(outgoing: Outgoing) -> OrderRecord:
    record = msgspec.json.decode(outgoing.note, type=OrderRecord)
    return replace(record, file=outgoing.name, was_taken=outgoing.was_taken)


def _key(reference: str, version: int = 1) -> str:
    return f"{digest(reference)}-v{version}"
