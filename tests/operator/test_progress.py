"""M8: long work shows its progress on a terminal, and nowhere else."""

import os
import re
import signal
from contextlib import closing
from pathlib import Path
from unittest.mock import patch

from ordosync import progress
from ordosync.cli.output import progress as display
from ordosync.cli.signals import stoppable
from ordosync.clock import Clock
from ordosync.progress import Phase
from tests.support.command import HEADER, on_a_terminal, ordosync, row, shop

CLEAR = "\r\x1b[K"


def phase(
    done: int, total: int | None, label: str = "orders", unit: progress.Unit = "records"
) -> Phase:
    made = Phase(label, total=total, unit=unit)
    made.done = done
    return made


def test_m8_the_line_has_the_share_the_rate_and_the_time_that_is_left() -> None:
    text = display.line(phase(15_000, 60_000), 10.0, 15_000, 0)

    assert text == "orders, 15,000 of 60,000 (25%), 1,500/s, 30 s left"


def test_m8_a_file_is_read_in_megabytes() -> None:
    text = display.line(phase(20_000_000, 80_000_000, "read a.csv", "bytes"), 2.0, 20_000_000, 0)

    assert text == "read a.csv, 20.0 MB of 80.0 MB (25%), 10.0 MB/s, 6 s left"


def test_m8_without_a_total_no_time_is_left_and_calls_are_counted() -> None:
    assert display.line(phase(300, None), 3.0, 300, 12) == "orders, 300, 100/s, 12 calls"
    assert display.line(phase(0, None), 0.1, 0, 0) == "orders"


def test_m8_more_than_a_minute_is_said_in_minutes() -> None:
    assert display.line(phase(10, 1010), 10.0, 10, 0).endswith("16 min 40 s left")


def test_a_phase_inside_another_one_gives_it_back() -> None:
    with progress.phase("outer", total=2):
        progress.advance(1)
        with progress.phase("inner", total=100, unit="bytes"):
            progress.reached(50)
            progress.advance(9)
            inner = progress.current().phase
        outer = progress.current().phase

    assert inner is not None
    assert outer is not None
    assert inner.done == 50
    assert (outer.label, outer.done) == ("outer", 1)
    assert progress.current().phase is None


def test_m8_a_large_feed_shows_its_progress_and_leaves_no_trace(tmp_path: Path) -> None:
    shop(tmp_path, HEADER + "".join(row(f"N{n}") for n in range(12_000)))

    seen = on_a_terminal(tmp_path, "import-orders", raw=True)
    final = on_a_terminal(tmp_path, "import-orders", "--dry-run")

    assert "left" in seen
    assert re.search(r"orders, [\d,]+ of 12,000 \(\d+%\)", seen)
    shown = seen.count(CLEAR)
    assert shown > 2
    assert "of 12,000" not in "".join(line.rpartition(CLEAR)[2] for line in seen.split("\n"))
    assert "of 12,000" not in final


def test_m8_nothing_is_shown_in_a_pipe(tmp_path: Path) -> None:
    shop(tmp_path, HEADER + "".join(row(f"N{n}") for n in range(3_000)))

    with patch.object(display, "_DELAY_S", 0.0):
        result = ordosync(tmp_path, "import-orders")

    assert "\x1b" not in result.out + result.err
    assert "of 3,000" not in result.err


def test_m8_ctrl_c_ends_the_line_before_the_message() -> None:
    reading, writing = os.pipe()
    with (
        closing(os.fdopen(reading, "rb")) as pipe,
        patch("ordosync.cli.signals.os.isatty", return_value=True),
        patch("ordosync.cli.signals._STDERR", writing),
        stoppable(Clock()) as stop,
    ):
        os.kill(os.getpid(), signal.SIGINT)
        assert stop.signal == signal.SIGINT
        os.close(writing)
        assert pipe.read() == b"\n"
