"""Runs the fake until Ctrl-C, with a sample shop.

    python -m tests.fakes.woocommerce --orders 50 --config woocommerce.yaml

Prints its content, and writes a configuration that uses it. Nothing is kept when it ends.
"""

from functools import partial

from tests.fakes.by_hand import arguments, run
from tests.fakes.woocommerce.fake import FakeWooCommerce
from tests.fakes.woocommerce.sample import SUPPLIER, fill
from tests.fakes.woocommerce.switches import Switches


def main() -> None:
    """Start, print the address, and wait."""
    parser = arguments("woocommerce", __doc__)
    parser.add_argument("--version", choices=("7.8.2", "10.5.0", "11.0.1"), default="11.0.1")
    parser.add_argument("--fulfillments", action="store_true", help="the feature of 10.1 and later")
    parser.add_argument("--shipment-tracking", action="store_true", help="the extension")
    args = parser.parse_args()
    switches = Switches(
        version=args.version,
        fulfillments=args.fulfillments,
        shipment_tracking=args.shipment_tracking,
        trusts_forwarded_proto=True,
    )
    fake = FakeWooCommerce(switches=switches, port=args.port)
    fill(fake, orders=args.orders, products=args.products)
    run(
        fake,
        partial(summary, fake),
        config=args.config,
        content=partial(configuration, fake),
    )


def summary(fake: FakeWooCommerce) -> str:
    """Return the address and the content of the shop as text."""
    tag = fake.add_term("tags", SUPPLIER)
    return (
        f"A shop of WooCommerce {fake.switches.version}, made up: {fake.url}, "
        f"{len(fake.order_ids())} orders. Ctrl-C ends it.\n\n"
        f"tag {tag} is of what {SUPPLIER} ships; the key is {fake.key}:{fake.secret}\n"
    )


def configuration(fake: FakeWooCommerce) -> str:
    """Return a configuration with the shop as the Merchant and an embedded Supplier."""
    return f"""\
database: woocommerce-trial.db
accounts:
  shop:
    kind: woocommerce
    url: {fake.url}
    key: {fake.key}
    secret: {fake.secret}
  northwind:
    kind: sqlite
    path: woocommerce-northwind.db
portals:
  shop-northwind:
    merchant: {{account: shop, tag: {SUPPLIER}}}
    supplier: northwind
    manage_inventory: true
"""


if __name__ == "__main__":
    main()
