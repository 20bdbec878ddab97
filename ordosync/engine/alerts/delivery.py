"""Sends the alerts and digests that are due, and records what was sent.

A message is recorded after it was sent. A process that is killed in between sends it again: twice
is better than never. No transaction is open while a message is sent; a lease excludes a second
process meanwhile.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from msgspec.structs import replace

from ordosync.clock import Clock, StoppedError
from ordosync.config.alert_settings import AlertsConfig, DigestConfig
from ordosync.config.settings import Config
from ordosync.engine.alerts.changes import Change, due_kind, follow, reported, within_limit
from ordosync.engine.alerts.digest import digest
from ordosync.engine.alerts.digest_text import digest_message
from ordosync.engine.alerts.local_times import last_digest_time, next_digest_time, quiet_until
from ordosync.engine.alerts.messages import Message, alert_message, id_of, message_id
from ordosync.engine.alerts.problems import Problem, problems_of
from ordosync.engine.alerts.sending import send
from ordosync.engine.diagnosis.attention import UNSHIPPED_DAYS, attention
from ordosync.engine.execution.claim import released_after_error
from ordosync.engine.execution.interruption import Stop
from ordosync.errors import DeliveryError, LeaseLostError
from ordosync.failpoints import fault
from ordosync.slots import is_from_the_future, is_within
from ordosync.store import Store
from ordosync.store.alert_table import AlertRow, TargetRow
from ordosync.store.leases import ALERTS, Lease
from ordosync.text import plural

_LOOK_EVERY = timedelta(minutes=10)
"""Problems may begin and end without a run: by their age, or by a command."""
_RETRY = timedelta(minutes=5)
_LATE_RETRY = timedelta(hours=1)
_LONGEST_REST = timedelta(days=1)
_TRIES = 3
"""Failed attempts after which the other recipients are notified instead."""
_WARN_AGAIN = timedelta(days=1)
_MAYBE = "; the message may have arrived"


def deliver(config: Config, clock: Clock, stop: Stop) -> list[str]:
    """Send what is due; return a line for cron's mail for each recipient that cannot be reached.

    Sends nothing without `alerts:`, after a signal, or while another process sends.
    """
    if config.alerts is None or stop.reason:
        return []
    try:
        with Store.open(config.database, clock=clock) as store, _leased(store, clock) as lease:
            if lease is None:
                return []
            delivery = _Delivery(
                config=config, alerts=config.alerts, store=store, clock=clock, lease=lease
            )
            return delivery.run()
    # The next call, or the other process, sends the rest.
    except (StoppedError, LeaseLostError):
        return []


@contextmanager
def _leased(store: Store, clock: Clock) -> Iterator[Lease | None]:
    with store.transaction():
        lease = store.leases.claim("", ALERTS, clock=clock)
    if not isinstance(lease, Lease):
        yield None
        return
    with released_after_error(lease, store, clock):
        yield lease
    # The lease may be lost.
    with suppress(LeaseLostError), store.transaction():
        store.leases.release(lease)


@dataclass(frozen=True, kw_only=True)
class _Delivery:
    config: Config
    alerts: AlertsConfig
    store: Store
    clock: Clock
    lease: Lease

    def run(self) -> list[str]:
        now = self.clock.now()
        is_first = self.store.alerts.is_first
        targets = self._targets(now)
        problems = self._problems(now)
        rows = self._follow(problems, targets, now)
        for name, changes in self._pending(rows, problems, now).items():
            if not _is_resting(targets[name], now):
                message = self._message(changes, now, is_first=is_first)
                targets[name] = self._send(targets[name], message, now, changes=changes)
        if self.alerts.digest:
            self._send_digests(self.alerts.digest, targets, now)
        warnings = list(self._warnings(targets, now))
        with self._recording():
            self.store.alerts.set_due_at(self._next_look(targets.values(), now))
        return warnings

    def _targets(self, now: datetime) -> dict[str, TargetRow]:
        """Return the recipients; a new one gets its first digest at the next time of day."""
        known = self.store.alerts.targets()
        new = [TargetRow(target=name, digest_at=now) for name in self.alerts.to.keys() - known]
        if new:
            with self._recording():
                for target in new:
                    self.store.alerts.save_target(target)
        rows = {**known, **{target.target: target for target in new}}
        return {name: rows[name] for name in self.alerts.to}

    def _problems(self, now: datetime) -> Mapping[str, Problem]:
        unshipped_for = timedelta(days=UNSHIPPED_DAYS)
        entries = attention(self.config, self.store, now=now, unshipped_for=unshipped_for)
        return problems_of(entries, self.config.portals)

    def _follow(
        self, problems: Mapping[str, Problem], targets: Mapping[str, TargetRow], now: datetime
    ) -> list[AlertRow]:
        """Record which problems are open for each recipient; return their rows."""

        def targets_of(problem: Problem) -> Sequence[str]:
            places = {(entry.portal, entry.severity): None for entry in problem.entries}
            names = [name for place in places for name in self.alerts.targets(*place)]
            cannot_reach = any(_is_out(targets[name], now) for name in names)
            return list(targets) if cannot_reach else names

        before = self.store.alerts.all()
        # The problems of a portal that was removed end without a message.
        known = [
            row
            for row in before
            if (row.portal in self.config.portals or row.key in problems) and row.target in targets
        ]
        rows = follow(known, problems, targets_of=targets_of, now=now)
        places = {(row.target, row.key) for row in rows}
        deleted = [row for row in before if (row.target, row.key) not in places]
        changed = set(rows).difference(before)
        if deleted or changed:
            with self._recording():
                self.store.alerts.delete(deleted)
                self.store.alerts.save(changed)
        return rows

    def _pending(
        self, rows: Sequence[AlertRow], problems: Mapping[str, Problem], now: datetime
    ) -> Mapping[str, list[Change]]:
        """Return what each recipient should be notified of now."""
        quiet = self.alerts.quiet if quiet_until(self.alerts.quiet, now) else None
        pending: defaultdict[str, list[Change]] = defaultdict(list)
        for row in sorted(rows, key=lambda row: row.first_at):
            kind = due_kind(row, again=self.alerts.again, now=now)
            if kind and (quiet is None or quiet.but == row.severity):
                problem = problems.get(row.key) if row.ended_at is None else None
                pending[row.target].append(Change(kind=kind, row=row, problem=problem))
        of_target = {name: [row for row in rows if row.target == name] for name in pending}
        allowed = {
            name: within_limit(changes, of_target[name], now) for name, changes in pending.items()
        }
        return {name: changes for name, changes in allowed.items() if changes}

    def _message(self, changes: Sequence[Change], now: datetime, *, is_first: bool) -> Message:
        if not is_first or len(changes) == 1:
            return alert_message(changes, now)
        problems = [change.problem for change in changes if change.problem]
        portals = {entry.portal for problem in problems for entry in problem.entries}
        title = f"ordosync: {len(changes)} problems are open already"
        content = digest(self.config, self.store, now=now, portals=portals)
        return digest_message(content, title=title, id_=id_of(changes))

    def _send_digests(
        self, settings: DigestConfig, targets: dict[str, TargetRow], now: datetime
    ) -> None:
        due_at = last_digest_time(settings, now)
        due = [targets[name] for name in settings.to if _lacks_digest(targets[name], due_at, now)]
        if not due:
            return
        content = digest(self.config, self.store, now=now)
        is_wanted = settings.when_empty or not content.is_empty
        for target in due:
            name, sent = target.target, replace(target, digest_at=now)
            if not is_wanted:
                targets[name] = sent
                with self._recording():
                    self.store.alerts.save_target(sent)
            elif not _is_resting(target, now):
                message = digest_message(content, id_=message_id(name, due_at))
                targets[name] = self._send(sent, message, now, before=target)

    def _send(
        self,
        target: TargetRow,
        message: Message,
        now: datetime,
        *,
        changes: Sequence[Change] = (),
        before: TargetRow | None = None,
    ) -> TargetRow:
        """Send a message; return the recipient as it is then: `before`, if it failed."""
        with self._recording():
            self.store.leases.extend(self.lease, clock=self.clock)
        try:
            warning = send(self.alerts.to[target.target], message, self.clock)
        except DeliveryError as error:
            counts = error.may_have_arrived and _may_have_arrived(before or target)
            row = _failed(target if counts else before or target, error, now, counts=counts)
            changes = changes if counts else ()
        else:
            row = _reached(target, warning)
        fault("alert-sent")
        with self._recording():
            self.store.alerts.save(reported(change, now) for change in changes)
            self.store.alerts.save_target(row)
        return row

    def _warnings(self, targets: dict[str, TargetRow], now: datetime) -> Iterator[str]:
        """Yield a line for each recipient that cannot be reached, once a day."""
        for name, row in targets.items():
            is_known = row.warned_at is not None and is_within(row.warned_at, now, _WARN_AGAIN)
            if row.error and (not row.tries or _is_out(row, now)) and not is_known:
                with self._recording():
                    self.store.alerts.save_target(replace(row, warned_at=now))
                yield f"alerts: {name} {_problem(row)}; `ordosync alerts test {name}` tries again"

    def _next_look(self, targets: Iterable[TargetRow], now: datetime) -> datetime:
        times = [now + _LOOK_EVERY, quiet_until(self.alerts.quiet, now)]
        times += [row.next_try_at for row in targets]
        if self.alerts.digest:
            times.append(next_digest_time(self.alerts.digest, now))
        return min(at for at in times if at and at > now)

    @contextmanager
    def _recording(self) -> Iterator[None]:
        """Write to the store, unless another process sends now. Raises `LeaseLostError`."""
        with self.store.transaction():
            self.store.leases.check(self.lease)
            yield


def _is_resting(target: TargetRow, now: datetime) -> bool:
    """True if the last attempt failed a moment ago."""
    # A later time was written by a wrong clock.
    return target.next_try_at is not None and now < target.next_try_at <= now + _LONGEST_REST


def _is_out(target: TargetRow, now: datetime) -> bool:
    """True if the other recipients should not wait for the next attempt."""
    rests_long = target.next_try_at is not None and target.next_try_at > now + _RETRY
    return target.tries >= _TRIES or (rests_long and _is_resting(target, now))


def _lacks_digest(target: TargetRow, due_at: datetime, now: datetime) -> bool:
    sent_at = target.digest_at
    return sent_at is None or sent_at < due_at or is_from_the_future(sent_at, now)


def _reached(target: TargetRow, warning: str | None) -> TargetRow:
    # The warning is written once a day, and not after each message.
    warned_at = target.warned_at if warning and not target.tries else None
    return replace(target, tries=0, next_try_at=None, error=warning, warned_at=warned_at)


def _may_have_arrived(target: TargetRow) -> bool:
    """True if the last attempt failed, but the message may have arrived.

    Such a message is sent twice and then counts as sent. Otherwise a server that accepts each
    message, and never answers, would get it once an hour.
    """
    return (target.error or "").endswith(_MAYBE)


def _failed(target: TargetRow, error: DeliveryError, now: datetime, *, counts: bool) -> TargetRow:
    tries = target.tries + 1
    wait = _RETRY if tries < _TRIES and not counts else _LATE_RETRY
    if error.retry_after_s is not None:
        wait = min(max(wait, timedelta(seconds=error.retry_after_s)), _LONGEST_REST)
    text = f"{error}{_MAYBE if error.may_have_arrived else ''}"
    return replace(target, tries=tries, error=text, next_try_at=now + wait)


def _problem(target: TargetRow) -> str:
    if not target.tries:
        return f"is reached only in part: {target.error}"
    attempts = f"{target.tries} {plural(target.tries, 'attempt', 'attempts')}"
    return f"cannot be reached, {attempts} failed: {target.error}"
