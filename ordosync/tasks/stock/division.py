"""Divides the units of a Supplier's products among the quotas of its portals. Pure functions.

A portal keeps what it needs, up to its share. It takes only units that are in no quota.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from msgspec import json
from msgspec.structs import replace

from ordosync.models import Stock, normalized_sku
from ordosync.stock_rules import ALL_AVAILABLE, StockRule, needed
from ordosync.stock_shares import Claim, claim_of, shares
from ordosync.store.links import Link
from ordosync.store.quotas import Quota

NOT_WRITTEN = StockRule(stop="not written")
"""The rule of a product whose quantity at the Merchant cannot be written, such as a kit."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PoolProduct:
    """A product of the Supplier, and the Merchant's product that is linked to it."""

    key: str
    """The Supplier's SKU, as `models.normalized_sku` returns it."""
    supplier_id: str
    merchant_id: str
    sku: str
    """The SKU of the Merchant."""
    available: int
    shown: int
    """The Merchant's units that its account shows now."""
    unsent: int
    """The Merchant's units that are sold and that the Supplier does not have."""
    pack: int = 1
    rule: StockRule = ALL_AVAILABLE

    @property
    def quota(self) -> Quota:
        """The quota of a portal that knows only what its Merchant shows: as much as that.

        The Merchant may sell what it shows, so these units are in use in any case.
        """
        shown = 0 if self.rule is NOT_WRITTEN else self.shown
        return Quota(
            key=self.key,
            merchant_id=self.merchant_id,
            sku=self.sku,
            units=(self.unsent + shown) * self.pack,
            rule=_to_text(self.rule),
            pack=self.pack,
        )

    def needed(self, quota: int) -> int:
        """Return the units of a quota that are sold, shown or kept back; the others are idle."""
        return needed(quota, self.available, self.rule, unsent=self.unsent, pack=self.pack)


def missing_product(item: Stock, link: Link, *, pack: int) -> PoolProduct:
    """Return a product of the Supplier that the Merchant does not have any more."""
    return PoolProduct(
        key=normalized_sku(item.sku),
        supplier_id=item.product_id,
        merchant_id=link.merchant_id,
        sku="",
        available=item.quantity or 0,
        shown=0,
        unsent=0,
        pack=pack,
        rule=NOT_WRITTEN,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    """The quota from which the quantity of a product is computed."""

    product: PoolProduct
    units: int
    """The quota of this portal."""
    before: int
    """Its quota until now."""
    is_noted: bool
    """True if the table has its row already, with this rule."""
    is_short: bool
    """True if the share of the portal is larger, but others still have these units."""
    quotas: tuple[Quota, ...]
    """The quotas of all portals until now."""
    unknown: tuple[str, ...] = ()
    """The portals that have not written yet: what their Merchants show is not known."""

    @property
    def text(self) -> str:
        """The quotas of all portals, in units of the Supplier."""
        parts = [f"{quota.portal} {quota.units}" for quota in self.quotas]
        free = self.product.available - sum(quota.units for quota in self.quotas)
        parts += [f"{portal} not known yet" for portal in self.unknown]
        return f"units of {self.product.available} by portal: {', '.join(parts)}, {free} free"

    @property
    def takes(self) -> Mapping[tuple[str, str], int]:
        """The units that are taken before the write, as `Quotas.change` adds them."""
        return self._change(max(self.units - self.before, 0))

    @property
    def gives_up(self) -> Mapping[tuple[str, str], int]:
        """The units that are given up once the Merchant shows the quantity; they are negative."""
        return self._change(min(self.units - self.before, 0))

    def _change(self, units: int) -> Mapping[tuple[str, str], int]:
        return {(self.product.key, self.product.merchant_id): units} if units else {}


@dataclass(frozen=True, kw_only=True)
class Division:
    """Quotas, links and imports, from which the offers of a page are computed."""

    portal: str
    rows: Mapping[str, Sequence[Quota]]
    """The recorded quotas of all portals, by the product's key."""
    imported: Mapping[str, int]
    """The units that the Supplier got since its quantities were read, by the product's key."""
    linked: Mapping[str, Sequence[tuple[str, str]]]
    """Portals and their linked products, by the Supplier's product; always in the same order."""
    weights: Mapping[str, int]
    turn: int

    def offers(self, products: Sequence[PoolProduct]) -> Mapping[str, Offer]:
        """Return the offer of each product of the portal, by the Merchant's id."""
        by_key: dict[str, list[PoolProduct]] = {}
        for product in products:
            by_key.setdefault(product.key, []).append(product)
        offers = (offer for same in by_key.values() for offer in self._of_same(same))
        return {offer.product.merchant_id: offer for offer in offers}

    def _of_same(self, products: Sequence[PoolProduct]) -> Iterator[Offer]:
        """Yield the offers of the portal's products that are linked to one product."""
        first = products[0]
        recorded = {(row.portal, row.merchant_id): row for row in self.rows.get(first.key, ())}
        own = {(self.portal, product.merchant_id): product for product in products}
        quotas = recorded | {
            id_: replace(
                product.quota,
                portal=self.portal,
                units=recorded[id_].units if id_ in recorded else product.quota.units,
            )
            for id_, product in own.items()
        }
        linked = self.linked.get(first.supplier_id, ())
        stock = first.available - self.imported.get(first.key, 0)
        # A portal that has not written yet may show any quantity.
        unknown = tuple(name for name, id_ in linked if (name, id_) not in quotas)
        free = 0 if unknown else stock - sum(quota.units for quota in quotas.values())
        claims = [self._claim(id_, quotas.get(id_), stock) for id_ in linked]
        share_of = dict(zip(linked, shares(max(stock, 0), claims, turn=self.turn), strict=True))
        for id_, product in own.items():
            before = quotas[id_].units
            wanted = product.needed(share_of.get(id_, 0))
            reached = wanted if before >= wanted else before + max(min(wanted - before, free), 0)
            # Units that it can neither show nor has sold are for the others.
            units = min(product.needed(reached), reached)
            free -= max(units - before, 0)
            yield Offer(
                product=product,
                units=units,
                before=before,
                is_noted=id_ in recorded and recorded[id_] == quotas[id_],
                is_short=reached < wanted,
                quotas=tuple(quotas.values()),
                unknown=unknown,
            )

    def _claim(self, id_: tuple[str, str], quota: Quota | None, available: int) -> Claim:
        weight = self.weights[id_[0]]
        if quota is None:
            return Claim(weight=weight)
        return claim_of(_rule(quota.rule), weight=weight, available=available, pack=quota.pack)


@lru_cache(1000)
def _to_text(rule: StockRule) -> str:
    """Return a rule as text. The reason of a stop is left out, as it may change with each run."""
    rule = replace(rule, stop="stop" if rule.stop else "")
    return "" if rule == ALL_AVAILABLE else json.encode(rule).decode()


@lru_cache(1000)
def _rule(text: str) -> StockRule:
    return json.decode(text, type=StockRule) if text else ALL_AVAILABLE
