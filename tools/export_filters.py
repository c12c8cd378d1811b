"""Write grader/sandbox/child/seccomp_filters.py: the allow-lists below, compiled by libseccomp.

Run it after a change of a list (it needs libseccomp and ``pip install pyseccomp``):

    python tools/export_filters.py

The far side loads the bytes that this leaves and needs neither. A test compiles the
lists again, where libseccomp is installed, and compares.
"""

from __future__ import annotations

import base64
import errno
import tempfile
import textwrap
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parents[1] / "grader" / "sandbox" / "child" / "seccomp_filters.py"

MEMORY = "brk munmap mremap madvise"
DESCRIPTORS = "read write readv writev lseek close fstat dup dup2 dup3 poll ppoll select pselect6"
WIRE = "recvfrom sendto"
TIME = "clock_gettime clock_getres clock_nanosleep nanosleep gettimeofday time times"
SELF = (
    "getpid getppid gettid getuid geteuid getgid getegid getrusage getcpu getcwd getrandom "
    "sched_yield sched_getaffinity sysinfo uname"
)
SIGNALS = "rt_sigaction rt_sigprocmask rt_sigreturn sigaltstack restart_syscall setitimer"
THREAD = "futex set_robust_list set_tid_address rseq exit exit_group"
CONTRACT = f"{MEMORY} {DESCRIPTORS} {WIRE} {TIME} {SELF} {SIGNALS} {THREAD}".split()

# What matplotlib does to draw text. Landlock decides which files may be read, and has no say in
# where a link leads: so readlink is not among them, nor is getdents64, as no font is searched for.
FIGURES = [
    *CONTRACT,
    *[
        "open",
        "openat",
        "stat",
        "lstat",
        "newfstatat",
        "statx",
        "access",
        "faccessat",
        "faccessat2",
    ],
    "pread64",
]

KINDS = {"contract": CONTRACT, "figures": FIGURES}
MACHINES = {"x86_64": "X86_64", "aarch64": "AARCH64"}

PROT_EXEC = 4
HARMLESS_FCNTL = (0, 1, 2, 3, 1030)  # duplicate, read and write close-on-exec, read the status
# Not among them: F_SETOWN, which has the kernel send a signal to any process of this user.

HEADER = '''"""Seccomp programs, compiled by libseccomp from the lists in tools/export_filters.py.

Do not edit: change the lists there and run it again.
"""

# fmt: off
PROGRAMS = {
'''


def program(machine: str, kind: str) -> bytes:
    """Compile the allow-list of one kind of child for one kind of processor."""
    import pyseccomp as seccomp  # noqa: PLC0415  looks for a C library when it is imported

    rules = seccomp.SyscallFilter(seccomp.ERRNO(errno.EPERM))
    if seccomp.system_arch() != getattr(seccomp.Arch, MACHINES[machine]):
        rules.add_arch(getattr(seccomp.Arch, MACHINES[machine]))
        rules.remove_arch(seccomp.Arch.NATIVE)
    rules.set_attr(seccomp.Attr.ACT_BADARCH, seccomp.KILL_PROCESS)
    for name in KINDS[kind]:
        rules.add_rule(seccomp.ALLOW, name)
    _allow_with_conditions(rules, seccomp)
    rules.add_rule(seccomp.ERRNO(errno.ENOSYS), "clone3")  # so that a C library falls back to clone
    with tempfile.TemporaryFile() as file:
        rules.export_bpf(file)
        file.seek(0)
        return file.read()


def _allow_with_conditions(rules: Any, seccomp: Any) -> None:
    for name in ("mmap", "mprotect"):
        rules.add_rule(seccomp.ALLOW, name, seccomp.Arg(2, seccomp.MASKED_EQ, PROT_EXEC, 0))
    for command in HARMLESS_FCNTL:
        rules.add_rule(seccomp.ALLOW, "fcntl", seccomp.Arg(1, seccomp.EQ, command))


def module_text() -> str:
    """Return the module that holds every program."""
    parts = [HEADER]
    for machine in MACHINES:
        for kind in KINDS:
            lines = textwrap.wrap(base64.b64encode(program(machine, kind)).decode(), 96)
            quoted = "\n".join(f'        "{line}"' for line in lines)
            parts.append(f'    ("{machine}", "{kind}"): (\n{quoted}\n    ),\n')
    return "".join([*parts, "}\n"])


if __name__ == "__main__":
    TARGET.write_text(module_text(), encoding="ascii")
