"""Attempts to get out of a child, made by a confined child that never ran a student's code.

An attempt raises ``OSError`` (or ``MemoryError``) where a wall holds, ``NotImplementedError``
where this system does not know the call, and returns where it succeeds. An attempt that succeeds
harms nothing: the arguments are such that the kernel would refuse them later, for another reason.
"""

from __future__ import annotations

import errno
import fcntl
import mmap
import os
import resource
import socket
import sys
import threading
from typing import Any, Callable, Dict, List, NamedTuple, Tuple, Type

from . import kernel

NO_PROCESS = 2**22 + 1  # the kernel counts processes up to 2**22
REFUSALS = (errno.EPERM, errno.EACCES, errno.ENOSYS, errno.ENOMEM)
PUSH_INPUT = 0x5412  # TIOCSTI: it types into a terminal
SET_OWNER = 8  # F_SETOWN: the kernel signals this process when the descriptor can be read
NEW_USER = 0x10000000  # CLONE_NEWUSER
MEMORY_KEY = 0x67726164  # "grad", as the key of shared memory


class Probe(NamedTuple):
    """An attempt: its name, the function that makes it, the walls that stop it, whether they must."""

    name: str
    attempt: Callable[[], Any]
    walls: Tuple[str, ...]
    must_fail: bool = True


def _raise_refusal(result: int) -> None:
    """Raise what the kernel refused; another error means that it looked at the arguments."""
    error = kernel.last_error()
    if result < 0 and error in REFUSALS:
        raise OSError(error, os.strerror(error))


def _system_call(x86_64: int, aarch64: int, *arguments: Any) -> Callable[[], None]:
    """Make an attempt that calls the kernel by a number; 0 where a processor has no such call."""

    def attempt() -> None:
        number = {"x86_64": x86_64, "aarch64": aarch64}.get(os.uname().machine, 0)
        if not number or sys.platform != "linux":
            raise NotImplementedError
        _raise_refusal(kernel.call("syscall", number, *arguments))

    return attempt


def _ignoring(*errors: Type[Exception], attempt: Callable[[], Any]) -> Callable[[], None]:
    """Make an attempt that has succeeded as well where it raises one of some errors."""

    def tolerant_attempt() -> None:
        try:
            attempt()
        except errors:
            return

    return tolerant_attempt


def read_file() -> None:
    """Read a file that every user may read."""
    with open("/etc/passwd", "rb") as file:
        file.read(1)


def read_link() -> None:
    """Read where a link leads: which program runs here, and from which folder."""
    for link in ("/proc/self/exe", "/proc/self/root", "/proc/self/fd/0"):
        try:
            os.readlink(link)
        except FileNotFoundError:  # there is no /proc: nothing was refused
            continue
        return
    raise NotImplementedError


def list_processes() -> None:
    """List the numbers of all processes."""
    try:
        os.listdir("/proc")
    except FileNotFoundError:
        raise NotImplementedError from None


def write_file() -> None:
    """Write a file in the folder that every user may write to."""
    path = "/tmp/grade-probe-%d" % os.getpid()  # noqa: S108  the very folder that is open to all
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    os.close(descriptor)
    os.unlink(path)


def share_memory() -> None:
    """Make memory that other processes find by a name."""
    path = "/dev/shm/grade-probe-%d" % os.getpid()  # noqa: S108
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    os.unlink(path)
    os.close(descriptor)


def fork() -> None:
    """Make another process."""
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)


def vfork() -> None:
    """Make another process by an older call; not tried where ``fork`` succeeds."""
    try:
        fork()
    except OSError:
        _system_call(58, 0)()


def start_thread() -> None:
    """Start a thread."""
    worker = threading.Thread(target=lambda: None)
    try:
        worker.start()
    except RuntimeError as error:
        raise OSError(errno.EPERM, str(error)) from None
    worker.join()


def execute() -> None:
    """Start another program: a folder, which cannot be started, so that this one goes on."""
    try:
        os.execve("/etc", ["nothing"], {})
    except OSError as error:
        # EACCES: the kernel looked at the folder ("is no program"), rather than at who asked.
        if isinstance(error, PermissionError) and error.errno != errno.EACCES:
            raise


def raise_limits() -> None:
    """Ask for more processor time."""
    try:
        resource.setrlimit(resource.RLIMIT_CPU, (resource.RLIM_INFINITY,) * 2)
    except ValueError as error:  # Python's translation of the kernel's refusal
        raise OSError(errno.EPERM, str(error)) from None


def _control(call: Callable[..., Any], descriptor: int, *arguments: Any) -> Callable[[], None]:
    """Make an attempt that controls a descriptor; only a refusal counts as a failure."""

    def attempt() -> None:
        try:
            call(descriptor, *arguments)
        except OSError as error:
            if error.errno in REFUSALS:
                raise

    return attempt


def signal_by_fcntl() -> None:
    """Have the kernel signal the parent when the wire can be read."""
    _control(fcntl.fcntl, 1, SET_OWNER, os.getppid())()


def _map(size: int, **options: int) -> Callable[[], None]:
    return lambda: mmap.mmap(-1, size, **options).close()


def _make_socket(family: int) -> Callable[[], None]:
    return lambda: socket.socket(family, socket.SOCK_STREAM).close()


def rename_nothing() -> None:
    """Rename a file that does not exist."""
    os.rename("/tmp/grade-nothing", "/tmp/grade-nothing-else")  # noqa: S108


FILES = ("seccomp", "landlock")
CALLS = ("seccomp",)
PROBES = (
    Probe("read a file", read_file, FILES),
    Probe("list a folder", lambda: os.listdir("/"), FILES),
    Probe("read a link", read_link, CALLS),
    Probe("list the processes", list_processes, FILES),
    Probe("stat a file", lambda: os.stat("/etc/passwd"), CALLS, must_fail=False),
    Probe("stat a process", lambda: os.stat("/proc/%d" % os.getppid()), CALLS, must_fail=False),
    Probe("write a file", write_file, (*FILES, "rlimits")),
    Probe("change a mode", lambda: os.chmod("/tmp", 0o1777), (*CALLS, "not-root")),  # noqa: S103, S108  its usual mode
    Probe("rename a file", _ignoring(FileNotFoundError, attempt=rename_nothing), FILES),
    Probe("remove a file", _ignoring(FileNotFoundError, attempt=lambda: os.unlink("/tmp/grade-nothing")), FILES),  # noqa: S108
    Probe("open /proc/self/mem", lambda: os.close(os.open("/proc/self/mem", os.O_RDWR)), FILES),
    Probe("fork", fork, (*CALLS, "rlimits")),
    Probe("vfork", vfork, (*CALLS, "rlimits")),
    Probe("clone3", _system_call(435, 435, None, 0), CALLS),
    Probe("thread", start_thread, CALLS),
    Probe("exec", execute, FILES),
    Probe("execveat", _system_call(322, 281, -1, None, None, None, 0), CALLS),
    Probe("internet socket", _make_socket(socket.AF_INET), CALLS),
    Probe("unix socket", _make_socket(socket.AF_UNIX), CALLS),
    Probe("signal the parent", lambda: os.kill(os.getppid(), 0), (*CALLS, "not-root", "landlock")),
    Probe("signal by fcntl", signal_by_fcntl, CALLS),
    Probe("pidfd", _system_call(434, 434, NO_PROCESS, 0), CALLS),
    Probe("ptrace", _system_call(101, 117, 16, NO_PROCESS, 0, 0), CALLS),
    Probe("read another's memory", _system_call(310, 270, NO_PROCESS, None, 0, None, 0, 0), CALLS),
    Probe("memory file", _system_call(319, 279, None, 0), CALLS),
    Probe("keyring", _system_call(250, 219, 99, 0, 0, 0, 0), CALLS),
    Probe("add a key", _system_call(248, 217, None, None, None, 0, 0), CALLS),
    Probe("System V shared memory", _system_call(29, 194, MEMORY_KEY, 1, 0), CALLS),
    Probe("System V messages", _system_call(68, 186, MEMORY_KEY, 0), CALLS),
    Probe("POSIX shared memory", share_memory, FILES),
    Probe("io_uring", _system_call(425, 425, 1, None), CALLS),
    Probe("bpf", _system_call(321, 280, 99, None, 0), CALLS),
    Probe("performance events", _system_call(298, 241, None, 0, -1, -1, 0), CALLS),
    Probe("userfaultfd", _system_call(323, 282, 0xFFFF), CALLS),
    Probe("raise limits", raise_limits, (*CALLS, "rlimits")),
    Probe("map 8 GiB", _map(8 << 30), ("rlimits",)),
    Probe("run own machine code", _map(4096, prot=mmap.PROT_READ | mmap.PROT_EXEC), CALLS, must_fail=False),
    Probe("unshare", lambda: _raise_refusal(kernel.call("unshare", NEW_USER)), CALLS),
    Probe("join a namespace", _system_call(308, 268, -1, 0), CALLS),
    Probe("mount", _system_call(165, 40, None, None, None, 0, None), CALLS),
    Probe("change root", _system_call(161, 51, None), CALLS),
    Probe("load a kernel", _system_call(246, 104, 0, 0, None, 0), CALLS),
    Probe("become root", lambda: os.setuid(0), ("not-root", *CALLS)),
    Probe("type into a terminal", _control(fcntl.ioctl, 0, PUSH_INPUT, b"\n"), CALLS),
)  # fmt: skip


def run() -> List[Dict[str, Any]]:
    """Make every attempt; return name, result (open, closed, untried), detail, must_fail, walls of each."""
    return [_run_probe(probe) for probe in PROBES]


def _run_probe(probe: Probe) -> Dict[str, Any]:
    result, detail = "open", ""
    try:
        probe.attempt()
    except NotImplementedError:  # this processor has no such call
        result = "untried"
    except (OSError, MemoryError) as error:
        result, detail = "closed", errno.errorcode.get(getattr(error, "errno", 0) or 0, "")
    facts = {"name": probe.name, "result": result, "detail": detail}
    return {**facts, "must_fail": probe.must_fail, "walls": list(probe.walls)}
