"""Runs the fake until Ctrl-C, with a sample account.

    python -m tests.fakes.ordoro --orders 50 --config ordoro.yaml

Prints its content, and writes a configuration that uses it. Nothing is kept when it ends.
"""

from functools import partial

from tests.fakes.by_hand import arguments, run
from tests.fakes.ordoro.fake import FakeOrdoro
from tests.fakes.ordoro.sample import Sample, fill


def main() -> None:
    """Start, print the address, and wait."""
    parser = arguments("ordoro", __doc__)
    parser.add_argument("--client-id", default="fake-client-id")
    parser.add_argument("--client-secret", default="fake-client-secret")
    args = parser.parse_args()
    fake = FakeOrdoro(key=args.client_id, secret=args.client_secret, port=args.port)
    sample = fill(fake, orders=args.orders, products=args.products)
    run(
        fake,
        partial(summary, fake, sample),
        config=args.config,
        content=partial(configuration, fake, sample),
    )


def summary(fake: FakeOrdoro, sample: Sample) -> str:
    """Return the address and the content of the account as text."""
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


if __name__ == "__main__":
    main()
