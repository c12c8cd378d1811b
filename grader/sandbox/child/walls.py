"""Confines a child: one function for each wall, all called in one visible list.

A wall returns whether it stands. No wall may be missing silently: the names of those that stand
go into the report, and probes try from inside whether they hold.
"""

from __future__ import annotations

import base64
import os
import signal
import struct
import sys
from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple

from . import kernel, landlock
from .seccomp_filters import PROGRAMS

Plan = Dict[str, Any]
"""What the walls depend on: ``memory_mb``, ``total_seconds``, ``kind`` (contract or figures), ``wire``
(the descriptor to keep), ``parent`` (a process id), ``readable`` (folders), ``active`` (names so far)."""

# Numbers from the kernel's prctl.h, seccomp.h, sched.h and capability.h:
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_SECCOMP = 1, 4, 22
PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT = 38, 47
AMBIENT_CLEAR_ALL = 4
SECCOMP_MODE_FILTER = 2
NEW_USER, NEW_NET, NEW_IPC, NEW_UTS = 0x10000000, 0x40000000, 0x08000000, 0x04000000
CAPABILITIES_3 = 0x20080522
FIRST_ID, IDS = 61184, 4096  # a range that systemd reserves for temporary users


def leave_session(_: Plan) -> bool:
    """Leave the parent's session, so that no terminal reaches here and a group can be killed whole."""
    os.setsid()
    return True


def close_descriptors(plan: Plan) -> bool:
    """Close every descriptor but the standard streams, which lead nowhere, and the wire."""
    wire = plan["wire"]
    os.closerange(3, wire)
    os.closerange(wire + 1, 4096)  # this process never opened as many
    return True


def forbid_new_privileges(_: Plan) -> bool:
    """Forbid that a program which this process might start has more rights than it."""
    return sys.platform == "linux" and kernel.prctl(PR_SET_NO_NEW_PRIVS, 1)


def enter_empty_namespaces(_: Plan) -> bool:
    """Move into a network, message queues and a host name of its own; the network has nothing in it."""
    if sys.platform != "linux":
        return False
    flags = NEW_NET | NEW_IPC | NEW_UTS
    # An ordinary user may do so only as the owner of new users too, where the system allows that.
    is_moved = kernel.call("unshare", flags) == 0 or kernel.call("unshare", flags | NEW_USER) == 0
    if is_moved:
        kernel.call("sethostname", b"nowhere", 7)
    return is_moved


def drop_root(_: Plan) -> bool:
    """Become a user that owns nothing; true as well where this never was root."""
    if os.getuid() == 0:
        number = _unused_id()
        try:
            os.setgroups([])
            os.setresgid(number, number, number)
            os.setresuid(number, number, number)
        except OSError:
            return False
    return 0 not in os.getresuid() if hasattr(os, "getresuid") else os.getuid() != 0


def _unused_id() -> int:
    import pwd

    for step in range(IDS):
        number = FIRST_ID + (os.getpid() + step) % IDS
        try:
            pwd.getpwuid(number)
        except KeyError:
            return number
    return FIRST_ID


def drop_capabilities(_: Plan) -> bool:
    """Give up every right that a root or the owner of a namespace has."""
    if sys.platform != "linux":
        return False
    kernel.prctl(PR_CAP_AMBIENT, AMBIENT_CLEAR_ALL)
    return kernel.call("capset", struct.pack("<Ii", CAPABILITIES_3, 0), bytes(24)) == 0


def forbid_dumping(_: Plan) -> bool:
    """Forbid processes of the same user to read this one's memory; it leaves no core either."""
    return sys.platform == "linux" and kernel.prctl(PR_SET_DUMPABLE, 0)


def die_with_parent(plan: Plan) -> bool:
    """Have the kernel kill this process when the thread that made it dies.

    The kernel forgets this with a change of user, so it comes after those.
    """
    if sys.platform != "linux" or not kernel.prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL)):
        return False
    if os.getppid() != plan["parent"]:
        os._exit(1)  # the parent died before this process asked for the signal
    return True


def limit_resources(plan: Plan) -> bool:
    """Cap address space, processor time, files written, descriptors, processes and core dumps."""
    import resource

    caps = [
        (resource.RLIMIT_CPU, int(plan["total_seconds"]) + 5),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
    ]
    if sys.platform == "linux":
        caps.append((resource.RLIMIT_AS, int(plan["memory_mb"]) * 1024 * 1024))
    for kind, cap in caps:
        hard_limit = resource.getrlimit(kind)[1]
        limit = cap if hard_limit == resource.RLIM_INFINITY else min(cap, hard_limit)
        resource.setrlimit(kind, (limit, limit))
    return True


def restrict_files(plan: Plan) -> bool:
    """Refuse every file; the child for figures may read the fonts."""
    if sys.platform != "linux":
        return False
    return landlock.restrict(plan["readable"] if plan["kind"] == "figures" else [])


def filter_system_calls(plan: Plan) -> bool:
    """Refuse every system call that is not on a short list; this wall must stand.

    The list for figures has path calls on it, so it is used only behind Landlock.
    """
    import ctypes

    kind = "figures" if may_draw(plan) else "contract"
    program = PROGRAMS.get((_processor(), kind))
    if sys.platform != "linux" or program is None:
        return False
    body = ctypes.create_string_buffer(base64.b64decode(program))
    count = (len(body) - 1) // 8
    # The kernel demands this of a process without rights, also where that wall was left out.
    kernel.prctl(PR_SET_NO_NEW_PRIVS, 1)
    head = struct.pack("@HP", count, ctypes.addressof(body))
    return kernel.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.c_char_p(head))


def may_draw(plan: Plan) -> bool:
    """Return whether this child may make path calls: it draws figures, and Landlock stands."""
    return plan["kind"] == "figures" and "landlock" in plan["active"]


def _processor() -> str:
    name = os.uname().machine if sys.maxsize > 2**32 else "a 32-bit one"
    return {"arm64": "aarch64", "amd64": "x86_64"}.get(name, name)


WALLS: List[Tuple[str, Callable[[Plan], bool]]] = [
    ("session", leave_session),
    ("descriptors", close_descriptors),
    ("no-new-privileges", forbid_new_privileges),
    ("namespaces", enter_empty_namespaces),
    ("not-root", drop_root),
    ("no-capabilities", drop_capabilities),
    ("not-dumpable", forbid_dumping),
    ("death-with-parent", die_with_parent),
    ("rlimits", limit_resources),
    ("landlock", restrict_files),
    ("seccomp", filter_system_calls),
]


def raise_walls(plan: Plan, names: Optional[Sequence[str]] = None) -> List[str]:
    """Raise the named walls (all of them, without names) in order; return those that stand."""
    active: List[str] = []
    plan["active"] = active
    for name, wall in WALLS:
        if (names is None or name in names) and wall(plan):
            active.append(name)
    return active
