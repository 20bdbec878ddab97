"""Runs the soak for some minutes or kills; exits 1 if an invariant is broken."""

import argparse
import random
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from tests.soak.loop import EVERY_TASK, Soak


def main() -> int:
    """Run the soak."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--portals", type=int, default=8)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument(
        "--kills", type=int, metavar="N", help="N rounds of all tasks at once, in place of minutes"
    )
    asked = parser.parse_args()
    sys.stdout.write(f"seed {asked.seed}\n")
    sys.stdout.flush()
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(Soak(Path(folder), seed=asked.seed, portals=asked.portals)) as soak,
    ):
        if asked.kills:
            for _ in range(asked.kills):
                soak.round(*EVERY_TASK)
        else:
            ends = time.monotonic() + 60 * asked.minutes
            while time.monotonic() < ends:
                soak.round()
        summary = soak.heal()
    sys.stdout.write(f"{summary}\n")
    return int(bool(summary.broken))


if __name__ == "__main__":
    sys.exit(main())
