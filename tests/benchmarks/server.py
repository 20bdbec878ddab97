"""A service as fast as one can be: Ordoro's list of orders, no products, and writes that are lost.

Not a fake to test against (that is `tests/fakes/ordoro`): it checks nothing and answers at once,
so that what is measured is who asks. Order `i` is a function of `i` and of whether it was touched,
so a million of them take no memory.

    python -m tests.benchmarks.server --orders 100000 [--latency-ms 20] [--rate 300/3]
"""

import argparse
import json
import socket
import sys
import threading
import time
from collections import deque
from datetime import UTC, datetime, timedelta
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

SUPPLIER = 7
"""The Supplier from whom all orders are requested."""
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
_ADDRESS = (
    '{"name": "Zoë Müller %(i)d", "company": null, "street1": "%(i)d Main St", "street2": "",'
    ' "city": "Portland", "state": "OR", "zip": "97201", "country": "US",'
    ' "phone": "555-0100", "email": "buyer%(i)d@example.com"}'
)
_LINE = (
    '{"id": %(id)d, "sku": "SKU-%(sku)05d", "product_name": "Widget %(sku)d", "quantity": %(qty)d,'
    ' "item_price": %(price)d.95, "total_price": %(price)d.95, "discount_amount": 0,'
    ' "supplier_price": null, "details": null, "cart_orderitem_id": "L%(id)d"}'
)
_ORDER = (
    '{"order_number": "1-%(i)08d", "order_id": "ext-%(i)d", "status": "dropshipment_requested",'
    ' "order_placed_date": "%(placed)s", "updated_date": "%(at)s", "cart": 3,'
    ' "billing_address": '
    + _ADDRESS
    + ', "shipping_address": '
    + _ADDRESS
    + ', "lines": [%(lines)s],'
    ' "dropshipping_info": {"supplier": {"id": 7}, "requested_shipping_method": "Ground"},'
    ' "product_amount": 25.90, "shipping_amount": 4.5, "grand_total": 30.40, "tags": [],'
    ' "notes_from_customer": "%(note)s", "shipping_info": null, "comments": [],'
    ' "revision": %(rev)d}'
)


_APART_S = 10
"""Between two changes: the overlap of a reading is a few orders, not more than a page."""


def stamp(second: int) -> str:
    """Return the time this many seconds after the creation of the first order."""
    return f"{EPOCH + timedelta(seconds=second):%Y-%m-%dT%H:%M:%S}.000Z"


class Orders:
    """The list of orders, sorted by their last change."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.touched: range = range(0)
        self._cached: dict[int, bytes] = {}

    def touch(self, every: int) -> int:
        """Change every nth order, which moves it to the end of the list."""
        self.touched = range(0, self.count, every)
        return len(self.touched)

    def since(self, second: int) -> range:
        """Return the places of the orders that changed after this second."""
        return range(max(second // _APART_S + 1, 0), self.count + len(self.touched))

    def at(self, place: int) -> bytes:
        """Return the order at this place, as JSON."""
        if place not in self._cached:
            made = self._make(place).encode()
            # Each read creates a million of them.
            if len(self._cached) >= 200_000:
                return made
            self._cached[place] = made
        return self._cached[place]

    def _make(self, place: int) -> str:
        is_new = place < self.count
        i = place if is_new else self.touched[place - self.count]
        lines = (
            _LINE
            % {
                "id": i * 10 + k,
                "sku": (i * 7 + k * 13) % 20_000,
                "qty": k + 1,
                "price": 5 + i % 50,
            }
            for k in range(1 + i % 4)
        )
        return _ORDER % {
            "i": i,
            "placed": stamp(i * _APART_S),
            "at": stamp(place * _APART_S),
            "lines": ",".join(lines),
            "note": "" if is_new else "leave at the door",
            "rev": int(not is_new),
        }


class Handler(StreamRequestHandler):
    """One connection, kept open until the client closes it."""

    server: "Server"
    disable_nagle_algorithm = True
    wbufsize = -1

    def handle(self) -> None:
        """Answer the requests in turn."""
        while line := self.rfile.readline():
            length = 0
            while (header := self.rfile.readline()) not in (b"\r\n", b""):
                if header[:15].lower() == b"content-length:":
                    length = int(header[15:])
            body = self.rfile.read(length) if length else b""
            method, target, _ = line.decode().split(" ", 2)
            status, answer = self.server.answer(method, target, body)
            self.wfile.write(
                b"HTTP/1.1 %d X\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
                % (status, len(answer))
            )
            self.wfile.write(answer)
            self.wfile.flush()


class Server(ThreadingTCPServer):
    """A server with one thread for each connection."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, *, orders: int, latency_s: float, calls: int, per_s: float) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.orders = Orders(orders)
        self._latency_s = latency_s
        self._calls, self._per_s = calls, per_s
        self._lock = threading.Lock()
        self._times: deque[float] = deque()
        self._stats = {"requests": 0, "refused": 0, "created": 0, "written": 0}
        self._by_reference: dict[str, bytes] = {}

    def answer(self, method: str, target: str, body: bytes) -> tuple[int, bytes]:
        """Return status and body."""
        url = urlsplit(target)
        query = {name: values[-1] for name, values in parse_qs(url.query).items()}
        if url.path == "/_stats":
            return 200, json.dumps(self._stats).encode()
        if url.path == "/_touch":
            return 200, b'{"touched": %d}' % self.orders.touch(int(query["every"]))
        if not self._take():
            return 429, b'{"error_message": "too many"}'
        if self._latency_s:
            time.sleep(self._latency_s)
        if method == "GET" and url.path == "/v3/order":
            return 200, self._list(query)
        if method == "GET" and url.path == "/product/":
            return 200, b'{"count": 0, "product": []}'
        if method == "POST" and url.path == "/v3/order":
            return 201, self._create(json.loads(body))
        if method == "GET":
            return 404, b'{"error_message": "not here"}'
        with self._lock:
            self._stats["written"] += 1
        return 200, b"{}"

    def _take(self) -> bool:
        with self._lock:
            self._stats["requests"] += 1
            now = time.monotonic()
            while self._times and self._times[0] <= now - self._per_s:
                self._times.popleft()
            if self._calls and len(self._times) >= self._calls:
                self._stats["refused"] += 1
                return False
            self._times.append(now)
            return True

    def _list(self, query: dict[str, str]) -> bytes:
        if "cart_order_id" in query:
            known = self._by_reference.get(query["cart_order_id"], b"")
            return b'{"count": %d, "order": [%s]}' % (bool(known), known)
        after = query.get("updated_after")
        second = -1
        if after:
            since = datetime.fromisoformat(after.replace(" ", "+"))
            second = int((since - EPOCH).total_seconds())
        if query.get("status") not in (None, "dropshipment_requested"):
            return b'{"count": 0, "order": []}'
        places = self.orders.since(second)
        start, limit = int(query.get("offset", 0)), min(int(query.get("limit", 10)), 100)
        page = b",".join(map(self.orders.at, places[start : start + limit]))
        return b'{"count": %d, "order": [%s]}' % (len(places), page)

    def _create(self, order: dict[str, Any]) -> bytes:
        with self._lock:
            self._stats["created"] += 1
            number = self._stats["created"]
        lines = [
            {**line, "sku": line["product"]["sku"], "id": number * 10 + place}
            for place, line in enumerate(order["lines"])
        ]
        made = {"order_number": f"9-{number}", "status": order["status"], "lines": lines}
        self._by_reference[order["cart_order_id"]] = answer = json.dumps(made).encode()
        return answer

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore a connection that its client has closed, as a killed client does."""
        if not isinstance(sys.exception(), ConnectionError | socket.timeout):
            super().handle_error(request, client_address)


def main() -> None:
    """Serve until the process ends; print the address as the first line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=1000)
    parser.add_argument("--latency-ms", type=float, default=0)
    parser.add_argument("--rate", default="0/60", metavar="CALLS/SECONDS")
    given = parser.parse_args()
    calls, _, per_s = given.rate.partition("/")
    server = Server(
        orders=given.orders,
        latency_s=given.latency_ms / 1000,
        calls=int(calls),
        per_s=float(per_s),
    )
    sys.stdout.write(f"http://127.0.0.1:{server.server_address[1]}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main()
