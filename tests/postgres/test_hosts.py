"""Processes of several hosts call one account, and some are killed in the middle of a call."""

import pytest

from tests.postgres.host import AT_ONCE, CALL_S, CALLS, PER_S
from tests.postgres.hosts import calls_of, most_at_once, run_hosts


@pytest.mark.slow
def test_sixteen_processes_of_three_hosts_use_the_limit_and_never_break_it(postgres: str) -> None:
    lines = run_hosts(postgres, (5, 5, 6), seconds=10, kills=6)

    calls = calls_of(lines)
    for window_s in (PER_S / 4, PER_S / 2, PER_S):
        assert most_at_once(calls, window_s) <= CALLS
    assert most_at_once(calls, 2.5 * PER_S) <= 3 * CALLS
    answered = [(sent, until) for sent, until in calls if until - sent != CALL_S]
    assert most_at_once(answered, 0) <= AT_ONCE
    assert len({line.split()[0] for line in lines if " sent " in line}) == 16
    began = [float(line.split()[2]) for line in lines if " began " in line]
    span_s = max(until for _, until in calls) - max(began)
    assert len(calls) >= 0.6 * CALLS * span_s / PER_S
