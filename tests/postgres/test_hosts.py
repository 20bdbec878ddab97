"""Processes of several hosts call one account, and some are killed in the middle of a call."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from random import Random

import pytest

from tests.postgres import host
from tests.postgres.host import AT_ONCE, CALL_S, CALLS, PER_S

Call = tuple[float, float]
"""When it was sent, and until when the service may have counted it."""


def most_at_once(calls: Sequence[Call], window_s: float) -> int:
    """Return the most calls that a service can count in any window of this length, ends included.

    It counts each call at the worst time between its sending and its response.
    """
    begins = [(sent - window_s, 1) for sent, _ in calls]
    ends = [(until, -1) for _, until in calls]
    most = count = 0
    for _, change in sorted(begins + ends, key=lambda event: (event[0], -event[1])):
        count += change
        most = max(most, count)
    return most


def calls_of(lines: Sequence[str]) -> list[Call]:
    """Pair the events. A call whose process was killed may be counted later."""
    calls, sent = [], dict[str, float]()
    for line in lines:
        process, event, at = line.split()
        if event == "sent":
            sent[process] = float(at)
        elif event == "answered":
            calls.append((sent.pop(process), float(at)))
    return calls + [(at, at + CALL_S) for at in sent.values()]


def run_hosts(url: str, processes: Sequence[int], seconds: float, kills: int) -> list[str]:
    """Run the hosts; kill some of their processes, each when it has just sent a call."""
    reads, writes = os.pipe()
    words = [sys.executable, "-m", host.__name__, url]
    with os.fdopen(writes, "w") as output:
        hosts = [
            subprocess.Popen([*words, str(count), str(seconds), str(skew_s)], stdout=output)
            for count, skew_s in zip(processes, range(0, 3600, 1200), strict=True)
        ]
    dice, lines, killed = Random(7), [], set[str]()  # noqa: S311
    with os.fdopen(reads) as events:
        for line in events:
            lines.append(line)
            process, event, _ = line.split()
            # Each process may have made some calls before.
            if event == "sent" and len(killed) < kills and dice.random() < 0.1:
                killed.add(process)
                os.kill(int(process), signal.SIGKILL)
    assert [host.wait() for host in hosts] == [0] * len(hosts)
    assert len(killed) == kills
    return lines


def check(lines: Sequence[str]) -> list[Call]:
    calls = calls_of(lines)
    for window_s in (PER_S / 4, PER_S / 2, PER_S):
        assert most_at_once(calls, window_s) <= CALLS
    assert most_at_once(calls, 2.5 * PER_S) <= 3 * CALLS
    answered = [call for call in calls if call[1] - call[0] != CALL_S]
    assert most_at_once(answered, 0) <= AT_ONCE
    return calls


@pytest.mark.slow
def test_sixteen_processes_of_three_hosts_use_the_limit_and_never_break_it(
    postgres: str,
) -> None:
    lines = run_hosts(postgres, (5, 5, 6), 10, kills=6)

    calls = check(lines)
    began = [float(line.split()[2]) for line in lines if " began " in line]
    span_s = max(until for _, until in calls) - max(began)
    assert len(calls) >= 0.6 * CALLS * span_s / PER_S
    assert len({line.split()[0] for line in lines if " sent " in line}) == 16
