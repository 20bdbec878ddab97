"""A resident worker that is not started, for tests of what it plans and holds."""

from pathlib import Path

from ordosync.clock import Clock
from ordosync.config import load_config
from ordosync.config.settings import Config
from ordosync.engine import Stop
from ordosync.engine.portals import connect
from ordosync.engine.scheduling.resident import Resident
from ordosync.engine.scheduling.tick import Tick
from ordosync.store.postgres_database import PostgresDatabase


def resident_of(path: Path) -> Resident:
    """Return a worker with this configuration, whose store is on PostgreSQL."""

    def load() -> Config:
        return load_config(path)

    config, clock = load(), Clock()
    assert isinstance(config.database, PostgresDatabase)
    tick = Tick(
        config=config,
        connections=connect(config, clock),
        clock=clock,
        stop=Stop(clock),
        deliver_alerts=True,
        ping=lambda _portal, _event: None,
    )
    return Resident(
        tick=tick,
        location=config.database,
        load=load,
        report=lambda _reports: None,
        send_alerts=lambda _config: None,
    )
