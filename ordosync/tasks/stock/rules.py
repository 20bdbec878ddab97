"""The rule of each product of a portal: the most special level that has a word decides it."""

from functools import cached_property

from msgspec import convert

from ordosync.config.stock_settings import RULE_WORDS, SellingConfig, StockConfig
from ordosync.stock_rules import StockRule


class StockRules:
    """The stock rules of one portal, over those of its Supplier's account."""

    def __init__(self, stock: StockConfig, selling: SellingConfig) -> None:
        self._stock = stock
        self._selling = selling

    def of(self, sku: str) -> StockRule:  # noqa: ARG002 - rules of single SKUs come from a file
        """Return the rule of the product with this SKU of the Merchant."""
        return self._portal_rule

    @cached_property
    def _portal_rule(self) -> StockRule:
        levels = (self._stock, self._selling)
        words: dict[str, int] = {}
        for name in RULE_WORDS:
            numbers = (getattr(level, name) for level in levels)
            if (number := next((n for n in numbers if n is not None), None)) is not None:
                words[name] = number
        return convert(words, StockRule)
