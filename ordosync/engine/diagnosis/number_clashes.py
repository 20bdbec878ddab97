"""Portals whose orders can get the same number in their Supplier's account."""

from collections import defaultdict
from collections.abc import Iterator

from ordosync.config.settings import Config
from ordosync.engine.portals import supplier_of
from ordosync.text import plural


def number_clashes(config: Config) -> Iterator[str]:
    """Yield a warning for the portals into one account that have the same prefix."""
    by_prefix: dict[tuple[str, str], list[str]] = defaultdict(list)
    for portal in config.portals.values():
        if portal.tasks["import-orders"] != "off":
            prefix = supplier_of(config, portal).orders.number_prefix
            by_prefix[portal.supplier.account, prefix].append(portal.name)
    for (account, prefix), names in by_prefix.items():
        if len(names) > 1:
            which = f"have the prefix {prefix!r}" if prefix else "have no prefix"
            listed = f"{', '.join(names[:-1])} and {names[-1]}"
            both = plural(len(names) - 1, "both", "all")
            yield (
                f"portals {listed} {both} {which}, so two orders 1001 become {prefix}1001 and"
                f" {prefix}1001~2 in account {account}; give each its own:"
                f' `supplier: {{account: {account}, prefix: "A-"}}`'
            )
