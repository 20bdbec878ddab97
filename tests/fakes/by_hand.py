"""Runs a fake until Ctrl-C, for manual trials."""

import argparse
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from tests.fakes.fake import Fake


def arguments(name: str, description: str | None) -> argparse.ArgumentParser:
    """Return a parser with the options of every fake."""
    parser = argparse.ArgumentParser(
        prog=f"python -m tests.fakes.{name}",
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--port", type=int, default=0, help="any free one if not given")
    parser.add_argument("--orders", type=int, default=30)
    parser.add_argument("--products", type=int, default=20)
    parser.add_argument(
        "--config", type=Path, metavar="FILE", help="write a configuration that uses it"
    )
    return parser


def run(
    fake: Fake, describe: Callable[[], str], *, config: Path | None, content: Callable[[], str]
) -> None:
    """Start the fake, print its address, write the configuration if requested, and wait."""
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    with fake:
        sys.stdout.write(describe())
        if config:
            write(config, content())
            sys.stdout.write(f"\nConfiguration: {config}\n")
        sys.stdout.flush()
        ended.wait()


def write(path: Path, text: str) -> None:
    """Write a file that only its owner can read, since it contains a secret."""
    path.touch(0o600)
    path.write_text(text, "utf-8")
