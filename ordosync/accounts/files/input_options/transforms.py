"""Options of transforms: how the text of a cell becomes the text of a field."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import ClassVar, Literal

from ordosync.accounts.files.input_options.column_map import check_date_format
from ordosync.accounts.option_types import FirstOf

_WORDS = ("strip", "upper", "lower", "country", "whole")


@dataclass(frozen=True, kw_only=True)
class Part:
    """A part of the text of a column that is split."""

    is_concise: ClassVar[bool] = True

    from_: FirstOf
    at: str
    part: int
    """The number of the part, from 1; the last one has the rest."""

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

    word: Literal["strip", "upper", "lower", "country", "whole"] | None = None
    """`country`: the name of a country to its code; `whole`: 2.00 to 2."""
    prefix: str | None = None
    """Text that is added in front of a text that is not blank."""
    pad: int | None = None
    """Digits that a number has; shorter ones get zeros in front."""
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
    join: tuple[str, ...] = ()
    """Columns whose texts are joined, without those that are blank."""
    by: str = " "
    """For `join`: the text between two columns."""
    split: Part | None = None

    def __post_init__(self) -> None:
        names = [each.name for each in fields(self) if each.name not in ("rest", "by")]
        used = [name for name in names if getattr(self, name) not in (None, {}, ())]
        if len(used) != 1:
            raise ValueError("each step of a transform has one option, such as {prefix: NW-}")
        if self.pad is not None and not 1 <= self.pad <= 100:  # noqa: PLR2004 - a SKU's maximum
            raise ValueError("pad: must be 1 to 100")
        for format_ in self.date:
            check_date_format(format_)

    @classmethod
    def of_text(cls, text: str) -> "Transform":
        """Return the step of a single word."""
        if text not in _WORDS:
            raise ValueError(f"{text[:40]!a} is not a step; write one of {', '.join(_WORDS)}")
        return cls(word=text)  # type: ignore[arg-type]

    def as_text(self) -> str | None:
        """Return the single word of the step."""
        return self.word

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the step reads besides the field's own."""
        return (*self.join, *((self.split.from_,) if self.split else ()))


def needs_own_column(steps: tuple[Transform, ...]) -> bool:
    """True if a field with these steps needs a column under `columns`."""
    return not steps or not steps[0].columns
