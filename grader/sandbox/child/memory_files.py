"""Keeps in memory what a program writes to the disk: folders that it makes, files that it reads again.

Behind the walls nothing can be written. A program that saves its weights, or makes a folder for its
figures, must not end for that reason; what it wrote is gone with its process.
"""

from __future__ import annotations

import builtins
import contextlib
import errno
import io
import os
import shutil
import stat
import sys
from typing import Any, Callable, Dict, Iterator, List, Optional, Set, Tuple

import numpy as np

WRITE_MODES = frozenset("wax+")
"""Letters of a mode of ``open`` that may change a file."""

Patch = Tuple[Any, str, Any]
"""A module, a name in it, and what the name means meanwhile."""


class MemoryFile(io.BytesIO):
    """A file that is kept whenever it is flushed or closed."""

    def __init__(self, files: Dict[str, bytes], path: str, content: bytes) -> None:
        super().__init__(content)
        self._files, self._path = files, path
        self.name = path

    def flush(self) -> None:
        """Keep what was written so far."""
        super().flush()
        self._files[self._path] = self.getvalue()

    def close(self) -> None:
        """Keep what was written."""
        if not self.closed:
            self.flush()
        super().close()


class MemoryDisk:
    """Files and folders in memory, before those of the system, which a child cannot reach."""

    def __init__(self) -> None:
        self._files: Dict[str, bytes] = {}
        self._folders: Set[str] = set()
        self._open, self._stat, self._listdir = builtins.open, os.stat, os.listdir
        self._access, self._rmtree = os.access, shutil.rmtree

    @contextlib.contextmanager
    def mounted(self) -> Iterator[None]:
        """Have Python's functions for files use this disk."""
        patches = [*self._patches(), *_numpy_openers(self.open)]
        before = [getattr(owner, name) for owner, name, _ in patches]
        for owner, name, function in patches:
            setattr(owner, name, function)
        try:
            yield
        finally:
            for (owner, name, _), function in zip(patches, before):
                setattr(owner, name, function)

    def _patches(self) -> List[Patch]:
        removals = [(os, name, self._removing(getattr(os, name))) for name in REMOVALS]
        moves = [(os, name, self._moving(getattr(os, name))) for name in ("rename", "replace")]
        return [
            (builtins, "open", self.open), (io, "open", self.open), (os, "mkdir", self.mkdir),
            (os, "stat", self.stat), (os, "lstat", self.stat), (os, "listdir", self.listdir),
            (os, "access", self.access), (os, "makedirs", self.makedirs),
            (shutil, "rmtree", self.rmtree), *removals, *moves, *self._figure_patches(),
        ]  # fmt: skip

    def open(  # noqa: PLR0913, PLR0917  Python's own signature
        self,
        file: Any,
        mode: Any = "r",
        buffering: int = -1,
        encoding: Any = None,
        errors: Any = None,
        newline: Any = None,
        closefd: bool = True,
        opener: Any = None,
    ) -> Any:
        """Open a file as Python does; in memory, if it is written to or was written before."""
        path, letters = _path_of(file), set(str(mode))
        is_written = bool(WRITE_MODES & letters)
        if path is None or not (is_written or path in self._files):
            return self._open(file, mode, buffering, encoding, errors, newline, closefd, opener)
        content = b"" if letters & set("wx") else self._files.get(path, b"")
        raw: Any = io.BytesIO(content)
        if is_written:
            self._folders.update(_parents(path))
            self._files.setdefault(path, b"")
            raw = MemoryFile(self._files, path, content)
            raw.seek(0, os.SEEK_END if "a" in letters else os.SEEK_SET)
        if "b" in letters:
            return raw
        return io.TextIOWrapper(raw, encoding or "utf-8", errors, newline)

    def mkdir(self, path: Any, *_: Any, **__: Any) -> None:
        """Make a folder."""
        name = _path_of(path) or ""
        if name in self._folders or name in self._files:
            raise FileExistsError(errno.EEXIST, "File exists", path)
        self._folders.update((name, *_parents(name)))

    def makedirs(self, name: Any, mode: int = 0o777, exist_ok: bool = False) -> None:
        """Make a folder and those around it."""
        del mode
        if not exist_ok or _path_of(name) in self._files:
            self.mkdir(name)
        path = _path_of(name) or ""
        self._folders.update((path, *_parents(path)))

    def _figure_patches(self) -> List[Patch]:
        """Have the file of a figure be there once it was saved, whether or not it was drawn."""
        module = sys.modules.get("matplotlib.figure")
        if module is None:
            return []
        original = module.Figure.savefig

        def save(figure: Any, fname: Any = None, *args: Any, **kwargs: Any) -> Any:
            result = original(figure, fname, *args, **kwargs)
            path = _path_of(fname)
            if path is not None:
                has_ending = "." in os.path.basename(path)
                self._files.setdefault(path if has_ending else path + ".png", b"")
            return result

        return [(module.Figure, "savefig", save)]

    def stat(self, path: Any, *args: Any, **kwargs: Any) -> Any:
        """Describe a file or a folder."""
        name = _path_of(path)
        if name in self._files:
            return _status(stat.S_IFREG | 0o644, len(self._files[name]))
        if name in self._folders:
            return _status(stat.S_IFDIR | 0o755, 0)
        return self._stat(path, *args, **kwargs)

    def access(self, path: Any, *args: Any, **kwargs: Any) -> bool:
        """Say whether a file may be used."""
        name = _path_of(path)
        is_here = name in self._files or name in self._folders
        return is_here or self._access(path, *args, **kwargs)

    def listdir(self, path: Any = ".") -> List[str]:
        """List the names in a folder: the current one has at least those in memory."""
        name = _path_of(path)
        entries = [*self._files, *self._folders]
        names = sorted({os.path.basename(e) for e in entries if os.path.dirname(e) == name})
        try:
            return [*names, *(one for one in self._listdir(path) if one not in names)]
        except OSError:
            if not names and name not in self._folders:
                raise
        return names

    def rmtree(self, path: Any, *args: Any, **kwargs: Any) -> None:
        """Remove a folder with all that is in it."""
        name = _path_of(path) or ""
        if name not in self._folders:
            self._rmtree(path, *args, **kwargs)
            return
        for each in [e for e in (*self._files, *self._folders) if (e + "/").startswith(name + "/")]:
            self._forget(each)

    def _forget(self, name: str) -> None:
        self._files.pop(name, None)
        self._folders.discard(name)

    def _removing(self, original: Callable[..., None]) -> Callable[..., None]:
        def remove(path: Any, *args: Any, **kwargs: Any) -> None:
            name = _path_of(path)
            if name in self._files or name in self._folders:
                self._forget(str(name))
            else:
                original(path, *args, **kwargs)

        return remove

    def _moving(self, original: Callable[..., None]) -> Callable[..., None]:
        def move(source: Any, target: Any, *args: Any, **kwargs: Any) -> None:
            old, new = _path_of(source), _path_of(target)
            if old in self._files and new is not None:
                self._files[new] = self._files.pop(str(old))
            else:
                original(source, target, *args, **kwargs)

        return move


REMOVALS = ("remove", "unlink", "rmdir")


def _path_of(file: Any) -> Optional[str]:
    """Return the absolute path that a file's name means; None for a descriptor and for what is no name."""
    try:
        name = os.fspath(file)
    except TypeError:
        return None
    if isinstance(name, bytes):
        name = os.fsdecode(name)
    return os.path.normpath(os.path.join("/", name))


def _parents(path: str) -> List[str]:
    """List the folders around a path, but for the root."""
    parts = path.split("/")
    return ["/".join(parts[:n]) for n in range(2, len(parts))]


def _status(mode: int, size: int) -> os.stat_result:
    return os.stat_result((mode, 0, 0, 1, 0, 0, size, 0, 0, 0))


def _numpy_openers(function: Any) -> List[Patch]:
    """Return the patch of the function that numpy keeps to open text files with, if it is there."""
    datasource = getattr(np.lib, "_datasource", None)
    openers = getattr(datasource, "_file_openers", None)
    if openers is None or not hasattr(openers, "_file_openers"):
        return []
    table = {**getattr(openers, "_file_openers", {}), None: function}
    return [(openers, "_file_openers", table)]
