"""Landlock: the kernel refuses this process every file that is not below one of some folders."""

from __future__ import annotations

import ctypes
import os
import struct
from typing import Sequence

from . import kernel

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = (
    444,
    445,
    446,
)  # numbers of system calls, the same on every processor
# Flags and kinds from the kernel's landlock.h:
VERSION_FLAG = 1
PATH_BENEATH = 1
READ_FILE, READ_DIR = 1 << 2, 1 << 3
RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15}  # kinds of access to files that each version knows; 16 later
CONNECT_AND_BIND = 3  # of TCP, since version 4
SCOPES = 3  # abstract unix sockets and signals, since version 6


def version() -> int:
    """Return the version of Landlock that the kernel offers, 0 where it offers none."""
    return max(0, kernel.call("syscall", CREATE_RULESET, None, 0, VERSION_FLAG))


def restrict(readable: Sequence[str]) -> bool:
    """Allow reading below some folders, and nothing else; return whether that holds now."""
    rules = _ruleset(version())
    if rules < 0:
        return False
    try:
        added = all([_allow(rules, path) for path in readable if os.path.isdir(path)])  # noqa: C419 - every folder is added
        return added and kernel.call("syscall", RESTRICT_SELF, rules, 0) == 0
    finally:
        os.close(rules)


def _ruleset(abi: int) -> int:
    if abi < 1:
        return -1
    words = [(1 << RIGHTS.get(abi, 16)) - 1]
    words += [CONNECT_AND_BIND] if abi >= 4 else []
    words += [SCOPES] if abi >= 6 else []
    attributes = struct.pack("<%dQ" % len(words), *words)
    return kernel.call("syscall", CREATE_RULESET, ctypes.c_char_p(attributes), len(attributes), 0)


def _allow(rules: int, path: str) -> bool:
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        rule = struct.pack("<Qi", READ_FILE | READ_DIR, folder)
        return kernel.call("syscall", ADD_RULE, rules, PATH_BENEATH, ctypes.c_char_p(rule), 0) == 0
    finally:
        os.close(folder)
