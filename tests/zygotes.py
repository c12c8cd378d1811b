"""Zygotes and their children, as the kernel lists them; for tests that end some of them."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable
from pathlib import Path


def zygotes(parent: int | None = None) -> set[int]:
    """Return the process ids of the zygotes that a process has started (this one by default)."""
    children = children_of(os.getpid() if parent is None else parent)
    return {pid for pid in children if b"zygote.main" in _command(pid)}


def children_of(pid: int) -> list[int]:
    """Return the process ids of the children of a process, in the order of their birth."""
    threads = Path(f"/proc/{pid}/task").iterdir()
    return [int(child) for thread in threads for child in (thread / "children").read_text().split()]


def end(pids: Iterable[int]) -> None:
    """Kill children of this process and wait until they are dead; their owner may still reap them."""
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except FileNotFoundError:  # it was reaped meanwhile
        return b""
