"""Which line of a loop of training differs from a right one."""

from __future__ import annotations

import pytest

from grader.diagnosis import outline
from grader.diagnosis.training_lines import odd_line
from grader.sandbox.child import source_scan

BATCHES = """
import numpy as np

def train(model, inputs, labels, rate=0.1, rounds=100, part=None):
    count = inputs.shape[0]
    step = part or count
    history = []
    for turn in range(rounds):
        perm = np.random.permutation(count)
        acc = 0
        for first in range(0, count, step):
            rows = perm[first:first + step]
            out = model.forward(inputs[rows])
            err = model.cal_loss(out, labels[rows])
            model.backward(rate)
            acc += err * len(rows)
        history.append(acc / count)
    return history
"""


def told(old: str, new: str, source: str = BATCHES) -> str:
    """Return the text of the line that differs where a part of a right loop is another, or nothing."""
    assert source.count(old) == 1
    scan = source_scan.scan(source.replace(old, new).encode())
    outlines = outline.read([("training.py", scan)])
    statement = odd_line(outlines.files["training.py"].blocks["train"])
    return "" if statement is None else statement.text


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("range(rounds)", "range(100)"),
        ("range(0, count, step)", "range(count)"),
        ("perm[first:first + step]", "perm[first:first + 1]"),
        ("model.backward(rate)", "model.backward(-rate)"),
        ("labels[rows]", "labels"),
        ("np.random.permutation(count)", "np.random.randint(0, count, count)"),
        ("history.append(acc / count)", "history = [acc / count]"),
    ],
)
def test_the_line_that_alone_differs_is_told(old: str, new: str) -> None:
    """All others agree with a right loop, whatever the names are."""
    assert new in told(old, new)


def test_a_right_loop_has_no_odd_line() -> None:
    """Then the mistake is somewhere else."""
    assert told("history = []", "history = []") == ""


def test_of_two_lines_that_are_the_same_the_second_is_too_many() -> None:
    """A step is made twice."""
    again = "model.backward(rate)\n            model.backward(rate)"
    assert told("model.backward(rate)", again) == "model.backward(rate)"


def test_two_lines_that_differ_name_none() -> None:
    """A gradient that comes before the loss, or a line that is missing."""
    loss, step = "err = model.cal_loss(out, labels[rows])", "model.backward(rate)"
    swapped = f"{step}\n            {loss}"
    assert told(f"{loss}\n            {step}", swapped) == ""
    assert told("        history.append(acc / count)\n", "") == ""


def test_a_mean_that_may_be_taken_in_two_places_names_none() -> None:
    """``/ count`` may be missing where the loss is added, or where the sum is kept."""
    assert told("history.append(acc / count)", "history.append(acc)") == ""


def test_a_name_that_nobody_set_is_in_the_odd_line() -> None:
    """What an odd line sets must be what the others read."""
    assert told("rows = perm[first:first + step]", "other = perm[first:first + step]") == ""


def test_a_depth_that_differs_is_a_difference() -> None:
    """What is kept in every batch is not kept in every epoch."""
    deeper = "    history.append(acc / count)"
    assert told("history.append(acc / count)", deeper) == "history.append(acc / count)"
