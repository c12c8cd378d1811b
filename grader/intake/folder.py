"""A folder -> `Submission`: every source below it, and no step outside.

Folders are opened by descriptor and never through a link, so that nothing that
changes while we read can lead the walk elsewhere.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from grader import files
from grader.intake import nested_archives
from grader.intake.collector import DEEPEST, Collector, is_carried, name_of
from grader.model import Limits, Submission

SKIPPED = frozenset({"__pycache__", "venv", "env", "node_modules", "site-packages", "__MACOSX"})
_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_CLOEXEC", 0)
_NO_LINKS = getattr(os, "O_NOFOLLOW", 0)


def accepts(path: Path) -> bool:
    """Say whether this is a folder."""
    return path.is_dir()


def read(path: Path, limits: Limits) -> Submission:
    """Collect the Python files of a folder.

    Raises
    ------
    OSError
        Where the folder itself cannot be opened.
    """
    return nested_archives.collect_submission(name_of(path), limits, partial(collect, path))


def collect(path: Path, collector: Collector, prefix: str = "") -> None:
    """Put what a folder holds into a basket, under a prefix that ends with a slash.

    Raises
    ------
    OSError
        Where the folder itself cannot be opened.
    """
    top = os.open(path, _FOLDER)
    try:
        _walk(top, prefix, collector)
    finally:
        os.close(top)


def _walk(folder: int, prefix: str, collector: Collector) -> None:
    """Take what lies in an open folder; `prefix` is its path, ending with a slash."""
    entries = list(_entries(folder, prefix, collector))
    if any(entry.name == "pyvenv.cfg" for entry in entries):
        return
    collector.notice(prefix + entry.name for entry in entries)
    for entry in sorted(entries, key=lambda entry: entry.name):
        if collector.closed:
            return
        _take(folder, entry, prefix + entry.name, collector)


def _entries(folder: int, prefix: str, collector: Collector) -> Iterator[os.DirEntry[str]]:
    """Yield what is not skipped, until there is too much of it."""
    with os.scandir(folder) as listing:
        for entry in listing:
            if not collector.sees(prefix + entry.name):
                return
            if not entry.name.startswith(".") and entry.name not in SKIPPED:
                yield entry


def _take(folder: int, entry: os.DirEntry[str], path: str, collector: Collector) -> None:
    mode = _mode(entry)
    if mode is None:
        collector.refuse(path, "refused_unreadable")
    elif stat.S_ISLNK(mode):
        collector.refuse(path, "refused_link")
    elif stat.S_ISDIR(mode):
        _descend(folder, entry.name, path, collector)
    elif not stat.S_ISREG(mode):
        collector.refuse(path, "refused_special")
    elif not is_carried(entry.name):
        collector.leave(path)
    elif not files.is_clean(entry.name):
        collector.refuse(path, "refused_name")
    else:
        collector.take(path, partial(_contents, folder, entry.name))


def _contents(folder: int, name: str, limit: int) -> bytes:
    return files.read_regular(name, limit, inside=folder)


def _mode(entry: os.DirEntry[str]) -> int | None:
    try:
        return entry.stat(follow_symlinks=False).st_mode
    except OSError:
        return None


def _descend(folder: int, name: str, path: str, collector: Collector) -> None:
    if not files.is_clean(name):
        collector.refuse(path, "refused_name")
        return
    if path.count("/") >= DEEPEST:
        collector.refuse(path, "refused_depth", limit=DEEPEST)
        return
    try:
        inner = os.open(name, _FOLDER | _NO_LINKS, dir_fd=folder)
    except OSError:
        collector.refuse(path, "refused_unreadable")
        return
    try:
        _walk(inner, path + "/", collector)
    finally:
        os.close(inner)
