"""Faults of a fleet: a host is killed, frozen, or cut off from the database, while it works."""

import signal
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from tests.fleet.proxy import Proxy
from tests.fleet.world import Host, World

FROZEN_S = 8
"""Longer than a heartbeat stays fresh."""


class Fleet:
    """Three hosts that work on the same portals; the third can be cut off."""

    def __init__(self, folder: Path, url: str, *, portals: int, jobs: int, delay_s: float) -> None:
        self.world = World(folder, url, portals=portals)
        parts = urlsplit(url)
        self.proxy = Proxy(parts.port or 5432)
        cut = url.replace(f":{parts.port}/", f":{self.proxy.port}/")
        self.hosts = [
            Host(self.world, ["work", "--jobs", str(jobs)], name=name, delay_s=delay_s, url=address)
            for name, address in (("w1", url), ("w2", url), ("w3", cut))
        ]
        self.world.wait(lambda: self.world.workers() == len(self.hosts))

    def killed(self, orders: int) -> dict[str, float]:
        """Kill a host while it works; return the time until its portals began elsewhere."""
        host = self.hosts[0]
        return self._fault(host, orders, lambda: host.send(signal.SIGKILL))

    def frozen(self, orders: int) -> dict[str, float]:
        """Freeze a host while it works, and thaw it when others have taken over."""
        host = self.hosts[1]
        return self._fault(
            *(host, orders, lambda: host.send(signal.SIGSTOP)),
            lambda: host.send(signal.SIGCONT),
        )

    def cut_off(self, orders: int) -> dict[str, float]:
        """Cut a host off from the database while it works; heal that when others took over."""
        return self._fault(self.hosts[2], orders, self.proxy.cut, self.proxy.heal)

    def _fault(
        self,
        host: Host,
        orders: int,
        happen: Callable[[], object],
        heal: Callable[[], object] = lambda: None,
    ) -> dict[str, float]:
        world = self.world
        is_at_work = False
        # Which of them gets the work is not known.
        while not is_at_work:
            # A run that is at work would not read what is sold now.
            world.wait(world.is_idle)
            world.sell(orders)
            world.wait(lambda: len(world.running(host)) > 1 or world.is_idle())
            is_at_work = bool(world.running(host))
        runs, since = world.running(host), world.now()
        happen()
        self._wait(lambda: not world.are_running(runs))
        times = world.recovered_s(runs, since)
        # A frozen host may hold the locks of files, for which others wait.
        heal()
        self._wait(self._is_done)
        return times

    def _is_done(self) -> bool:
        """True if all orders have arrived; begin the next interval if a portal waits for it.

        On a busy machine, a portal can be taken over three times.
        """
        if not self.world.is_done() and self.world.is_idle():
            self.world.wake()
        return self.world.is_done()

    def _wait(self, condition: Callable[[], bool]) -> None:
        """Wait until this is so; hosts whose process has ended start it again."""

        def is_so() -> bool:
            for host in self.hosts:
                host.start_again()
            return condition()

        try:
            self.world.wait(is_so)
        except AssertionError as error:
            rows = "\n".join(map(str, self.world.unfinished()))
            raise AssertionError(f"{self.logs()}\n{rows}") from error

    def logs(self) -> str:
        """Return what all hosts have written."""
        return "".join(host.log.read_text("utf-8") for host in self.hosts)

    def stop(self) -> list[int]:
        """End all hosts as their service manager does; return their exit codes."""
        # One that has just been started does not handle signals yet.
        self._wait(lambda: self.world.workers() == len(self.hosts))
        for host in self.hosts:
            if host.processes[-1].poll() is None:
                host.send(signal.SIGTERM)
        return [host.wait() for host in self.hosts]

    def end(self) -> None:
        """Kill all processes, and close the world."""
        for host in self.hosts:
            host.end()
        self.proxy.close()
        self.world.close()
