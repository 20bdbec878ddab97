"""The console script. Whatever must start fast is answered before Typer is imported."""

import sys


def main() -> None:
    """Run the command line of this process."""
    if sys.argv[1:] == ["--version"]:
        from ordosync import __version__  # noqa: PLC0415 - each way imports what it needs

        if sys.stdout is None:
            return
        try:
            sys.stdout.write(f"ordosync {__version__}\n")
            sys.stdout.flush()
        except OSError as error:
            from ordosync import words  # noqa: PLC0415

            sys.exit(words.finish(words.cannot_write(error)))
        return
    if sys.argv[1:2] == ["run-due"]:
        from ordosync.tick import is_idle  # noqa: PLC0415

        if is_idle(sys.argv[1:]):
            return
    from ordosync.cli import run  # noqa: PLC0415

    sys.exit(run())


if __name__ == "__main__":
    main()
