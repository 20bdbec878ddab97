"""The ways in which an operation is refused."""

from typing import Any


class UserError(Exception):
    """What is wrong with a mutation's input; the answer lists it beside an empty payload."""

    def __init__(self, message: str, *field: str, code: str | None = None) -> None:
        super().__init__(message)
        self.message, self.code = message, code
        self.field = list(field) or None

    @property
    def row(self) -> dict[str, Any]:
        """Return it as the payload shows it."""
        return {"message": self.message, "field": self.field, "code": self.code}


class UserErrors(Exception):  # noqa: N818 - several in one
    """More than one thing is wrong with the input."""

    def __init__(self, *errors: UserError) -> None:
        super().__init__("; ".join(error.message for error in errors))
        self.errors = errors


class Refusal(Exception):  # noqa: N818 - not ours: the service's
    """A field that cannot be answered: an entry of the top-level `errors`, with its code."""

    def __init__(self, message: str, code: str | None = None, **more: Any) -> None:
        super().__init__(message)
        self.message = message
        self.extensions = ({"code": code} if code else {}) | more


class GapError(AssertionError):
    """What the service has and the fake has not; the one that must be changed is the fake."""
