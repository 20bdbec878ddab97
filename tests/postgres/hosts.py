"""Runs hosts whose processes share a limit, and counts calls as the strictest service does."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from random import Random

from tests.postgres import host
from tests.postgres.host import CALL_S

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
