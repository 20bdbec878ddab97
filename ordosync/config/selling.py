"""Reads the rules of a Supplier's account, and refuses those that its kind cannot have."""

from ordosync.accounts import is_embedded
from ordosync.config.policies import refuse_blank
from ordosync.config.reader import Place, Reader
from ordosync.config.stock_settings import NO_SELLING_RULES, SellingConfig
from ordosync.max_age import max_age_of

_OF_AGE = ("max_age", "but", "when_stale")


def read_selling(reader: Reader, place: Place, kind: str, timezone: str | None) -> SellingConfig:
    """Return the option `selling` of an account."""
    selling: SellingConfig = reader.value(SellingConfig, place) or NO_SELLING_RULES
    refuse_blank(reader, place)
    entries = (reader.entries(place) if place.is_mapping else None) or {}
    if kind == "files":
        for name in _OF_AGE:
            if name in entries:
                reader.problem(entries[name], f"write `{name}` under `stock:` of this account")
    else:
        # A local account has no option for its time zone.
        zone = timezone or ("UTC" if is_embedded(kind) else None)
        reader.attempt(place, lambda: max_age_of(selling, zone), entries=entries)
    return selling
