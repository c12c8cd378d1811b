"""Reports that were written before, and the figures that lie beside each."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from grader import files, reports
from grader.errors import PathError, ReportBroken
from grader.reports import figure_files
from grader.reports.report_document import upgrade
from grader.sentence import Sentence

LARGEST = 64 * 1024 * 1024


def read(path: Path) -> dict[str, Any]:
    """Read a report, of this version or an earlier one, and check it against the schema of today.

    Raises
    ------
    PathError
        Where there is no such file, or what it holds is no report of this grader.
    """
    try:
        raw = files.read_regular(path, LARGEST, follow=True)
        document = upgrade(json.loads(raw.decode("utf-8-sig")))
        reports.validate(document)
    except OSError as error:
        raise PathError(f"{path}: this cannot be read ({error.strerror or error})") from None
    except (ValueError, RecursionError, ReportBroken) as error:
        raise PathError(f"{path}: this is not a report of this grader ({error})") from None
    return document


def check_target(target: Path, submission: Path) -> None:
    """Refuse, before any work is done, a report in the place of something that was handed in.

    A report of an earlier run may lie in the submission's folder, and is replaced.

    Raises
    ------
    PathError
        Where the target is the submission, or a file in its folder that is no report.
    """
    files.check_apart(target, submission)
    if target.exists() and target.resolve().is_relative_to(submission.resolve()):
        try:
            read(target)
        except PathError:
            raise PathError(
                Sentence(
                    "{file}: this lies in the submission and is no report; expected another file "
                    "to write to",
                    file=target,
                )
            ) from None


def check_figures(report_path: Path) -> None:
    """Refuse, before any work is done, a report whose figures could not be written beside it.

    Raises
    ------
    PathError
        Where something other than a folder has the name that theirs must have.
    """
    folder = figure_files.folder_of(report_path)
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise PathError(f"{folder}: this is in the way; expected a folder, or nothing, for figures")


def write_figures(report_path: Path, contents: Mapping[str, bytes]) -> None:
    """Write the figures of a report into its folder, and remove those of an earlier report.

    Call it before the report itself is written: a report must not name figures that are missing.

    Parameters
    ----------
    report_path
        Where the report lies, or will lie. Whatever else its folder of figures holds stays.
    contents
        The PNG or SVG of each figure by its file's name. Where it is empty there is no folder.

    Raises
    ------
    PathError
        Where something other than a folder is in the way.
    OSError
        What the system says. Each file is written whole or not at all.
    """
    check_figures(report_path)
    folder = figure_files.folder_of(report_path)
    if contents:
        folder.mkdir(exist_ok=True)
    for name, content in contents.items():
        if _bytes_or_none(folder / name) != content:
            files.write_whole(folder / name, content)
    for old in folder.glob("*.*"):
        if figure_files.NAME.fullmatch(old.name) and old.name not in contents:
            old.unlink(missing_ok=True)
    if not contents:
        with contextlib.suppress(OSError):  # there is no folder, or it holds files of others
            folder.rmdir()


def read_figures(report_path: Path, document: Mapping[str, Any]) -> dict[str, bytes]:
    """Return the bytes of a report's figures by their files' names, as far as they are there."""
    folder = figure_files.folder_of(report_path)
    contents = {
        figure["file"]: figure_files.content(figure, folder)
        for figure in document.get("figures", [])
    }
    return {name: content for name, content in contents.items() if content is not None}


def _bytes_or_none(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None
