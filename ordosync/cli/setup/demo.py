"""`demo`: sample data and real commands, from a shop's orders to its tracking numbers."""

import csv
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from ordosync.cli.desk.common import open_desk
from ordosync.cli.output import render
from ordosync.cli.setup import demo_data
from ordosync.cli.setup.demo_summary import show_summary
from ordosync.cli.setup.init import write_new
from ordosync.config import load_config
from ordosync.embedded.desk import Desk
from ordosync.embedded.order_filter import OrderFilter
from ordosync.errors import UsageError
from ordosync.models import Order

_PARCELS = 10
_NEEDED = _PARCELS + 2
_BEFORE_SHIPPING = (
    "import-products",
    "import-orders",
    "stock set --from count.csv --account northwind",
    "write-inventory-back",
)
_AFTER_SHIPPING = (
    "autosync off write-inventory-back",
    "autosync on write-inventory-back",
    "activity",
)


def demo(
    folder: Annotated[Path, typer.Argument(help="Folder to create.")] = Path("ordosync-demo"),
) -> None:
    """Run an end-to-end demo with sample data.

    Creates a shop and its supplier, and runs every task between them. Each command is printed
    before its output. A second call continues with the remaining orders.

    For example:
      ordosync demo trial
    """
    _make(folder)
    config = load_config(folder / "config.yaml")
    shop, northwind = open_desk(config, "shop"), open_desk(config, "northwind")
    if not shop.order_numbers("", limit=1):
        _fill(shop)
    _write_counts(folder / "count.csv")
    _run_all(folder, _BEFORE_SHIPPING)
    waiting = list(northwind.list_orders(OrderFilter(statuses=("awaiting_fulfillment",))))
    if len(waiting) < _NEEDED:
        render.message("too few orders are left; remove the folder to start over")
    else:
        _ship_and_split(folder, waiting)
    _run_all(folder, _AFTER_SHIPPING)
    show_summary(config.database)
    render.result("")
    render.result(f"All files are in {folder.resolve()}. To try the commands yourself:")
    for line in shell_lines(folder):
        render.result(f"  {line}")


def shell_lines(folder: Path) -> Iterator[str]:
    """Yield the shell commands after which `ordosync` finds itself and the configuration."""
    program = Path(sys.argv[0])
    activate = program.with_name("activate")
    if not shutil.which("ordosync") and activate.exists():
        yield f". {shlex.quote(_shorter(activate))}"
    if folder.resolve() != Path.cwd():
        yield f"cd {shlex.quote(str(folder))}"
    yield "ordosync orders list --account northwind"


def _shorter(path: Path) -> str:
    """Return the path from the current folder, if that is the shorter one."""
    return min(os.path.relpath(path), str(path), key=len)


def _ship_and_split(folder: Path, waiting: list[Order]) -> None:
    """Ship one order manually and others from a file, split one, and cancel one."""
    first, *remaining = waiting
    to_split = next((order for order in remaining if len(order.lines) > 1), None)
    remaining = [order for order in remaining if order is not to_split]
    to_cancel, *to_ship = remaining
    account = "--account northwind"
    _run(
        folder,
        f"orders ship {first.number} {account} --carrier UPS --method Ground"
        f" --tracking 1Z{first.number} --cost 6.40",
    )
    _run(folder, f"orders show {first.number.removeprefix('S-')} --account shop")
    _write_parcels(folder / "today.csv", to_ship[:_PARCELS])
    _run(folder, f"orders ship --from today.csv {account}")
    if to_split:
        _split(folder, to_split, account)
    cancel = f"orders cancel {to_cancel.number.removeprefix('S-')} --account shop"
    _run_all(folder, (cancel, "cancel-orders", "write-inventory-back"))


def _split(folder: Path, order: Order, account: str) -> None:
    """Split an order, its first line from the others, and ship the first piece."""
    number = order.number
    first, *other_lines = (f"{line.sku}={line.quantity}" for line in order.lines)
    _run(folder, f"orders split {number} {account} --piece {first} --piece {','.join(other_lines)}")
    _run(folder, f"orders ship {number}-1 {account} --carrier DHL --tracking JD{number}")


def _make(folder: Path) -> None:
    """Create the folder with its configuration, unless it has the demo's configuration already."""
    content = files("ordosync.cli.setup.templates").joinpath("demo.yaml").read_text("utf-8")
    path = folder / "config.yaml"
    try:
        if not os.path.lexists(path):
            write_new(path, content)
        elif path.read_text("utf-8") != content:
            raise UsageError(
                f"{path} already exists and is not a demo's; nothing was written;"
                " choose another folder"
            )
    except (FileExistsError, NotADirectoryError) as error:
        raise UsageError(
            f"{folder} cannot be used: it is not a folder; choose another one"
        ) from error
    except OSError as error:
        raise UsageError(
            f"{folder} cannot be used: {error.strerror}; choose another folder"
        ) from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8 text; choose another folder") from error


def _fill(shop: Desk) -> None:
    for product, parts in demo_data.products():
        shop.add_product(product, components=parts)
    shop.add_orders(list(demo_data.orders()), supplier="northwind")
    render.result(f"created a shop with {demo_data.ORDERS} orders")


def _write_counts(path: Path) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("sku", "quantity", "warehouse"))
        writer.writerows(demo_data.counts())


def _write_parcels(path: Path, orders: list[Order]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("number", "carrier", "tracking", "method", "cost"))
        for order in orders:
            writer.writerow((order.number, "UPS", f"1Z{order.number}", "Ground", "5.90"))


def _run_all(folder: Path, commands: Iterable[str]) -> None:
    for command in commands:
        _run(folder, command)


def _run(folder: Path, command: str) -> None:
    """Run a command in the folder, as a user would."""
    render.result("")
    render.result(f"$ ordosync {command}")
    sys.stdout.flush()
    environment = {k: v for k, v in os.environ.items() if k != "ORDOSYNC_CONFIG"}
    result = subprocess.run(  # noqa: S603 - this program, with fixed arguments
        [sys.executable, "-m", "ordosync", *shlex.split(command)],
        cwd=folder,
        env=environment,
        check=False,
    )
    if result.returncode < 0:
        raise typer.Exit(128 - result.returncode)
    if result.returncode not in (0, 1):
        raise typer.Exit(result.returncode)
