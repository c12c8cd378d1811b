"""Files read without surprises, written all or nothing, and named without tricks."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import stat
import tempfile
import unicodedata
from pathlib import Path

from grader.errors import PathError
from grader.sentence import Sentence

_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NONBLOCK", 0)  # a FIFO without a writer must not hold us
    | getattr(os, "O_NOCTTY", 0)
)
_NO_LINKS = getattr(os, "O_NOFOLLOW", 0)


_KEPT = re.compile(r"[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?", re.ASCII)
"""Names that no file system changes or confuses: no capitals, no sign or dot at either end."""
_DEVICES = frozenset(
    {"con", "prn", "aux", "nul", "conin", "conout"}
    | {f"{device}{number}" for device in ("com", "lpt") for number in range(10)}
)
"""Names that Windows keeps for devices, with any ending."""
_LONGEST_KEPT, _LONGEST_SLUG = 100, 60
"""Bytes; 143 is the least that a file system in use allows, and endings are added."""
_HALF = re.compile(r"\.[a-z0-9_]{8}\.part", re.ASCII)


class NotRegularError(OSError):
    """What was opened is a folder, a FIFO, a device or a socket."""


class TooBigError(OSError):
    """A file has more bytes than the reader allows; ``start`` is what was read of them."""

    def __init__(self, text: str, start: bytes = b"") -> None:
        super().__init__(text)
        self.start = start


def read_regular(
    path: str | Path, limit: int, *, follow: bool = False, inside: int | None = None
) -> bytes:
    """Return a regular file's contents, asking the opened file what it is.

    Parameters
    ----------
    limit
        The most bytes that the file may have.
    follow
        Whether the last part of the path may be a symbolic link.
    inside
        Descriptor of the folder that the path begins in; None: as the system has it.

    Raises
    ------
    OSError
        `NotRegularError`, `TooBigError`, or what the system says.
    """
    descriptor = os.open(path, _FLAGS | (0 if follow else _NO_LINKS), dir_fd=inside)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise NotRegularError(f"{path} is not a regular file")
        content = file.read(limit + 1)
    if len(content) > limit:
        raise TooBigError(f"{path} has more than {limit} bytes", content)
    return content


def check_target(path: Path) -> None:
    """Refuse, before any work is done, a path that `write_whole` could not write.

    Raises
    ------
    PathError
        Where there is no such folder, it cannot be written to, or something other
        than a file is in the way.
    """
    folder = path.parent
    if not folder.is_dir():
        raise PathError(f"{path}: there is no folder {folder} to write to")
    if path.is_symlink():
        raise PathError(f"{path}: this is a link; expected the name of a file")
    if path.exists() and not path.is_file():
        raise PathError(f"{path}: this is not a file; expected the name of a file to write")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PathError(f"{path}: the folder {folder} cannot be written to")


def check_apart(target: Path, *inputs: Path) -> None:
    """Refuse, before any work is done, to write over a file that the command reads.

    Raises
    ------
    PathError
        Where the target is one of those, under whatever name.
    """
    for path in inputs:
        with contextlib.suppress(FileNotFoundError):
            if target.samefile(path):
                raise PathError(
                    Sentence(
                        "{file}: this is what the command reads; expected another file to write to",
                        file=target,
                    )
                )


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a text in UTF-8, or bytes, so that a reader sees the old one or the new one, never a half.

    Raises
    ------
    OSError
        What the system says; the folder is then as it was.
    """
    descriptor, name = tempfile.mkstemp(prefix=".", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(_mode(path))
        Path(name).replace(path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            Path(name).unlink()


def _mode(path: Path) -> int:
    """Return the permissions of the file to be replaced, or what a new file would get."""
    with contextlib.suppress(OSError):
        return stat.S_IMODE(path.lstat().st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def clean_name(name: str, limit: int = 100) -> str:
    r"""Return a name without control, bidi and unpaired characters, cut to `limit`.

    Examples
    --------
    >>> clean_name("a\u202eb\n")
    'a�b�'
    """
    letters = (letter if _is_plain(letter) else "\N{REPLACEMENT CHARACTER}" for letter in name)
    text = "".join(letters)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def safe_name(name: str) -> str:
    r"""Return a name that is one harmless part of a path on every system.

    Examples
    --------
    >>> safe_name("../lab 1\n")
    'lab_1'
    """
    letters = "".join(letter if letter.isalnum() or letter in "._-" else "_" for letter in name)
    short = letters.strip("._-").encode("utf-8", "ignore")[:120].decode("utf-8", "ignore")
    return short or "submission"


def path_name(name: str) -> str:
    r"""Return one part of a path for a name, on every system; no two names share one.

    A name that every system keeps as it is stays. Any other becomes what can be read of it,
    a ``~``, which no name that stays has, and 20 digits of its digest: so neither capitals
    nor Unicode forms nor what was cut off bring two names together.

    Examples
    --------
    >>> path_name("s123"), path_name("S123")[:5], path_name("nul")[:4]
    ('s123', 's123~', 'nul~')
    """
    is_kept = _KEPT.fullmatch(name) and name.partition(".")[0] not in _DEVICES
    if is_kept and len(name) <= _LONGEST_KEPT:
        return name
    slug = safe_name(unicodedata.normalize("NFC", name).casefold().replace(".", "_"))
    short = slug.encode()[:_LONGEST_SLUG].decode("utf-8", "ignore")
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{short}~{digest[:20]}"


def is_half_written(name: str) -> bool:
    """Say whether a file has a name that `write_whole` gives to what is not yet whole."""
    return _HALF.fullmatch(name) is not None


def is_clean(name: str) -> bool:
    """Say whether `clean_name` would leave a name's characters as they are."""
    return all(map(_is_plain, name))


def _is_plain(letter: str) -> bool:
    return unicodedata.category(letter) not in ("Cc", "Cs", "Zl", "Zp") and letter not in _BIDI
