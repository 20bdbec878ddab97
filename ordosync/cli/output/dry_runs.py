"""Shows what a command changed in the copies of a dry run."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from ordosync.accounts import is_embedded
from ordosync.cli.output.render import adding
from ordosync.cli.output.terminal import message, result
from ordosync.config.hosts import is_usable
from ordosync.embedded.database import EmbeddedFile
from ordosync.embedded.differences import differences
from ordosync.text import plural

if TYPE_CHECKING:
    from ordosync.config.settings import Config
    from ordosync.engine.sandbox import Sandbox

_ACTION = "compare it after a dry run"


@contextmanager
def showing_changes(copies: "Sandbox", *, as_json: bool) -> Iterator[None]:
    """Show what a command changed in local accounts, as text or in its JSON document.

    Its exit code stays.
    """
    message("dry run: the following is done on copies")
    code = 0
    try:
        with adding(lambda: {"would_change": _changes(copies)}):
            yield
    except typer.Exit as end:
        code = end.exit_code
    if not as_json:
        for name, changes in _changes(copies).items():
            count = plural(len(changes), "1 change", f"{len(changes)} changes")
            result(f"account {name} would have {count}")
            for change in changes:
                result(f"  {change}", wrapped=True)
    message("nothing was written; without --dry-run it is")
    raise typer.Exit(code)


def _changes(copies: "Sandbox") -> dict[str, Sequence[str]]:
    local = (
        account.name
        for account in copies.config.accounts.values()
        if is_embedded(account.kind) and is_usable(copies.config, account.name)
    )
    changes = {name: _of_account(copies, name) for name in local}
    return {name: found for name, found in changes.items() if found}


def _of_account(copies: "Sandbox", name: str) -> Sequence[str]:
    original, copy = _file(copies.original, name), _file(copies.config, name)
    with original.reading(_ACTION) as before, copy.reading(_ACTION) as after:
        return list(differences(before, after))


def _file(config: "Config", name: str) -> EmbeddedFile:
    return EmbeddedFile(name=name, path=config.accounts[name].options["path"])
