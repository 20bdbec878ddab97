"""Errors of WordPress: a code, a message, and data with the status."""

from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]


class Refused(Exception):  # noqa: N818 - it is an answer, not something that went wrong here
    """The response to the request is this error."""

    def __init__(self, code: str | int, message: str, status: int = 400, **data: object) -> None:
        super().__init__(message)
        self.status = status
        self.body: Json = {"code": code, "message": message, "data": {"status": status, **data}}


def invalid(params: Mapping[str, str]) -> Refused:
    """Return the error for invalid parameters, each with its reason."""
    details = {
        name: {"code": "rest_invalid_type", "message": why, "data": {"param": name}}
        for name, why in params.items()
    }
    words = f"Invalid parameter(s): {', '.join(params)}"
    return Refused("rest_invalid_param", words, 400, params=dict(params), details=details)


def no_route() -> Refused:
    """Return the error for an unknown path or method."""
    return Refused(
        "rest_no_route", "No route was found matching the URL and request method.", status=404
    )


def invalid_id(kind: str, status: int = 404) -> Refused:
    """Return the error for an unknown id: 404 to read or delete, 400 to change."""
    return Refused(f"woocommerce_rest_{kind}_invalid_id", "Invalid ID.", status)


def too_many(limit: int) -> Refused:
    """Return the error for a batch that is too large."""
    words = f"Unable to accept more than {limit} items for this request."
    return Refused("woocommerce_rest_request_entity_too_large", words, status=413)
