"""JSON Schemas of the documents that commands write with `--json`, one file per document."""

import json
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

JsonSchema = dict[str, Any]

_FOLDER = files("ordosync").joinpath("schemas")
_SHARED = "common.json"
_RUN_OR_PLAN = ("runs", "plans")
DOCUMENTS = {
    "import-orders": (*_RUN_OR_PLAN, "adoptions"),
    "import-products": _RUN_OR_PLAN,
    "write-inventory-back": _RUN_OR_PLAN,
    "update-tracking": _RUN_OR_PLAN,
    "report-shortages": _RUN_OR_PLAN,
    "split-order": _RUN_OR_PLAN,
    "cancel-orders": _RUN_OR_PLAN,
    "sync": _RUN_OR_PLAN,
    "retry": ("retried", "plans"),
    "autosync": ("schedule",),
    "run-due": ("due-runs", "plans"),
    "cron render": ("cron",),
    "cron install": ("cron",),
    "cron remove": ("cron",),
    "activity": ("activity",),
    "show": ("run-steps",),
    "attention": ("attention",),
    "dismiss": ("dismissed",),
    "alerts list": ("alerts",),
    "alerts test": ("tested-alerts",),
    "digest": ("digest",),
    "edits list": ("edits",),
    "edits apply": _RUN_OR_PLAN,
    "edits keep": ("kept-edits",),
    "find": ("found",),
    "why": ("why",),
    "reconcile": ("differences",),
    "health": ("health",),
    "report": ("reports",),
    "orders list": ("orders",),
    "orders show": ("order",),
    "orders add": ("changed-orders",),
    "orders edit": ("changed-orders",),
    "orders cancel": ("changed-orders",),
    "orders short": ("changed-orders",),
    "orders unflag": ("changed-orders",),
    "orders restore": ("changed-orders",),
    "orders release": ("released-imports", "changed-orders"),
    "orders ship": ("shipped",),
    "orders split": ("split-orders",),
    "orders pick": ("pick",),
    "products list": ("products",),
    "products add": ("products",),
    "products edit": ("products",),
    "stock list": ("stock",),
    "stock set": ("stock-counts",),
    "stock adjust": ("stock-counts",),
    "stock stop": ("stopped-products",),
    "stock resume": ("resumed-products",),
    "stock release": ("released-quota",),
    "stock stops": ("stock-stops",),
    "purge": ("purged", "would-purge"),
    "backup": ("backups",),
    "restore": ("restored",),
    "store copy": ("copied-store",),
    "workers": ("workers",),
    "prune": ("pruned",),
    "rebuild-state": ("rebuilt",),
    "feed check": ("feed-check",),
    "place list": ("place-list",),
    "place try": ("place-try",),
    "sku list": ("skus",),
    "sku set": ("changed-skus",),
    "sku remove": ("changed-skus",),
    "sku import": ("changed-skus",),
    "sku export": ("exported-skus",),
    "config check": ("config-check",),
    "config show": ("configuration",),
}
"""The documents that each command writes, depending on its options."""


def schema_of(command: str) -> JsonSchema:
    """Return the JSON Schema of what a command writes, complete in one document."""
    names = DOCUMENTS[command]
    documents = {name: _read(f"{name}.json") for name in names}
    definitions = _definitions(documents)
    if len(names) == 1:
        return {**documents[names[0]], **definitions}
    parts = {name: _part(document) for name, document in documents.items()}
    return {
        "$schema": documents[names[0]]["$schema"],
        "title": f"ordosync {command} --json",
        "anyOf": [{"$ref": f"#/$defs/{name}"} for name in names],
        "$defs": {**parts, **definitions.get("$defs", {})},
    }


def _part(document: JsonSchema) -> JsonSchema:
    return {key: value for key, value in document.items() if key != "$schema"}


def _definitions(documents: JsonSchema) -> JsonSchema:
    """Return the shared definitions that these documents use, and those that they use in turn."""
    shared, found = _read(_SHARED)["$defs"], dict[str, JsonSchema]()
    waiting = list(_references(documents))
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = shared[name]
            waiting += _references(shared[name])
    return {"$defs": dict(sorted(found.items()))} if found else {}


def _references(schema: object) -> Iterator[str]:
    if isinstance(schema, dict):
        if "$ref" in schema:
            yield schema["$ref"].rpartition("/")[2]
        schema = list(schema.values())
    if isinstance(schema, list):
        for part in schema:
            yield from _references(part)


def _read(name: str) -> JsonSchema:
    """Read a file; references to the shared definitions become references into one document."""
    text = _FOLDER.joinpath(name).read_text("utf-8").replace(f'"{_SHARED}#/', '"#/')
    schema: JsonSchema = json.loads(text)
    return schema
