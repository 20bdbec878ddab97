"""Runs the fake until Ctrl-C, with a made-up account in it.

    python -m tests.fakes.ordoro --port 8080 --orders 50

Prints what a configuration needs. Everything is gone when it ends.
"""

import argparse
import signal
import sys
import threading

from tests.fakes.ordoro.fake import FakeOrdoro
from tests.fakes.ordoro.sample import Sample, fill


def main() -> None:
    """Start, tell where, and wait."""
    asked = _arguments()
    fake = FakeOrdoro(key=asked.client_id, secret=asked.client_secret, port=asked.port)
    sample = fill(fake, orders=asked.orders, products=asked.products)
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    with fake:
        sys.stdout.write(told(fake, sample))
        sys.stdout.flush()
        ended.wait()


def told(fake: FakeOrdoro, sample: Sample) -> str:
    """Say where the account is and what is in it."""
    kinds = {
        "supplier": sample.suppliers,
        "sales channel": sample.carts,
        "warehouse": sample.warehouses,
    }
    ids = "\n".join(
        f"{kind:<14} {known_id:<6} {name}"
        for kind, names in kinds.items()
        for name, known_id in names.items()
    )
    return f"""\
Ordoro's API, made up: {fake.url}, {len(fake.numbers())} orders. Ctrl-C ends it.

{ids}

accounts:
  merchant:
    kind: ordoro
    url: {fake.url}
    client_id: {fake.key}
    client_secret: {fake.secret}
    supplier_id: {next(iter(sample.suppliers.values()))}
    warehouse_id: {fake.warehouse_id}
"""


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fakes.ordoro", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="any free one if not given")
    parser.add_argument("--orders", type=int, default=30)
    parser.add_argument("--products", type=int, default=20)
    parser.add_argument("--client-id", default="fake-client-id")
    parser.add_argument("--client-secret", default="fake-client-secret")
    return parser.parse_args()


if __name__ == "__main__":
    main()
