"""Turns a connection error into one sentence that names its root cause."""

import ssl
from collections.abc import Iterator
from http.client import RemoteDisconnected
from socket import gaierror

from urllib3.exceptions import ConnectTimeoutError, DecodeError, ProxyError

# Verification error codes of OpenSSL.
_EXPIRED, _NOT_YET = 10, 9
_UNKNOWN_AUTHORITY = {2, 18, 19, 20, 21}
_OTHER_NAME = {62, 63, 64}

# The first entry whose exception is in the chain of causes is used.
_REASONS: tuple[tuple[type[BaseException], str], ...] = (
    (ProxyError, "the proxy refuses a connection to {host}"),
    (gaierror, "the name {host} cannot be resolved"),
    (ConnectionRefusedError, "{host} refused the connection"),
    (ConnectTimeoutError, "connecting to {host} timed out"),
    (ssl.SSLEOFError, "{host} closed the connection early"),
    (TimeoutError, "{host} did not respond in time"),
    (RemoteDisconnected, "{host} closed the connection without a response"),
    (ConnectionError, "{host} reset the connection"),
    (DecodeError, "the response of {host} cannot be decompressed"),
    (ssl.SSLError, "the TLS handshake with {host} failed"),
)


def explain(error: BaseException, host: str) -> str:
    """Return one sentence that names the host."""
    causes = list(_causes(error))
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return _certificate(cause, host)
    for kind, sentence in _REASONS:
        if any(isinstance(cause, kind) for cause in causes):
            return sentence.format(host=host)
    return f"no complete response from {host} ({type(causes[-1]).__name__})"


def is_distrusted(error: BaseException) -> bool:
    """True if the certificate of the server was not accepted."""
    return any(isinstance(cause, ssl.SSLCertVerificationError) for cause in _causes(error))


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield the chain of causes. urllib3 puts a cause into `reason` or the arguments."""
    seen_ids: set[int] = set()
    pending = [error]
    while pending:
        cause = pending.pop(0)
        if not isinstance(cause, BaseException) or id(cause) in seen_ids:
            continue
        seen_ids.add(id(cause))
        yield cause
        pending += [getattr(cause, "reason", None), *cause.args, cause.__cause__, cause.__context__]


def _certificate(error: ssl.SSLCertVerificationError, host: str) -> str:
    code = error.verify_code
    if code == _EXPIRED:
        return f"the certificate of {host} has expired"
    if code == _NOT_YET:
        return f"the certificate of {host} is not valid yet"
    if code in _OTHER_NAME:
        return f"the certificate of {host} is for another name"
    if code in _UNKNOWN_AUTHORITY:
        return f"the certificate of {host} is from an unknown authority; set `ca_file`"
    return f"the certificate of {host} is not valid: {error.verify_message}"
