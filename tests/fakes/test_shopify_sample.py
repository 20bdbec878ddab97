"""The sample shop for manual trials."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import requests

from tests.fakes.shopify import FakeShopify
from tests.fakes.shopify.sample import fill
from tests.fakes.shopify_client import ASSIGNED, ORDERS
from tests.support.clock import VirtualClock

ROOT = Path(__file__).parents[2]


def test_sample_is_the_same_each_time(clock: VirtualClock) -> None:
    first, second = FakeShopify(clock=clock), FakeShopify(clock=clock)

    samples = [fill(fake, orders=20, products=10) for fake in (first, second)]

    assert samples[0] == samples[1]
    assert first.send(ORDERS, first=50) == second.send(ORDERS, first=50)
    assert first.send(ASSIGNED)["data"]["assignedFulfillmentOrders"]["nodes"]
    assert first.ledger == []


def test_command_runs_the_fake(tmp_path: Path) -> None:
    config = tmp_path / "shopify.yaml"
    command = (sys.executable, "-m", "tests.fakes.shopify", "--orders", "5", "--config", config)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        line = running.stdout.readline()
        url = line.partition("made up: ")[2].partition(",")[0]
        headers = {"X-Shopify-Access-Token": "shpat_fake"}
        question = {"query": "{ shop { name } }"}
        answer = requests.post(url, json=question, headers=headers, timeout=20)
        while "Configuration" not in line:
            line = running.stdout.readline()
        running.send_signal(signal.SIGINT)

    assert running.returncode == 0
    assert answer.json()["data"] == {"shop": {"name": "Acme"}}
    assert config.stat().st_mode & 0o777 == 0o600
    assert url.rpartition("/api/")[0] in config.read_text("utf-8")
