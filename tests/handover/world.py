"""Orders handed over to a real server, by processes that are killed, while a partner takes files.

The server counts: each order must be taken once, and whole. The orders come from a local file, or
from files at the same server, which are archived or deleted there.
"""

import json
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.accounts.files.places.sshd import Sshd
from tests.support.command import HEADER, row

_CONFIG = """
accounts:
  shop:
    kind: files
    {shop_place}
    orders:
      glob: {glob}
      columns: {{order_number: order, sku: sku, name: name, quantity: qty, unit_price: price,
                ship_to.name: to, ship_to.country: country}}
      currency: EUR
      {read}
  depot:
    kind: files
    {place}
    order_files:
      folder: in
      name: "PO_{{number}}.csv"
      columns: {{order_number: No, sku: SKU, quantity: Qty, ship_to.name: Name}}
portals:
  shop-depot:
    merchant: shop
    supplier: depot
"""
_READ = """quiet_s: 0
      after: {after}"""
_AFTER = {"archive": "{archive: out/done}"}
_IN_A_FILE = 4
"""The orders in a file that is read at the server."""
_EVERY_S = 0.002
_LONGEST_S = 30
_HEALING = 12


@dataclass(kw_only=True)
class Summary:
    """The counts of the server, and what is wrong."""

    seed: int
    orders: int
    kills: int
    settled: int
    """Orders of unknown outcome that the operator settled."""
    twice: list[str]
    lost: list[str]
    cut: list[str]
    left: list[str]
    """Files that stay at the place."""

    @property
    def is_broken(self) -> bool:
        return bool(self.twice or self.lost or self.cut)

    def __str__(self) -> str:
        return (
            f"seed {self.seed}: {self.orders} orders, {self.kills} kills, {self.settled} settled by"
            f" the operator; {len(self.lost)} lost {self.lost}, {len(self.twice)} twice"
            f" {self.twice}, {len(self.cut)} cut {self.cut}, left there: {self.left}"
        )


class Consumer:
    """The partner: takes each complete file away as soon as it is seen."""

    def __init__(self, folder: Path, taken: Path) -> None:
        self._folder = folder
        self._taken = taken
        self.files: list[tuple[str, bytes]] = []
        self._ends = threading.Event()

    def take(self) -> None:
        for path in self._folder.iterdir():
            if not path.name.startswith("."):
                target = self._taken / f"{len(self.files)}-{path.name}"
                path.rename(target)
                self.files.append((path.name, target.read_bytes()))

    @contextmanager
    def taking(self) -> Iterator[None]:
        """Take files in a thread until the end of the block."""
        thread = threading.Thread(target=self._run)
        thread.start()
        try:
            yield
        finally:
            self._ends.set()
            thread.join()
            self.take()

    def _run(self) -> None:
        while not self._ends.wait(_EVERY_S):
            self.take()


class Handover:
    """A shop with orders, a depot at a server, and processes."""

    def __init__(
        self,
        folder: Path,
        server: Sshd,
        *,
        seed: int,
        orders: int,
        shape: str = "plain",
        after: str = "",
    ) -> None:
        """`after` is the fate of files that are read at the server; empty for a local file."""
        self.folder = folder
        self._seed = seed
        self._random = random.Random(seed)  # noqa: S311 - moments, no secrets
        self._numbers = [str(1000 + number) for number in range(orders)]
        self._settled = 0
        self.kills = 0
        for name in ("feeds", "remote/in", "remote/out/done", "taken"):
            (folder / name).mkdir(parents=True)
        self.remote = remote = folder / "remote"
        options = server.options(remote, shape)
        (folder / "key").write_text(server.key)
        (folder / "key").chmod(0o600)
        place = f'place: {{url: "{options.url}", key: file:key, timeout_s: 5, '
        place += f'host_key: "{server.host_key}"}}'
        is_read = bool(after)
        text = _CONFIG.format(
            shop_place=place if is_read else "",
            glob="out/*.csv" if is_read else "feeds/*",
            read=_READ.format(after=_AFTER.get(after, after)) if is_read else "",
            place=place,
        )
        (folder / "config.yaml").write_text("\n".join(filter(str.strip, text.splitlines())))
        self._mirror = folder / "ordosync.db.places" / "shop" / "in" / "orders"
        self._undropped = [*self._numbers] if is_read else []
        if not is_read:
            rows = "".join(row(number) for number in self._numbers)
            (folder / "feeds" / "orders.csv").write_text(HEADER + rows)
        self.consumer = Consumer(remote / "in", folder / "taken")

    def drop(self) -> bool:
        """Add a file with the next orders to those at the server; False if there are no more."""
        numbers = self._undropped[:_IN_A_FILE]
        del self._undropped[:_IN_A_FILE]
        if numbers:
            temporary = self.remote / "out" / ".tmp"
            temporary.write_text(HEADER + "".join(map(row, numbers)))
            temporary.rename(self.remote / "out" / f"{numbers[0]}.csv")
        return bool(numbers)

    def kill(self) -> None:
        """Start an import, and kill it at a random moment after it began to transfer files."""
        before = self._state()
        self.drop()
        process = self.start("import-orders")
        ends = time.monotonic() + _LONGEST_S
        while process.poll() is None and time.monotonic() < ends:
            if self._state() != before:
                time.sleep(self._random.uniform(0, 0.2))
                break
            time.sleep(_EVERY_S)
        if process.poll() is None:
            self.kills += 1
        process.kill()
        process.communicate()

    def heal(self) -> Summary:
        """Run until nothing is open, and count what the partner has."""
        while self.drop():
            pass
        for _ in range(_HEALING):
            self.run("import-orders")
            self.run("retry", "--all")
            steps = self._open_steps()
            if not steps:
                break
            for step in steps:
                self._settle(step)
        self.consumer.take()
        return self._summary()

    def _summary(self) -> Summary:
        counts = Counter(name for name, _ in self.consumer.files)
        names = {f"PO_{number}.csv": number for number in self._numbers}
        return Summary(
            seed=self._seed,
            orders=len(self._numbers),
            kills=self.kills,
            settled=self._settled,
            twice=sorted(name for name, count in counts.items() if count > 1),
            lost=sorted(name for name in names if not counts[name]),
            cut=sorted(
                name
                for name, content in self.consumer.files
                if content.decode() != f"No,SKU,Qty,Name\r\n{names.get(name)},MUG,1,Ada\r\n"
            ),
            left=sorted(
                path.name
                for path in (*(self.remote / "in").iterdir(), *(self.remote / "out").glob("*.csv"))
            ),
        )

    def _state(self) -> object:
        """Return what changes as soon as files are transferred."""
        parts = sorted((self.remote / "in").iterdir()), sorted(self._mirror.glob("*.part"))
        return len(self.consumer.files), *parts

    def _settle(self, step: dict[str, str]) -> None:
        """Settle an order of unknown outcome, as the partner says."""
        if step["code"] != "not-shown":
            return
        number = step["key"].partition("#")[0]
        self.consumer.take()
        is_there = any(name == f"PO_{number}.csv" for name, _ in self.consumer.files)
        words = ("--sent", number) if is_there else ("--not-sent",)
        self.run("retry", str(step["id"]), *words, "--yes")
        self._settled += 1

    def _open_steps(self) -> list[dict[str, str]]:
        runs = json.loads(self.run("activity", "-n", "3", "--json"))["runs"]
        found = {}
        for run in runs:
            [shown] = json.loads(self.run("show", str(run["id"]), "--json"))["runs"]
            for step in shown["steps"]:
                if step["state"] in ("sending", "unknown", "waiting", "failed"):
                    found[step["id"]] = step
        return list(found.values())

    def run_json(self, *words: str) -> Any:
        return json.loads(self.run(*words))

    def run(self, *words: str) -> str:
        out, _ = self.start(*words).communicate()
        return out.decode()

    def start(self, *words: str) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [sys.executable, "-m", "ordosync", *words],
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
