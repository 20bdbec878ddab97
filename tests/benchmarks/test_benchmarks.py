"""Goals that do not vary from machine to machine must hold; times are only shown.

`.ci/run` measures everything at a small scale.
"""

import sys

import pytest

from tests.benchmarks.__main__ import BENCHMARKS, main
from tests.benchmarks.measuring import Result, always, at_most
from tests.benchmarks.versions import versions


@pytest.mark.parametrize(
    ("result", "code"),
    [
        (always("calls", 2, 1), 1),
        (always("calls", 1, 1), 0),
        (at_most("time", 2, 1), 0),
        (at_most("time of a peer", None, 1, note="not measured"), 0),
    ],
)
def test_only_what_does_not_vary_fails_the_command(
    monkeypatch: pytest.MonkeyPatch, result: Result, code: int
) -> None:
    monkeypatch.setitem(BENCHMARKS, "one", lambda _, __: [result])
    monkeypatch.setattr(sys, "argv", ["benchmarks", "one"])

    assert main() == code


def test_versions_are_printed_with_every_figure() -> None:
    assert {"Python", "SQLite", "ordosync", "journal", "CPUs"} <= set(versions())
