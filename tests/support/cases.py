"""The faults that ordosync must survive, by number, and their tests.

`pytest --cases tests/README.md`, also with the slow tests, writes the results of each, and keeps
the entries of cases that did not run.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Case:
    """A fault, and the prefixes of its test ids, below `tests`."""

    fault: str
    tests: tuple[str, ...]


def _case(fault: str, *tests: str) -> Case:
    return Case(fault=fault, tests=tests)


_TAKEOVER, _WEEKS, _FILE = (
    "engine/execution/test_takeover.py::",
    "scenarios/test_simulated_weeks.py::",
    "embedded/test_database.py::",
)
_OUTBOX = "accounts/files/outbox/"
_READING, _DATA, _TIMES = (
    "scenarios/faults/test_reading.py::",
    "scenarios/faults/test_data.py::",
    "scenarios/faults/test_times.py::",
)

CASES: Mapping[int, Case] = {
    1: _case(
        "killed at each named point",
        f"{_TAKEOVER}test_killed_anywhere",
        "scenarios/faults/test_processes.py::test_killed",
        f"{_OUTBOX}test_outbox.py::test_file_is_there_once_after_a_kill",
        f"{_OUTBOX}test_orders.py::test_order_whose_handover_was_killed",
        f"{_OUTBOX}test_row_files.py::test_parcel_whose_handover_was_killed",
    ),
    2: _case(
        "killed at random moments, everything running",
        "soak/test_kills.py",
        "handover/test_kills.py",
    ),
    3: _case(
        "three crashes in one slot",
        "engine/scheduling/test_run_due.py::test_a_task_that_kills_its_process",
    ),
    4: _case(
        "stopped by a signal",
        f"{_TAKEOVER}test_a_signal_ends_the_run",
        "engine/execution/test_clock.py",
    ),
    5: _case(
        "frozen past its lease, and thawed",
        f"{_TAKEOVER}test_a_thawed_process",
        f"{_TAKEOVER}test_a_frozen_process",
    ),
    6: _case("the machine was restarted", f"{_TAKEOVER}test_an_owner_that_only_seems_alive"),
    7: _case("another program has the pid", f"{_TAKEOVER}test_an_owner_that_only_seems_alive"),
    8: _case("the owner is a zombie", f"{_TAKEOVER}test_an_owner_that_only_seems_alive"),
    9: _case(
        "the parent was killed, its child lives",
        "scenarios/test_races.py::test_a_run_whose_process_died",
    ),
    10: _case("killed in a migration", f"{_FILE}test_crash"),
    11: _case(
        "many processes begin on an old or no file", f"{_FILE}test_processes_that_start_at_once"
    ),
    12: _case("weeks of ticks, each slot once", f"{_WEEKS}test_each_interval_runs_once_a_slot"),
    13: _case("ticks that were missed", f"{_WEEKS}test_three_days_off"),
    14: _case(
        "clocks that are set",
        f"{_WEEKS}test_a_clock_that_is_set",
        f"{_WEEKS}test_a_clock_ten_years_ahead",
    ),
    15: _case("summer time", f"{_WEEKS}test_a_change_of_summer_time"),
    16: _case("thousands of portals, spread over the hour", "engine/scheduling/test_schedule.py"),
    17: _case("a run longer than its interval", f"{_TAKEOVER}test_a_run_past_its_deadline"),
    18: _case("started in the same moment", "scenarios/test_races.py"),
    19: _case(
        "refused and reset connections, names, TLS",
        "scenarios/faults/test_writes.py",
        "http/test_tls.py",
        "http/test_writing.py",
    ),
    20: _case(
        "an answer lost after the write was done",
        "scenarios/faults/test_writes.py",
        f"{_OUTBOX}test_outbox.py::test_lost_response",
    ),
    21: _case("an error although the write was done", "scenarios/faults/test_writes.py"),
    22: _case(
        "a search that finds late", "scenarios/faults/test_writes.py::test_order_is_created_once"
    ),
    23: _case(
        "asked too much, with every Retry-After",
        f"{_READING}test_service_that_throttles",
        "http/test_again.py",
    ),
    24: _case("an outage of one portal", "scenarios/faults/test_portals.py::test_outage"),
    25: _case(
        "a key that is revoked",
        f"{_READING}test_key_that_is_revoked",
        "scenarios/faults/test_telling.py",
    ),
    26: _case(
        "unreadable responses", f"{_READING}test_page_that_cannot_be_read", "http/test_reading.py"
    ),
    27: _case("answers that never end", "http/test_limits.py"),
    28: _case("bombs", "http/test_limits.py", "http/test_reading.py::test_28"),
    29: _case("redirects and links to others", "http/test_origin.py"),
    30: _case("the same page forever", f"{_READING}test_same_page_again_and_again"),
    31: _case(
        "a set that changes while it is read",
        f"{_READING}test_orders_that_are_updated",
        f"{_READING}test_product_is_seen",
    ),
    32: _case("times that tie, lag, lie or are missing", "scenarios/faults/test_times.py"),
    33: _case(
        "proxies and passwords of the environment", "scenarios/faults/test_portals.py::test_proxies"
    ),
    34: _case("quantities that cannot be", "scenarios/faults/test_data.py"),
    35: _case(
        "hostile text", "scenarios/faults/test_data.py", "cli/test_bad_input.py::test_foreign_text"
    ),
    36: _case("one bad order among a hundred", "scenarios/faults/test_data.py"),
    37: _case(
        "the same number, other content",
        "scenarios/faults/test_data.py",
        "scenarios/faults/test_ordoro.py",
    ),
    38: _case("exact money", "scenarios/faults/test_data.py"),
    39: _case(
        "formulas in files",
        "accounts/files/test_writing.py::test_foreign_text",
        "accounts/files/test_writing.py::test_neutral",
    ),
    40: _case("a listing that is suddenly empty", "engine/execution/test_safety_limit.py"),
    41: _case("sold between reading and writing", "scenarios/faults/test_portals.py::test_sale"),
    42: _case(
        "cancelled while it is shipped",
        "scenarios/faults/test_ordoro.py",
        "scenarios/test_races.py",
        "cli/test_desk.py",
    ),
    43: _case(
        "tracking before its split, edited and removed",
        "scenarios/pairs/test_shipping.py",
        "cli/test_desk.py",
    ),
    44: _case(
        "cancelled, restored, edited", "tasks/test_cancel_orders.py", "tasks/test_import_orders.py"
    ),
    45: _case("the desk and cron at once", "cli/test_desk.py"),
    46: _case("one that fails holds up no other order", "tasks/test_update_tracking.py"),
    47: _case(
        "a full disk",
        "store/test_backup.py::test_a_full_disk",
        "scenarios/test_full_disk.py",
        "handover/test_server_faults.py::test_full_disk",
    ),
    48: _case(
        "files that cannot be written or opened",
        "cli/test_bad_input.py::test_a_database_that_cannot_be_used",
    ),
    49: _case(
        "damaged files",
        "cli/test_bad_input.py::test_a_database_that_cannot_be_used",
        "store/test_restore.py::test_a_damaged_store",
        f"{_FILE}test_spoiled_file",
    ),
    50: _case("a file that another program holds", f"{_FILE}test_file_that_another_program_locks"),
    51: _case(
        "a newer schema, another machine",
        "store/test_restore.py::test_the_store_of_another_machine",
        "store/test_restore.py::test_a_file_that_cannot_be_used",
    ),
    52: _case(
        "backed up while it is written, and restored",
        "store/test_backup.py::test_backups_while",
        "store/test_restore.py",
        "scenarios/places/test_memory.py",
    ),
    53: _case("a million rows, and fewer", "store/test_prune.py"),
    54: _case("a SQLite library with the WAL-reset bug", "store/test_journal.py"),
    55: _case("wrong configurations", "config"),
    56: _case(
        "files that others can read, write or replace",
        "config/test_secret.py",
        f"{_FILE}test_file_is_for_its_owner_alone",
        "config/test_permissions.py",
    ),
    57: _case(
        "canaries of secrets and persons",
        "scenarios/test_canary.py",
        "http/test_words.py",
        "scenarios/faults/test_telling.py",
        "scenarios/places/test_personal_data.py",
    ),
    58: _case(
        "closed streams, narrow terminals",
        "engine/scheduling/test_run_due.py::test_closed_streams",
        "cli/test_tables.py",
    ),
    59: _case(
        "the bare environment of cron",
        "engine/scheduling/test_run_due.py::test_it_works_in_the_bare_environment",
    ),
    60: _case(
        "mail in a day of outage, and none while all is well",
        f"{_WEEKS}test_a_day_of_outage",
        f"{_WEEKS}test_a_write_that_waits",
        "scenarios/test_quiet_week.py",
    ),
    62: _case("names that are paths or SQL", "config/test_schema.py::test_names_are_safe"),
    63: _case("protections taken out one by one", "mutants"),
}
"""61 is about webhooks, which ordosync does not receive."""


@dataclass
class Result:
    """Results of the tests of a case."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0


@dataclass
class Table:
    """Collects the results of a session."""

    results: dict[int, Result] = field(default_factory=dict)

    def add(self, name: str, outcome: str, seconds: float) -> None:
        """Record a test, by its id below `tests`."""
        for number, case in CASES.items():
            if name.startswith(case.tests):
                result = self.results.setdefault(number, Result())
                setattr(result, outcome, getattr(result, outcome) + 1)
                result.seconds += seconds

    def missing(self) -> list[int]:
        """Return the cases without a test that ran."""
        return [number for number in CASES if number not in self.results]

    def write(self, path: Path) -> None:
        """Write the table into a page of Markdown; the text above it stays as it is.

        A case without a test that ran keeps its entry.
        """
        text = path.read_text("utf-8") if path.exists() else ""
        before = {int(match[1]): match[2] for match in re.finditer(_ROW, text)}
        rows = [
            f"| {number} | {case.fault} | {self._came(number, before.get(number))} |"
            for number, case in CASES.items()
        ]
        above = text.partition(_COLUMNS)[0]
        path.write_text("\n".join((above + _COLUMNS, *rows, "")), "utf-8")

    def _came(self, number: int, before: str | None) -> str:
        if number in self.results:
            return _told(self.results[number])
        return before or "no test ran |"


_COLUMNS = "| case | fault | tests | time |\n| --- | --- | --- | --- |"
_ROW = re.compile(r"^\| (\d+) \| [^|]+ \| ([^|]+\|[^|]*) \|$", re.MULTILINE)


def _told(result: Result) -> str:
    counts = {"passed": result.passed, "failed": result.failed, "skipped": result.skipped}
    text = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
    return f"{text} | {result.seconds:.1f} s"
