"""Makes system calls that Python has no name for, through the C library."""

from __future__ import annotations

from typing import Any

try:
    import ctypes

    LIBC: Any = ctypes.CDLL(None, use_errno=True)
except (ImportError, OSError, TypeError):  # this system has no such library, and no such walls
    LIBC = None


def call(name: str, *arguments: Any) -> int:
    """Call a function of the C library; plain numbers are passed as 64 bits.

    Returns
    -------
    int
        Its result; ``-1`` also where this system has no such function.
    """
    function = getattr(LIBC, name, None)
    if function is None:
        return -1
    ctypes.set_errno(0)
    converted = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    return int(function(*converted))


def last_error() -> int:
    """Return the error number that the last ``call`` left, 0 where it left none."""
    return ctypes.get_errno() if LIBC is not None else 0


def prctl(option: int, *arguments: Any) -> bool:
    """Change an attribute of this process; return whether the kernel did it."""
    return call("prctl", option, *[*arguments, 0, 0, 0, 0][:4]) == 0
