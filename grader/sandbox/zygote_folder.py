"""The folder that a zygote works in: made for it, and removed whoever dies first.

The host removes it when it closes the zygote. The zygote removes it when the host has
died. Where both were killed at once, the next host on this machine removes it: nobody
holds its lock any more.
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
SHARED = ("/tmp", "/var/tmp", "/dev/shm")  # noqa: S108  below it a folder of our own is made
YOUNG_SECONDS = 60.0
"""A folder that is younger may belong to a host that has yet to lock it, which takes a moment."""


class ZygoteFolder:
    """A new folder that nobody else can use, locked as long as this process lives.

    Raises
    ------
    TheirFault
        Where no folder for temporary files can be written to.
    """

    def __init__(self) -> None:
        try:
            place = _place()
            remove_left_behind(place)
            self.path = tempfile.mkdtemp(prefix=PREFIX, dir=place)
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


def remove_left_behind(place: str) -> None:
    """Remove the folders of zygotes that were killed together with their hosts."""
    for found in Path(place).glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):  # another's, or another host removes it at this moment
            status = found.lstat()
            ours = stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid()
            if ours and time.time() - status.st_mtime > YOUNG_SECONDS:
                _remove_unlocked(found)


def _remove_unlocked(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        if _lock(descriptor):
            shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> bool:
    """Lock a folder until the descriptor is closed; say whether that worked."""
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # another process holds it, or nobody can: a file system without locks
        return False
    return True


def _place() -> str:
    """Where homes are made: a child of root is nobody, and must reach the fonts there."""
    usual = tempfile.gettempdir()
    if os.getuid() != 0 or is_public(usual):
        return usual
    return next(filter(is_public, SHARED), usual)


def font_cache(home: str) -> str:
    """A folder where matplotlib's list of fonts outlives this run, or one that does not."""
    try:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        folder = base / "backprop-grader" / "matplotlib"
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, RuntimeError):  # RuntimeError: no HOME, and no such user in the system's list
        return home
    return str(folder) if os.access(folder, os.W_OK) else home
