"""Checks of the options that change texts: `transform`, `constants` and `defaults`."""

import re
from collections.abc import Collection, Mapping, Sequence

from ordosync.accounts.files.input_options.fields import AMOUNT_FIELDS, NUMBER_FIELDS
from ordosync.accounts.files.input_options.transforms import Transform
from ordosync.countries import check_country
from ordosync.currencies import fits

Steps = Sequence[Transform]
_ONLY = {
    "currency": (AMOUNT_FIELDS, "an amount"),
    "thousands": (NUMBER_FIELDS, "a number"),
    "whole": (NUMBER_FIELDS, "a number"),
}
"""Steps that only some fields may have, with the name of these fields."""
_CURRENCY = re.compile("[A-Z]{3}")


def check_currency(option: str, text: str) -> None:
    """Raise `ValueError` if a text is not a currency code."""
    if not _CURRENCY.fullmatch(text):
        raise ValueError(f"{option}: must be three capital letters such as GBP")


def check_texts(
    constants: Mapping[str, str],
    defaults: Mapping[str, str],
    *,
    with_column: Collection[str],
    own_fields: Collection[str],
) -> None:
    """Raise `ValueError` if a field has a constant or default that it cannot have."""
    for option, texts in (("constants", constants), ("defaults", defaults)):
        for name, text in texts.items():
            if name in own_fields:
                raise ValueError(f"{option}: each record has its own {name}")
            # A product of a row without a SKU is unknown, and another one must not be sent.
            if option == "defaults" and name == "sku":
                raise ValueError("defaults: a blank sku cannot have another one")
            if not text.strip():
                raise ValueError(f"{option}: {name} is blank")
    for name in constants:
        if name in with_column:
            raise ValueError(f"constants: {name} has a column, too; use `defaults` for blank cells")
    for name in defaults:
        if name not in with_column:
            raise ValueError(f"defaults: {name} has no column; use `constants`")


def check_codes(option: str, texts: Mapping[str, str], transform: Mapping[str, Steps]) -> None:
    """Raise `ValueError` for a currency or country that is not a code, and is not transformed."""
    for name, text in texts.items():
        if transform.get(name):
            continue
        if name.endswith(".country"):
            check_country(f"{option}: {name}", text)
        elif name == "currency":
            check_currency(f"{option}: currency", text)


def check_steps(
    name: str, steps: Steps, *, has_column: bool, dates: Collection[str], decimal: str
) -> None:
    """Raise `ValueError` if a field cannot have these steps, or not in this sequence.

    `has_column` is True for a field that `columns` maps, `dates` are the fields with dates.
    """
    for index, step in enumerate(steps):
        if step.columns and (index or has_column):
            remedy = "remove the column, or the steps by `[]`"
            reason = f"has a column, too; {remedy}" if has_column else "must begin with it"
            raise ValueError(f"transform: {name}: {step.name}: {name} {reason}")
        if step.date and (name not in dates or step is not steps[-1]):
            raise ValueError(f"transform: {name}: date: must be the last step of a date")
        if step.word == "country" and not name.endswith(".country"):
            raise ValueError(f"transform: {name}: country: {name} is not a country")
        fields, noun = _ONLY.get(step.name, ((name,), ""))
        if name not in fields:
            raise ValueError(f"transform: {name}: {step.name}: {name} is not {noun}")
        if step.thousands == decimal:
            raise ValueError(f"transform: {name}: thousands: {decimal!a} is the decimal sign")
    order = [step.name for step in steps]
    if "currency" in order and "thousands" in order[: order.index("currency")]:
        raise ValueError(f"transform: {name}: currency must come before thousands")


def check_date_format_used(dates: Collection[str], transform: Mapping[str, Steps]) -> None:
    """Raise `ValueError` if the transform of each date has formats: `date_format` is unused."""
    own = [name for name in dates if any(step.date for step in transform.get(name, ()))]
    if own and len(own) == len(dates):
        raise ValueError(f"date_format: is not used, since `transform: {own[0]}` has its formats")


def check_signs(transform: Mapping[str, Steps], currency: str) -> None:
    """Raise `ValueError` if a field removes only signs that contradict the currency."""
    for name, steps in transform.items():
        signs = [step.currency for step in steps if step.currency]
        if signs and not any(fits(sign, currency) for sign in signs):
            raise ValueError(f"transform: {name}: {signs[0]!a} is not a sign of {currency}")
