"""The sample Ordoro account for manual trials."""

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import requests

from tests.fakes.client import Api, body
from tests.fakes.ordoro import FakeOrdoro
from tests.fakes.ordoro.sample import fill
from tests.support.clock import VirtualClock
from tests.support.command import ordosync

ROOT = Path(__file__).parents[2]


def test_sample_is_the_same_each_time(clock: VirtualClock) -> None:
    first, second = FakeOrdoro(clock=clock), FakeOrdoro(clock=clock)

    ids = [fill(fake, orders=20, products=10) for fake in (first, second)]

    assert ids[0] == ids[1]
    shown = [
        json.dumps([fake.order(number) for number in fake.numbers()]) for fake in (first, second)
    ]
    assert shown[0] == shown[1]


def test_sample_conforms_to_the_contract(fake: FakeOrdoro, api: Api) -> None:
    sample = fill(fake, orders=20, products=10)

    orders = api.get("/v3/order", limit=100, status="dropshipment_requested")

    assert orders["count"] == 20
    assert api.get("/product/")["count"] == 10
    assert api.get("/cart/")["count"] == len(sample.carts)


def test_command_writes_a_configuration_and_ends_on_interrupt(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    command = [sys.executable, "-m", "tests.fakes.ordoro", "--orders", "3", "--config", str(path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        while not process.stdout.readline().startswith("Configuration:"):
            pass
        checked = ordosync(tmp_path, "config", "check", "--online")
        imported = ordosync(tmp_path, "import-orders", "--json")
        os.kill(process.pid, signal.SIGINT)

        assert process.wait(timeout=5) == 0
    assert (checked.code, imported.code) == (0, 0)
    assert imported.json["runs"][0]["done"] <= 3
    assert path.stat().st_mode & 0o077 == 0


def test_parallel_calls_lose_nothing(fake: FakeOrdoro) -> None:
    def write(place: int) -> None:
        with requests.Session() as session:
            for number in range(5):
                Api(fake, session).write("POST", "/v3/order", body(f"{place}-{number % 2}"))

    threads = [threading.Thread(target=write, args=(place,)) for place in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(set(fake.numbers())) == len(fake.ledger) == 40
    assert fake.product("MUG")["total_committed"] == 80
