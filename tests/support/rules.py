"""The rules and cases of orders that are sent in parts, and the kinds that cannot hold some.

P1 to P24 and F are those of lifecycle.md 3.3 and 0.1, W1 is what real shops did, and F20 is an
order of which a part was sent before its first import. A test that is named after a rule and is
run with each kind of account is skipped for a kind that lacks what the rule needs.
`config check --online` then says what the kind does instead.
"""

import functools
import importlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from ordosync.accounts.account import Role
from tests.accounts.contract.instead import INSTEAD
from tests.accounts.contract.people import Lack
from tests.scenarios.pairs.kinds import MERCHANTS, SUPPLIERS

TESTS = Path(__file__).parents[1]
CASES = ("f1", "f2", "f3", "f4", "f5", "f9", "f11", "f12", "f13", "f20", "w1")
RULES = (*(f"p{number}" for number in range(1, 25)), *CASES)
_ONLY: Mapping[str, tuple[Role, str]] = {"f12": ("supplier", "files")}
"""Cases of one kind: elsewhere a second number is that of a further parcel, which is F2."""

_NAME = re.compile(r"\btest_((?:[pfw][1-9]\d?_)+)\w*")


@dataclass(frozen=True, kw_only=True, order=True)
class Skipped:
    """A rule that a kind of account cannot hold in a role."""

    role: Role
    kind: str
    rule: str
    words: tuple[Lack, ...]
    """The features that it lacks."""

    def __str__(self) -> str:
        instead = INSTEAD.get((self.role, self.kind), {})
        reasons = sorted({instead.get(word, f"lacks {word}") for word in self.words})
        return f"{self.rule.upper()}: {self.kind} as {self.role}: {'; '.join(reasons)}"


SHARED = ("l9", "l10", "l11", "l12", "l14", "l16")
"""The rules of one Supplier with several Merchants that need no quotas: lifecycle.md 6.5."""
_SHARED_NAME = re.compile(r"\btest_(l[1-9]\d?)_\w*")
HOLDS = tuple(f"h{number}" for number in range(1, 19))
"""The rules of orders that are held before the import: lifecycle.md 4.3."""
_HOLD_NAME = re.compile(r"\btest_(h[1-9]\d?)_\w*")


def shared_rules_tested() -> frozenset[str]:
    """Return the rules of a shared Supplier that have a test; other files have other rules L."""
    names = ("test_waking.py", "test_overselling.py", "test_unsent.py")
    paths = [path for name in names for path in TESTS.rglob(name)]
    return frozenset(rule for path in paths for rule in _SHARED_NAME.findall(path.read_text()))


def held_rules_tested() -> frozenset[str]:
    """Return the rules of held orders that have a test; other files have other rules H."""
    names = ("test_hold.py", "test_holds.py", "test_held_imports.py")
    paths = [path for name in names for path in TESTS.rglob(name)]
    return frozenset(rule for path in paths for rule in _HOLD_NAME.findall(path.read_text()))


@functools.cache
def named_tests() -> Mapping[str, list[str]]:
    """Return the tests that are named after each rule."""
    found: dict[str, list[str]] = {}
    for path in sorted(TESTS.rglob("test_*.py")) + sorted(TESTS.glob("accounts/contract/*.py")):
        for match in _NAME.finditer(path.read_text()):
            for rule in match[1].split("_")[:-1]:
                found.setdefault(rule, []).append(f"{path.relative_to(TESTS)}::{match[0]}")
    return found


def skipped() -> Iterator[Skipped]:
    """Yield the rules that a kind cannot hold, because it lacks what each test of them needs."""
    needs = _needs_by_rule()
    roles: Mapping[Role, Mapping[str, type]] = {"merchant": MERCHANTS, "supplier": SUPPLIERS}
    for role, kinds in roles.items():
        for kind, people in kinds.items():
            for rule in RULES:
                of_role = [words for asked, words in needs.get(rule, ()) if asked in (role, None)]
                lacking = [words & people.lacks for words in of_role]  # type: ignore[attr-defined]
                if all(lacking) and lacking and _ONLY.get(rule, (role, kind)) == (role, kind):
                    words = tuple(sorted(frozenset.union(*lacking)))
                    yield Skipped(role=role, kind=kind, rule=rule, words=words)


def _needs_by_rule() -> Mapping[str, list[tuple[Role | None, frozenset[Lack]]]]:
    """Return what each test needs that is run with every kind, and its role; None: with pairs."""
    found: dict[str, list[tuple[Role | None, frozenset[Lack]]]] = {}
    for path in (*TESTS.glob("accounts/contract/*.py"), *TESTS.glob("scenarios/pairs/test_*.py")):
        parts = path.relative_to(TESTS.parent).with_suffix("").parts
        module = importlib.import_module(".".join(parts))
        role: Role | None = "merchant" if path.name.startswith("merchant_") else None
        role = "supplier" if path.name.startswith("supplier_") else role
        for name, test in _tests_in(module):
            if match := _NAME.match(name):
                marks = getattr(test, "pytestmark", ())
                words = {word for mark in marks if mark.name == "needs" for word in mark.args}
                for rule in match[1].split("_")[:-1]:
                    found.setdefault(rule, []).append((role, frozenset(words)))
    return found


def _tests_in(module: ModuleType) -> Iterator[tuple[str, object]]:
    """Yield the tests of a module and of its classes."""
    for name, value in vars(module).items():
        if isinstance(value, type) and value.__module__ == module.__name__:
            yield from vars(value).items()
        else:
            yield name, value


AGES = tuple(f"a{number}" for number in range(1, 8))
"""The rules of old quantities: lifecycle.md 6.6."""
_AGE_NAME = re.compile(r"\btest_((?:a[1-7]_)+)\w*")


def age_rules_tested() -> frozenset[str]:
    """Return the rules of old quantities that have a test; other files have other rules A."""
    names = ("test_stock_age.py", "test_feed_ages.py", "test_stale_feeds.py")
    texts = [path.read_text() for name in names for path in TESTS.rglob(name)]
    found = [name for text in texts for name in _AGE_NAME.findall(text)]
    return frozenset(rule for name in found for rule in name.split("_"))


STOCKS = tuple(f"q{number}" for number in range(1, 16))
"""The rules of quantities: lifecycle.md 6.4."""
_STOCK_NAME = re.compile(r"\btest_(q[1-9]\d?)_\w*")


def stock_rules_tested() -> frozenset[str]:
    """Return the rules of quantities that have a test; other files have other rules Q."""
    names = ("test_rules_of_stock.py", "test_stock_stops.py", "test_stock_checks.py")
    texts = [path.read_text() for name in names for path in TESTS.rglob(name)]
    return frozenset(name for text in texts for name in _STOCK_NAME.findall(text))


MAPS = (*(f"m{number}" for number in range(1, 12)), *(f"c{number}" for number in range(1, 8)))
"""The rules of SKU maps, and of their changes: lifecycle.md 5.3 and 5.4."""
_MAP_NAME = re.compile(r"\btest_((?:[mc][1-9]\d?_)+)\w*")
_MAP_TESTS = ("test_sku_map*.py", "test_unknown_skus.py", "sku_maps/test_*.py")


def map_rules_tested() -> frozenset[str]:
    """Return the rules of SKU maps that have a test; other files have other rules M and C."""
    texts = [path.read_text() for name in _MAP_TESTS for path in TESTS.rglob(name)]
    found = [name for text in texts for name in _MAP_NAME.findall(text)]
    return frozenset(rule for name in found for rule in name.split("_"))
