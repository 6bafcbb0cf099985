"""A way to a service on loopback that breaks once so many bytes have come along, and tells how many came in all."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress

_PIECE = 64 * 1024


class Cutter:
    """`cut_up` and `cut_down` are byte counts (towards the service, and from it), each good for one break."""

    def __init__(self, target: str, *, cut_up: tuple[int, ...] = (), cut_down: tuple[int, ...] = ()) -> None:
        host, _, port = target.rpartition(":")
        self._target = (host.rpartition("/")[2], int(port))
        self._cuts = {"up": list(cut_up), "down": list(cut_down)}
        self.carried = {"up": 0, "down": 0}
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def cuts_left(self) -> int:
        return sum(map(len, self._cuts.values()))

    def close(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            try:
                service = socket.create_connection(self._target)
            except OSError:
                client.close()
                continue
            threading.Thread(target=self._join, args=(client, service), daemon=True).start()

    def _join(self, client: socket.socket, service: socket.socket) -> None:
        with client, service:
            back = threading.Thread(target=self._carry, args=("down", service, client), daemon=True)
            back.start()
            self._carry("up", client, service)
            back.join()

    def _carry(self, way: str, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while piece := source.recv(_PIECE):
                if self._is_cut(way, len(piece)):
                    break
                sink.sendall(piece)
        for each in (source, sink):  # the other direction ends with it
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def _is_cut(self, way: str, size: int) -> bool:
        with self._lock:
            self.carried[way] += size
            due = [cut for cut in self._cuts[way] if self.carried[way] >= cut]
            if due:
                self._cuts[way].remove(due[0])
            return bool(due)
