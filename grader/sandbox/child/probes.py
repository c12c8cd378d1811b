"""Attempts to leave the box, made by a confined child that never ran a student's code.

Each probe is one function that raises ``OSError`` (or one of its kin) where a wall
holds, and returns where it got through. Those that a wall let through harm nothing:
arguments are chosen so that the kernel would refuse them later, for another reason.
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
from typing import Any, Callable, Dict, List, NamedTuple, Tuple

from . import kernel

NOBODY = 2**22 + 1  # no process has this number: the kernel counts up to 2**22
REFUSED = (errno.EPERM, errno.EACCES, errno.ENOSYS, errno.ENOMEM)
NUMBERS = {  # x86_64, aarch64
    "vfork": (58, None), "io_uring_setup": (425, 425), "keyctl": (250, 219), "shmget": (29, 194),
    "memfd_create": (319, 279), "clone3": (435, 435), "bpf": (321, 280), "userfaultfd": (323, 282),
    "perf_event_open": (298, 241), "process_vm_readv": (310, 270), "mount": (165, 40), "ptrace": (101, 117),
    "pidfd_open": (434, 434), "msgget": (68, 186), "execveat": (322, 281), "chroot": (161, 51),
    "fork": (57, None), "setns": (308, 268), "add_key": (248, 217), "kexec_load": (246, 104),
}  # fmt: skip


class Probe(NamedTuple):
    """An attempt: its name, what tries it, whether it must fail, and the walls that are meant to stop it."""

    name: str
    tries: Callable[[], Any]
    must_fail: bool
    walls: Tuple[str, ...]


def system(name: str, *arguments: Any) -> None:
    """Make a system call by its number; raises OSError where it was refused."""
    column = {"x86_64": 0, "aarch64": 1}.get(os.uname().machine)
    number = None if column is None else NUMBERS[name][column]
    if number is None or sys.platform != "linux":
        raise NotImplementedError(name)
    _through(kernel.call("syscall", number, *arguments))


def _through(result: int) -> None:
    """Raise what the kernel refused; any other complaint means that it had listened."""
    error = kernel.last_error()
    if result < 0 and error in REFUSED:
        raise OSError(error, os.strerror(error))


def read_file() -> None:
    """Read a file that everybody may read."""
    with open("/etc/passwd", "rb") as file:
        file.read(1)


def list_folder() -> None:
    """List a folder."""
    os.listdir("/")


def stat_file() -> None:
    """Ask about a file."""
    os.stat("/etc/passwd")


def read_link() -> None:
    """Ask where a link leads: which program runs here, and from which folder."""
    for link in ("/proc/self/exe", "/proc/self/root", "/proc/self/fd/0"):
        try:
            os.readlink(link)
        except FileNotFoundError:  # no /proc: nothing was refused
            continue
        return
    raise NotImplementedError


def list_processes() -> None:
    """List the numbers of all processes."""
    try:
        os.listdir("/proc")
    except FileNotFoundError:
        raise NotImplementedError from None


def stat_process() -> None:
    """Ask whether the parent is a process, one number at a time."""
    os.stat("/proc/%d" % os.getppid())


def write_file() -> None:
    """Write a file that may be written by everybody."""
    path = "/tmp/grade-probe-%d" % os.getpid()  # noqa: S108  the very folder that is open to all
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    os.close(descriptor)
    os.unlink(path)


def fork() -> None:
    """Make another process."""
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)


def thread() -> None:
    """Start a thread."""
    worker = threading.Thread(target=lambda: None)
    try:
        worker.start()
    except RuntimeError as error:
        raise OSError(errno.EPERM, str(error)) from None
    worker.join()


def execute() -> None:
    """Start another program: one that cannot be started, so that this one goes on."""
    try:
        os.execve("/etc", ["nothing"], {})
    except PermissionError as error:
        if _answers_execve(error):
            return
        raise
    except OSError:
        return


def _answers_execve(error: OSError) -> bool:
    """Whether the kernel looked at the folder ("is no program"), rather than at who asked."""
    return error.errno == errno.EACCES


def inet() -> None:
    """Make a socket of the internet."""
    socket.socket(socket.AF_INET, socket.SOCK_STREAM).close()


def unix() -> None:
    """Make a unix socket."""
    socket.socket(socket.AF_UNIX, socket.SOCK_STREAM).close()


def signal_parent() -> None:
    """Signal the parent; number 0 only asks whether one might."""
    os.kill(os.getppid(), 0)


def raise_limits() -> None:
    """Ask for more processor time."""
    try:
        resource.setrlimit(resource.RLIMIT_CPU, (resource.RLIM_INFINITY,) * 2)
    except ValueError as error:  # what Python makes of the kernel's refusal
        raise OSError(errno.EPERM, str(error)) from None


def map_memory() -> None:
    """Map 8 GiB, without touching them."""
    mmap.mmap(-1, 8 << 30).close()


def run_own_code() -> None:
    """Map memory that can be run as a program."""
    mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_EXEC).close()


def change_mode() -> None:
    """Change the mode of a file to what it is."""
    os.chmod("/tmp", 0o1777)  # noqa: S103, S108  its usual mode


def rename() -> None:
    """Rename a file that is not there."""
    try:
        os.rename("/tmp/grade-nothing", "/tmp/grade-nothing-else")  # noqa: S108
    except FileNotFoundError:
        return


def unlink() -> None:
    """Remove a file that is not there."""
    try:
        os.unlink("/tmp/grade-nothing")  # noqa: S108
    except FileNotFoundError:
        return


def push_terminal_input() -> None:
    """Type into a terminal."""
    try:
        fcntl.ioctl(0, 0x5412, b"\n")
    except OSError as error:
        if error.errno in REFUSED:
            raise


def own_memory() -> None:
    """Open one's own memory as a file."""
    os.close(os.open("/proc/self/mem", os.O_RDWR))


def unshare() -> None:
    """Become the owner of a namespace of users."""
    _through(kernel.call("unshare", 0x10000000))


def posix_shared_memory() -> None:
    """Make memory that other processes can find by a name."""
    descriptor = os.open("/dev/shm/grade-probe-%d" % os.getpid(), os.O_RDWR | os.O_CREAT, 0o600)  # noqa: S108
    os.unlink("/dev/shm/grade-probe-%d" % os.getpid())  # noqa: S108
    os.close(descriptor)


def vfork() -> None:
    """Make another process in the old way; not tried where the usual way is open."""
    try:
        fork()
    except OSError:
        system("vfork")


def become_root() -> None:
    """Become root, or be it."""
    os.setuid(0)


def own_signal_to_parent() -> None:
    """Have the kernel send the parent a signal when the wire moves."""
    try:
        fcntl.fcntl(1, 8, os.getppid())
    except OSError as error:
        if error.errno in REFUSED:
            raise


def _named(name: str, *arguments: Any) -> Callable[[], None]:
    return lambda: system(name, *arguments)


FILES = ("seccomp", "landlock")
CALLS = ("seccomp",)
PROBES = (
    Probe("read a file", read_file, True, FILES),
    Probe("list a folder", list_folder, True, FILES),
    Probe("read a link", read_link, True, CALLS),
    Probe("list the processes", list_processes, True, FILES),
    Probe("stat a file", stat_file, False, CALLS),
    Probe("stat a process", stat_process, False, CALLS),
    Probe("write a file", write_file, True, (*FILES, "rlimits")),
    Probe("change a mode", change_mode, True, (*CALLS, "not-root")),
    Probe("rename a file", rename, True, FILES),
    Probe("remove a file", unlink, True, FILES),
    Probe("open /proc/self/mem", own_memory, True, FILES),
    Probe("fork", fork, True, (*CALLS, "rlimits")),
    Probe("vfork", vfork, True, (*CALLS, "rlimits")),
    Probe("clone3", _named("clone3", None, 0), True, CALLS),
    Probe("thread", thread, True, CALLS),
    Probe("exec", execute, True, FILES),
    Probe("execveat", _named("execveat", -1, None, None, None, 0), True, CALLS),
    Probe("internet socket", inet, True, CALLS),
    Probe("unix socket", unix, True, CALLS),
    Probe("signal the parent", signal_parent, True, (*CALLS, "not-root", "landlock")),
    Probe("signal by fcntl", own_signal_to_parent, True, CALLS),
    Probe("pidfd", _named("pidfd_open", NOBODY, 0), True, CALLS),
    Probe("ptrace", _named("ptrace", 16, NOBODY, 0, 0), True, CALLS),
    Probe(
        "read another's memory",
        _named("process_vm_readv", NOBODY, None, 0, None, 0, 0),
        True,
        CALLS,
    ),
    Probe("memory file", _named("memfd_create", None, 0), True, CALLS),
    Probe("keyring", _named("keyctl", 99, 0, 0, 0, 0), True, CALLS),
    Probe("add a key", _named("add_key", None, None, None, 0, 0), True, CALLS),
    Probe("System V shared memory", _named("shmget", 0x67726164, 1, 0), True, CALLS),
    Probe("System V messages", _named("msgget", 0x67726164, 0), True, CALLS),
    Probe("POSIX shared memory", posix_shared_memory, True, FILES),
    Probe("io_uring", _named("io_uring_setup", 1, None), True, CALLS),
    Probe("bpf", _named("bpf", 99, None, 0), True, CALLS),
    Probe("performance events", _named("perf_event_open", None, 0, -1, -1, 0), True, CALLS),
    Probe("userfaultfd", _named("userfaultfd", 0xFFFF), True, CALLS),
    Probe("raise limits", raise_limits, True, (*CALLS, "rlimits")),
    Probe("map 8 GiB", map_memory, True, ("rlimits",)),
    Probe("run own machine code", run_own_code, False, CALLS),
    Probe("unshare", unshare, True, CALLS),
    Probe("join a namespace", _named("setns", -1, 0), True, CALLS),
    Probe("mount", _named("mount", None, None, None, 0, None), True, CALLS),
    Probe("change root", _named("chroot", None), True, CALLS),
    Probe("load a kernel", _named("kexec_load", 0, 0, None, 0), True, CALLS),
    Probe("become root", become_root, True, ("not-root", *CALLS)),
    Probe("type into a terminal", push_terminal_input, True, CALLS),
)


def run() -> List[Dict[str, Any]]:
    """Make every attempt; for each: name, result (open, closed, untried), detail, must_fail, walls."""
    return [_tried(probe) for probe in PROBES]


def _tried(probe: Probe) -> Dict[str, Any]:
    result, detail = "open", ""
    try:
        probe.tries()
    except NotImplementedError:  # this processor has no such call
        result = "untried"
    except (OSError, MemoryError) as error:
        result, detail = "closed", errno.errorcode.get(getattr(error, "errno", 0) or 0, "")
    return {
        "name": probe.name, "result": result, "detail": detail, "must_fail": probe.must_fail,
        "walls": list(probe.walls),
    }  # fmt: skip
