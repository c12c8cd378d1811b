"""What confines a child: one function a wall, all called in one visible list."""

from __future__ import annotations

import os
import signal
import sys
from typing import Any, Callable, Dict, List, Tuple

PR_SET_PDEATHSIG = 1


def rlimits(limits: Dict[str, Any]) -> bool:
    """Cap address space, processor time, files written, descriptors and core dumps."""
    import resource

    memory = int(limits["memory_mb"]) * 1024 * 1024
    seconds = int(limits["total_seconds"]) + 5
    caps = [
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_CORE, 0),
    ]
    if sys.platform == "linux":
        caps.append((resource.RLIMIT_AS, memory))
    for kind, cap in caps:
        hard = resource.getrlimit(kind)[1]
        most = cap if hard == resource.RLIM_INFINITY else min(cap, hard)
        resource.setrlimit(kind, (most, most))
    return True


def death_with_parent(_: Dict[str, Any]) -> bool:
    """Ask the kernel to kill this process when the one that made it dies."""
    if sys.platform != "linux":
        return False
    import ctypes

    return ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) == 0


def own_session(_: Dict[str, Any]) -> bool:
    """Leave the parent's session, so that no terminal reaches here and a group can be killed whole."""
    os.setsid()
    return True


WALLS: List[Tuple[str, Callable[[Dict[str, Any]], bool]]] = [
    ("session", own_session),
    ("death-with-parent", death_with_parent),
    ("rlimits", rlimits),
]


def raise_walls(limits: Dict[str, Any]) -> List[str]:
    """Raise every wall in order; return the names of those that stand."""
    return [name for name, wall in WALLS if wall(limits)]
