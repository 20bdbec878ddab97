"""Errors of an operation."""

from typing import Any


class UserError(Exception):
    """An error in a mutation's input; the response lists it with an empty payload."""

    def __init__(self, message: str, *field: str, code: str | None = None) -> None:
        super().__init__(message)
        self.message, self.code = message, code
        self.field = list(field) or None

    @property
    def row(self) -> dict[str, Any]:
        """Return the error as the payload shows it."""
        return {"message": self.message, "field": self.field, "code": self.code}


class UserErrors(Exception):  # noqa: N818 - several in one
    """Several errors in the input."""

    def __init__(self, *errors: UserError) -> None:
        super().__init__("; ".join(error.message for error in errors))
        self.errors = errors


class Refusal(Exception):  # noqa: N818 - not ours: the service's
    """A field without a result: an entry of the top-level `errors`, with its code."""

    def __init__(self, message: str, code: str | None = None, **more: Any) -> None:
        super().__init__(message)
        self.message = message
        self.extensions = ({"code": code} if code else {}) | more


class GapError(AssertionError):
    """The service has something that the fake lacks; the fake must be changed."""
