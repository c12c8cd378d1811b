"""A mistake that a class has in common is looked at once, and each student sees their own lines."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.checks import CHECKS
from grader.model import Item, Repair, Submission
from grader.pipeline import grading
from grader.pipeline.class_repairs import ClassRepairs
from grader.pipeline.repair_memory import RepairMemory
from grader.rubric import reader, resources
from grader.sandbox.host import create_sandbox
from tests.zoo_rubric import ZOO

SIGMOID = ("sigmoid.forward", "sigmoid.backward", "sigmoid.state")
LAYERS = ZOO.base["layers.py"].decode()
WRONG = LAYERS.replace("return prev_grad * slope", "return slope")


def repair(layers: str, memory: RepairMemory, **others: str) -> Repair | None:
    """Grade a submission and return the repair of ``Sigmoid.backward``, if there is one."""
    default = reader.load(resources.default_rubric(), CHECKS)
    items = tuple(Item(check, 1.0, "All", 10.0) for check in SIGMOID)
    limits = replace(default.limits, repair_seconds=20.0)
    rubric = replace(default, items=items, groups=("All",), limits=limits)
    more = {f"{name}.py": text.encode() for name, text in others.items()}
    submission = Submission("one", {**ZOO.base, "layers.py": layers.encode(), **more}, "0" * 64)
    with create_sandbox(rubric.limits, unsafe=True) as sandbox:
        report = grading.grade(submission, rubric, seed=1, sandbox=sandbox, memory=memory)
    [outcome] = [o for o in report.outcomes if o.item.check == "sigmoid.backward"]
    return outcome.repair[0] if outcome.repair else None


@pytest.fixture(name="memory", scope="module")
def _memory() -> RepairMemory:
    """The memory after the first student of the class."""
    memory = RepairMemory()
    assert repair(WRONG, memory) is not None
    return memory


def line_of(layers: str) -> int:
    """Return the line of the mistake."""
    return layers.split("\n").index("        return slope") + 1


def test_the_same_text_is_not_searched_again(
    memory: RepairMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another student's class stands lower in another file beside other classes; the search is saved."""
    searches: list[ClassRepairs] = []
    monkeypatch.setattr(ClassRepairs, "repair", searches.append)
    layers = "# mine\n\n" + WRONG.replace("self.positive = x > 0", "self.positive = 0 < x")
    again = repair(layers, memory, notes="LIMIT = 3\n")
    assert searches == []
    assert again is not None
    assert again.location.line == line_of(layers) == line_of(WRONG) + 2
    assert again.after == ("return prev_grad * slope",)
    assert layers.split("\n")[again.location.source_line - 1] == again.location.source[0]


OTHERS = {
    "a line of the class": (WRONG.replace("slope = self.y", "slope = 1.0 * self.y"), {}),
    "what its file imports": (WRONG.replace("import numpy as np", "import numpy as np\nimport math"), {}),
    "what another file runs": (WRONG, {"notes": "import numpy as np\nnp.seterr(all='raise')\n"}),
    "a program that makes names": (WRONG, {"notes": "def f(x):\n    return eval(x)\n"}),
}  # fmt: skip


@pytest.mark.parametrize("name", OTHERS)
def test_a_text_that_may_do_something_else_is_searched(name: str, memory: RepairMemory) -> None:
    """Whatever may change what the class does makes it another one."""
    layers, others = OTHERS[name]
    before = set(memory.entries)
    repair(layers, memory, **others)
    assert set(memory.entries) - before


def test_where_nothing_is_found_is_kept_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    """A mistake that no edit repairs costs its search once."""
    memory = RepairMemory()
    start, end = LAYERS.index("class Sigmoid"), LAYERS.index("class ReLU")
    strange = "class Sigmoid:\n    def forward(self, x):\n        return x[::-1] + 7.0\n\n\n"
    layers = LAYERS[:start] + strange + LAYERS[end:]
    assert repair(layers, memory) is None
    assert len(memory.entries) == 1
    searches: list[ClassRepairs] = []
    monkeypatch.setattr(ClassRepairs, "repair", searches.append)
    assert repair(layers, memory) is None
    assert searches == []


def test_a_right_submission_is_not_looked_up() -> None:
    """Where nothing failed, there is nothing to be remembered."""
    memory = RepairMemory()
    assert repair(LAYERS, memory) is None
    assert memory.entries == {}
