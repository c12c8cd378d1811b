"""The few calls of the kernel that Python has no name for, made through the C library."""

from __future__ import annotations

from typing import Any

try:
    import ctypes

    LIBC: Any = ctypes.CDLL(None, use_errno=True)
except (ImportError, OSError, TypeError):  # no such library on this system: no such walls either
    LIBC = None


def call(name: str, *arguments: Any) -> int:
    """Call a function of the C library; plain numbers are passed as 64 bits.

    Returns
    -------
    int
        What it returned; ``-1`` also where this system has no such function.
    """
    function = getattr(LIBC, name, None)
    if function is None:
        return -1
    ctypes.set_errno(0)
    wide = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    return int(function(*wide))


def last_error() -> int:
    """Return the error number that the last ``call`` left, 0 where it left none."""
    return ctypes.get_errno() if LIBC is not None else 0


def prctl(option: int, *arguments: Any) -> bool:
    """Change something about this process; say whether the kernel did it."""
    filled = [*arguments, 0, 0, 0, 0][:4]
    return call("prctl", option, *filled) == 0
