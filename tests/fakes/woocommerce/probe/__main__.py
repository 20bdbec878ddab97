"""Runs the questions on the shop that the command line names."""

import sys

from tests.fakes.woocommerce.probe import Shop, Visit, findings

if __name__ == "__main__":
    url, key, secret, read_key, read_secret = sys.argv[1:]
    shop = Shop(url, (key, secret), (read_key, read_secret))
    for name, words in findings(Visit(shop=shop)):
        sys.stdout.write(f"{name:28} {words}\n")
