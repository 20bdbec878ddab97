"""Runs the fake until Ctrl-C, with a made-up shop in it.

    python -m tests.fakes.shopify --orders 50 --config shopify.yaml

Says what is in it, and writes a configuration that uses it. Everything is gone when it ends.
"""

import argparse
import signal
import sys
import threading
from pathlib import Path

from tests.fakes.shopify.fake import FakeShopify
from tests.fakes.shopify.sample import Sample, fill
from tests.fakes.shopify.words import number


def main() -> None:
    """Start, tell where, and wait."""
    asked = _arguments()
    fake = FakeShopify(token=asked.token, port=asked.port)
    sample = fill(fake, orders=asked.orders, products=asked.products)
    ended = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: ended.set())
    with fake:
        sys.stdout.write(told(fake, sample))
        if asked.config:
            write(asked.config, configuration(fake))
            sys.stdout.write(f"\nConfiguration: {asked.config}\n")
        sys.stdout.flush()
        ended.wait()


def told(fake: FakeShopify, sample: Sample) -> str:
    """Say where the shop is and what is in it."""
    places = {"(the shop's own)": fake.location_id, **sample.services}
    ids = "\n".join(f"location {number(gid):<16} {name}" for name, gid in places.items())
    client = "client id {}, client secret {}".format(*fake.client)
    return (
        f"Shopify's Admin API, made up: {fake.url}/admin/api/{fake.version}/graphql.json, "
        f"{len(fake.orders())} orders. Ctrl-C ends it.\n\n"
        f"X-Shopify-Access-Token: {fake.token}, or {client}\n\n{ids}\n"
    )


def configuration(fake: FakeShopify) -> str:
    """Return a configuration with the shop as the Merchant and an embedded Supplier."""
    return f"""\
database: shopify-trial.db
accounts:
  shop:
    kind: shopify
    shop: fake
    base_url: {fake.url}/admin
    token: {fake.token}
  northwind:
    kind: sqlite
    path: shopify-northwind.db
portals:
  shop-northwind:
    merchant: {{account: shop, service: northwind}}
    supplier: northwind
    manage_inventory: true
"""


def write(path: Path, text: str) -> None:
    """Write a file that nobody else can read, since it holds a secret."""
    path.touch(0o600)
    path.write_text(text, "utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fakes.shopify", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="any free one if not given")
    parser.add_argument("--orders", type=int, default=30)
    parser.add_argument("--products", type=int, default=20)
    parser.add_argument(
        "--config", type=Path, metavar="FILE", help="write a configuration that uses it"
    )
    parser.add_argument("--token", default="shpat_fake")
    return parser.parse_args()


if __name__ == "__main__":
    main()
