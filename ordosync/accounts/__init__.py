"""The kinds of account, by their names in the YAML. A kind is imported when it is used."""

import importlib

from ordosync.accounts.account import Account

KINDS = {
    "files": "ordosync.accounts.files:FilesAccount",
    "ordoro": "ordosync.accounts.ordoro:OrdoroAccount",
    "shopify": "ordosync.accounts.shopify:ShopifyAccount",
    "sqlite": "ordosync.accounts.sqlite:SqliteAccount",
    "woocommerce": "ordosync.accounts.woocommerce:WooCommerceAccount",
}


def account_class(kind: str) -> type[Account]:
    """Return the adapter of this kind. Raises `KeyError` for an unknown kind."""
    module, _, name = KINDS[kind].partition(":")
    adapter: type[Account] = getattr(importlib.import_module(module), name)
    return adapter


def is_local(kind: str) -> bool:
    """True for accounts in files and in local databases; the others are services."""
    return kind in ("sqlite", "files")


def is_embedded(kind: str) -> bool:
    """True for local accounts: users change them with ordosync, which reports it at once."""
    return kind == "sqlite"
