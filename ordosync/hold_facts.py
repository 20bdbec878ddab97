"""Facts about an order of the Merchant by which a portal may hold it. Imports nothing."""

from datetime import datetime

from msgspec import Struct


class HoldFacts(Struct, frozen=True, kw_only=True, gc=False):
    """The facts that an account reports about an order, beside the fields that are sent.

    They are in no digest of an order: another tag or payment is no edit.
    """

    is_paid: bool = False
    since: datetime | None = None
    """The time from which the age of the order counts; None if the account does not know it."""
    tags: tuple[str, ...] = ()
    held: str = ""
    """Why the order is held, regardless of the conditions of the portal; empty if it is not."""
    unclear: tuple[str, str] | None = None
    """The code and the reason why it is unclear what is to be sent: the order fails, unless it was
    sent before."""
    date_skus: tuple[str, ...] = ()
    """The SKUs of its lines that a spreadsheet may have turned into a date."""
    risk: str = ""
    """Shopify's recommendation in lower case, such as `investigate`; empty if there is none."""
