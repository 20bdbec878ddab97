"""Why there is no answer, in words for people: what is at the root of a chain of exceptions."""

import ssl
from collections.abc import Iterator
from http.client import RemoteDisconnected
from socket import gaierror

from urllib3.exceptions import ConnectTimeoutError, DecodeError, ProxyError

# OpenSSL's numbers for what is wrong with a certificate.
_EXPIRED, _NOT_YET = 10, 9
_STRANGERS = {2, 18, 19, 20, 21}
_OTHER_NAME = {62, 63, 64}

# The first that is found in the chain speaks.
_REASONS: tuple[tuple[type[BaseException], str], ...] = (
    (ProxyError, "the proxy does not let us through to {host}"),
    (gaierror, "the name {host} cannot be resolved"),
    (ConnectionRefusedError, "{host} refused the connection"),
    (ConnectTimeoutError, "{host} did not take the connection in time"),
    (ssl.SSLEOFError, "{host} closed the connection too early"),
    (TimeoutError, "{host} did not answer in time"),
    (RemoteDisconnected, "{host} closed the connection without an answer"),
    (ConnectionError, "{host} broke the connection"),
    (DecodeError, "{host} answered what cannot be unpacked"),
    (ssl.SSLError, "no secure connection to {host} came about"),
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
    return f"no complete answer of {host} ({type(causes[-1]).__name__})"


def is_distrusted(error: BaseException) -> bool:
    """Whether the server's certificate is the reason."""
    return any(isinstance(cause, ssl.SSLCertVerificationError) for cause in _causes(error))


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Go down to the root; urllib3 hides a cause in `reason` or in the arguments."""
    seen: set[int] = set()
    todo = [error]
    while todo:
        cause = todo.pop(0)
        if not isinstance(cause, BaseException) or id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        todo += [getattr(cause, "reason", None), *cause.args, cause.__cause__, cause.__context__]


def _certificate(error: ssl.SSLCertVerificationError, host: str) -> str:
    code = error.verify_code
    if code == _EXPIRED:
        return f"the certificate of {host} has expired"
    if code == _NOT_YET:
        return f"the certificate of {host} is not valid yet"
    if code in _OTHER_NAME:
        return f"the certificate of {host} is for another name"
    if code in _STRANGERS:
        return f"the certificate of {host} is of an authority unknown here (`ca_file` names one)"
    return f"the certificate of {host} is not valid: {error.verify_message}"
