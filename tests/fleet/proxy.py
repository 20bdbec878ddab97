"""A network between a host and its database. If it is cut, packets get lost; nothing is closed."""

import socket
from contextlib import suppress
from threading import Event, Thread


class Proxy:
    """Forwards connections to a port of this machine."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._is_whole = Event()
        self._is_whole.set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._accepting = Thread(target=self._accept, daemon=True)
        self._accepting.start()

    def cut(self) -> None:
        """Forward nothing from now on."""
        self._is_whole.clear()

    def heal(self) -> None:
        """Forward again, also what was sent meanwhile."""
        self._is_whole.set()

    def close(self) -> None:
        """Accept no more connections."""
        self.heal()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._accepting.join()
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                ours, _ = self._listener.accept()
                Thread(target=self._serve, args=(ours,), daemon=True).start()

    def _serve(self, ours: socket.socket) -> None:
        self._is_whole.wait()
        with ours, socket.create_connection(("127.0.0.1", self._to)) as theirs:
            back = Thread(target=self._forward, args=(theirs, ours), daemon=True)
            back.start()
            self._forward(ours, theirs)
            back.join()

    def _forward(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                self._is_whole.wait()
                target.sendall(data)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
