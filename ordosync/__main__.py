"""The console script. Whatever must start fast is answered before Typer is imported."""

import sys


def main() -> None:
    """Run the command line of this process."""
    if sys.argv[1:] == ["--version"]:
        from ordosync import __version__  # noqa: PLC0415 - each way imports what it needs

        try:
            sys.stdout.write(f"ordosync {__version__}\n")
            sys.stdout.flush()
        except (OSError, AttributeError):  # or there is no such stream
            pass  # to be told as any other command tells it
        else:
            return
    if sys.argv[1:2] == ["run-due"]:
        from ordosync.tick import is_idle  # noqa: PLC0415

        if is_idle(sys.argv[1:]):
            return
    from ordosync.cli import run  # noqa: PLC0415

    sys.exit(run())


if __name__ == "__main__":
    main()
