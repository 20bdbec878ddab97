"""Turns what the SSH library raises into our errors.

The library also raises errors that are not its own, such as `OverflowError` for a file that shrinks
while it is read. Any unknown error therefore counts as temporary.
"""

import asyncio

import asyncssh

from ordosync.clock import StoppedError
from ordosync.errors import (
    AccountError,
    NotFoundError,
    RefusedError,
    SignInError,
    StoppedCallError,
    UnavailableError,
    UnknownOutcomeError,
)

_DENIED = (asyncssh.SFTPPermissionDenied, asyncssh.SFTPWriteProtect, asyncssh.SFTPOpUnsupported)
_LOST = (asyncssh.SFTPNoConnection, asyncssh.SFTPConnectionLost)
_NEGOTIATION = "no algorithm in common; `algorithms: legacy` accepts those of old servers"
_LOCKED_TEXTS = ("passphrase", "unable to decrypt")
_LOCKED = "key: its `passphrase` is missing or wrong"


def is_answer(error: BaseException) -> bool:
    """True if the server has answered, so that the connection can be used further."""
    return isinstance(error, asyncssh.SFTPError) and not isinstance(error, _LOST)


def account_error(
    error: Exception, *, account: str, action: str, timeout_s: int, may_have_arrived: bool
) -> AccountError:
    """Return the error for an exception; `may_have_arrived` if a change may have been made."""
    kind, answer = _known(error, timeout_s)
    if may_have_arrived and issubclass(kind, UnavailableError) and not is_answer(error):
        return UnknownOutcomeError(account, action, answer)
    return kind(account, action, answer)


def _known(error: Exception, timeout_s: int) -> tuple[type[AccountError], str]:
    match error:
        case StoppedError():
            return StoppedCallError, "stopped by a signal"
        case asyncssh.SFTPNoSuchFile() | asyncssh.SFTPNoSuchPath():
            return NotFoundError, "does not exist"
        case asyncssh.SFTPError() if isinstance(error, _DENIED):
            return RefusedError, f"the server denies it: {error.reason}"
        case asyncssh.SFTPError() if not isinstance(error, _LOST):
            return UnavailableError, f"the server answers: {error.reason}"
        case asyncssh.PermissionDenied():
            return SignInError, "the server rejects the user, key or password"
        case asyncssh.HostKeyNotVerifiable():
            return SignInError, "the key of the server is not trusted"
        case asyncssh.KeyExchangeFailed():
            return SignInError, _NEGOTIATION
        case asyncssh.KeyImportError() | asyncssh.KeyEncryptionError():
            is_locked = any(text in str(error).lower() for text in _LOCKED_TEXTS)
            return SignInError, _LOCKED if is_locked else f"key: {error}"
        case asyncio.TimeoutError():
            return UnavailableError, f"no answer within {timeout_s} s"
        case ConnectionRefusedError():
            return UnavailableError, "the server refuses the connection"
        case OSError() if error.strerror:
            return UnavailableError, error.strerror
        case _:
            return UnavailableError, f"the connection failed ({type(error).__name__})"
