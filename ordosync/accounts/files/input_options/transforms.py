"""Options of transforms: how the text of a cell becomes the text of a field."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import ClassVar, Literal

from ordosync.accounts.files.input_options.column_map import check_date_format
from ordosync.accounts.option_types import FirstOf

_WORDS = ("strip", "upper", "lower", "country", "whole")
_SEPARATORS = ",.'\u2019_ \u00a0\u202f"
_UNSET: tuple[object, ...] = (None, False, {}, ())
_MOST_DIGITS = 100
"""The maximum of a SKU."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """A part of the text of a column that is split."""

    is_concise: ClassVar[bool] = True

    from_: FirstOf
    at: str
    part: int
    """The number of the part, from 1; the last part of a column that a field has is the rest."""

    def __post_init__(self) -> None:
        if not self.at:
            raise ValueError("at: must not be empty")
        if self.part < 1:
            raise ValueError("part: must be 1 or more")


@dataclass(frozen=True, kw_only=True)
class Transform:
    """One step from the text of a cell to the text of a field.

    Exactly one of the options is set; `by` belongs to `join`, and `rest` to `map`. In YAML the
    steps without an argument are single words, such as `upper`.
    """

    is_concise: ClassVar[bool] = True

    word: Literal["strip", "upper", "lower", "country"] | None = None
    """`country`: the name of a country becomes its code."""
    whole: bool = False
    """True: 2.00 becomes 2, and 2.5 is refused."""
    prefix: str | None = None
    """Text that is added in front of a text that is not blank."""
    pad: int | None = None
    """Digits that a number has; a shorter number gets zeros in front, other text stays."""
    currency: str | None = None
    """The sign or code of a currency that is removed before or after an amount."""
    thousands: str | None = None
    """The separator of thousands that is removed."""
    map: Mapping[str, str] = field(default_factory=dict)
    """Texts that are replaced as a whole."""
    rest: Literal["keep", "fail"] = "keep"
    """For `map`: other texts are kept, or refuse the row."""
    date: tuple[str, ...] = ()
    """Formats of a date; a text that two of them read differently is refused."""
    join: tuple[FirstOf, ...] = ()
    """Columns whose texts are joined, without those that are blank."""
    by: str = " "
    """For `join`: the text between two columns."""
    split: Part | None = None

    def __post_init__(self) -> None:
        if len(self._used) != 1:
            raise ValueError("each step of a transform has one option, such as {prefix: NW-}")
        if self.pad is not None and not 1 <= self.pad <= _MOST_DIGITS:
            raise ValueError(f"pad: must be 1 to {_MOST_DIGITS}")
        if self.currency is not None and not self.currency.strip():
            raise ValueError("currency: must be a sign or a code, such as $ or USD")
        if self.thousands is not None and self.thousands not in tuple(_SEPARATORS):
            raise ValueError("thousands: must be a comma, point, blank, apostrophe or underscore")
        if "" in self.map:
            raise ValueError("map: a blank text stays blank; give its value under `defaults`")
        for format_ in self.date:
            check_date_format(format_)

    @classmethod
    def of_text(cls, text: str) -> "Transform":
        """Return the step of a single word."""
        if text not in _WORDS:
            raise ValueError(f"{text[:40]!a} is not a step; write one of {', '.join(_WORDS)}")
        return cls(whole=True) if text == "whole" else cls(word=text)  # type: ignore[arg-type]

    @cached_property
    def name(self) -> str:
        """The name of the step, as in the configuration."""
        return self.word or self._used[0]

    @property
    def _used(self) -> list[str]:
        """The options that are set, without those that belong to another."""
        names = [each.name for each in fields(self) if each.name not in ("rest", "by")]
        return [name for name in names if getattr(self, name) not in _UNSET]

    def as_text(self) -> str | None:
        """Return the single word of the step."""
        return "whole" if self.whole else self.word

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the step reads besides the field's own."""
        return (*self.join, *((self.split.from_,) if self.split else ()))


def joined_columns(transform: Mapping[str, tuple[Transform, ...]]) -> dict[str, tuple[str, ...]]:
    """Return the columns of each field whose first step names them, by field."""
    firsts = {name: steps[0].columns for name, steps in transform.items() if steps}
    return {name: columns for name, columns in firsts.items() if columns}


def last_parts(transform: Mapping[str, tuple[Transform, ...]]) -> dict[tuple[str, str], int]:
    """Return the last part of each column that fields have; a single first part has no rest."""
    parts = [step.split for steps in transform.values() for step in steps if step.split]
    last: dict[tuple[str, str], int] = {}
    for part in parts:
        last[part.from_, part.at] = max(part.part, last.get((part.from_, part.at), 2))
    return last
