"""The folder that contains all files of a submission, and is no part of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping


def common_folder(paths: Collection[str]) -> str:
    """Return the folder that contains all files, with a slash; empty if there is none.

    A folder that is a Python package does not count: its name is part of the program.

    Examples
    --------
    >>> common_folder(["lab1/layers.py", "lab1/more/data.py"])
    'lab1/'
    """
    folder = ""
    while tops := {path.removeprefix(folder).partition("/")[0] for path in paths}:
        top = folder + min(tops)
        if len(tops) > 1 or top in paths or f"{top}/__init__.py" in paths:
            break
        folder = f"{top}/"
    return folder


def without_folder(folder: str, contents: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return contents by path without a folder at the beginning of each path."""
    return {path.removeprefix(folder): content for path, content in contents.items()}
