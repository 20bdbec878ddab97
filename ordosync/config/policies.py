"""Refuses policies of a portal that one of its accounts, or the portal, cannot carry out."""

from collections.abc import Mapping
from typing import Any

from ordosync.accounts.merchant import Merchant
from ordosync.accounts.supplier import Supplier
from ordosync.config.hold_settings import HoldConfig
from ordosync.config.needs import (
    cannot_cancel_lines,
    cannot_edit,
    cannot_have_quota,
    cannot_hold,
    cannot_hold_before_import,
    cannot_know_skus,
    cannot_zero_discontinued,
)
from ordosync.config.policy_settings import EditsConfig, ShortagesConfig
from ordosync.config.reader import Place, Reader
from ordosync.config.stock_settings import SellingConfig, StockConfig

_NEEDS_INVENTORY = "needs `manage_inventory: true` in this portal"


def refuse_blank(reader: Reader, place: Place) -> None:
    """Record a problem for each option without a value: it would be taken as no rule."""
    entries = (reader.entries(place) if place.is_mapping else None) or {}
    for entry in entries.values():
        if entry.is_null and not entry.node.value:
            reader.problem(entry, "needs a value, or null")


class PolicyReader:
    """Compares the policies of one portal with its accounts."""

    def __init__(
        self, reader: Reader, sells: Merchant, ships: Supplier, selling: SellingConfig
    ) -> None:
        self._reader = reader
        self._sells = sells
        self._ships = ships
        self._selling = selling

    def refuse(self, values: Mapping[str, Any], entries: Mapping[str, Place]) -> None:
        """Record a problem for each policy that cannot be carried out."""
        is_managed = bool(values.get("manage_inventory"))
        if hold := values.get("hold"):
            self._hold(hold, entries["hold"])
        if edits := values.get("edits"):
            self._edits(edits, entries["edits"])
        if shortages := values.get("shortages"):
            self._shortages(shortages, entries["shortages"], is_managed=is_managed)
        if values.get("unknown_sku") == "hold" and not values.get("sku_map"):
            self._unknown_sku(entries["unknown_sku"])
        if stock := values.get("stock"):
            self._stock(stock, entries["stock"], is_managed=is_managed)
        if is_managed and self._selling.pool == "quota" and (why := cannot_have_quota(self._sells)):
            self._reader.problem(entries["manage_inventory"], why)

    def _unknown_sku(self, place: Place) -> None:
        if why := cannot_know_skus(self._ships):
            self._reader.problem(place, f"{why}; add a `sku_map:`")

    def _edits(self, edits: EditsConfig, place: Place) -> None:
        for group, entry in (self._reader.entries(place) or {}).items():
            if group != "until" and (why := cannot_edit(self._ships, group, edits.of(group))):
                self._reader.problem(entry, why)

    def _hold(self, hold: HoldConfig, place: Place) -> None:
        entries = self._reader.entries(place) or {}
        for condition in hold.conditions:
            if why := cannot_hold_before_import(self._sells, condition):
                self._reader.problem(entries[condition], why)

    def _shortages(self, shortages: ShortagesConfig, place: Place, *, is_managed: bool) -> None:
        entries = self._reader.entries(place) or {}
        if shortages.hold and (why := cannot_hold(self._sells)):
            self._reader.problem(entries["hold"], why)
        if shortages.cancel == "lines" and (why := cannot_cancel_lines(self._sells)):
            self._reader.problem(entries["cancel"], why)
        if shortages.zero_stock and not is_managed:
            self._reader.problem(entries["zero_stock"], _NEEDS_INVENTORY)

    def _stock(self, stock: StockConfig, place: Place, *, is_managed: bool) -> None:
        refuse_blank(self._reader, place)
        if not is_managed:
            self._reader.problem(place, _NEEDS_INVENTORY)
        entries = self._reader.entries(place) or {}
        if "share" in entries and self._selling.pool != "quota":
            why = f"has no effect; write `selling: {{pool: quota}}` in account {self._ships.name}"
            self._reader.problem(entries["share"], why)
        if stock.discontinued == "zero" and (why := cannot_zero_discontinued(self._ships)):
            self._reader.problem(entries["discontinued"], why)
