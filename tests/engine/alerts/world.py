"""A portal whose orders can be made to fail, and the recipients of its alerts."""

import hashlib
import hmac
import json
import stat
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from ordosync.config import load_config
from ordosync.config.settings import Config
from ordosync.engine import Stop
from ordosync.engine.alerts.delivery import deliver
from ordosync.engine.diagnosis.dismissal import dismiss, undo
from ordosync.store import Store
from tests.http.server import Server, answer
from tests.support.age import age
from tests.support.clock import Cron, VirtualClock
from tests.support.command import AT_ONCE, HEADER, row, shop

KEY = "canary-key-of-the-signature"
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
PORTAL = "shop-warehouse"


def key(number: str) -> str:
    """Return the key of an order that failed."""
    return f"{PORTAL}:import-orders:{number}#1"


def program(folder: Path, text: str) -> str:
    """Write a program in Python; return its path."""
    path = folder / "program"
    path.write_text(f"#!{sys.executable}\n{text}")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


@dataclass
class World:
    """One portal of files, and a webhook that gets its alerts."""

    folder: Path
    server: Server
    alerts: str = "{to: {office: OFFICE}}"
    """The section; OFFICE is the webhook."""
    clock: VirtualClock = field(default_factory=VirtualClock)

    def __post_init__(self) -> None:
        self.cron = Cron(self.folder, self.clock)
        shop(self.folder, HEADER, config="")
        self.configure(self.alerts)

    def configure(self, alerts: str, portal: str = PORTAL) -> None:
        """Write the configuration; without `alerts`, it has no such section."""
        office = f'{{webhook: "{self.server.url}/hook", secret: {KEY}}}'
        section = f"alerts: {alerts.replace('OFFICE', office)}\n" if alerts else ""
        path = self.folder / "config.yaml"
        path.write_text(AT_ONCE.replace(PORTAL, portal) + section)
        path.chmod(0o600)

    @property
    def config(self) -> Config:
        return load_config(self.folder / "config.yaml")

    def feed(self, *rows: str) -> None:
        shop(self.folder, HEADER + "".join(rows), config=(self.folder / "config.yaml").read_text())

    def fail(self, *numbers: str) -> list[str]:
        """Let these orders fail in a run of cron an hour later; return as `run` does."""
        self.feed(*(row(number, quantity="x") for number in numbers))
        return self.run()

    def run(self) -> list[str]:
        """Call cron an hour later; return what it writes about recipients."""
        self.cron.tick(self.clock.at + HOUR)
        return self.deliver()

    def deliver(self, after: timedelta = timedelta()) -> list[str]:
        """Send what is due after some time, without a run."""
        self.clock.at += after
        return deliver(self.config, self.clock, Stop(self.clock))

    def at(self, now: datetime) -> list[str]:
        """Send what is due at this time."""
        return self.deliver(now - self.clock.at)

    def settle(self, *numbers: str) -> None:
        """End the problems of these orders."""
        with Store.open(self.config.database) as store:
            dismiss(self.config, store, [key(n) for n in numbers], note="", clock=self.clock)

    def begin_again(self, *numbers: str) -> None:
        """Let the problems of these orders begin again."""
        with Store.open(self.config.database) as store:
            undo(self.config, store, [key(n) for n in numbers], clock=self.clock)

    def make_critical(self, number: str) -> None:
        """Let the step of an order be a write of unknown outcome that no look-up found."""
        age(
            self.folder,
            "update steps set state = 'unknown', looked_at = updated_at"  # noqa: S608 - a test's
            f" where merchant_id = '{number}'",
        )

    def refuse(self) -> None:
        """Let the webhook refuse all messages."""
        self.server.script[:] = [answer("", 500)]

    def accept(self) -> None:
        """Let the webhook accept all messages."""
        self.server.script[:] = [answer()]

    @property
    def due_at(self) -> datetime | None:
        """When cron looks next."""
        with Store.open(self.config.database, readonly=True) as store:
            return store.alerts.due_at

    @property
    def messages(self) -> list[dict[str, Any]]:
        """The messages that the webhook received, each with a valid signature."""
        for seen in self.server.seen:
            digest = hmac.new(KEY.encode(), seen.body, hashlib.sha256).hexdigest()
            assert seen.headers["x-ordosync-signature"] == f"sha256={digest}"
        return [json.loads(seen.body) for seen in self.server.seen]

    @property
    def changes(self) -> list[list[tuple[str, str]]]:
        """What each message reported: the change, and the order."""
        return [_changes(message.get("attention", ())) for message in self.messages]


def _changes(entries: Sequence[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(entry["change"], entry["merchant"]) for entry in entries]
