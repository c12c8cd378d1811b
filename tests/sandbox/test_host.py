"""The host: children that are late, die or lie; a zygote that dies; walls that are missing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.errors import OurFault, SandboxBroken, TheirFault, WallsTooWeak
from grader.model import Limits
from grader.sandbox import host, zygote_folder, zygote_process
from grader.sandbox.host import ChildGone, Ending, LocalSandbox, ProcessSandbox
from tests.sandbox.conftest import ImportSource, ask
from tests.zygotes import children_of, end, zygotes


def call_and_read(name: str, *args: Any) -> list[list[Any]]:
    return [["new", "r", name, list(args), {}], ["read", "_", {"$": "r"}]]


def test_an_answer_comes_back(import_source: ImportSource) -> None:
    """A function is called in the child, and what it returns arrives as an array."""
    wire = import_source("def f(x): return x * 2", "f")
    assert np.array_equal(
        ask(wire, call_and_read("f", np.ones(3)))[1]["value"]["value"], 2 * np.ones(3)
    )


@pytest.mark.parametrize(
    ("body", "ending", "status"),
    [
        ("import os; os._exit(0)", Ending.DIED, 0),
        ("import os; os._exit(7)", Ending.DIED, 7),
        ("import ctypes; ctypes.string_at(0)", Ending.DIED, -signal.SIGSEGV),
        ("while True: pass", Ending.LATE, None),
        ("import time; time.sleep(60)", Ending.LATE, None),
        ("sum(range(10**12))", Ending.LATE, None),
        ("import os\n for fd in range(3, 64):\n  try: os.write(fd, b'x' * 100)\n  except OSError: pass",
         Ending.BROKE_RULES, None),
        ("import os; os.closerange(3, 64)", Ending.DIED, 1),
    ],
)  # fmt: skip
def test_the_end_of_a_child_is_classified(
    import_source: ImportSource, body: str, ending: Ending, status: int | None
) -> None:
    """An end before the answer is told apart: late, died (with its status), broke the rules."""
    wire = import_source(f"def f():\n {body}", "f")
    with pytest.raises(ChildGone) as gone:
        wire.exchange(call_and_read("f"), 0.5)
    assert gone.value.ending is ending
    if status is not None:
        assert gone.value.status == status


def test_a_dead_child_stays_dead(import_source: ImportSource) -> None:
    """A wire that was given up stays so: asking again says the same, and harms nobody."""
    wire = import_source("import time\ndef f(): time.sleep(60)", "f")
    for _ in range(2):
        with pytest.raises(ChildGone):
            wire.exchange(call_and_read("f"), 0.2)
    wire.close()
    wire.close()


@pytest.mark.parametrize(
    "raised", ["sys.exit(0)", "exit()", "raise SystemExit", "raise KeyboardInterrupt", "raise GeneratorExit",
               "raise BaseException('x')", "1 / 0", "raise type('Odd', (BaseException,), {})"],
)  # fmt: skip
def test_every_exception_is_data(import_source: ImportSource, raised: str) -> None:
    """sys.exit and its kin do not end the child; the next call is answered."""
    wire = import_source(f"import sys\ndef f(): {raised}\ndef g(): return 3", "f", "g")
    assert "error" in ask(wire, call_and_read("f"))[0]
    assert ask(wire, call_and_read("g"))[1]["value"]["value"] == 3


def test_endless_recursion_is_data(import_source: ImportSource) -> None:
    """Python stops it, and the child lives on."""
    wire = import_source("def f(): return f()", "f")
    assert ask(wire, call_and_read("f"))[0]["error"]["type"] == "RecursionError"


def test_memory_is_limited(import_source: ImportSource) -> None:
    """What asks for more than its share is refused, and the child lives on."""
    wire = import_source("import numpy as np\ndef f(): return np.ones(10**12)", "f")
    assert "MemoryError" in ask(wire, call_and_read("f"))[0]["error"]["type"]


def test_children_share_no_state(import_source: ImportSource) -> None:
    """What one child changes, in numpy too, another does not see."""
    source = "import numpy as np\ndef f():\n np.kept = getattr(np, 'kept', 0) + 1\n return np.kept"
    for _ in range(2):
        assert ask(import_source(source, "f"), call_and_read("f"))[1]["value"]["value"] == 1


def kill_zygote(others: set[int]) -> None:
    """Kill the zygote that was started after some others."""
    [zygote] = zygotes() - others
    end([zygote])


def test_a_dead_zygote_is_replaced(limits: Limits) -> None:
    """When the zygote died, the next child comes from a new one, which was probed as well."""
    others = zygotes()
    with ProcessSandbox(limits) as sandbox:
        sandbox.open().close()
        kill_zygote(others)
        wire = sandbox.open()
        assert wire.exchange([["put", "a", 1], ["read", "_", {"$": "a"}]], 5)[1] is not None
        wire.close()
        assert sandbox.official


def test_a_zygote_that_dies_during_an_exchange_is_our_fault(limits: Limits) -> None:
    """Its children die with it; that is no verdict about the student, and closing still works."""
    others = zygotes()
    with ProcessSandbox(limits) as sandbox:
        wire = sandbox.open()
        kill_zygote(others)
        with pytest.raises(SandboxBroken):
            wire.exchange([["put", "a", 1]], 5)
        wire.close()
        second = sandbox.open()
        kill_zygote(others)
        second.close()


def test_children_die_with_the_host(limits: Limits) -> None:
    """When the host is killed, zygote, child and the zygote's folder are gone within half a second."""
    script = (
        "import time\nfrom grader.sandbox.host import ProcessSandbox\nfrom grader.model import Limits\n"
        "with ProcessSandbox(Limits()) as sandbox:\n"
        " wire = sandbox.open()\n"
        " print('ready', flush=True)\n"
        " time.sleep(60)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    [zygote] = zygotes(process.pid)
    pids = [zygote, *children_of(zygote)]
    home = Path(f"/proc/{zygote}/cwd").readlink()
    assert home.is_dir()
    process.kill()
    process.communicate()
    deadline = time.monotonic() + 0.5
    while any(is_alive(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert len(pids) == 2
    assert not any(is_alive(pid) for pid in pids)
    assert not home.exists()


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


def test_weak_walls_are_refused(limits: Limits) -> None:
    """Without the walls that must stand nothing is opened, and one sentence says what is open."""
    with pytest.raises(WallsTooWeak, match=r"read a file.*grade doctor.*--unsafe-no-sandbox"):
        ProcessSandbox(limits, walls=("rlimits",)).__enter__()


def test_weak_walls_can_be_waived(limits: Limits) -> None:
    """Who trusts the code may go on without walls; nothing made so is official."""
    with ProcessSandbox(limits, walls=(), unsafe=True) as sandbox:
        wire = sandbox.open()
        assert wire.exchange([["put", "a", 1]], 5) == [None]
        wire.close()
        assert not sandbox.official
        assert sandbox.walls == ("process",)


def test_the_unsafe_option_lowers_no_wall(limits: Limits) -> None:
    """--unsafe-no-sandbox still raises what this machine has, and is not official."""
    with ProcessSandbox(limits, unsafe=True) as sandbox:
        assert "seccomp" in sandbox.walls
        assert not sandbox.official


def test_the_requested_sandbox_is_created(limits: Limits, monkeypatch: pytest.MonkeyPatch) -> None:
    """In process means no child; so does unsafe where a system cannot fork."""
    assert isinstance(host.create_sandbox(limits, in_process=True), LocalSandbox)
    assert isinstance(host.create_sandbox(limits), ProcessSandbox)
    assert isinstance(host.create_sandbox(limits, unsafe=True), ProcessSandbox)
    monkeypatch.delattr(os, "fork")
    assert isinstance(host.create_sandbox(limits, unsafe=True), LocalSandbox)
    with pytest.raises(WallsTooWeak, match="--unsafe-no-sandbox"):
        host.create_sandbox(limits).__enter__()


@pytest.mark.parametrize("python", ["/bin/false", "/no/such/python", "/etc"])
def test_a_python_that_does_not_start_is_told(limits: Limits, python: str) -> None:
    """The sentence says that this path leads to no Python."""
    with pytest.raises(TheirFault, match="this is not a Python"):
        ProcessSandbox(limits, python=python).__enter__()


def test_a_zygote_that_does_not_start_is_our_fault(
    limits: Limits, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the Python itself is sound, the sentence says what the zygote said last."""
    monkeypatch.setattr(zygote_process, "BOOT", "import sys; sys.exit('this went wrong')")
    with pytest.raises(OurFault, match="did not start: this went wrong"):
        ProcessSandbox(limits).__enter__()


def test_a_local_wire_forgets_its_modules(monkeypatch: pytest.MonkeyPatch) -> None:
    """Modules of a submission that was run in this process are gone when its wire is closed."""
    before = set(sys.modules)
    with LocalSandbox() as sandbox:
        wire = sandbox.open()
        wire.exchange(
            [["load", "_", {"layers.py": b"x = 1"}, "x"], ["import", "_", "layers.py", 5.0]], 5
        )
        assert set(sys.modules) - before
        wire.close()
    assert not {
        name for name in set(sys.modules) - before if "layers" in name or "handed_in" in name
    }


@pytest.mark.skipif(os.getuid() != 0, reason="only a child of root is another user")
def test_a_private_temporary_folder_is_left_for_one_that_a_child_can_reach(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Root's own TMPDIR is closed to the child, which needs the fonts that lie in the zygote's home."""
    tmp_path.chmod(0o700)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert parent_of_a_new_folder() in zygote_folder.PUBLIC_FOLDERS
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setenv("TMPDIR", "/tmp")
    assert parent_of_a_new_folder() == "/tmp"


def parent_of_a_new_folder() -> str:
    folder = zygote_folder.ZygoteFolder()
    folder.remove()
    return str(Path(folder.path).parent)


def test_a_python_without_the_packer_gets_ours(limits: Limits, tmp_path: Path) -> None:
    """A course's own Python has numpy, and need not have what packs the wire's values."""
    python = tmp_path / "python"
    hidden = "import sys; sys.modules['msgpack'] = None; exec(sys.argv.pop())"
    python.write_text(
        f'#!/bin/sh\nfor last; do :; done\nexec {sys.executable} -s -B -c "{hidden}" "$last"\n',
        "utf-8",
    )
    python.chmod(0o755)
    tmp_path.chmod(0o755)
    with ProcessSandbox(limits, python=str(python)) as sandbox:
        wire = sandbox.open()
        program: list[list[Any]] = [["put", "x", np.eye(2), "F"], ["read", "_", {"$": "x"}]]
        assert np.array_equal(ask(wire, program)[1]["value"]["value"], np.eye(2))
        wire.close()


LARGE_OBJECTS = """
import numpy as np
class Linear:
    def __init__(self, *_):
        self.history = np.zeros(300_000)
        self.deep = np.zeros((1,) * 9)
        self.w = np.ones((3, 2))
        self.mask = np.empty(64, np.uint8).view(bool)
    def forward(self, x):
        return np.zeros(1_000_000)
    def told(self):
        return "x" * 400
"""


def test_values_too_large_for_a_frame_are_errors(import_source: ImportSource) -> None:
    """Arrays that no parameter is are not listed; more than a frame holds is an error of each answer."""
    wire = import_source(LARGE_OBJECTS, "Linear")
    list_arrays: list[list[Any]] = [["new", "m", "Linear", [3, 2], {}], ["arrays", "_", {"$": "m"}]]
    assert [e["path"] for e in ask(wire, list_arrays)[1]["value"]] == [[["attr", "w"]]]
    call_forward: list[list[Any]] = [["call", "y", {"$": "m"}, "forward", [1], {}]]
    answers = ask(wire, call_forward + [["read", "_", {"$": "y"}]] * 3)
    assert answers[0] is None
    assert [answer["error"]["type"] for answer in answers[1:]] == ["MemoryError"] * 3
    assert ask(wire, [*call_forward, ["read", "_", {"$": "y"}]])[1]["value"]["value"].size == 10**6
    read_many: list[list[Any]] = [
        ["call", "t", {"$": "m"}, "told", [], {}],
        *[["read", "_", {"$": "t"}]] * 2000,
    ]
    assert {answer["error"]["type"] for answer in ask(wire, read_many)[1:]} == {"MemoryError"}
    read_mask = [["attr", "k", {"$": "m"}, "mask"], ["read", "_", {"$": "k"}]]
    assert ask(wire, read_mask)[1]["value"]["value"].shape == (64,)
