"""Key and secret in the query of each request, for a server that drops the Authorization header.

Only the connection adds them, below the library that logs URLs and quotes them in its exceptions.
A server usually logs the query, so this is only for services that need it, over https.
"""

from dataclasses import dataclass
from urllib.parse import quote, urlencode

from ordosync.secret import Secret


@dataclass(frozen=True, kw_only=True)
class QueryKey:
    """A key and its secret, with the names of their parameters."""

    key: str
    secret: Secret
    names: tuple[str, str]

    @property
    def query(self) -> Secret:
        """The parameters, as they are sent."""
        values = (self.key, self.secret.reveal())
        return Secret(urlencode(dict(zip(self.names, values, strict=True)), quote_via=quote))
