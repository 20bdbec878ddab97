"""A whole configuration for one file, as text: what was guessed, and what a user must edit."""

import glob
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ordosync.accounts.feeds import FeedGuess
from ordosync.config import config_of
from ordosync.config.settings import Config
from ordosync.currencies import UNKNOWN_CURRENCY
from ordosync.errors import ConfigError

MERCHANT, SUPPLIER = "shop", "supplier"
_DATES = {"date_format": "%Y-%m-%d", "timezone": "UTC"}
_OF_SUPPLIER = ("shipments", "stock", "answers")
_COLUMNS = {"order_number": "Order", "sku": "SKU", "quantity": "Quantity"}
_OTHER_SIDE = """edit: the other side. It is a database of ordosync on this machine, until you
replace it; `ordosync config example shopify` shows another kind."""
_OTHER_NAMES = "# A file with another name is not read; write a pattern such as export*.csv."
_NEEDED: Mapping[str, Mapping[str, Any]] = {
    MERCHANT: {"orders": {"glob": "orders/*.csv", "columns": _COLUMNS}},
    SUPPLIER: {"order_files": {"folder": "to-supplier", "columns": _COLUMNS}},
}
"""What a Merchant and a Supplier of files need beside any other files."""


def account_of(guess: FeedGuess) -> str:
    """Return the name of the account that has the file."""
    return SUPPLIER if guess.subject in _OF_SUPPLIER else MERCHANT


def assumed_values(guess: FeedGuess, file: Path) -> Mapping[str, str]:
    """Return values for the options that the file does not show and a user must choose.

    With them, the file is checked until then. Raises `ConfigError` if the guess cannot be used.
    """
    # A preset that removes the sign $ needs a currency with it.
    codes = (guess.currency or UNKNOWN_CURRENCY, "USD")
    currencies: list[dict[str, str]] = [{}, *({"currency": code} for code in codes)]
    zones: list[dict[str, str]] = [{}, {"timezone": "UTC"}, _DATES]
    for values in ({**zone, **currency} for currency in currencies for zone in zones):
        try:
            assumed_config(guess, file, values)
        except ConfigError as error:
            problem = error
        else:
            return values
    raise problem


def assumed_config(guess: FeedGuess, file: Path, values: Mapping[str, str]) -> Config:
    """Return a configuration for the file with these values. Raises `ConfigError`."""
    return config_of(_text(guess, file, values), Path())


def config_text(guess: FeedGuess, file: Path, edits: Iterable[str]) -> str:
    """Return the configuration for a user, with a comment at each place to edit."""
    if guess.missing:
        columns = {**dict.fromkeys(guess.missing, ""), **guess.options.get("columns", {})}
        guess = replace(guess, options={**guess.options, "columns": columns})
    return _text(guess, file, dict.fromkeys(edits, ""), comments=True)


def _text(
    guess: FeedGuess, file: Path, values: Mapping[str, str], *, comments: bool = False
) -> str:
    import yaml  # noqa: PLC0415 - loaded with the configuration

    account = account_of(guess)
    other = MERCHANT if account == SUPPLIER else SUPPLIER
    subject = {"glob": glob.escape(str(file)), **guess.options, **values}
    of_files = {"kind": "files", **_beside(guess, account), guess.subject: subject}
    local = {"kind": "sqlite", "path": f"{other}.db"}
    document = {
        "accounts": {account: of_files, other: local},
        "portals": {f"{MERCHANT}-{SUPPLIER}": _portal(guess)},
    }
    text = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=100)
    return "\n".join([*_commented(text, guess), ""]) if comments else text


def _beside(guess: FeedGuess, account: str) -> Mapping[str, Any]:
    return {} if guess.subject == "orders" else _NEEDED[account]


def _portal(guess: FeedGuess) -> dict[str, Any]:
    portal: dict[str, Any] = {"merchant": MERCHANT, "supplier": SUPPLIER}
    if guess.subject == "orders" and not guess.has_address:
        portal["address"] = "optional"
    if guess.subject == "stock":
        portal["manage_inventory"] = "true"
    return portal


def _commented(text: str, guess: FeedGuess) -> Iterator[str]:
    """Yield the lines of a configuration, with a comment at each place that a user edits."""
    places, examples = _places(guess), _examples(guess)
    yield "# A configuration for one file, by `ordosync feed check --init`. Edit the places"
    yield "# with the comment `edit`, then run `ordosync config check`."
    for line in text.splitlines():
        name, _, value = line.strip().partition(": ")
        if line in places:
            indent = line[: len(line) - len(line.lstrip())]
            yield from (f"{indent}# {part}" for part in places[line].splitlines())
            yield line
        elif name == "glob":
            indent = line[: len(line) - len(line.lstrip())]
            yield f"{indent}{_OTHER_NAMES}"
            yield line
        elif value == "''":
            example = f"such as {examples[name]}" if name in examples else "the column of the file"
            yield f"{line.removesuffix(' ' + value)}  # edit: {example}"
        else:
            yield line


def _places(guess: FeedGuess) -> Mapping[str, str]:
    """Return the comments above some lines."""
    account = account_of(guess)
    other = MERCHANT if account == SUPPLIER else SUPPLIER
    needed = "edit: an account of this side needs it, too"
    return {
        **{f"    {name}:": needed for name in _beside(guess, account)},
        f"  {other}:": _OTHER_SIDE,
    }


def _examples(guess: FeedGuess) -> Mapping[str, str]:
    """Return an example of each option that a user chooses."""
    return {
        "date_format": '"%Y-%m-%d"',
        "timezone": "Europe/Paris",
        "currency": guess.currency or "EUR",
        **{name: near for name, near in guess.missing.items() if near},
    }
