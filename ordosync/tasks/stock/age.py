"""The age of a Supplier's quantities: those that are too old are not written, or written as 0.

A quantity in a file is as old as the newest file that has its SKU. Other accounts report their
quantities now; if they cannot be read, the age counts from the last complete read. While a part of
the feed is recent, many old quantities may be the mistake of a file, so the safety limit applies to
them, but not to single ones.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property

from msgspec import Struct
from msgspec.structs import replace

from ordosync.accounts.supplier import StockFeed
from ordosync.clock import Clock
from ordosync.errors import AccountError, UnavailableError
from ordosync.max_age import MaxAge, age_text
from ordosync.models import InvalidRecord, Page, Stock, normalized_sku
from ordosync.store.links import Link
from ordosync.tasks.feeds import Attempt, FeedWatch, Outcome, may_zero
from ordosync.text import plural

_PAGE = 500
_FEW, _SHARE = 20, 0.3
"""The old products of a recent feed that the safety limit does not hold back: fewer than `_FEW`, or
at most this share of it."""
_MISSING = datetime.min.replace(tzinfo=UTC)
"""The time of the quantity of a product that the Supplier did not report."""
Items = Sequence[Stock | InvalidRecord]


class Verdict(Struct, frozen=True, kw_only=True):
    """The action for quantities that are too old."""

    is_zero: bool = False
    """True if the Merchant shows 0; otherwise its quantities stay."""
    is_exempt: bool = False
    """True if the safety limit does not apply to old quantities."""
    is_of_feed: bool = False
    """True if the whole feed is too old; products that it does not report are old, too."""
    has_missing: bool = False
    """True if products that the Supplier did not report are set to 0, too."""


_KEEP = Verdict()


class StockAge:
    """The age of the quantities of one portal during one run."""

    def __init__(self, files: StockFeed | None, feeds: FeedWatch, clock: Clock) -> None:
        self._files = files
        """None if the Supplier does not drop files."""
        self._feeds = feeds
        self._clock = clock
        self._limit = feeds.limits.get("stock")
        self._min_rows = files.min_rows if files else None
        self._seen: set[str] = set()
        self._old: list[Stock] = []
        self._recent = 0
        self._has_rejected = False
        self._newest_at: datetime | None = None
        """The time of the newest quantity, or file."""
        self._outcome: Outcome | None = None
        self._verdict = _KEEP
        self._found: set[str] = set()
        """Linked products with a quantity that is too old."""
        self._remark = ""

    def checked(
        self, pages: Iterable[Page[Stock | InvalidRecord]], linked: Iterable[Sequence[Link]]
    ) -> Iterator[Items]:
        """Yield the quantities of these pages, and last those that are too old or missing.

        `linked`: the linked products, of which the Supplier may not report some. If the Supplier
        does not answer, its error is raised after that.
        """
        if not self._is_watched:
            yield from (page.items for page in pages)
            return
        try:
            for page in pages:
                yield self._take(page.items)
        except AccountError as error:
            if not self._is_lost(error):
                raise
            yield from self._missing(linked)
            raise
        self._newest_at = self._newest()
        self._outcome = "read"
        self._verdict = self._judge()
        yield from _paged(self._old)
        if self._verdict.has_missing:
            yield from self._missing(linked)

    def current(
        self, ids: Sequence[str], read: Callable[[Sequence[str]], Mapping[str, Stock]]
    ) -> list[Stock]:
        """Return these quantities as they are now; those that are missing and set to 0, too."""
        products: Mapping[str, Stock] = {}
        try:
            products = read(ids)
        except AccountError as error:
            if not self._is_lost(error):
                raise
        missing = [id_ for id_ in ids if id_ not in products] if self._verdict.has_missing else []
        return [*products.values(), *map(_unreported, missing)]

    def of(self, product: Stock) -> Verdict | None:
        """Return what happens to the quantity of a linked product; None if it is not too old."""
        is_unset = product.quantity is None and product.counted_at != _MISSING
        if is_unset or not self._is_old(product):
            return None
        self._found.add(product.product_id)
        if product.counted_at == _MISSING and not self._verdict.is_of_feed:
            return replace(self._verdict, is_exempt=False)
        return self._verdict

    def reason(self, product: Stock) -> str:
        """Return why a quantity is too old, as a part of a sentence."""
        if product.counted_at != _MISSING:
            return f"older than {self._limit_text} at the Supplier"
        if self._outcome == "unavailable":
            return f"not read for {self._limit_text}"
        within = f" of the last {self._limit_text}" if self._limit else ""
        return f"in no stock file{within}"

    @property
    def attempt(self) -> Attempt | None:
        """The attempt to read all quantities; None if there was none, or their age has no limit."""
        if self._outcome is None or self._limit is None:
            return None
        is_zero = self._verdict.is_zero
        return Attempt(
            outcome=self._outcome,
            newest_at=self._newest_at if self._outcome == "read" else None,
            # A single quantity that becomes 0 is what the operator has asked for.
            old=0 if is_zero and not self._verdict.is_of_feed else len(self._found),
            is_zeroed=is_zero and self._verdict.is_of_feed and bool(self._found),
        )

    @property
    def note(self) -> str:
        """A remark about the run; empty if no quantity is too old."""
        count = len(self._found)
        notes = [self._remark] if self._remark else []
        if count:
            products = plural(count, "1 product", f"{count} products")
            written = "shown as 0" if self._verdict.is_zero else "not written"
            notes.append(f"{products} {written}, without a recent quantity at the Supplier")
        return "; ".join(notes)

    @property
    def _is_watched(self) -> bool:
        return self._limit is not None or self._min_rows is not None

    @property
    def _limit_text(self) -> str:
        return age_text(self._limit.limit) if self._limit else ""

    @cached_property
    def _oldest(self) -> datetime:
        """The time of the oldest quantity that is written."""
        return self._limit.oldest(self._clock.now()) if self._limit else _MISSING

    def _is_old(self, product: Stock) -> bool:
        at = product.counted_at
        return at is not None and (at < self._oldest or at == _MISSING)

    def _take(self, items: Items) -> Items:
        """Return the items of a page that are recent; remember the others."""
        recent: list[Stock | InvalidRecord] = []
        for item in items:
            if isinstance(item, InvalidRecord):
                self._has_rejected |= item.is_whole_file
                self._see(item.id)
                recent.append(item)
                continue
            self._see(item.product_id)
            if item.counted_at and (self._newest_at is None or item.counted_at > self._newest_at):
                self._newest_at = item.counted_at
            (self._old if self._is_old(item) else recent).append(item)
            self._recent += not self._is_old(item)
        return recent

    def _see(self, id_: str) -> None:
        if self._min_rows is not None or self._zeroes:
            self._seen.add(normalized_sku(id_))

    @property
    def _zeroes(self) -> bool:
        return self._limit is not None and self._limit.when_stale == "zero"

    def _newest(self) -> datetime | None:
        """Return the time of the newest quantity; now, if the Supplier reports it itself."""
        if self._files is None:
            return self._clock.now()
        return self._newest_at if self._files.has_times else self._files.newest_at()

    def _judge(self) -> Verdict:
        """Return what happens to old quantities, after all were read."""
        if self._limit and self._is_feed_old:
            return self._judge_feed(self._limit)
        is_absent_zero = self._min_rows is not None and self._is_complete(self._min_rows)
        is_zero = bool(self._old) and self._limit is not None and self._may_zero(self._limit)
        return Verdict(
            is_zero=is_zero or is_absent_zero,
            is_exempt=is_zero and self._are_few,
            has_missing=is_absent_zero,
        )

    @property
    def _are_few(self) -> bool:
        """True if only single products are old. Many are perhaps the mistake of a file."""
        count = len(self._old)
        return count < _FEW or count <= _SHARE * (count + self._recent)

    @property
    def _is_feed_old(self) -> bool:
        row = self._feeds.after("stock", Attempt(outcome="read", newest_at=self._newest_at))
        return row.counts_from < self._oldest

    def _judge_feed(self, limit: MaxAge) -> Verdict:
        """Return what happens to the quantities of a feed that is too old as a whole."""
        if self._zeroes and not self._may_zero(limit):
            return _KEEP
        zeroes = self._zeroes
        return Verdict(is_zero=zeroes, is_exempt=True, is_of_feed=True, has_missing=zeroes)

    def _may_zero(self, limit: MaxAge) -> bool:
        """True if old quantities become 0: it is configured, and the feed was watched for long."""
        if not self._zeroes:
            return False
        if may_zero(self._feeds.after("stock", Attempt(outcome="read")), limit):
            return True
        quarter = age_text(limit.limit / 4)
        self._remark = f"the quantities become 0 once the feed was watched for {quarter}"
        return False

    def _is_complete(self, min_rows: int) -> bool:
        """True if a product that no recent file has is absent, and not only in a bad file."""
        if self._recent < min_rows:
            found = plural(self._recent, "1 product", f"{self._recent} products")
            why = f"the recent files have {found}, fewer than `min_rows: {min_rows}`"
        elif self._has_rejected or (self._files and not self._files.is_complete()):
            why = "a file or a row of it could not be read, or the newest file is empty"
        else:
            return True
        self._remark = f"absent products keep their quantity: {why}"
        return False

    def _is_lost(self, error: AccountError) -> bool:
        """Record a failed attempt; True if the quantities are set to 0 because of it."""
        self._outcome = "unavailable" if isinstance(error, UnavailableError) else "failed"
        if self._limit is None:
            return False
        row = self._feeds.after("stock", Attempt(outcome=self._outcome))
        is_due = self._zeroes and row.counts_from < self._oldest and may_zero(row, self._limit)
        self._verdict = Verdict(is_zero=is_due, is_exempt=True, is_of_feed=True, has_missing=is_due)
        return is_due

    def _missing(self, linked: Iterable[Sequence[Link]]) -> Iterator[Items]:
        for id_ in self._files.left_out() if self._files else ():
            self._see(id_)
        for links in linked:
            ids = dict.fromkeys(link.supplier_id for link in links)
            # A SKU in another spelling is not linked, but it is not absent, either.
            missing = [id_ for id_ in ids if normalized_sku(id_) not in self._seen]
            for id_ in missing:
                self._see(id_)
            yield [*map(_unreported, missing)]


def _unreported(id_: str) -> Stock:
    # In most accounts the id is the SKU, by which a pool knows the product.
    return Stock(product_id=id_, sku=id_, quantity=None, counted_at=_MISSING)


def _paged(products: Sequence[Stock]) -> Iterator[Items]:
    for start in range(0, len(products), _PAGE):
        yield products[start : start + _PAGE]
