"""Kinds of account that only have options."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar, Literal, cast

from ordosync.accounts.account import Account, NoOptions
from ordosync.accounts.merchant import Merchant, MerchantShortages
from ordosync.accounts.supplier import Supplier
from ordosync.secret import Secret


@dataclass(frozen=True, kw_only=True)
class Reading:
    """Options in options."""

    encoding: str
    quiet_s: int = 10

    def __post_init__(self) -> None:
        if self.quiet_s < 0:
            raise ValueError("quiet_s must not be negative")


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """Options of a portal for a Shop as its Merchant."""

    supplier: str | None = None


@dataclass(frozen=True, kw_only=True)
class Numbering:
    """Options of a portal for a Depot as its Supplier."""

    prefix: str = ""


class Shop(Account):
    """A kind with an option of every type, for both roles."""

    kind: ClassVar[str] = "shop"
    merchant_options = Assignment
    supplier_options = NoOptions

    def __init__(
        self,
        *,
        name: str,
        token: Secret,
        title: str = "Shop",
        pages: int = 1,
        fast: bool = False,
        fee: Decimal = Decimal("0.50"),
        opened_on: date | None = None,
        folder: Path = Path("incoming"),
        style: Literal["csv", "jsonl"] = "csv",
        note: str | None = "none yet",
        tags: tuple[str, ...] = (),
        columns: Mapping[str, str] | None = None,
        reading: Reading | None = None,
    ) -> None:
        self.name = name
        self.token = token
        self.options = (title, pages, fast, fee, opened_on, folder, style, note)
        self.more = (tags, columns, reading)

    def merchant(self, *_: object) -> Merchant:
        return _merchant(self.name, self.kind)

    def supplier(self, *_: object) -> Supplier:
        return _supplier(self.name, self.kind)


class Depot(Account):
    """A kind that is only a Supplier."""

    kind: ClassVar[str] = "depot"
    supplier_options = Numbering

    def __init__(self, *, name: str) -> None:
        self.name = name

    def merchant(self, *_: object) -> Merchant:
        raise AssertionError("only ships")

    def supplier(self, *_: object) -> Supplier:
        return _supplier(self.name, self.kind)


def _merchant(name: str, kind: str) -> Merchant:
    part: Any = object()
    return Merchant(
        name=name,
        kind=kind,
        client=part,
        orders=part,
        cancellations=part,
        products=part,
        stock=part,
        tracking=part,
        splits=part,
        shortages=cast("MerchantShortages", SimpleNamespace(can_hold=False, can_cancel=False)),
    )


def _supplier(name: str, kind: str) -> Supplier:
    part: Any = object()
    return Supplier(
        name=name,
        kind=kind,
        client=part,
        orders=part,
        cancellations=part,
        products=part,
        stock=part,
        shipments=part,
        splits=part,
        shortages=part,
    )
