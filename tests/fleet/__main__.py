"""Runs a fleet with more portals: `python -m tests.fleet --portals 200`. See the package."""

import argparse
import tempfile
from pathlib import Path

from tests.fleet.faults import Fleet
from tests.support import postgres


def main() -> None:
    """Run the faults one after the other, and print what was seen."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--portals", type=int, default=60)
    parser.add_argument("--orders", type=int, default=30)
    parser.add_argument("--jobs", type=int, default=8)
    parser.add_argument("--delay-s", type=float, default=0.1)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with postgres.server(folder) as server, postgres.schema(server) as url:
            fleet = Fleet(folder, url, portals=args.portals, jobs=args.jobs, delay_s=args.delay_s)
            try:
                for fault in (fleet.killed, fleet.frozen, fleet.cut_off):
                    times = sorted(fault(args.orders).values())
                    print(fault.__name__, [round(seconds, 1) for seconds in times])  # noqa: T201
                print("found, doubled, repeated:", fleet.world.count())  # noqa: T201
                print("expected:                ", fleet.world.expected)  # noqa: T201
                print(fleet.stop(), fleet.logs())  # noqa: T201
            finally:
                fleet.end()


if __name__ == "__main__":
    main()
