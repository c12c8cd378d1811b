"""What lies beside a stored report: its figures, written whole, and nobody else's files touched."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.errors import PathError
from grader.reports import figure_files, report_store


@pytest.fixture
def report_path(tmp_path: Path) -> Path:
    return tmp_path / "alice.report.json"


def stored_figures(report_path: Path) -> dict[str, bytes]:
    folder = figure_files.folder_of(report_path)
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_the_folder_is_named_after_the_report(report_path: Path) -> None:
    """`X.json` has its figures in `X.figures`; another ending stays."""
    assert figure_files.folder_of(report_path).name == "alice.report.figures"
    assert figure_files.folder_of(Path("a/report.txt")) == Path("a/report.txt.figures")


def test_figures_replace_those_of_an_earlier_report(report_path: Path) -> None:
    """New figures are written, and stale ones go; a figure that lies there just so is left alone."""
    report_store.write_figures(report_path, {"1.png": b"one", "2.png": b"two", "10.png": b"ten"})
    before = (figure_files.folder_of(report_path) / "1.png").stat()
    report_store.write_figures(report_path, {"1.png": b"one", "2.png": b"other"})
    assert stored_figures(report_path) == {"1.png": b"one", "2.png": b"other"}
    assert (figure_files.folder_of(report_path) / "1.png").stat().st_mtime_ns == before.st_mtime_ns


def test_a_report_without_figures_has_no_folder(report_path: Path) -> None:
    """Where nothing is kept the folder is not made, and one of ours goes."""
    report_store.write_figures(report_path, {})
    assert not figure_files.folder_of(report_path).exists()
    report_store.write_figures(report_path, {"1.png": b"one"})
    report_store.write_figures(report_path, {})
    assert not figure_files.folder_of(report_path).exists()


def test_files_of_others_stay(report_path: Path) -> None:
    """Files that somebody else put there are not touched, whatever they are called."""
    folder = figure_files.folder_of(report_path)
    (folder / "01.png").parent.mkdir()
    for name in ("01.png", "photo.png", "notes.txt"):
        (folder / name).write_bytes(b"mine")
    report_store.write_figures(report_path, {"1.png": b"one"})
    report_store.write_figures(report_path, {})
    assert stored_figures(report_path) == dict.fromkeys(
        ("01.png", "notes.txt", "photo.png"), b"mine"
    )


@pytest.mark.parametrize("kind", ["file", "link", "dangling"])
def test_other_files_in_the_way_are_an_error(report_path: Path, kind: str) -> None:
    """A file or a link with the folder's name is refused, and nothing is written through it."""
    folder, elsewhere = figure_files.folder_of(report_path), report_path.with_name("elsewhere")
    if kind == "file":
        folder.write_text("mine")
    else:
        folder.symlink_to(elsewhere)
    if kind == "link":
        elsewhere.mkdir()
    for action in (
        report_store.check_figures,
        lambda path: report_store.write_figures(path, {"1.png": b"one"}),
    ):
        with pytest.raises(PathError, match="in the way"):
            action(report_path)
    assert not (elsewhere / "1.png").exists()
