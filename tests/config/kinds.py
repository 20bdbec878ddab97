"""Kinds of account that only have options."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import ClassVar, Literal

from ordosync.accounts.account import Account, Role
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
    """What a portal may say about a Shop as its Merchant."""

    supplier: str | None = None


@dataclass(frozen=True, kw_only=True)
class Numbering:
    """What a portal may say about a Depot as its Supplier."""

    prefix: str = ""


class Shop(Account):
    """Takes an option of every type, and plays either role."""

    kind: ClassVar[str] = "shop"
    roles: ClassVar[frozenset[Role]] = frozenset({"merchant", "supplier"})
    MerchantPair = Assignment

    def __init__(
        self,
        *,
        name: str,
        spool: Path,
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
        super().__init__(name=name, spool=spool)
        self.token = token
        self.options = (title, pages, fast, fee, opened_on, folder, style, note)
        self.more = (tags, columns, reading)


class Depot(Account):
    """Ships and nothing else."""

    kind: ClassVar[str] = "depot"
    roles: ClassVar[frozenset[Role]] = frozenset({"supplier"})
    SupplierPair = Numbering
