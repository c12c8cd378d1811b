"""A folder -> `Submission`: every source below it, and no step outside.

Folders are opened by descriptor and never through a link, so that nothing that changes while we
read can lead the walk elsewhere.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from grader import files
from grader.intake import nested_archives
from grader.intake.collector import MAX_DEPTH, Collector
from grader.intake.file_kinds import SKIPPED_FOLDERS, is_collected, submission_name
from grader.model import Limits, Submission

_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_CLOEXEC", 0)
_NO_LINKS = getattr(os, "O_NOFOLLOW", 0)


def accepts(path: Path) -> bool:
    """Whether this is a folder."""
    return path.is_dir()


def read(path: Path, limits: Limits) -> Submission:
    """Collect the files of a folder; raise OSError if the folder itself cannot be opened."""
    collect_path = partial(collect, path)
    return nested_archives.collect_submission(submission_name(path), limits, collect_path)


def collect(path: Path, collector: Collector, prefix: str = "") -> None:
    """Add the files of a folder to a collector, under a prefix that ends with a slash.

    Raise OSError if the folder itself cannot be opened.
    """
    descriptor = os.open(path, _FOLDER)
    try:
        _walk(descriptor, prefix, collector)
    finally:
        os.close(descriptor)


def _walk(folder: int, prefix: str, collector: Collector) -> None:
    """Add the files below an open folder; `prefix` is its path, ending with a slash."""
    entries = list(_entries(folder, prefix, collector))
    if any(entry.name == "pyvenv.cfg" for entry in entries):
        return  # a virtual environment, whatever its name
    collector.find_own_figures(prefix + entry.name for entry in entries)
    for entry in sorted(entries, key=lambda entry: entry.name):
        if collector.closed:
            return
        _add(folder, entry, prefix + entry.name, collector)


def _entries(folder: int, prefix: str, collector: Collector) -> Iterator[os.DirEntry[str]]:
    """Yield what is not skipped, until a limit is reached."""
    with os.scandir(folder) as listing:
        for entry in listing:
            if not collector.count_entry(prefix + entry.name):
                return
            if not entry.name.startswith(".") and entry.name not in SKIPPED_FOLDERS:
                yield entry


def _add(folder: int, entry: os.DirEntry[str], path: str, collector: Collector) -> None:
    try:
        mode = entry.stat(follow_symlinks=False).st_mode
    except OSError:
        collector.refuse(path, "refused_unreadable")
        return
    if stat.S_ISLNK(mode):
        collector.refuse(path, "refused_link")
    elif stat.S_ISDIR(mode):
        _descend(folder, entry.name, path, collector)
    elif not stat.S_ISREG(mode):
        collector.refuse(path, "refused_special")
    elif not is_collected(entry.name):
        collector.add_other(path, partial(files.read_regular, entry.name, inside=folder))
    elif not files.is_clean(entry.name):
        collector.refuse(path, "refused_name")
    else:
        collector.add(path, partial(files.read_regular, entry.name, inside=folder))


def _descend(folder: int, name: str, path: str, collector: Collector) -> None:
    if not files.is_clean(name):
        collector.refuse(path, "refused_name")
        return
    if path.count("/") >= MAX_DEPTH:
        collector.refuse(path, "refused_depth", limit=MAX_DEPTH)
        return
    try:
        descriptor = os.open(name, _FOLDER | _NO_LINKS, dir_fd=folder)
    except OSError:
        collector.refuse(path, "refused_unreadable")
        return
    try:
        _walk(descriptor, path + "/", collector)
    finally:
        os.close(descriptor)
