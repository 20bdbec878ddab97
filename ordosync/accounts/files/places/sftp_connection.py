"""One SFTP connection, used from ordinary code: each request runs a loop until its answer.

Nothing is read from `~/.ssh`: no configuration, key, agent or list of hosts of the user.
"""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from typing import Any, TypeVar

import asyncssh

from ordosync.accounts.files.places.options import PlaceOptions
from ordosync.accounts.files.places.sftp_algorithms import algorithms
from ordosync.accounts.files.places.sftp_errors import account_error, is_answer
from ordosync.accounts.files.places.sftp_keys import shown_key, trusted_keys, untrusted
from ordosync.clock import SLICE_S, Clock
from ordosync.errors import AccountError

T = TypeVar("T")
IDLE_S = 15
"""The seconds without a request after which a connection is tried before it is used."""


class SftpConnection:
    """A connection that is opened by the first request, and again after it failed."""

    def __init__(self, options: PlaceOptions, *, account: str, clock: Clock) -> None:
        self._options = options
        self._account = account
        self._clock = clock
        self._lock = threading.RLock()
        self._runner: asyncio.Runner | None = None
        self._ssh: asyncssh.SSHClientConnection | None = None
        self._sftp: asyncssh.SFTPClient | None = None
        self._used_at = 0.0
        self.opened = 0
        """The number of connections that were made."""

    def ask(
        self,
        request: Callable[[asyncssh.SFTPClient], Awaitable[T]],
        *,
        action: str,
        changes: bool = False,
    ) -> T:
        """Return the answer to a request. `changes` if it is not known to be harmless when lost."""
        has_begun = False

        async def asked() -> T:
            nonlocal has_begun
            sftp = await self._alive() or await self._opened()
            has_begun = True
            return await request(sftp)

        with self._lock:
            try:
                return self._run(asked())
            except AccountError:
                raise
            # The library lets errors of any type through.
            except Exception as error:
                if not is_answer(error):
                    self.close()
                raise account_error(
                    error,
                    account=self._account,
                    action=action,
                    timeout_s=self._options.timeout_s,
                    may_have_arrived=changes and has_begun,
                ) from error
            finally:
                self._used_at = self._clock.monotonic()

    async def answer(self, waiting: Awaitable[T]) -> T:
        """Return a single answer, within the time for it."""
        return await asyncio.wait_for(waiting, self._options.timeout_s)

    def close(self) -> None:
        """Close the connection. Idempotent."""
        with self._lock:
            runner, ssh = self._runner, self._ssh
            self._runner = self._ssh = self._sftp = None
            if runner is None:
                return
            with suppress(Exception):
                if ssh:
                    runner.run(_closed(ssh))
            runner.close()

    def _run(self, waiting: Coroutine[Any, Any, T]) -> T:
        self._runner = self._runner or asyncio.Runner()
        return self._runner.run(self._watched(waiting))

    async def _watched(self, waiting: Coroutine[Any, Any, T]) -> T:
        """Return the result, or raise `StoppedError` soon after a signal."""
        task = asyncio.ensure_future(waiting)
        try:
            while not (await asyncio.wait({task}, timeout=SLICE_S))[0]:
                self._clock.check()
            return task.result()
        finally:
            task.cancel()

    async def _alive(self) -> asyncssh.SFTPClient | None:
        """Return the open connection; None if there is none, or if it does not answer any more.

        Servers close an idle connection, and then the outcome of a change would be unknown.
        """
        idle_s = self._clock.monotonic() - self._used_at
        if self._sftp is None or self._ssh is None or idle_s < IDLE_S:
            return self._sftp
        try:
            await self.answer(self._sftp.realpath(b"."))
        except Exception as error:
            if not is_answer(error):
                self._ssh.abort()
                self._sftp = None
        return self._sftp

    async def _opened(self) -> asyncssh.SFTPClient:
        self._clock.check()
        self._ssh = await self._signed_in()
        self.opened += 1
        self._sftp = await self.answer(self._ssh.start_sftp_client(path_encoding=None))
        return self._sftp

    async def _signed_in(self) -> asyncssh.SSHClientConnection:
        options = self._options
        trusted = trusted_keys(options, account=self._account)
        if not trusted:
            await self._refuse(await self.answer(shown_key(options)), trusted)
        client = _Client(options)
        try:
            return await self.answer(
                asyncssh.connect(
                    options.host,
                    options.port,
                    username=options.user_name,
                    client_factory=lambda: client,
                    known_hosts=(list(trusted), [], []),
                    client_keys=self._client_keys(),
                    password=options.password.reveal() if options.password else None,
                    config=None,
                    agent_path=None,
                    gss_host=None,
                    proxy_command=None,
                    **algorithms(options),
                )
            )
        except asyncssh.HostKeyNotVerifiable:
            await self._refuse(client.shown_key, trusted)
            raise
        except (asyncssh.KeyExchangeFailed, asyncssh.ConnectionLost, ConnectionResetError):
            # A server that only has keys of other kinds ends the connection.
            await self._refuse(await self._shown_key(), trusted)
            raise

    async def _shown_key(self) -> asyncssh.SSHKey | None:
        """Return the key that the server shows; None if it shows none."""
        with suppress(asyncssh.Error, OSError, asyncio.TimeoutError):
            return await self.answer(shown_key(self._options))
        return None

    async def _refuse(
        self, shown: asyncssh.SSHKey | None, trusted: Sequence[asyncssh.SSHKey]
    ) -> None:
        """Raise `UntrustedKeyError` unless the key is configured."""
        if shown and shown not in trusted:
            raise untrusted(shown, trusted, self._options, account=self._account)

    def _client_keys(self) -> list[asyncssh.SSHKey] | None:
        key, passphrase = self._options.key, self._options.passphrase
        if key is None:
            return None
        # The last line end was removed with that of the file.
        text = f"{key.reveal()}\n"
        return [asyncssh.import_private_key(text, passphrase.reveal() if passphrase else None)]


class _Client(asyncssh.SSHClient):
    """Notes the key of a server that is not trusted, and answers a question for the password."""

    def __init__(self, options: PlaceOptions) -> None:
        self._password = options.password
        self.shown_key: asyncssh.SSHKey | None = None

    def validate_host_public_key(self, *host_and_key: Any) -> bool:
        """Refuse a key that is not configured."""
        self.shown_key = host_and_key[-1]
        return False

    def kbdint_auth_requested(self) -> str | None:
        """Accept a keyboard-interactive sign-in if there is a password."""
        return "" if self._password else None

    def kbdint_challenge_received(self, *texts_and_prompts: Any) -> list[str] | None:
        """Answer a single hidden question with the password; refuse several questions."""
        prompts: Sequence[tuple[str, bool]] = texts_and_prompts[-1]
        if not prompts:
            return []
        [*others, (_, is_shown)] = prompts
        if others or is_shown or self._password is None:
            return None
        return [self._password.reveal()]


async def _closed(ssh: asyncssh.SSHClientConnection) -> None:
    ssh.close()
    with suppress(Exception):
        await asyncio.wait_for(ssh.wait_closed(), 1)
    ssh.abort()
