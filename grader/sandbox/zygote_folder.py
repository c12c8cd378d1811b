"""The folder that a zygote works in: it is removed whichever process dies first.

The host removes it when it closes the zygote. The zygote removes it when the host has died. Where
both were killed at once, the next host on this machine removes it, because its lock is free.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import tempfile
import time
from pathlib import Path

from grader.errors import TheirFault
from grader.sandbox.child.fonts import is_public
from grader.sentence import Sentence

PREFIX = "backprop-grader-"
PUBLIC_FOLDERS = ("/tmp", "/var/tmp", "/dev/shm")  # noqa: S108  a new folder is made below it
MIN_AGE_SECONDS = 60.0
"""A younger folder may belong to a host that has not locked it yet."""


class ZygoteFolder:
    """A new folder that nobody else can use, locked as long as this process lives.

    Raises
    ------
    TheirFault
        Where no folder for temporary files can be written to.
    """

    def __init__(self) -> None:
        try:
            parent = _parent_folder()
            remove_abandoned(parent)
            self.path = tempfile.mkdtemp(prefix=PREFIX, dir=parent)
        except OSError as error:
            raise TheirFault(
                Sentence(
                    "no folder can be made for temporary files ({reason}); "
                    "expected TMPDIR to name one with some room",
                    reason=error.strerror or str(error),
                )
            ) from None
        self._lock = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
        _lock(self._lock)

    def remove(self) -> None:
        """Remove the folder with all that is in it; twice does no harm."""
        shutil.rmtree(self.path, ignore_errors=True)
        descriptor, self._lock = self._lock, -1
        if descriptor >= 0:
            os.close(descriptor)


def remove_abandoned(parent: str) -> None:
    """Remove the folders of zygotes that were killed together with their hosts."""
    for folder in Path(parent).glob(f"{PREFIX}*"):
        with contextlib.suppress(
            OSError
        ):  # it belongs to another user, or another host is removing it
            status = folder.lstat()
            is_own = stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid()
            if is_own and time.time() - status.st_mtime > MIN_AGE_SECONDS:
                _remove_unlocked(folder)


def _remove_unlocked(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        if _lock(descriptor):
            shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> bool:
    """Lock a folder until the descriptor is closed; return whether that worked."""
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # another process holds it, or the file system has no locks
        return False
    return True


def _parent_folder() -> str:
    """Return where to make the folder: a child of root is another user, and must reach the fonts there."""
    default = tempfile.gettempdir()
    if os.getuid() != 0 or is_public(default):
        return default
    return next(filter(is_public, PUBLIC_FOLDERS), default)


def font_cache(home: str) -> str:
    """Return a folder where matplotlib's list of fonts stays for later runs, or else the zygote's own."""
    try:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        folder = base / "backprop-grader" / "matplotlib"
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, RuntimeError):  # RuntimeError: no HOME, and no such user in the system's list
        return home
    return str(folder) if os.access(folder, os.W_OK) else home
