"""`config check` and `config show`."""

import typer

from ordosync import render
from ordosync.cli import options
from ordosync.config import as_plain, find_config, load_config
from ordosync.engine import check_renames
from ordosync.store import Store

app = typer.Typer(help="Check or show the configuration.", no_args_is_help=True)


@app.command("check")
def check(
    *,
    config: options.Config = None,
    debug: options.Debug = False,  # noqa: ARG001 - seen by `run`
) -> None:
    """Say every problem of the configuration, with its line. Exits 3 when there is one."""
    settings = load_config(find_config(config))
    with Store.open(settings.database, readonly=True) as store:
        check_renames(settings, store)
    portals = len(settings.portals)
    render.say_out(f"{settings.path}: {portals} portal{'s' * (portals != 1)}, no problem")


@app.command("show")
def show(
    *,
    config: options.Config = None,
    as_json: options.Json = False,
    debug: options.Debug = False,  # noqa: ARG001 - seen by `run`
) -> None:
    """Show what the configuration says, defaults included and secrets masked."""
    plain = as_plain(load_config(find_config(config)))
    if as_json:
        render.document(plain)
        return
    import yaml  # noqa: PLC0415 - already there, since the configuration was read

    for line in yaml.safe_dump(plain, sort_keys=False, allow_unicode=True).splitlines():
        render.say_out(line)
