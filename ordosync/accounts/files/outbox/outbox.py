"""Hands files over to a place, step by step, so that each is there exactly once.

A file that was killed as `made` or `uploading` is uploaded again under the same temporary name.
`publishing` is recorded when the temporary file is complete, before its rename is requested. From
then on, only the place shows if the partner has the file, so the place is asked before each step.
"""

from collections.abc import Callable
from contextlib import suppress

from msgspec import Raw
from msgspec.structs import replace

from ordosync import progress
from ordosync.accounts.files.outbox.handed_over import HandedOver
from ordosync.accounts.files.outbox.looking import exists, look
from ordosync.accounts.files.outbox.publishing import Publish
from ordosync.accounts.files.outbox.records import (
    NOTHING,
    OutboxRecords,
    Outgoing,
    Step,
    digest_of,
)
from ordosync.accounts.files.places.place import Place
from ordosync.clock import Clock
from ordosync.errors import (
    AccountError,
    ExistsError,
    NotFoundError,
    NotShownError,
    RefusedError,
    SignInError,
    UnavailableError,
    UnknownOutcomeError,
)
from ordosync.failpoints import fault


class Outbox:
    """The files of one account, or of one of its parts, on their way to a place."""

    def __init__(
        self,
        records: OutboxRecords,
        place: Callable[[], Place],
        folder: str,
        publish: Publish,
        *,
        account: str,
        clock: Clock,
        checks_size: bool = True,
        handed_over: HandedOver | None = None,
    ) -> None:
        self.records = records
        self._place = place
        self._folder = folder
        """The folder of the place, as the configuration has it."""
        self._publishes = publish
        self._account = f"account {account}"
        self._clock = clock
        self._checks_size = checks_size
        self._handed_over = handed_over or HandedOver()

    def send(
        self, key: str, content: bytes, *, name: Callable[[], str], note: Raw = NOTHING
    ) -> Outgoing:
        """Hand a file over, and return its record, which is `there`.

        An earlier attempt keeps its name, and its content if it may have arrived. Raises `OSError`
        and `AccountError`: `UnknownOutcomeError` if the file may have arrived.
        """
        record = self.current(key)
        if record and record.step == "there":
            return record
        if record is None or record.step != "publishing":
            record = self._upload(self._made(record, key, content, name=name, note=note))
        return self._publish(record)

    def _made(
        self,
        earlier: Outgoing | None,
        key: str,
        content: bytes,
        *,
        name: Callable[[], str],
        note: Raw,
    ) -> Outgoing:
        """Return the record of a file that is complete here; one that did not change stays."""
        fixed_name = earlier.name if earlier else name()
        route = self._publishes.route(self._folder, fixed_name)
        facts = digest_of(content, note), route
        is_same = earlier is not None and (earlier.digest, earlier.route) == facts
        if earlier and is_same and self.records.made(key).exists():
            return earlier
        if earlier and earlier.step == "uploading":
            self._remove_part(earlier)
        at = self._clock.now()
        record = self.records.make(key, content, name=fixed_name, route=route, at=at, note=note)
        fault("outbox-made")
        return record

    def current(self, key: str) -> Outgoing | None:
        """Return a record after a look at the place; None if nothing was made.

        If it is `publishing`, it may still have its temporary name. Raises `AccountError`.
        """
        record = self.records.get(key)
        return self._looked_up(record) if record and record.step == "publishing" else record

    def resume(self, record: Outgoing) -> Outgoing:
        """Hand over a file that may have arrived, as it was. Raises `OSError`, `AccountError`."""
        if record.step == "publishing":
            record = self._looked_up(record)
        return record if record.step == "there" else self._publish(record)

    def recall(self, key: str) -> Outgoing | None:
        """Return the record of a file that is there; None if it never arrives.

        A rename that was requested may still be carried out, so the temporary file is removed; if
        that is denied, the file is handed over. Raises `OSError` and `AccountError`.
        """
        record = self.current(key)
        if record and record.step == "publishing":
            try:
                self._place().remove(record.route.source.encode())
            except NotFoundError as error:
                record = self._after_refusal(record, error)
            except RefusedError:
                record = self._publish(record)
            else:
                self._save(record, "made")
        return record if record and record.step == "there" else None

    def settle(self, key: str, *, sent: bool) -> None:
        """Record that a file of unknown outcome has arrived, or has not. Raises `OSError`."""
        record = self.records.get(key)
        if record and record.step == "publishing":
            self._save(record, "there" if sent else "made")

    def discard(self, record: Outgoing) -> None:
        """Forget a file that is not needed any more, and its part at the place.

        Raises `OSError` and `AccountError`.
        """
        if record.step == "uploading":
            self._remove_part(record)
        self.records.remove(record.key)

    def _upload(self, record: Outgoing) -> Outgoing:
        """Write the file under its temporary name, or nothing if it has none."""
        self._check_free(record)
        if not record.route.source:
            return record
        if record.step == "uploading":
            # A server that was frozen may still write the part of an earlier attempt.
            self._remove_part(record)
        record = self._save(record, "uploading")
        fault("outbox-uploading")
        try:
            self._store(record)
            fault("outbox-uploaded")
            self._check_size(record)
            if record.route.has_marker:
                self._place().store(self.records.empty(), record.route.source.encode())
        except RefusedError as error:
            raise self._denied(record, error) from error
        return record

    def _remove_part(self, record: Outgoing) -> None:
        for path in dict.fromkeys((record.route.upload, record.route.source)):
            with suppress(RefusedError):
                self._place().remove(path.encode())

    def _publish(self, record: Outgoing) -> Outgoing:
        record = self._save(record, "publishing")
        fault("outbox-publishing")
        try:
            if record.route.source:
                self._place().rename(record.route.source.encode(), record.route.target.encode())
            else:
                self._store(record)
        except RefusedError as error:
            return self._after_refusal(record, error)
        except AccountError as error:
            return self._after_loss(record, error)
        fault("outbox-published")
        return self._there(record)

    def _after_refusal(self, record: Outgoing, error: RefusedError) -> Outgoing:
        """Return the record if it arrived all the same; otherwise raise an error."""
        found = look(self._place(), record)
        if found in ("there", "taken"):
            return self._there(record, was_taken=found == "taken")
        is_missing = isinstance(error, NotFoundError) and bool(record.route.source)
        has_part = not record.route.source and exists(self._place(), record.route.target)
        if found == "unclear" and (is_missing or has_part):
            # An earlier rename may have been carried out, or the partner may have taken a part.
            raise self._not_shown(record) from error
        self._save(record, "uploading" if record.route.source else "made")
        if isinstance(error, ExistsError):
            raise self._not_taken_yet(record) from error
        raise self._denied(record, error) from error

    def _after_loss(self, record: Outgoing, error: AccountError) -> Outgoing:
        """Look at the place after a response was lost, if it can be reached again."""
        try:
            record = self._looked_up(record)
        except (NotShownError, SignInError):
            raise
        except AccountError:
            pass
        if record.step == "there":
            return record
        reason = f"{record.name} may have arrived: {error.answer}"
        raise UnknownOutcomeError(self._account, _action(record), reason) from error

    def _looked_up(self, record: Outgoing) -> Outgoing:
        """Return a record in `publishing` as the place shows it."""
        found = look(self._place(), record)
        if found in ("there", "taken"):
            return self._there(record, was_taken=found == "taken")
        if found == "unclear" and not record.route.source:
            raise self._not_shown(record)
        # If the place shows nothing, the rename does: it fails if it was carried out before.
        return record

    def _there(self, record: Outgoing, *, was_taken: bool = False) -> Outgoing:
        try:
            record = self.records.save(replace(record, step="there", was_taken=was_taken))
            fault("outbox-there")
            self.records.remove_made(record.key)
        except OSError as error:
            reason = f"{record.name} is there, but cannot be recorded: {error.strerror or error}"
            raise UnknownOutcomeError(self._account, _action(record), reason) from error
        self._handed_over.add(record.size)
        return record

    def _save(self, record: Outgoing, step: Step) -> Outgoing:
        return record if record.step == step else self.records.save(replace(record, step=step))

    def _store(self, record: Outgoing) -> None:
        with progress.transfer(f"hand over {record.name}", size=record.size):
            self._place().store(self.records.made(record.key), record.route.upload.encode())

    def _denied(self, record: Outgoing, error: RefusedError) -> UnavailableError:
        """Return the error for a place that must change first, such as by a new folder."""
        reason = f"{record.name}: {error.answer}"
        if isinstance(error, NotFoundError):
            is_complete = record.step == "publishing"
            path = record.route.target if is_complete else record.route.upload
            folder = path.rpartition("/")[0]
            reason = f"{record.name}: the place has no folder {folder!a}; create it"
        return UnavailableError(self._account, _action(record), reason)

    def _check_free(self, record: Outgoing) -> None:
        """Raise `UnavailableError` if another file has the name: it must not be replaced."""
        route = record.route
        is_first = route.has_marker and record.step == "made"
        if exists(self._place(), route.target) or (
            is_first and exists(self._place(), route.upload)
        ):
            raise self._not_taken_yet(record)

    def _check_size(self, record: Outgoing) -> None:
        """Raise `UnavailableError` if the place shows another size."""
        if not self._checks_size:
            return
        try:
            size = self._place().size(record.route.upload.encode())
        except RefusedError:
            return
        if size not in (None, record.size):
            reason = f"{record.name}: the place has {size} bytes of {record.size}"
            raise UnavailableError(self._account, _action(record), reason)

    def _not_taken_yet(self, record: Outgoing) -> UnavailableError:
        reason = f"{record.name}: a file with this name is there and was not taken yet"
        return UnavailableError(self._account, _action(record), reason)

    def _not_shown(self, record: Outgoing) -> NotShownError:
        reason = f"{record.name} may have arrived, and the place does not show it; ask the partner"
        return NotShownError(self._account, _action(record), reason)


def _action(record: Outgoing) -> str:
    return f"hand over {record.name}"
