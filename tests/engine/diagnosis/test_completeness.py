"""`attention` is complete: every state and code that a step or run can end in has its row here."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import ordosync
from ordosync import errors
from ordosync.config import load_config
from ordosync.config.settings import Config
from ordosync.engine.diagnosis.attention import attention
from ordosync.engine.diagnosis.attention_entry import Attention
from ordosync.store import Store
from ordosync.store.step_rows import PATIENT
from tests.support.age import age
from tests.support.desk import TwoAccounts

STEP = 1
FAILED: Mapping[str, str] = {
    "already-shipped": "critical",
    "deleted": "critical",
    "not-answered": "critical",
    "not-reducible": "critical",
    "piece-cancelled": "critical",
    "reassigned": "critical",
    "supplier-restored": "critical",
} | dict.fromkeys(
    (
        *("cancelled", "conflict", "cut", "dismissed", "does-not-fit", "exists", "further-parcel"),
        *("invalid", "invalid-order", "invalid.file", "invalid.money", "invalid.quantity"),
        *("more-than-ordered", "no-address", "no-date", "not-editable"),
        *("not-found", "not-held", "on-hold", "other-lines", "oversold"),
        *("partially-shipped", "refused", "rest-cancelled", "reused-number"),
        *("sent-elsewhere", "sku-claimed", "sku-nearly", "split-refused", "supplier-cancelled"),
        *("supplier-cancelled-rest", "too-many-units", "unclear-status", "unknown-status"),
        "unproven",
    ),
    "normal",
)
"""Severities of failed steps: all need the operator until they are settled or dismissed."""
EDITS: Mapping[str, str] = {"edit-held": "normal"} | dict.fromkeys(
    (
        *("below-sent", "cancelled", "changed-there", "country-changed", "edited", "gone"),
        *("not-editable", "not-taken", "raced", "sent-elsewhere", "shipped", "split"),
        *("sku-nearly", "stock-not-moved", "too-late-to-apply", "unknown-sku"),
    ),
    "critical",
)
"""The same of edits of an order that is not shipped; a held order is not shipped as it was."""
WAITING = (
    *("busy", "cancellations-first", "changed", "earlier-parcel", "no-link", "parcels-first"),
    "partially-shipped",
    *("sent-elsewhere", "split-first", "stopped", "unavailable", "which-lines"),
)
"""Codes of steps that are tried again: they need the operator only if that takes too long."""
UNKNOWN = ("no-answer", "not-ready", "not-shown", "taken", "unknown-outcome")
HELD = ("asked",)
HELD_BY_RULE = (
    *("hold-paid", "hold-age", "hold-tags", "hold-risk", "hold-value", "hold-country"),
    *("hold-po-box", "hold-sku", "hold-status"),
)
"""Orders that are not sent yet: they need the operator only after `longest`."""
PLANNED = "planned"
"""A waiting step whose run was interrupted before it was sent; the next run plans it again."""
SKIPPED: Mapping[str, str | None] = {"no-tracking": "normal"} | dict.fromkeys(
    (
        *(
            "added-lines",
            "before-since",
            "dismissed",
            "edited",
            "given-back",
            "gone",
            "ignored",
            "mended",
        ),
        *("no-lines", "no-sku", "not-imported", "not-shipped", "nothing-to-ship", "over"),
        *("skip-rule", "stale", "test-order"),
        *("split-after-import", "taken-back", "too-late", "unknown-sku", "voided", "withdrawn"),
    )
)
"""Steps that need nothing; but an order that was shipped without a number needs it."""
DONE: Mapping[str, str | None] = {
    "stock-not-moved": "normal",
    "cost-added": None,
    "on-pieces": None,
    "stock-stopped": None,
    "stale": None,
    "taken-away": None,
}
"""Done steps need nothing; but stock that an edit did not move is to be corrected."""
RUNS = (
    *("account", "auth", "brake", "crashed", "refused", "sku-map", "stock-rules", "unavailable"),
    "unexpected",
)
CONCERNS = (
    "late",
    "no-reference",
    "quota-kept",
    "stale",
    "stale-products",
    "stale-soon",
    "unshipped",
)
CALLS = (
    *(
        "Attention",
        "Decision",
        "_Reason",
        "InvalidRecord",
        "Notice",
        "Outcome",
        "Problem",
        "RunError",
    ),
    *("item", "refused", "replace", "row_change", "step_change"),
)
"""Functions and classes that take the code of a step, run or entry."""
NAMES = ("code", "error_code")
"""Columns, not codes."""


def _trees() -> list[ast.Module]:
    package = Path(ordosync.__file__).parent
    paths = [path for path in package.rglob("*.py") if "cli" not in path.parts]
    return [ast.parse(path.read_text("utf-8")) for path in paths]


def _constants(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield the names and values of the texts that a module defines."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            for target in node.targets:
                if isinstance(target, ast.Name) and isinstance(node.value.value, str):
                    yield target.id, node.value.value


def _values(tree: ast.Module) -> Iterator[ast.expr]:
    """Yield the code of each value that has one."""
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") in CALLS:
            yield from (keyword.value for keyword in call.keywords if keyword.arg == "code")


def _codes() -> set[str]:
    """Return the codes in the package; a code that ends with a point is the begin of several."""
    trees, everywhere = _trees(), defaultdict[str, set[str]](set)
    for tree in trees:
        for name, value in _constants(tree):
            everywhere[name].add(value)
    found = {
        kind.code for kind in vars(errors).values() if isinstance(getattr(kind, "code", None), str)
    }
    for tree in trees:
        own = dict(_constants(tree))
        for node in (node for value in _values(tree) for node in ast.walk(value)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
            elif isinstance(node, ast.Name):
                found |= {own[node.id]} if node.id in own else everywhere[node.id]
    return {code for code in found if re.fullmatch("[a-z][a-z.-]*[a-z]", code)}


def test_each_code_of_the_package_is_in_one_of_these_tables() -> None:
    known = {
        *FAILED,
        *EDITS,
        *WAITING,
        PLANNED,
        *UNKNOWN,
        *HELD,
        *HELD_BY_RULE,
        *SKIPPED,
        *DONE,
        *RUNS,
        *CONCERNS,
        *NAMES,
    }

    assert _codes() - known == set(), "say here what the operator must know of a new code"


@pytest.fixture
def config(both: TwoAccounts) -> Config:
    both.run("import-products")
    return load_config(both.folder / "config.yaml")


def listed(config: Config, statement: str, *, after: timedelta = timedelta()) -> list[Attention]:
    """Return the entries of the step after a change of the store."""
    age(config.database.folder, f"update steps set {statement} where id = {STEP}")  # noqa: S608 - a test's
    now = datetime.now(UTC) + after
    with Store.open(config.database, readonly=True) as store:
        entries = attention(config, store, now=now, unshipped_for=timedelta(days=7))
    return [entry for entry in entries if entry.step == STEP]


def test_failed_steps_are_listed_at_once(config: Config) -> None:
    for code, severity in FAILED.items():
        [entry] = listed(config, f"state = 'failed', code = '{code}', reason = 'why'")

        assert (entry.code, entry.severity, entry.needs_you) == (code, severity, True)
        assert entry.command
    for code, severity in EDITS.items():
        failed = f"state = 'failed', code = '{code}', reason = 'why'"
        [entry] = listed(config, f"key = '1001#1:edit', content = 'address:1', {failed}")

        assert (entry.code, entry.severity, entry.needs_you) == (code, severity, True)


def test_waiting_steps_are_listed_when_they_wait_for_too_long(config: Config) -> None:
    for code in WAITING:
        limit = timedelta(days=1) if code in PATIENT else timedelta(hours=1)
        statement = f"state = 'waiting', code = '{code}', reason = 'why'"

        assert listed(config, statement, after=limit - timedelta(minutes=10)) == [], code
        [late] = listed(config, statement, after=limit + timedelta(minutes=10))
        assert (late.severity, late.needs_you) == ("normal", True)


def test_writes_of_unknown_outcome_are_critical_when_they_stay_unknown(config: Config) -> None:
    for code in UNKNOWN:
        statement = f"state = 'unknown', code = '{code}', reason = 'why', looked_at = "

        assert listed(config, f"{statement} null") == [], code
        [looked_up] = listed(config, f"{statement} updated_at")
        [late] = listed(config, f"{statement} null", after=timedelta(minutes=70))
        assert looked_up.severity == late.severity == "critical"


@pytest.mark.of_files
def test_held_steps_are_listed_an_hour_after_their_deadline(config: Config) -> None:
    for code in HELD:
        deadline = "strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '2 days')"
        statement = f"state = 'held', code = '{code}', reason = 'why', not_before = {deadline}"

        assert listed(config, statement, after=timedelta(days=2)) == []
        [late] = listed(config, statement, after=timedelta(days=2, hours=2))
        assert (late.severity, late.needs_you) == ("normal", True)


def test_orders_that_a_rule_holds_are_listed_after_the_longest_time(config: Config) -> None:
    for code in HELD_BY_RULE:
        statement = f"state = 'held', code = '{code}', reason = 'why', not_before = null"

        assert listed(config, statement, after=timedelta(days=6, hours=23)) == []
        [late] = listed(config, statement, after=timedelta(days=7, hours=1))
        assert (late.severity, late.needs_you) == ("normal", True)
        assert late.command == "ordosync orders release 1001"


def test_settled_steps_are_not_listed(config: Config) -> None:
    for code, severity in SKIPPED.items():
        task = "update-tracking" if code == "no-tracking" else "import-orders"
        statement = f"state = 'skipped', code = '{code}', reason = 'why', task = '{task}'"

        entries = listed(config, statement, after=timedelta(days=30))
        assert [entry.severity for entry in entries] == ([severity] if severity else []), code
    for code, severity in DONE.items():
        entries = listed(config, f"state = 'done', code = '{code}'", after=timedelta(days=30))
        assert [entry.severity for entry in entries] == ([severity] if severity else []), code


def test_stock_that_was_not_moved_is_listed_until_a_dismissal(
    both: TwoAccounts, config: Config
) -> None:
    listed(config, "state = 'done', code = 'stock-not-moved', reason = 'why'")
    step = str(STEP)
    codes = [
        both.run("attention").code,
        both.run("dismiss", step, "--note", "counted").code,
        both.run("attention").code,
        both.run("dismiss", step, "--undo").code,
        both.run("attention").code,
    ]

    assert codes == [1, 0, 0, 0, 1]
    [entry] = both.run("attention", "--json").json["attention"]
    assert (entry["code"], entry["reason"]) == ("stock-not-moved", "why")


@pytest.mark.parametrize(
    ("code", "severity"), [("refused", "normal"), ("already-shipped", "critical")]
)
def test_attention_health_and_a_dismissal_agree(
    both: TwoAccounts, config: Config, code: str, severity: str
) -> None:
    both.run("run-due")
    listed(config, f"state = 'failed', code = '{code}', reason = 'why'")
    [entry] = both.run("attention", "--json").json["attention"]
    before = [both.run(command).code for command in ("attention", "health")]
    both.run("dismiss", str(STEP), "--note", "agreed")
    after = [both.run(command).code for command in ("attention", "health")]

    assert entry["severity"] == severity
    assert (before, after) == ([1, 1], [0, 0])
