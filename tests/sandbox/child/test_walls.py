"""The walls: what a child cannot do, whichever of them this machine has."""

from __future__ import annotations

import os
import platform
import statistics
import struct
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from grader.model import Limits
from grader.sandbox.child import walls
from grader.sandbox.host import CONTRACT, FIGURES, ProcessSandbox
from tests.sandbox.conftest import ImportSource

ROOT = Path(__file__).parents[3]
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="walls are made of Linux")


def run_body(wire: Any, code: str) -> Any:
    answers = wire.exchange([["new", "r", "f", [code], {}], ["read", "_", {"$": "r"}]], 5)
    return answers[1].get("value", {}).get("value") if answers[0] is None else answers[0]["error"]


SHELL = "def f(body):\n kept = {}\n exec(body, kept)\n return kept['r']"


def test_a_child_knows_nothing_of_where_it_runs(import_source: ImportSource) -> None:
    """No environment, no command line, a folder that says nothing, three descriptors and a wire."""
    wire = import_source(SHELL, "f")
    assert run_body(wire, "import os; r = len(os.environ) + len(os.environb)") == 0
    assert run_body(wire, "import sys; r = ' '.join(sys.argv + sys.orig_argv)") == "main.py"
    assert run_body(wire, "import os; r = os.getcwd()") == "/"
    assert run_body(wire, "import sys; r = sys.stdin.read() + 'nothing'") == "nothing"
    count_descriptors = (
        "import os\nr = 0\nfor n in range(3, 1000):\n"
        " try: os.lseek(n, 0, 1)\n except OSError as e: r += e.errno != 9"
    )
    assert run_body(wire, count_descriptors) == 1


def test_nothing_of_the_grader_is_in_a_child(import_source: ImportSource) -> None:
    """No module of the examiner's side and no reference was ever imported there."""
    wire = import_source(SHELL, "f")
    names = "import sys; r = ' '.join(n for n in sys.modules if n.split('.')[0] in ('grader', 'reference'))"
    assert run_body(wire, names) == ""


def test_children_draw_the_same_numbers(import_source: ImportSource) -> None:
    """Every generator follows from the seed, also one that was made without any."""
    code = "import numpy as np, random; r = [np.random.rand(), random.random(), np.random.default_rng().random()]"
    numbers = []
    for _ in range(2):
        wire = import_source(SHELL, "f")
        wire.exchange([["seed", "_", 5]], 5)
        numbers.append(list(run_body(wire, code)))
    assert numbers[0] == numbers[1]


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


def draw_result(wire: Any) -> Any:
    return wire.exchange([["draw", "_", "show_result", ["a.png"]]], 10)[0]["value"][0]


@linux_only
def test_a_child_for_figures_draws(import_source: ImportSource) -> None:
    """It reads the fonts and makes a small picture."""
    wire = import_source(PLOTS.replace("\\\\", "\\"), "show_result", kind=FIGURES)
    if not wire.draws:
        pytest.skip("no Landlock here: figures are looked at, not drawn")
    png = draw_result(wire)["png"].tobytes()
    assert png.startswith(b"\x89PNG\r\n")
    width, height = struct.unpack(">II", png[16:24])
    assert width <= 1000
    assert height <= 750
    assert len(png) <= 1 << 20


def test_a_child_for_the_contract_only_looks(import_source: ImportSource) -> None:
    """Where no font can be read, the same function is answered with data and no picture."""
    figure = draw_result(import_source(PLOTS.replace("\\\\", "\\"), "show_result"))
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
def test_no_child_reads_or_writes_a_file(import_source: ImportSource, kind: str, path: str) -> None:
    """Neither kind reads, lists or makes anything but fonts."""
    wire = import_source(PLOTS, "f", kind=kind)
    for mode in "rwa":
        assert "Error" in run_body(wire, f"r = open({path!r}, {mode!r}).read(9)")["type"]
    assert (
        "Error" in run_body(wire, f"import os; r = os.listdir({os.path.dirname(path)!r})")["type"]
    )


@linux_only
@pytest.mark.parametrize(
    "omission",
    ["namespaces", "landlock", "not-root", "no-capabilities", "not-dumpable", "rlimits-only"],
)
def test_the_wall_that_must_stand_is_enough(omission: str) -> None:
    """With any other wall left out, and with seccomp and limits alone, every probe is stopped."""
    names = [name for name, _ in walls.WALLS if name != omission]
    chosen = ["rlimits", "seccomp"] if omission == "rlimits-only" else names
    with ProcessSandbox(Limits(), walls=chosen) as sandbox:
        assert sandbox.official
        assert set(sandbox.walls) == {"process", *chosen}
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
    print(sandbox.official, *sandbox.walls)
"""


@linux_only
def test_where_namespaces_are_denied(tmp_path: Path) -> None:
    """As in a container that denies unshare: that wall is missing, and the sandbox is sound."""
    number = {"x86_64": 272, "aarch64": 97}[platform.machine()]
    script = NO_UNSHARE.format(unshare=number)
    process = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert process.stdout.startswith("True ")
    assert "namespaces" not in process.stdout
    assert "seccomp" in process.stdout


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
    process = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env=environment,
    )
    if process.returncode == 77:
        pytest.skip("this interpreter lies in a folder that only root may enter")
    assert process.returncode == 0, process.stdout + process.stderr


@linux_only
def test_a_fork_is_quick(sandbox: ProcessSandbox) -> None:
    """A confined child is ready within a few hundredths of a second, on a busy machine too."""
    durations = []
    for _ in range(15):
        start = time.perf_counter()
        wire = sandbox.open()
        durations.append(time.perf_counter() - start)
        wire.close()
    assert statistics.median(durations) < 0.1


def test_every_wall_says_what_it_does() -> None:
    """Each wall has a name of its own and a sentence."""
    names = [name for name, _ in walls.WALLS]
    assert len(set(names)) == len(names)
    assert names[-1] == "seccomp"
    assert all(wall.__doc__ for _, wall in walls.WALLS)
