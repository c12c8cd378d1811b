"""What confines a child: one function a wall, all called in one visible list.

A wall says whether it stands. None may be missing silently: the names of those that
stand go into the report, and probes try from inside whether they hold.
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
"""What the walls are told: ``memory_mb``, ``total_seconds``, ``kind`` (contract or figures), ``wire``
(the descriptor to keep), ``parent`` (a process id), ``readable`` (folders), ``stood`` (names so far)."""

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT = (
    1,
    4,
    22,
    38,
    47,
)
AMBIENT_CLEAR_ALL = 4
FILTER = 2
NEW_USER, NEW_NET, NEW_IPC, NEW_UTS = 0x10000000, 0x40000000, 0x08000000, 0x04000000
CAPABILITIES_3 = 0x20080522
FIRST_ID, IDS = 61184, 4096  # a range that systemd keeps for passing users, and no person has


def own_session(_: Plan) -> bool:
    """Leave the parent's session, so that no terminal reaches here and a group can be killed whole."""
    os.setsid()
    return True


def only_the_wire(plan: Plan) -> bool:
    """Close every descriptor but the three that lead nowhere and the wire."""
    wire = plan["wire"]
    os.closerange(3, wire)
    os.closerange(wire + 1, 4096)  # this process never had as many
    return True


def no_new_privileges(_: Plan) -> bool:
    """No program that this process might start can have more rights than it."""
    return sys.platform == "linux" and kernel.prctl(PR_SET_NO_NEW_PRIVS, 1)


def empty_namespaces(_: Plan) -> bool:
    """Move into a network, message queues and a host name of its own; the network has nothing in it."""
    if sys.platform != "linux":
        return False
    wanted = NEW_NET | NEW_IPC | NEW_UTS
    # An ordinary user may do so only as the owner of new users too, where the system allows that.
    moved = kernel.call("unshare", wanted) == 0 or kernel.call("unshare", wanted | NEW_USER) == 0
    if moved:
        kernel.call("sethostname", b"nowhere", 7)
    return moved


def not_root(_: Plan) -> bool:
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


def no_capabilities(_: Plan) -> bool:
    """Give up every right that a root or the owner of a namespace has."""
    if sys.platform != "linux":
        return False
    kernel.prctl(PR_CAP_AMBIENT, AMBIENT_CLEAR_ALL)
    return kernel.call("capset", struct.pack("<Ii", CAPABILITIES_3, 0), bytes(24)) == 0


def not_dumpable(_: Plan) -> bool:
    """Nobody of the same user may look into this process; it leaves no core."""
    return sys.platform == "linux" and kernel.prctl(PR_SET_DUMPABLE, 0)


def death_with_parent(plan: Plan) -> bool:
    """Have the kernel kill this process when the thread that made it dies.

    The kernel forgets this with a change of user, so it comes after those.
    """
    if sys.platform != "linux" or not kernel.prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL)):
        return False
    if os.getppid() != plan["parent"]:
        os._exit(1)  # it died before it could be asked for
    return True


def rlimits(plan: Plan) -> bool:
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
        hard = resource.getrlimit(kind)[1]
        most = cap if hard == resource.RLIM_INFINITY else min(cap, hard)
        resource.setrlimit(kind, (most, most))
    return True


def landlocked(plan: Plan) -> bool:
    """Refuse every file; the child for figures may read the fonts."""
    if sys.platform != "linux":
        return False
    return landlock.restrict(plan["readable"] if plan["kind"] == "figures" else [])


def seccomp(plan: Plan) -> bool:
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
    kernel.prctl(
        PR_SET_NO_NEW_PRIVS, 1
    )  # the kernel asks for it, also where that wall was left out
    head = struct.pack("@HP", count, ctypes.addressof(body))
    return kernel.prctl(PR_SET_SECCOMP, FILTER, ctypes.c_char_p(head))


def may_draw(plan: Plan) -> bool:
    """Whether this child may make path calls: it is one for figures, and Landlock stands."""
    return plan["kind"] == "figures" and "landlock" in plan["stood"]


def _processor() -> str:
    name = os.uname().machine if sys.maxsize > 2**32 else "a 32-bit one"
    return {"arm64": "aarch64", "amd64": "x86_64"}.get(name, name)


WALLS: List[Tuple[str, Callable[[Plan], bool]]] = [
    ("session", own_session),
    ("descriptors", only_the_wire),
    ("no-new-privileges", no_new_privileges),
    ("namespaces", empty_namespaces),
    ("not-root", not_root),
    ("no-capabilities", no_capabilities),
    ("not-dumpable", not_dumpable),
    ("death-with-parent", death_with_parent),
    ("rlimits", rlimits),
    ("landlock", landlocked),
    ("seccomp", seccomp),
]


def raise_walls(plan: Plan, names: Optional[Sequence[str]] = None) -> List[str]:
    """Raise the named walls (all of them, without names) in order; return those that stand."""
    stood: List[str] = []
    plan["stood"] = stood
    for name, wall in WALLS:
        if (names is None or name in names) and wall(plan):
            stood.append(name)
    return stood
