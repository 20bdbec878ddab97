"""GraphQL schemas: the service's own if it is available, or our part of it.

The service's schema is not part of this repository. Either one is built once a process and uses the
same resolvers.
"""

import gc
import gzip
import json
from functools import cache
from pathlib import Path

from graphql import GraphQLSchema, build_client_schema, build_schema

FOLDER = Path(__file__).parents[4] / "shared/contracts/shopify"
VERSIONS = ("2026-04", "2026-07", "2026-10")
"""Versions that the fake serves, the oldest first."""


def document(version: str) -> Path:
    """Return the path of the service's own schema of a version."""
    return FOLDER / f"admin_{version}.json.gz"


@cache
def full(version: str) -> GraphQLSchema:
    """Build the service's own schema."""
    # A million new objects, but no garbage: without collection it takes half the time.
    gc.disable()
    try:
        introspection = json.loads(gzip.decompress(document(version).read_bytes()))
        # Its validation takes seconds and finds only nits about deprecations.
        return build_client_schema(introspection.get("data", introspection), assume_valid=True)
    finally:
        gc.enable()


def parts() -> list[Path]:
    """Return the files of our part of the schema."""
    return sorted((Path(__file__).parent / "schema").glob("*.graphql"))


@cache
def ours() -> GraphQLSchema:
    """Build our part of the schema, which all versions share."""
    text = "\n".join(part.read_text("utf-8") for part in parts())
    return build_schema(text, assume_valid=True)


def schema(version: str, *, full_if_available: bool) -> GraphQLSchema:
    """Return the schema for a version."""
    if full_if_available and document(version).exists():
        return full(version)
    return ours()
