"""M8: long work shows its progress on a terminal, and nowhere else."""

import os
import re
import signal
import threading
from contextlib import closing
from pathlib import Path
from unittest.mock import patch

from rich.cells import cell_len

from ordosync import progress
from ordosync.cli.output import progress as display
from ordosync.cli.signals import stoppable
from ordosync.clock import Clock
from ordosync.progress import Phase
from tests.support.command import AT_ONCE, HEADER, on_a_terminal, ordosync, row, shop
from tests.support.desk import TwoAccounts

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


def test_m8_a_long_name_leaves_room_for_the_numbers() -> None:
    for label in (f"fetch {'orders-of-november-' * 9}1.csv", f"read {'山田太郎' * 30}.csv"):
        shown = phase(20_000_000, 80_000_000, label, "bytes")
        text = display.line(shown, 2.0, 20_000_000, 12, width=79)

        assert cell_len(text) <= 79
        assert text.startswith(label[:6])
        assert ".csv, 20.0 MB of 80.0 MB (25%), 10.0 MB/s, 6 s left, 12 calls" in text
        assert cell_len(display.line(shown, 2.0, 20_000_000, 12, width=20)) <= 20


def test_a_small_file_does_not_hide_how_many_are_transferred() -> None:
    with progress.phase("fetch files", total=9):
        with progress.transfer("fetch a.csv", size=900):
            progress.reached(900)
            small = progress.current().phase
        with progress.transfer("fetch b.csv", size=9_000_000):
            progress.reached(900)
            large = progress.current().phase

    assert small
    assert large
    assert (small.label, small.done) == ("fetch files", 0)
    assert (large.label, large.done) == ("fetch b.csv", 900)


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
    shop(tmp_path, HEADER + "".join(row(f"N{n}") for n in range(2_000)))

    seen = on_a_terminal(tmp_path, "import-orders", raw=True)
    final = on_a_terminal(tmp_path, "import-orders", "--dry-run")

    assert "left" in seen
    assert re.search(r"orders, [\d,]+ of 2,000 \(\d+%\)", seen)
    shown = seen.count(CLEAR)
    assert shown > 2
    assert "of 2,000" not in "".join(line.rpartition(CLEAR)[2] for line in seen.split("\n"))
    assert "of 2,000" not in final


def test_m8_nothing_is_shown_in_a_pipe(tmp_path: Path) -> None:
    shop(tmp_path, HEADER + "".join(row(f"N{n}") for n in range(300)))

    with patch.object(display, "_DELAY_S", 0.0):
        result = ordosync(tmp_path, "import-orders")

    assert "\x1b" not in result.out + result.err
    assert "of 300" not in result.err


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


def test_m8_a_scheduled_run_and_a_comparison_show_their_progress(tmp_path: Path) -> None:
    shop(tmp_path, HEADER + "".join(row(f"N{n}") for n in range(3_000)), config=AT_ONCE)

    due = on_a_terminal(tmp_path, "run-due", raw=True)
    compared = on_a_terminal(tmp_path, "reconcile", raw=True)

    assert re.search(r"orders, [\d,]+ of 3,000 \(\d+%\)", due)
    assert re.search(r"shop-warehouse: compare, [\d,]+ of 3,000 \(\d+%\)", compared)


def test_m8_a_rebuilt_store_has_phases(both: TwoAccounts) -> None:
    labels: list[str] = []

    class Noted(Phase):
        def __init__(self, label: str, *, total: int | None, unit: progress.Unit) -> None:
            super().__init__(label, total=total, unit=unit)
            labels.append(f"{label} {total or ''}".rstrip())

    (both.folder / "ordosync.db").unlink()
    with patch.object(progress, "Phase", Noted):
        assert both.run("rebuild-state").code == 0

    assert labels[:3] == [
        "shop-northwind: read the orders of shop",
        "shop-northwind: read the orders of northwind",
        "shop-northwind: link 1",
    ]
    on_terminal = on_a_terminal(both.folder, "rebuild-state", "--yes", raw=True)
    assert "linked 1 orders" in on_terminal


def test_phases_of_several_threads_do_not_mix() -> None:
    both_began, one_ended = threading.Barrier(2), threading.Event()
    seen: list[int] = []

    def work() -> None:
        with progress.phase("other", total=9):
            both_began.wait()
            one_ended.wait()
            progress.advance(5)
            other = progress.current().phase
            seen.append(other.done if other else -1)

    thread = threading.Thread(target=work)
    with progress.phase("one", total=2):
        thread.start()
        both_began.wait()
        progress.advance(1)
    one_ended.set()
    thread.join()

    assert seen == [5]
    assert progress.current().phase is None
