"""Runs the fake until Ctrl-C, with a sample shop.

    python -m tests.fakes.shopify --orders 50 --config shopify.yaml

Prints its content, and writes a configuration that uses it. Nothing is kept when it ends.
"""

from functools import partial

from tests.fakes.by_hand import arguments, run
from tests.fakes.shopify.fake import FakeShopify
from tests.fakes.shopify.sample import Sample, fill
from tests.fakes.shopify.words import number


def main() -> None:
    """Start, print the address, and wait."""
    parser = arguments("shopify", __doc__)
    parser.add_argument("--token", default="shpat_fake")
    args = parser.parse_args()
    fake = FakeShopify(token=args.token, port=args.port)
    sample = fill(fake, orders=args.orders, products=args.products)
    run(
        fake,
        partial(summary, fake, sample),
        config=args.config,
        content=partial(configuration, fake),
    )


def summary(fake: FakeShopify, sample: Sample) -> str:
    """Return the address and the content of the shop as text."""
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


if __name__ == "__main__":
    main()
