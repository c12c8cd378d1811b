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

from grader.errors import OurFault, SandboxBroken, WallsTooWeak
from grader.model import Limits
from grader.sandbox import host, zygote_folder
from grader.sandbox.answer_schema import VALUES, fits
from grader.sandbox.child.interpreter import ANSWERING
from grader.sandbox.host import ChildGone, Ending, LocalSandbox, ProcessSandbox
from tests.sandbox.conftest import Load


def _call(name: str, *args: Any) -> list[list[Any]]:
    return [["new", "r", name, list(args), {}], ["read", "_", {"$": "r"}]]


def test_an_answer_comes_back(load: Load) -> None:
    """A function is called in the child, and what it returns arrives as an array."""
    wire = load("def f(x): return x * 2", "f")
    assert np.array_equal(
        wire.exchange(_call("f", np.ones(3)), 5)[1]["value"]["value"], 2 * np.ones(3)
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
def test_how_a_child_ends(load: Load, body: str, ending: Ending, status: int | None) -> None:
    """An end before the answer is told apart: late, died (with its status), broke the rules."""
    wire = load(f"def f():\n {body}", "f")
    with pytest.raises(ChildGone) as gone:
        wire.exchange(_call("f"), 0.5)
    assert gone.value.ending is ending
    if status is not None:
        assert gone.value.status == status


def test_nothing_comes_from_a_dead_child(load: Load) -> None:
    """A wire that was given up stays so: asking again says the same, and harms nobody."""
    wire = load("import time\ndef f(): time.sleep(60)", "f")
    for _ in range(2):
        with pytest.raises(ChildGone):
            wire.exchange(_call("f"), 0.2)
    wire.close()
    wire.close()


@pytest.mark.parametrize(
    "raised", ["sys.exit(0)", "exit()", "raise SystemExit", "raise KeyboardInterrupt", "raise GeneratorExit",
               "raise BaseException('x')", "1 / 0", "raise type('Odd', (BaseException,), {})"],
)  # fmt: skip
def test_whatever_is_raised_is_data(load: Load, raised: str) -> None:
    """sys.exit and its kin do not end the child; the next call is answered."""
    wire = load(f"import sys\ndef f(): {raised}\ndef g(): return 3", "f", "g")
    assert "error" in wire.exchange(_call("f"), 5)[0]
    assert wire.exchange(_call("g"), 5)[1]["value"]["value"] == 3


def test_a_recursion_without_end_is_data(load: Load) -> None:
    """Python stops it, and the child lives on."""
    wire = load("def f(): return f()", "f")
    assert wire.exchange(_call("f"), 5)[0]["error"]["type"] == "RecursionError"


def test_memory_is_limited(load: Load) -> None:
    """What asks for more than its share is refused, and the child lives on."""
    wire = load("import numpy as np\ndef f(): return np.ones(10**12)", "f")
    assert "MemoryError" in wire.exchange(_call("f"), 5)[0]["error"]["type"]


def test_children_share_nothing(load: Load) -> None:
    """What one child changes, in numpy too, another does not see."""
    source = "import numpy as np\ndef f():\n np.kept = getattr(np, 'kept', 0) + 1\n return np.kept"
    for _ in range(2):
        assert load(source, "f").exchange(_call("f"), 5)[1]["value"]["value"] == 1


def _kill_zygote(sandbox: ProcessSandbox) -> None:
    assert sandbox._zygote is not None
    process = sandbox._zygote._process
    process.kill()
    process.wait()


def test_a_dead_zygote_is_replaced(limits: Limits) -> None:
    """When the zygote died, the next child comes from a new one, which was probed as well."""
    with ProcessSandbox(limits) as sandbox:
        sandbox.open().close()
        _kill_zygote(sandbox)
        wire = sandbox.open()
        assert wire.exchange([["put", "a", 1], ["read", "_", {"$": "a"}]], 5)[1] is not None
        wire.close()
        assert sandbox.official


def test_a_zygote_that_dies_meanwhile_is_our_fault(limits: Limits) -> None:
    """Its children die with it; that is no verdict about the student, and closing still works."""
    with ProcessSandbox(limits) as sandbox:
        wire = sandbox.open()
        _kill_zygote(sandbox)
        with pytest.raises(SandboxBroken):
            wire.exchange([["put", "a", 1]], 5)
        wire.close()
        other = sandbox.open()
        _kill_zygote(sandbox)
        other.close()


def test_children_die_with_the_host(limits: Limits) -> None:
    """When the host is killed, zygote, child and the zygote's folder are gone within half a second."""
    script = (
        "import sys, time\nfrom grader.sandbox.host import ProcessSandbox\nfrom grader.model import Limits\n"
        "with ProcessSandbox(Limits()) as sandbox:\n"
        " wire = sandbox.open()\n"
        " print(sandbox._zygote._home.path, sandbox._zygote._process.pid, wire._pid, flush=True)\n"
        " time.sleep(60)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    home, *words = process.stdout.readline().split()
    pids = [int(word) for word in words]
    assert Path(home).is_dir()
    process.kill()
    process.communicate()
    deadline = time.monotonic() + 0.5
    while any(_lives(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert len(pids) == 2
    assert not any(_lives(pid) for pid in pids)
    assert not Path(home).exists()


def _lives(pid: int) -> bool:
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
        assert sandbox.layers == ("process",)


def test_waiving_lowers_no_wall(limits: Limits) -> None:
    """--unsafe-no-sandbox still raises what this machine has, and is not official."""
    with ProcessSandbox(limits, unsafe=True) as sandbox:
        assert "seccomp" in sandbox.layers
        assert not sandbox.official


def test_what_was_asked_for_is_chosen(limits: Limits, monkeypatch: pytest.MonkeyPatch) -> None:
    """In process means no child; so does unsafe where a system cannot fork."""
    assert isinstance(host.chosen(limits, in_process=True), LocalSandbox)
    assert isinstance(host.chosen(limits), ProcessSandbox)
    assert isinstance(host.chosen(limits, unsafe=True), ProcessSandbox)
    monkeypatch.delattr(os, "fork")
    assert isinstance(host.chosen(limits, unsafe=True), LocalSandbox)
    with pytest.raises(WallsTooWeak, match="--unsafe-no-sandbox"):
        host.chosen(limits).__enter__()


@pytest.mark.parametrize("python", ["/bin/false", "/no/such/python", "/etc"])
def test_a_python_that_does_not_start_is_our_fault(limits: Limits, python: str) -> None:
    """The sentence says what the zygote said last."""
    with pytest.raises(OurFault, match="did not start"):
        ProcessSandbox(limits, python=python).__enter__()


def test_the_local_wire_forgets(monkeypatch: pytest.MonkeyPatch) -> None:
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
    assert zygote_folder._place() in zygote_folder.SHARED
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setenv("TMPDIR", "/tmp")
    assert zygote_folder._place() == "/tmp"


def test_a_python_without_our_packer_is_lent_one(limits: Limits, tmp_path: Path) -> None:
    """A course's own Python has numpy, and need not have what packs the wire's values."""
    python = tmp_path / "python"
    hidden = "import sys; sys.modules['msgpack'] = None; exec(sys.argv.pop())"
    python.write_text(f'#!/bin/sh\nexec {sys.executable} -s -B -c "{hidden}" "$4"\n', "utf-8")
    python.chmod(0o755)
    tmp_path.chmod(0o755)
    with ProcessSandbox(limits, python=str(python)) as sandbox:
        wire = sandbox.open()
        program = [["put", "x", np.eye(2), "F"], ["read", "_", {"$": "x"}]]
        assert np.array_equal(wire.exchange(program, 5)[1]["value"]["value"], np.eye(2))
        wire.close()


BIG = """
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


def test_what_is_too_large_to_travel_costs_no_child(load: Load) -> None:
    """Arrays that no parameter is are not listed; more than a frame holds is an error of each answer."""
    wire = load(BIG, "Linear")
    listed = [["new", "m", "Linear", [3, 2], {}], ["arrays", "_", {"$": "m"}]]
    assert [e["path"] for e in wire.exchange(listed, 5)[1]["value"]] == [[["attr", "w"]]]
    call = [["call", "y", {"$": "m"}, "forward", [1], {}]]
    answers = wire.exchange(call + [["read", "_", {"$": "y"}]] * 3, 5)
    assert answers[0] is None
    assert [answer["error"]["type"] for answer in answers[1:]] == ["MemoryError"] * 3
    assert wire.exchange([*call, ["read", "_", {"$": "y"}]], 5)[1]["value"]["value"].size == 10**6
    many = [["call", "t", {"$": "m"}, "told", [], {}], *[["read", "_", {"$": "t"}]] * 2000]
    assert {answer["error"]["type"] for answer in wire.exchange(many, 5)[1:]} == {"MemoryError"}
    mask = [["attr", "k", {"$": "m"}, "mask"], ["read", "_", {"$": "k"}]]
    assert wire.exchange(mask, 5)[1]["value"]["value"].shape == (64,)


@pytest.mark.parametrize(
    ("instruction", "answer"),
    [
        (["import", "_", "a.py", 1], {"value": []}),
        (["import", "_", "a.py", 1], {"skipped": "x"}),
        (["put", "_", 1, "C"], {"value": 1}),
        (["methods", "_", {"$": "m"}], {"value": [[]]}),
        (["methods", "_", {"$": "m"}], {"value": [1]}),
        (["perturb_arrays", "_", {"$": "m"}, [], "y"], {"value": []}),
        (["bind", "_", {"MSE": []}, {}], {"value": {"Another": []}}),
        (["kind", "_", {"$": "m"}], {"value": {"type": "a", "is": [], "size": 2**64 - 1}}),
    ],
)
def test_an_answer_that_the_machine_never_gives_breaks_the_rules(
    instruction: list[Any], answer: Any
) -> None:
    """Whatever a child sends in the machine's place is known by its form, before any check reads it."""
    assert not fits(instruction, answer)


def test_every_instruction_that_answers_has_a_form() -> None:
    """The machine's list of answering instructions and the host side's forms are one."""
    assert set(VALUES) == ANSWERING
