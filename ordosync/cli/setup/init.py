"""`init`: writes a configuration and a sample feed."""

import os
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from ordosync.cli.output import render
from ordosync.errors import UsageError
from ordosync.permissions import make_folder

_FILES = {"config.yaml": "config.yaml", "feeds/orders.csv": "orders.csv"}


def write_new(path: Path, text: str) -> None:
    """Write a new file, readable by this user only, in a folder that only this user can change."""
    make_folder(str(path.parent), 0o755)
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY
    with os.fdopen(os.open(path, flags, 0o600), "w", encoding="utf-8") as file:
        file.write(text)


def init(
    folder: Annotated[
        Path, typer.Argument(help="Folder to write to (default: the current one).")
    ] = Path(),
) -> None:
    """Write a commented configuration and a sample feed.

    The feed has three orders. Nothing is overwritten.

    For example:
      ordosync init
    """
    for name in _FILES:
        if os.path.lexists(folder / name):
            raise UsageError(
                f"{folder / name} already exists; nothing was written; choose another folder"
            )
    try:
        for name, template in _FILES.items():
            path = folder / name
            write_new(
                path, files("ordosync.cli.setup.templates").joinpath(template).read_text("utf-8")
            )
            render.result(f"wrote {path}")
    except (FileExistsError, NotADirectoryError) as error:
        raise UsageError(
            f"{folder} cannot be written: it is not a folder; choose another one"
        ) from error
    except OSError as error:
        raise UsageError(
            f"{folder} cannot be written: {error.strerror}; choose another folder"
        ) from error
    _show_next_commands(folder)


def _show_next_commands(folder: Path) -> None:
    where = "" if folder == Path() else f"cd {folder} && "
    render.result("next commands:")
    for command in ("config check", "import-orders --dry-run", "import-orders", "orders list"):
        render.result(f"  {where}ordosync {command}")
        where = ""
