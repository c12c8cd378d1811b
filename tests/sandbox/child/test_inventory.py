"""What a submission defines is listed with what each definition takes, has and uses."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from grader.sandbox.child.inventory import list_definitions
from grader.sandbox.child.progress_bars import Progress, count

SOURCE = """
import math
lr = 0.1
alpha = "no number"
def sigmoid(x, *more, scale=1, **rest):
    return helper(x)
def helper(x):
    def inner():
        return Net
    return inner
class Base:
    def shared(self, a): pass
class Net(Base):
    size = 3
    def __init__(self, units): self.f = sigmoid
    def __call__(self, x): return x
    def forward(self, x, lr=0.1): return sigmoid(x)
    @staticmethod
    def plain(a): pass
    @classmethod
    def made(cls, b): pass
    def _private(self): pass
class Odd(dict):
    pass
again = Net
sqrt = math.sqrt
"""


def listed() -> dict[str, Any]:
    """Return the inventory of one module, by the names of its definitions."""
    module = ModuleType("handed_in.layers")
    exec(compile(SOURCE, "layers.py", "exec"), vars(module))
    inventory = list_definitions({"layers.py": module})
    rows = {row["name"]: row for row in inventory["definitions"]}
    return {"rows": rows, "rates": inventory["rates"]}


def test_each_definition_is_listed_once_by_its_first_name() -> None:
    """What is imported is none, and neither is a second name; a float that is called a rate is one."""
    inventory = listed()
    assert set(inventory["rows"]) == {"sigmoid", "helper", "Base", "Net", "Odd"}
    assert {row["file"] for row in inventory["rows"].values()} == {"layers.py"}
    assert inventory["rates"] == [["layers.py", "lr"]]


def test_parameters_say_whether_they_are_positional_and_required() -> None:
    """Those that take anything further are called so; Python may know none."""
    rows = listed()["rows"]
    assert rows["sigmoid"]["kind"] == "function"
    assert rows["sigmoid"]["parameters"] == [
        ["x", True, True], ["*args", False, False], ["scale", False, False], ["**kwargs", False, False],
    ]  # fmt: skip
    assert rows["Net"]["parameters"] == [["units", True, True]]


def test_methods_are_listed_as_they_are_called() -> None:
    """Without the object itself; those of a base class too, but not what Python brings."""
    methods = dict(listed()["rows"]["Net"]["methods"])
    assert set(methods) == {"forward", "shared", "plain", "made", "__call__"}
    assert methods["forward"] == [["x", True, True], ["lr", True, False]]
    assert methods["plain"] == [["a", True, True]]
    assert methods["made"] == [["b", True, True]]
    assert listed()["rows"]["Odd"]["methods"] == []


def test_a_definition_uses_others_of_the_submission() -> None:
    """Also from within a function of its own."""
    rows = listed()["rows"]
    assert rows["sigmoid"]["uses"] == [["layers.py", "helper"]]
    assert rows["helper"]["uses"] == [["layers.py", "Net"]]
    assert rows["Net"]["uses"] == [["layers.py", "sigmoid"]]


def test_a_progress_bar_is_the_loop_alone() -> None:
    """It goes through what it was given, counts, and does nothing else."""
    with count(2, 5, desc="epochs") as bar:
        assert list(bar) == [2, 3, 4]
        assert (len(bar), bar.n, bool(bar)) == (3, 3, True)
        bar.set_description("text")
        bar.write("text")
    endless = Progress(total=None)
    endless.update(4)
    assert (len(endless), endless.n) == (0, 4)
    assert not hasattr(endless, "_private")
