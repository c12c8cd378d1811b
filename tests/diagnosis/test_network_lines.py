"""Which line of a network differs from that of the lab."""

from __future__ import annotations

import pytest

from grader.diagnosis import outline
from grader.diagnosis.network_lines import odd_line
from grader.sandbox.child import source_scan

NETWORK = """
from layers import Linear, Sigmoid
from losses import MSE, BinaryCrossEntropy

class TLNN:
    def __init__(self, first=4, second=4):
        self.layers = [Linear(2, first), Sigmoid(), Linear(first, second), Sigmoid(), Linear(second, 1, False),
                       Sigmoid()]
        self.loss_func = MSE()

    def forward(self, inputs):
        out = inputs
        for one in self.layers:
            out = one.forward(out)
        return out

    def cal_loss(self, prediction, truth):
        return self.loss_func.forward(prediction, truth)

    def backward(self, rate=0.1):
        g = self.loss_func.backward()
        for one in self.layers[::-1]:
            g = one.backward(g, rate)
"""


def told(old: str, new: str) -> str:
    """Return the text of the line that alone differs where a part of a right network is another, or nothing."""
    assert NETWORK.count(old) == 1
    scan = source_scan.scan(NETWORK.replace(old, new).encode())
    outlines = outline.read([("network.py", scan)])
    site = odd_line(outlines.members("TLNN", "network.py"))
    return "" if site is None else site[1].text


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Linear(2, first)", "Linear(2, 4)"),
        ("Linear(second, 1, False)", "Linear(second, 1)"),
        ("= MSE()", "= BinaryCrossEntropy()"),
        ("return out", "return out > 0.5"),
        ("forward(prediction, truth)", "forward(truth, prediction)"),
        ("self.layers[::-1]", "self.layers[1::-1]"),
        ("one.backward(g, rate)", "one.backward(g, rate / 2)"),
    ],
)
def test_the_line_that_alone_differs_is_told(old: str, new: str) -> None:
    """All others, of all four methods, agree with a right network."""
    assert new.strip("= ") in told(old, new)


def test_a_right_network_has_no_odd_line() -> None:
    """A width that is wrong by default stands in no statement."""
    assert told("first=4", "first=2") == ""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("= MSE()\n\n    def forward(self, inputs):\n",
         "= MSE()\n        self.n = 0\n\n    def forward(self, inputs):\n        m = 1\n"),
        ("= one.backward(g, rate)", "= one.backward(g, rate / 2)\n        g = self.loss_func.backward() * 2"),
    ],
)  # fmt: skip
def test_where_more_than_one_line_differs_none_is_told(old: str, new: str) -> None:
    """Each of them may be the mistake."""
    assert told(old, new) == ""


def test_a_network_without_one_of_its_methods_has_no_odd_line() -> None:
    """What is inherited from elsewhere, or missing, cannot be compared."""
    assert told("def cal_loss", "def loss") == ""


def lines_told(old: str, new: str) -> tuple[str, int]:
    """Return the text of the first line that is told, and how many there are."""
    scan = source_scan.scan(NETWORK.replace(old, new).encode())
    outlines = outline.read([("network.py", scan)])
    site = odd_line(outlines.members("TLNN", "network.py"))
    assert site is not None
    return site[1].text, site[1].end_line - site[1].line + 1


def test_lines_that_are_too_many_are_one_place() -> None:
    """A loop with its body, or a pass that is made twice: without them all agrees."""
    loss = "        self.loss_func = MSE()\n"
    loop = "        for one in self.layers[::2]:\n            one.w[:] = 1\n"
    assert lines_told(loss, loss + loop) == ("for one in self.layers[::2]", 2)
    step = NETWORK[NETWORK.index("        g = self") :]
    assert lines_told(step, step + step) == ("g = self.loss_func.backward()", 3)
