"""A proxy on a loopback port between a place and its server, which cuts or freezes connections."""

import select
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

HOST = "127.0.0.1"


class Proxy:
    """Hands bytes on until a test tells it otherwise."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._server = socket.create_server((HOST, 0))
        self.port: int = self._server.getsockname()[1]
        self.is_frozen = False
        """True to hand nothing more to the client."""
        self.left: int | None = None
        """The bytes, in both directions together, after which the connection is cut."""
        self.connections = 0
        self._clients: list[socket.socket] = []

    def serve(self) -> None:
        """Accept connections until `close`."""
        with suppress(OSError):
            while True:
                client, _ = self._server.accept()
                self.connections += 1
                self._clients.append(client)
                threading.Thread(target=self._forward, args=(client,), daemon=True).start()

    def cut(self) -> None:
        """End all connections."""
        for client in self._clients:
            with suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)
        self._clients.clear()

    def close(self) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()

    def _forward(self, client: socket.socket) -> None:
        with (
            client,
            socket.create_connection(("127.0.0.1", self._target)) as server,
            suppress(OSError),
        ):
            while True:
                for source in select.select([client, server], [], [])[0]:
                    data = source.recv(1 << 16)
                    if not data:
                        return
                    if self.left is not None:
                        self.left -= len(data)
                        if self.left < 0:
                            return
                    if source is client:
                        server.sendall(data)
                    elif not self.is_frozen:
                        client.sendall(data)


@contextmanager
def proxied(port: int) -> Iterator[Proxy]:
    """Run a proxy to a port of this machine."""
    proxy = Proxy(port)
    thread = threading.Thread(target=proxy.serve)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.close()
        thread.join()
