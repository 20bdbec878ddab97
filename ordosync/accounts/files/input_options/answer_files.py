"""Options of the answers that a Supplier drops: units that it does not send, or sends later."""

from dataclasses import dataclass
from typing import ClassVar, Literal, get_args

from ordosync.accounts.files.input_options.fields import UNIT_FIELDS
from ordosync.accounts.files.input_options.input_files import InputFiles
from ordosync.shortages import ShortageAnswer, ShortageReason

Answer = Literal[ShortageAnswer, "rejected"]
"""rejected: a cancellation that the Supplier was asked for is refused."""
ANSWERS: tuple[Answer, ...] = ("cancelled", "backordered", "rejected")
REASONS: tuple[ShortageReason, ...] = get_args(ShortageReason)
_FIELDS = ("answer", "reason", "expected", "note")


@dataclass(frozen=True, kw_only=True)
class AnswerFiles(InputFiles):
    """A Supplier's answers to orders; one row is a line, or the whole order."""

    record_name: ClassVar[str] = "an answer"
    known_fields: ClassVar[tuple[str, ...]] = ("order_number", *UNIT_FIELDS, *_FIELDS)
    required_fields: ClassVar[tuple[str, ...]] = ("order_number", "answer")
    unit_fields: ClassVar[tuple[str, ...]] = (*UNIT_FIELDS, *_FIELDS)

    @property
    def dates(self) -> tuple[str, ...]:
        """The fields that are dates or times."""
        return ("expected",)

    def __post_init__(self) -> None:
        super().__post_init__()
        if "expected" in self.sources and not self.date_formats("expected"):
            raise ValueError("expected has a column, so date_format is needed")
        for name, words in (("answer", ANSWERS), ("reason", REASONS)):
            for meaning in self.values.get(name, {}).values():
                if meaning not in words:
                    known = ", ".join(words)
                    raise ValueError(f"values: {name}: {meaning!a} is not one of {known}")
