"""The seccomp filters: they are compiled from short lists, and refuse every other system call."""

from __future__ import annotations

import base64
import platform
import struct
import sys
from pathlib import Path
from types import ModuleType

import pytest

from grader.sandbox.child.seccomp_filters import PROGRAMS
from grader.sandbox.host import CONTRACT, FIGURES, ChildGone, Ending
from tests.sandbox.conftest import ImportSource, ask

ROOT = Path(__file__).parents[3]
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="walls are made of Linux")


@pytest.fixture(scope="session")
def exporter() -> ModuleType:
    """The tool that compiles the allow-lists."""
    try:
        from tools import export_filters
    except (ImportError, OSError, RuntimeError) as error:
        pytest.skip(f"libseccomp compiles the lists, and is not here: {error}")
    return export_filters


def test_programs_fit_their_lists(exporter: ModuleType) -> None:
    """libseccomp makes the stored programs again from the lists, byte for byte."""
    assert {key: base64.b64decode(text) for key, text in PROGRAMS.items()} == {
        (machine, kind): exporter.program(machine, kind)
        for machine in exporter.MACHINES
        for kind in exporter.KINDS
    }


@pytest.mark.parametrize("key", PROGRAMS)
def test_programs_are_whole(key: tuple[str, str]) -> None:
    """A program is a number of whole instructions, below the kernel's limit, for its processor."""
    code = base64.b64decode(PROGRAMS[key])
    assert len(code) % 8 == 0
    assert 50 < len(code) // 8 < 4096
    arch = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}[key[0]]
    assert struct.unpack_from("<HBBI", code, 8)[3] == arch


def test_the_list_is_short(exporter: ModuleType) -> None:
    """About sixty calls, and none that takes a path."""
    assert len(exporter.CONTRACT) <= 60
    paths = {
        "open",
        "openat",
        "stat",
        "newfstatat",
        "access",
        "readlink",
        "execve",
        "chdir",
        "statx",
    }
    assert not paths & set(exporter.CONTRACT)


EVERY_CALL = """
import ctypes, errno
def f(allowed):
    libc, wrong = ctypes.CDLL(None, use_errno=True), []
    for number in range(480):
        if number not in allowed:
            ctypes.set_errno(0)
            if libc.syscall(number, 0, 0, 0, 0, 0, 0) != -1 or ctypes.get_errno() not in (errno.EPERM, errno.ENOSYS):
                wrong.append(number)
    return wrong
"""


@linux_only
@pytest.mark.parametrize("kind", [CONTRACT, FIGURES])
def test_every_call_that_is_not_listed_is_refused(
    import_source: ImportSource, exporter: ModuleType, kind: str
) -> None:
    """All system calls are tried by number: those that are not on the list answer EPERM or ENOSYS."""
    import pyseccomp

    names = [*exporter.KINDS[kind], "mmap", "mprotect", "fcntl"]
    # The kernel lets nobody filter these two; they are for its own probes, and refuse all others.
    probes = [335, 336] if platform.machine() == "x86_64" else []
    allowed = probes + [pyseccomp.resolve_syscall(pyseccomp.system_arch(), name) for name in names]
    wire = import_source(EVERY_CALL, "f", kind=kind)
    answers = ask(wire, [["new", "r", "f", [allowed], {}], ["read", "_", {"$": "r"}]], 10)
    assert answers[0] is None
    assert answers[1]["value"]["value"].size == 0, answers


@linux_only
@pytest.mark.skipif(platform.machine() != "x86_64", reason="only this processor has that entry")
def test_the_x32_entry_ends_the_child(import_source: ImportSource) -> None:
    """A call through the x32 table kills the process at once."""
    wire = import_source(
        "import ctypes\ndef f(): return ctypes.CDLL(None).syscall(0x40000000 + 39)", "f"
    )
    with pytest.raises(ChildGone) as gone:
        wire.exchange([["new", "r", "f", [], {}]], 5)
    assert (gone.value.ending, gone.value.status) == (Ending.DIED, -31)
