"""Archives that a partner drops."""

import gzip
import io
import zipfile

from tests.accounts.files.places.mirror.conftest import Drop, Open, contents


def zipped(**members: str) -> bytes:
    """Return a ZIP archive with these files; `_` in a name is a point."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name.replace("_", "."), text)
    return content.getvalue()


def test_archives_with_one_file_are_unpacked(mirror: Open, drop: Drop) -> None:
    drop("a.csv.gz", gzip.compress(b"of gzip"))
    drop("b.zip", zipped(stock_csv="of zip"))
    opened = mirror("out/*")

    opened.refresh()

    assert contents(opened) == {"a.csv.gz": "of gzip", "b.zip": "of zip"}
    assert {path.suffix for path in opened.folder.path.iterdir()} == {".csv", ".json"}


def test_an_archive_that_cannot_be_used_is_reported_and_not_fetched_again(
    mirror: Open, drop: Drop
) -> None:
    drop("two.zip", zipped(a_csv="1", b_csv="2"))
    drop("none.zip", zipped())
    drop("cut.csv.gz", gzip.compress(b"text" * 100)[:-20])
    drop("other.zip", "text")
    drop("bomb.csv.gz", gzip.compress(bytes(2 << 20)))
    opened = mirror("out/*")

    opened.refresh()
    problems = {file.name: file.problem for file in opened.refresh().values()}

    assert problems == {
        "two.zip": "the archive has 2 files; it must have one",
        "none.zip": "the archive has 0 files; it must have one",
        "cut.csv.gz": "the archive cannot be unpacked: Compressed file ended before the"
        " end-of-stream marker was reached",
        "other.zip": "the archive cannot be unpacked: File is not a zip file",
        "bomb.csv.gz": "unpacks to more than 1 MB; raise `max_mb`",
    }
    assert opened.notes == []
    assert contents(opened) == {}


def test_a_corrected_archive_replaces_a_damaged_one(mirror: Open, drop: Drop) -> None:
    drop("a.csv.gz", "text")
    mirror("out/*").refresh()

    drop("a.csv.gz", gzip.compress(b"right"), at=1)
    opened = mirror("out/*")
    [file] = opened.refresh().values()

    assert file.problem == ""
    assert contents(opened) == {"a.csv.gz": "right"}
