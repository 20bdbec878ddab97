"""Files, databases and fake services as JSON, and back.

A database becomes the SQL statements that make it. The state of a fake becomes its objects, each
by the name of its class and once; further references to it are its number. The work of a job is
left out, so all jobs must be done.
"""

import itertools
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any
from zoneinfo import ZoneInfo

from ordosync.database import sqlite3
from tests.fakes.books import Books

_BOOT_ID = "00000000-0000-0000-0000-000000000000"
_NOT_KEPT = ("lock", "now", "switches", "ledger")
"""Attributes of a fake that are not part of its content."""


def packed_files(folder: Path) -> Mapping[str, Sequence[str]]:
    """Return all files as lines of text, and databases as SQL statements."""
    texts: dict[str, Sequence[str]] = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".db":
            texts[str(path.relative_to(folder))] = list(_statements(path))
        elif path.is_file() and not path.name.endswith(("-wal", "-shm")):
            texts[str(path.relative_to(folder))] = path.read_text("utf-8").split("\n")
    return texts


def _statements(path: Path) -> Iterator[str]:
    """Yield the statements that restore a database, without the id of its machine."""
    boot_id = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    with closing(sqlite3.connect(path)) as db:
        for pragma in ("user_version", "application_id"):
            yield f"pragma {pragma} = {db.execute(f'pragma {pragma}').fetchone()[0]};"
        made = "select name, sql from sqlite_master where type = ? and sql is not null"
        tables = db.execute(made, ("table",)).fetchall()
        yield from (f"{sql};" for name, sql in tables if name != "sqlite_sequence")
        for name, _ in tables:
            columns = [column[1] for column in db.execute(f"pragma table_info({name})")]
            values = " || ', ' || ".join(f'quote("{column}")' for column in columns)
            for (row,) in db.execute(f"select {values} from {name}"):  # noqa: S608
                if not row.startswith("'machine', "):
                    insert = f"insert into {name} values ({row});"  # noqa: S608
                    yield insert.replace(boot_id, _BOOT_ID)
        yield from (f"{sql};" for _, sql in db.execute(made, ("index",)).fetchall())


def unpack_files(files: Mapping[str, Sequence[str]], folder: Path) -> None:
    """Write files and databases."""
    for name, lines in files.items():
        path = folder / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if path.suffix == ".db":
            path.touch(0o600)
            with closing(sqlite3.connect(path)) as db:
                db.executescript("\n".join(("begin;", *lines, "commit;")))
        else:
            path.touch(0o600)
            path.write_text("\n".join(lines), "utf-8")


def packed_state(held: Books) -> Any:
    """Return the content of a fake service."""
    seen: dict[int, int] = {}
    return {
        name: _packed(value, seen) for name, value in vars(held).items() if name not in _NOT_KEPT
    }


def unpack_state(packed: Mapping[str, Any], held: Books, state: ModuleType) -> None:
    """Restore the content of a fake service; `state` has the classes of its objects."""
    objects: list[Any] = []
    vars(held).update({name: _unpacked(value, objects, state) for name, value in packed.items()})


def _packed(value: Any, seen: dict[int, int]) -> Any:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if is_dataclass(value) and not isinstance(value, type):
        return _packed_object(value, seen)
    for name, kind, parts in _COMPOUND:
        if isinstance(value, kind):
            return {name: [_packed(part, seen) for part in parts(value)]}
    for name, kind, text in _TEXTS:
        if isinstance(value, kind):
            return {name: text(value)}
    raise TypeError(f"a fake holds what cannot be packed: {type(value)}")


def _packed_object(value: Any, seen: dict[int, int]) -> Any:
    if id(value) in seen:
        return {"again": seen[id(value)]}
    seen[id(value)] = len(seen)
    set_fields = {
        field.name: _packed(getattr(value, field.name), seen)
        for field in fields(value)
        if getattr(value, field.name) != _default(field)
    }
    return {"object": type(value).__name__, "fields": set_fields}


def _default(field: Field[Any]) -> Any:
    """Return the default of a field; no value equals a missing default."""
    return field.default if field.default_factory is MISSING else field.default_factory()


def _unpacked(packed: Any, objects: list[Any], state: ModuleType) -> Any:
    if not isinstance(packed, dict):
        return packed
    if "object" in packed:
        made = object.__new__(getattr(state, packed["object"]))
        objects.append(made)
        set_fields = {
            name: _unpacked(part, objects, state) for name, part in packed["fields"].items()
        }
        made.__init__(**set_fields)
        return made
    [(name, inner)] = packed.items()
    if name == "again":
        return objects[inner]
    if name == "class":
        return getattr(state, inner)
    if isinstance(inner, list):
        inner = [_unpacked(part, objects, state) for part in inner]
    return _MAKE[name](inner)


def _pairs(value: Mapping[Any, Any]) -> Sequence[Any]:
    return list(value.items())


_Parts = Callable[[Any], Sequence[Any]]
_COMPOUND: tuple[tuple[str, type, _Parts], ...] = (
    ("counter", Counter, _pairs),
    ("dict", dict, _pairs),
    ("list", list, list),
    ("tuple", tuple, list),
    ("set", set, sorted),
    ("deque", deque, list),
)
_TEXTS: tuple[tuple[str, type, Callable[[Any], Any]], ...] = (
    ("at", datetime, datetime.isoformat),
    ("decimal", Decimal, str),
    ("zone", ZoneInfo, str),
    ("class", type, lambda value: value.__name__),
    ("work", FunctionType, lambda value: value.__name__),
    ("next", itertools.count, lambda value: int(repr(value)[6:-1])),
)
_MAKE: Mapping[str, Callable[[Any], Any]] = {
    "counter": lambda pairs: Counter(dict(pairs)),
    "dict": dict,
    "list": list,
    "tuple": tuple,
    "set": set,
    "deque": deque,
    "at": datetime.fromisoformat,
    "decimal": Decimal,
    "zone": ZoneInfo,
    "work": lambda _: lambda: None,
    "next": itertools.count,
}
