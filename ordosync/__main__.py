"""The console script. Calls that must be fast are handled before Typer is imported."""

# `signal` takes as long to import as the rest of a tick.
import _signal  # type: ignore[import-not-found]
import atexit
import gc
import sys

_OBJECTS = 50_000
"""New objects after which the collector looks for cycles; Python's default is 700."""


def main() -> None:
    """Run the command line of this process."""
    # Ctrl-C while modules are imported ends the process; a command that runs cleans up after it.
    if _signal.getsignal(_signal.SIGINT) is _signal.default_int_handler:
        _signal.signal(_signal.SIGINT, _signal.SIG_DFL)
    _collect_rarely()
    if sys.argv[1:] in (["--version"], ["-V"]):
        from ordosync import __version__  # noqa: PLC0415 - each way imports what it needs

        if sys.stdout is None:
            return
        try:
            sys.stdout.write(f"ordosync {__version__}\n")
            sys.stdout.flush()
        except OSError as error:
            from ordosync.cli.output import terminal  # noqa: PLC0415

            sys.exit(terminal.finish(terminal.cannot_write(error)))
        return
    if sys.argv[1:2] == ["run-due"]:
        from ordosync.idle import is_idle  # noqa: PLC0415

        if is_idle(sys.argv[1:], _ask_server):
            return
    from ordosync.cli import run  # noqa: PLC0415

    sys.exit(run())


def _ask_server(url: str, config: str) -> bool:
    """True if nothing is due in a store on PostgreSQL that follows this configuration."""
    from ordosync.postgres.idle import nothing_is_due  # noqa: PLC0415 - a file needs none of it

    return nothing_is_due(url, config)


def _collect_rarely() -> None:
    """Look for cycles of garbage rarely, and not at the end: few objects are part of one."""
    gc.set_threshold(_OBJECTS)
    # At the end, Python would look at each object that is left; that takes a sixth of a command.
    atexit.register(gc.freeze)


if __name__ == "__main__":
    main()
