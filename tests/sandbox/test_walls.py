"""The walls: what a child cannot do, whichever of them this machine has."""

from __future__ import annotations

import base64
import os
import platform
import statistics
import struct
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from grader.model import Limits
from grader.sandbox.child import walls
from grader.sandbox.child.seccomp_filters import PROGRAMS
from grader.sandbox.host import CONTRACT, FIGURES, ChildGone, Ending, ProcessSandbox
from tests.sandbox.conftest import Load

ROOT = Path(__file__).parents[2]
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="walls are made of Linux")


@pytest.fixture(scope="session")
def exporter() -> ModuleType:
    """The tool that compiles the allow-lists."""
    try:
        import pyseccomp  # noqa: F401
    except (ImportError, OSError, RuntimeError) as error:
        pytest.skip(f"libseccomp compiles the lists, and is not here: {error}")
    sys.path.insert(0, str(ROOT / "tools"))
    try:
        import export_filters
    finally:
        sys.path.pop(0)
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
    body = base64.b64decode(PROGRAMS[key])
    assert len(body) % 8 == 0
    assert 50 < len(body) // 8 < 4096
    arch = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}[key[0]]
    assert struct.unpack_from("<HBBI", body, 8)[3] == arch


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
    load: Load, exporter: ModuleType, kind: str
) -> None:
    """All system calls are tried by number: those that are not on the list answer EPERM or ENOSYS."""
    import pyseccomp

    names = [*exporter.KINDS[kind], "mmap", "mprotect", "fcntl"]
    # The kernel lets nobody filter these two; they are for its own probes, and refuse all others.
    probes = [335, 336] if platform.machine() == "x86_64" else []
    allowed = probes + [pyseccomp.resolve_syscall(pyseccomp.system_arch(), name) for name in names]
    wire = load(EVERY_CALL, "f", kind=kind)
    answers = wire.exchange([["new", "r", "f", [allowed], {}], ["read", "_", {"$": "r"}]], 10)
    assert answers[0] is None
    assert answers[1]["value"]["value"].size == 0, answers


@linux_only
@pytest.mark.skipif(platform.machine() != "x86_64", reason="only this processor has that entry")
def test_the_x32_entry_ends_the_child(load: Load) -> None:
    """A call through the x32 table kills the process at once."""
    wire = load("import ctypes\ndef f(): return ctypes.CDLL(None).syscall(0x40000000 + 39)", "f")
    with pytest.raises(ChildGone) as gone:
        wire.exchange([["new", "r", "f", [], {}]], 5)
    assert (gone.value.ending, gone.value.status) == (Ending.DIED, -31)


def _value(wire: Any, body: str) -> Any:
    answers = wire.exchange([["new", "r", "f", [body], {}], ["read", "_", {"$": "r"}]], 5)
    return answers[1].get("value", {}).get("value") if answers[0] is None else answers[0]["error"]


SHELL = "def f(body):\n kept = {}\n exec(body, kept)\n return kept['r']"


def test_a_child_knows_nothing_of_where_it_runs(load: Load) -> None:
    """No environment, no command line, a folder that says nothing, three descriptors and a wire."""
    wire = load(SHELL, "f")
    assert _value(wire, "import os; r = len(os.environ) + len(os.environb)") == 0
    assert _value(wire, "import sys; r = ' '.join(sys.argv + sys.orig_argv)") == "main.py"
    assert _value(wire, "import os; r = os.getcwd()") == "/"
    assert _value(wire, "import sys; r = sys.stdin.read() + 'nothing'") == "nothing"
    counting = (
        "import os\nr = 0\nfor n in range(3, 1000):\n"
        " try: os.lseek(n, 0, 1)\n except OSError as e: r += e.errno != 9"
    )
    assert _value(wire, counting) == 1


def test_nothing_of_the_grader_is_in_a_child(load: Load) -> None:
    """No module of the examiner's side and no reference was ever imported there."""
    wire = load(SHELL, "f")
    names = "import sys; r = ' '.join(n for n in sys.modules if n.split('.')[0] in ('grader', 'reference'))"
    assert _value(wire, names) == ""


def test_children_draw_the_same_numbers(load: Load) -> None:
    """Every generator follows from the seed, also one that was made without any."""
    body = "import numpy as np, random; r = [np.random.rand(), random.random(), np.random.default_rng().random()]"
    drawn = []
    for _ in range(2):
        wire = load(SHELL, "f")
        wire.exchange([["seed", "_", 5]], 5)
        drawn.append(list(_value(wire, body)))
    assert drawn[0] == drawn[1]


PLOTS = """
import os
import matplotlib.pyplot as plt
def show_result(path):
    os.makedirs("figures", exist_ok=True)
    plt.figure(figsize=(30, 3))
    plt.plot([1, 2], [3, 4], label="a")
    plt.title(r"$\\\\frac{1}{2}$")
    plt.legend()
    plt.tight_layout()
    plt.savefig("figures/" + path)
    plt.show()
def f(body):
    kept = {}
    exec(body, kept)
    return kept['r']
"""


def _drawn(wire: Any) -> Any:
    return wire.exchange([["draw", "_", "show_result", ["a.png"]]], 10)[0]["value"][0]


@linux_only
def test_a_child_for_figures_draws(load: Load) -> None:
    """It reads the fonts and makes a small picture."""
    wire = load(PLOTS.replace("\\\\", "\\"), "show_result", kind=FIGURES)
    if not wire.draws:
        pytest.skip("no Landlock here: figures are looked at, not drawn")
    png = _drawn(wire)["png"].tobytes()
    assert png.startswith(b"\x89PNG\r\n")
    width, height = struct.unpack(">II", png[16:24])
    assert width <= 1000
    assert height <= 750
    assert len(png) <= 1 << 20


def test_a_child_for_the_contract_only_looks(load: Load) -> None:
    """Where no font can be read, the same function is answered with data and no picture."""
    figure = _drawn(load(PLOTS.replace("\\\\", "\\"), "show_result"))
    assert figure["png"] is None
    assert figure["axes"][0]["series"][0]["label"] == "a"


@linux_only
@pytest.mark.parametrize(
    "path",
    [
        "/etc/passwd",
        "/proc/self/environ",
        "/proc/self/maps",
        str(ROOT / "rubric.yaml"),
        str(ROOT / "reference" / "layers.py"),
        os.devnull,
        "/tmp/x",
    ],
)
@pytest.mark.parametrize("kind", [CONTRACT, FIGURES])
def test_no_child_reads_or_writes_a_file(load: Load, kind: str, path: str) -> None:
    """Neither kind reads, lists or makes anything but fonts."""
    wire = load(PLOTS, "f", kind=kind)
    for mode in "rwa":
        assert "Error" in _value(wire, f"r = open({path!r}, {mode!r}).read(9)")["type"]
    assert "Error" in _value(wire, f"import os; r = os.listdir({os.path.dirname(path)!r})")["type"]


@linux_only
@pytest.mark.parametrize(
    "left",
    ["namespaces", "landlock", "not-root", "no-capabilities", "not-dumpable", "rlimits-only"],
)
def test_the_wall_that_must_stand_is_enough(left: str) -> None:
    """With any other wall left out, and with seccomp and limits alone, every probe is stopped."""
    names = [name for name, _ in walls.WALLS if name != left]
    chosen = ["rlimits", "seccomp"] if left == "rlimits-only" else names
    with ProcessSandbox(Limits(), walls=chosen) as sandbox:
        assert sandbox.official
        assert set(sandbox.layers) == {"process", *chosen}
        wire = sandbox.open(FIGURES)
        assert wire.draws == ("landlock" in chosen)
        wire.close()


NO_UNSHARE = """
import ctypes, struct, sys
code = [(0x20, 0, 0, 0), (0x15, 0, 1, {unshare}), (0x06, 0, 0, 0x50001), (0x06, 0, 0, 0x7fff0000)]
body = ctypes.create_string_buffer(b"".join(struct.pack("<HBBI", *line) for line in code))
libc = ctypes.CDLL(None, use_errno=True)
assert libc.prctl(38, 1, 0, 0, 0) == 0
assert libc.prctl(22, 2, struct.pack("@HP", len(code), ctypes.addressof(body)), 0, 0) == 0
from grader.model import Limits
from grader.sandbox.host import ProcessSandbox
with ProcessSandbox(Limits()) as sandbox:
    print(sandbox.official, *sandbox.layers)
"""


@linux_only
def test_where_namespaces_are_denied(tmp_path: Path) -> None:
    """As in a container that denies unshare: that wall is missing, and the sandbox is sound."""
    number = {"x86_64": 272, "aarch64": 97}[platform.machine()]
    script = NO_UNSHARE.format(unshare=number)
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert done.stdout.startswith("True ")
    assert "namespaces" not in done.stdout
    assert "seccomp" in done.stdout


@linux_only
@pytest.mark.skipif(
    os.name != "posix" or os.getuid() != 0, reason="this is an ordinary user already"
)
def test_as_an_ordinary_user(tmp_path: Path) -> None:
    """The walls that must stand do so without root."""
    script = (
        "import os, sys\nos.setgroups([])\nos.setresgid(65534, 65534, 65534)\nos.setresuid(65534, 65534, 65534)\n"
        "try: os.execv(sys.executable, [sys.executable, '-m', 'grader', 'doctor'])\n"
        "except PermissionError: sys.exit(77)\n"
    )
    environment = {
        "HOME": str(tmp_path),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PATH": os.environ["PATH"],
    }
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env=environment,
    )
    if done.returncode == 77:
        pytest.skip("this interpreter lies in a folder that only root may enter")
    assert done.returncode == 0, done.stdout + done.stderr


@linux_only
def test_a_fork_is_quick(sandbox: ProcessSandbox) -> None:
    """A confined child is ready within a few hundredths of a second, on a busy machine too."""
    took = []
    for _ in range(15):
        start = time.perf_counter()
        wire = sandbox.open()
        took.append(time.perf_counter() - start)
        wire.close()
    assert statistics.median(took) < 0.1


def test_every_wall_says_what_it_does() -> None:
    """Each wall has a name of its own and a sentence."""
    names = [name for name, _ in walls.WALLS]
    assert len(set(names)) == len(names)
    assert names[-1] == "seccomp"
    assert all(wall.__doc__ for _, wall in walls.WALLS)
