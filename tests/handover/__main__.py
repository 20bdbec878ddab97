"""Hands orders over to an OpenSSH server, and kills the processes; exits 1 if an order is wrong."""

import argparse
import random
import sys
import tempfile
from pathlib import Path

from tests.accounts.files.places import sshd
from tests.handover.world import Handover


def main() -> int:
    """Run the kills."""
    parser = argparse.ArgumentParser(prog="python -m tests.handover", description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--orders", type=int, default=400)
    parser.add_argument("--shape", choices=[*sshd.SHAPES][:3], default="plain")
    parser.add_argument(
        "--after",
        choices=["keep", "archive", "delete"],
        default="",
        help="read the orders at the server, too; this is the fate of their files",
    )
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    asked = parser.parse_args()
    if sshd.PROGRAM is None:
        sys.stdout.write("openssh-server is not installed\n")
        return 2
    sys.stdout.write(f"seed {asked.seed}\n")
    sys.stdout.flush()
    with (
        tempfile.TemporaryDirectory() as folder,
        tempfile.TemporaryDirectory() as of_server,
        sshd.running(Path(of_server)) as server,
    ):
        world = Handover(
            Path(folder),
            server,
            seed=asked.seed,
            orders=asked.orders,
            shape=asked.shape,
            after=asked.after,
        )
        with world.consumer.taking():
            while world.kills < asked.kills:
                before = world.kills
                world.kill()
                if world.kills == before:
                    # Nothing was left to hand over.
                    break
            summary = world.heal()
    sys.stdout.write(f"{summary}\n")
    return int(summary.is_broken)


if __name__ == "__main__":
    sys.exit(main())
