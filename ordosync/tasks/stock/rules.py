"""The rule of each product of a portal: the most special level that has a word decides it.

The levels are the rows of the file for single SKUs, the portal, and the Supplier's account.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import convert

from ordosync.config.settings import PortalConfig
from ordosync.config.stock_settings import RULE_WORDS, SellingConfig
from ordosync.errors import StockRulesError
from ordosync.models import Stock
from ordosync.stock_rules import StockRule
from ordosync.text import plural

if TYPE_CHECKING:
    from ordosync.config.sku_rule_rows import SkuWords
    from ordosync.config.sku_rules import SkuRule, SkuRules

WORDS = (*RULE_WORDS, "stop")
DISCONTINUED = "discontinued"
"""The reason why a product is shown as 0 that the Supplier has archived."""
STOPPED = "stopped by its rule"
"""The reason why a product is shown as 0 if its row says `stop`."""
_MOST_EQUAL = 10_000
"""The number of different rules that are kept."""


@dataclass(frozen=True, kw_only=True)
class Word:
    """A word of a rule, and the level that decides it."""

    name: str
    value: int
    level: str
    """Such as `portal acme`, or the row of the file."""

    @property
    def text(self) -> str:
        """The word with its number and its level."""
        number = ("yes" if self.value else "no") if self.name == "stop" else self.value
        return f"{self.name} {number} of {self.level}"


class StockRules:
    """The stock rules of one portal, over those of its Supplier's account.

    The file is read once in each run, when the first rule is needed.
    """

    def __init__(self, portal: PortalConfig, selling: SellingConfig) -> None:
        self._portal = portal
        self.selling = selling
        self._path = portal.stock.skus
        self._file: SkuRules | None = None
        self._note = ""
        self._rows: Mapping[str, list[SkuRule]] = {}
        """The rows about the products of the page that is worked on."""
        self._merged = lru_cache(_MOST_EQUAL)(self._merge)

    def read(self, skus: Collection[str]) -> None:
        """Read the rows about the products of a page, and at first the whole file.

        Raise `StockRulesError` if the file cannot be used.
        """
        if self._path:
            self._file = self._file or self._opened(self._path)
            self._rows = self._file.of(skus)

    def of(self, sku: str) -> StockRule:
        """Return the rule of the product with this SKU of the Merchant, which was read."""
        rows = self._rows.get(sku, ())
        return self._merged(*[words for _, _, words in rows])

    def stop_of(self, product: Stock) -> str:
        """Return why the Supplier's product is shown as 0 by the portal; empty if it is not."""
        is_zero = self._portal.stock.discontinued == "zero" and product.fixed == "archived"
        return DISCONTINUED if is_zero else ""

    def words(self, sku: str) -> Iterator[Word]:
        """Yield each word of the rule of a product, which was read, with its level."""
        rows = self._rows.get(sku, ())
        for name in WORDS:
            values = ((text, getattr(level, name, None)) for text, level in self._levels(rows))
            text, value = next((pair for pair in values if pair[1] is not None), ("", None))
            if value is not None:
                yield Word(name=name, value=value, level=text)

    def note_unused(self) -> None:
        """Note the rows about no product, after the rules of all products were read."""
        count, first = self._file.unused() if self._file and self._path else (0, "")
        if count and self._path:
            rows = plural(count, "1 row fits", f"{count} rows fit")
            self._note = f"{self._path.name}: {rows} no product of this portal, such as {first}"

    @property
    def note(self) -> str:
        """A remark about the run; empty if each row is about a product."""
        return self._note

    def close(self) -> None:
        """Forget the file, which may change before the next run. Idempotent."""
        self._rows = {}
        if self._file:
            self._file.close()
            self._file = None

    def _opened(self, path: Path) -> "SkuRules":
        # A portal without rules for single SKUs does not need these modules.
        from ordosync.config.csv_tables import TableProblemsError  # noqa: PLC0415
        from ordosync.config.sku_rules import SkuRules  # noqa: PLC0415

        try:
            return SkuRules(path)
        except TableProblemsError as error:
            more = f", and {error.count - 1} more problems" if error.count > 1 else ""
            raise StockRulesError(
                f"portal {self._portal.name}",
                "read its stock rules",
                f"{error}{more}; no quantity is written without them: `ordosync config check`",
            ) from error

    def _levels(self, rows: "Sequence[SkuRule]") -> Iterator[tuple[str, object]]:
        """Yield each level with its name, the most special first."""
        file = self._path.name if self._path else ""
        for sku, row, words in rows:
            yield f"row {row} of {file} ({sku})", _words(words)
        yield f"portal {self._portal.name}", self._portal.stock
        yield f"account {self._portal.supplier.account}", self.selling

    def _merge(self, *rows: str) -> StockRule:
        words: dict[str, object] = {}
        for level in (self.selling, self._portal.stock, *map(_words, reversed(rows))):
            for name in WORDS:
                if (value := getattr(level, name, None)) is not None:
                    words[name] = value
        words["stop"] = STOPPED if words.get("stop") else ""
        return convert(words, StockRule)


def _words(text: str) -> "SkuWords":
    from ordosync.config.sku_rule_rows import SkuWords  # noqa: PLC0415 - as in `_opened`

    return SkuWords.of(text)
