"""The error of a message that was not sent."""


class DeliveryError(Exception):
    """The message was not sent, or it is not known. The text has no secret, and no address."""

    def __init__(
        self, why: str, *, may_have_arrived: bool = False, retry_after_s: float | None = None
    ) -> None:
        super().__init__(why)
        self.may_have_arrived = may_have_arrived
        """True if the recipient may have got it, so that another attempt may double it."""
        self.retry_after_s = retry_after_s
        """Seconds to wait before the next attempt, as the service requests."""
