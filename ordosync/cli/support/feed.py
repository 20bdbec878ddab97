"""`feed check`: checks a file before it is read, and prints a configuration for it."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer

from ordosync.accounts import account_class
from ordosync.accounts.account import required
from ordosync.accounts.feeds import (
    SUBJECTS,
    AccountFeeds,
    FeedColumn,
    FeedGuess,
    FeedReport,
    guess_feed,
)
from ordosync.cli import completion
from ordosync.cli.context import Context, with_context
from ordosync.cli.output import render
from ordosync.cli.output.feed_report import report_json, show_report
from ordosync.config.converters import either, suggestion
from ordosync.config.presets import plain_presets
from ordosync.currencies import UNKNOWN_CURRENCY
from ordosync.errors import ConfigError, OrdosyncError, UsageError

app = typer.Typer(help="Check a file before it is read.", no_args_is_help=True)


@app.command("check")
@with_context()
def check_feed(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to check.")],
    *,
    account: Annotated[
        str | None,
        typer.Option(
            "--account",
            help="Account whose options count (default: the one that reads the file).",
            autocompletion=completion.files_account,
        ),
    ] = None,
    subject: Annotated[
        str | None,
        typer.Option(
            "--subject",
            help="Content of the file, such as orders or stock.",
            autocompletion=completion.feed_subject,
        ),
    ] = None,
    init: Annotated[
        bool, typer.Option("--init", help="Print a configuration for this file instead.")
    ] = False,
    online: Annotated[
        bool, typer.Option("--online", help="Also find SKUs that the other side does not have.")
    ] = False,
    context: Context,
) -> None:
    """Check a file before it is read.

    Shows its format and columns, which records are read, skipped, held or refused, and signs of
    damage. It is offline, except with --online, and writes nothing. If no account of the
    configuration reads the file, its columns are guessed by their names. Exits 1 if a record would
    be refused.

    For example:
      ordosync feed check export.csv
    """
    if subject is not None and subject not in SUBJECTS:
        raise UsageError(f"--subject is one of {either(SUBJECTS)}, not {subject!r}")
    if file.is_dir():
        raise UsageError(f"{str(file)!r} is a folder; name a file in it")
    if not file.is_file():
        raise UsageError(f"there is no file {str(file)!r}; check its path")
    try:
        if init:
            _print_config(file, subject)
        else:
            _check(file, account, subject, context, online=online)
    except BrokenPipeError:
        # The reader of the output has gone, which says nothing about the file.
        raise
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}; check the file") from error


def _print_config(file: Path, subject: str | None) -> None:
    from ordosync.cli.setup.feed_config import assumed_values, config_text  # noqa: PLC0415 - see below

    guess = _guess(file, subject)
    if guess.problem:
        raise OrdosyncError(f"{file}: {guess.problem}; choose another file")
    try:
        edits: Iterable[str] = () if guess.missing else assumed_values(guess, file)
    except ConfigError as error:
        hint = "name the content with --subject, or begin with `ordosync config example files`"
        raise OrdosyncError(f"{file}: {_unfit(error)}; {hint}") from error
    for line in config_text(guess, file, edits).splitlines():
        render.result(line)
    if guess.missing:
        raise OrdosyncError(
            f"{file}: {_no_column(guess)}; complete `columns:` in the configuration"
        )


def _check(
    file: Path, account: str | None, subject: str | None, context: Context, *, online: bool
) -> None:
    guess = _guess(file, subject)
    reading = _configured(file, account, subject, context)
    if online and reading is None:
        raise UsageError("--online needs an account whose portals have another side")
    account = reading[0].account if reading else None
    if reading is None:
        report = _check_guess(guess, file)
    else:
        report = _check_configured(*reading, file, context, online=online)
    if context.as_json:
        found = {"file": str(file), "account": account}
        render.document({**found, "presets": list(guess.presets), **report_json(report)})
    else:
        render.result(f"{file}: {_source(report, account)}", wrapped=True)
        show_report(report, guess.presets)
    raise typer.Exit(int(report.is_refused))


def _guess(file: Path, subject: str | None) -> FeedGuess:
    return guess_feed(file, presets=plain_presets(account_class("files").presets), subject=subject)


def _configured(
    file: Path, account: str | None, subject: str | None, context: Context
) -> tuple[AccountFeeds, str] | None:
    """Return the files of the account that reads this one, and its subject; None if none does."""
    if account is None and not _has_config(context):
        return None
    found = [
        (feeds, name)
        for feeds in _feeds(context, account)
        for name in _subjects(feeds, file, subject, is_named=account is not None)
    ]
    if len(found) > 1:
        names = ", ".join(f"{of} of account {feeds.account}" for feeds, of in found)
        raise UsageError(f"{file} may be {names}; choose with --account and --subject")
    return found[0] if found else None


def _subjects(feeds: AccountFeeds, file: Path, subject: str | None, *, is_named: bool) -> list[str]:
    """Return the subjects of an account as which a file may be read."""
    known = feeds.globs
    if is_named and subject:
        if subject not in known:
            raise UsageError(f"account {feeds.account} reads no {subject}, only {either(known)}")
        return [subject]
    names = feeds.subjects_of(file) or (list(known) if is_named else [])
    return [name for name in names if subject in (None, name)]


def _feeds(context: Context, account: str | None) -> list[AccountFeeds]:
    """Return the files of each account, or of this one. Raises `UsageError` if it has none."""
    reading = {name: each.feeds for name, each in context.config.opened.items() if each.feeds}
    if account is None:
        return list(reading.values())
    if account not in reading:
        raise UsageError(f"no account {account!r} reads files{suggestion(account, reading)}")
    return [reading[account]]


def _has_config(context: Context) -> bool:
    """True if there is a configuration, which may have problems."""
    try:
        return context.config_option is not None or context.config_path is not None
    except ConfigError:
        return False


def _check_configured(
    feeds: AccountFeeds, subject: str, file: Path, context: Context, *, online: bool
) -> FeedReport:
    if not online:
        return feeds.check(subject, file)
    from ordosync.engine.diagnosis.feed_skus import known_skus  # noqa: PLC0415 - only --online

    with known_skus(context.config, feeds.account, context.clock) as known:
        return feeds.check(subject, file, known=known)


def _check_guess(guess: FeedGuess, file: Path) -> FeedReport:
    from ordosync.cli.setup.feed_config import (  # noqa: PLC0415 - only for a guess
        account_of,
        assumed_config,
        assumed_values,
    )

    if problem := guess.problem or (guess.missing and _no_column(guess)):
        return _without_rows(guess, problem)
    try:
        values = assumed_values(guess, file)
        opened = assumed_config(guess, file, values).opened[account_of(guess)]
    except ConfigError as error:
        return _without_rows(guess, _unfit(error))
    report = required(opened.feeds).check(guess.subject, file)
    if "currency" not in values:
        return report
    # The sign of an amount does not tell its currency.
    total = sum(report.totals.money.values(), Decimal())
    unknown = {UNKNOWN_CURRENCY: total} if report.totals.money else {}
    return replace(report, totals=replace(report.totals, money=unknown))


def _unfit(error: ConfigError) -> str:
    return f"the guessed options do not fit ({error.problems[0]})"


def _without_rows(guess: FeedGuess, problem: str) -> FeedReport:
    missing = [
        FeedColumn(name=name, state="missing", fields=(name,), near=near)
        for name, near in guess.missing.items()
    ]
    columns = (*missing, *(FeedColumn(name=name, state="unused") for name in guess.columns))
    return FeedReport(subject=guess.subject, format=guess.format, columns=columns, problem=problem)


def _no_column(guess: FeedGuess) -> str:
    return f"no column has a usual name of {either(guess.missing)}"


def _source(report: FeedReport, account: str | None) -> str:
    if account:
        return f"{report.subject} of account {account}"
    return f"{report.subject}, with guessed options, since no account reads it; --init prints them"
