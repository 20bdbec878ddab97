import json
from typing import Any

import yaml

from ordosync.config import as_plain

from .conftest import Load

WRITTEN = """\
accounts:
  acme: {kind: shop, token: s3cr3t-canary, opened_on: 2026-11-01, reading: {encoding: utf-8}}
  northwind: {kind: depot}
portals:
  main:
    merchant: acme
    supplier: {account: northwind, prefix: A-}
    since: 2026-11-02
    products: {skus: ["NW-*"]}
"""


def test_everything_is_shown_with_its_default_and_no_secret(load: Load) -> None:
    config = load(WRITTEN)
    folder = config.path.parent

    assert as_plain(config) == {
        "database": f"{folder}/ordosync.db",
        "retention": 400,
        "accounts": {
            "acme": {
                "kind": "shop",
                "token": "***ry",
                "title": "Shop",
                "pages": 1,
                "fast": False,
                "fee": "0.50",
                "opened_on": "2026-11-01",
                "folder": f"{folder}/incoming",
                "style": "csv",
                "note": "none yet",
                "tags": [],
                "columns": None,
                "reading": {"encoding": "utf-8", "quiet_s": 10},
            },
            "northwind": {"kind": "depot"},
        },
        "portals": {
            "main": {
                "merchant": {"account": "acme", "supplier": None},
                "supplier": {"account": "northwind", "prefix": "A-"},
                "was": None,
                "since": "2026-11-02",
                "manage_inventory": False,
                "products": {"skus": ["NW-*"], "but": []},
                "address": "required",
                "send": [],
                "shipping_methods": {"default": None, "map": {}},
                "tasks": {
                    "import-orders": "hourly",
                    "import-products": "off",
                    "write-inventory-back": "off",
                    "cancel-orders": "off",
                },
                "ping": {"start": None, "success": None, "failure": None},
            }
        },
    }


def test_shown_configuration_can_be_printed_as_json_and_yaml(load: Load) -> None:
    shown: dict[str, Any] = as_plain(load(WRITTEN))

    assert json.loads(json.dumps(shown)) == shown
    assert yaml.safe_load(yaml.safe_dump(shown)) == shown
