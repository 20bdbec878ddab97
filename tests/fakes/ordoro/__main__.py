"""Runs the fake until Ctrl-C, with a made-up account in it.

    python -m tests.fakes.ordoro --orders 50 --config ordoro.yaml

Says what is in it, and writes a configuration that uses it. Everything is gone when it ends.
"""

import argparse
import signal
import sys
import threading
from pathlib import Path

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
        if asked.config:
            write(asked.config, configuration(fake, sample))
            sys.stdout.write(f"\nConfiguration: {asked.config}\n")
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
    orders = len(fake.numbers())
    return f"Ordoro's API, made up: {fake.url}, {orders} orders. Ctrl-C ends it.\n\n{ids}\n"


def configuration(fake: FakeOrdoro, sample: Sample) -> str:
    """Return a configuration with the account as the Merchant and an embedded Supplier."""
    return f"""\
database: ordoro-trial.db
accounts:
  shop:
    kind: ordoro
    base_url: {fake.url}
    key: {fake.key}
    secret: {fake.secret}
    currency: USD
  northwind:
    kind: sqlite
    path: ordoro-northwind.db
portals:
  shop-northwind:
    merchant: {{account: shop, supplier: {sample.suppliers["Northwind"]}}}
    supplier: northwind
    manage_inventory: true
"""


def write(path: Path, text: str) -> None:
    """Write a file that nobody else can read, since it holds a secret."""
    path.touch(0o600)
    path.write_text(text, "utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fakes.ordoro", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="any free one if not given")
    parser.add_argument("--orders", type=int, default=30)
    parser.add_argument("--products", type=int, default=20)
    parser.add_argument(
        "--config", type=Path, metavar="FILE", help="write a configuration that uses it"
    )
    parser.add_argument("--client-id", default="fake-client-id")
    parser.add_argument("--client-secret", default="fake-client-secret")
    return parser.parse_args()


if __name__ == "__main__":
    main()
