"""Folders of a course read as bytes by path, and written without replacing anything."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from grader import files
from grader.errors import PathError

MAX_BYTES, MAX_FILES = 16 * 1024 * 1024, 500
"""A handout has some ten files of a few KiB; a folder with more than this is another one."""
_LEFT_OUT = ("__pycache__", "figures")
"""What running the template leaves behind."""


def read_files(folder: Path) -> dict[str, bytes]:
    """Return the files of a folder by path, without hidden ones and what a run leaves behind.

    Raises
    ------
    PathError
        If there is no such folder, or it holds more than a handout does.
    """
    if not folder.is_dir():
        raise PathError("{folder}: there is no such folder", folder=folder)
    contents: dict[str, bytes] = {}
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if any(part.startswith(".") or part in _LEFT_OUT for part in parts) or not path.is_file():
            continue
        if len(contents) == MAX_FILES:
            raise PathError(
                "{folder}: it holds more files than a handout does ({limit} at most)",
                folder=folder,
                limit=MAX_FILES,
            )
        try:
            contents["/".join(parts)] = files.read_regular(path, MAX_BYTES)
        except OSError as error:
            reason = error.strerror or str(error)
            raise PathError(
                "{file}: this cannot be read ({reason})", file=path, reason=reason
            ) from None
    return contents


def write_new(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Write files into a folder that is new or empty; nothing is ever replaced.

    Raises
    ------
    PathError
        If something is there already, or the folder cannot be written.
    """
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise PathError("{folder}: this is not a folder; expected a new one", folder=folder)
    if folder.is_dir() and any(folder.iterdir()):
        raise PathError(
            "{folder}: there is something in this folder already, and nothing is written over; "
            "expected a new or an empty folder",
            folder=folder,
        )
    try:
        for path, content in contents.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("xb") as file:
                file.write(content)
    except OSError as error:
        reason = error.strerror or str(error)
        raise PathError(
            "{folder}: this cannot be written ({reason})", folder=folder, reason=reason
        ) from None
