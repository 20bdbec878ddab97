"""A portal and its recipients, which have been notified of everything before the test."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.engine.alerts.world import World, program
from tests.http.server import Server

MakeWorld = Callable[[str], World]
Fallback = Callable[[], tuple[World, Path]]


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        yield server


@pytest.fixture
def make_world(tmp_path: Path, server: Server) -> MakeWorld:
    """Return a function that makes a world with this section `alerts:`."""

    def make(alerts: str) -> World:
        world = World(tmp_path, server, alerts)
        assert world.run() == []
        assert world.messages == []
        return world

    return make


@pytest.fixture
def world(make_world: MakeWorld) -> World:
    return make_world("{to: {office: OFFICE}}")


@pytest.fixture
def fallback(make_world: MakeWorld, tmp_path: Path) -> Fallback:
    """Return a function that makes a world, whose second recipient appends texts to a file."""

    def make() -> tuple[World, Path]:
        output = tmp_path / "texts"
        output.touch()
        script = f"import sys; open({str(output)!r}, 'a').write(sys.stdin.read())"
        other = f"{{command: [{program(tmp_path, script)}]}}"
        rules = "rules: [{to: [office]}]"
        return make_world(f"{{to: {{office: OFFICE, other: {other}}}, {rules}}}"), output

    return make
