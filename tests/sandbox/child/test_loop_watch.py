"""A training loop that holds everything is run again on copies of its variables."""

from __future__ import annotations

import contextlib
import io
import sys
from types import FrameType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from grader.sandbox.child.loop_bodies import LoopBody, copy_variables
from grader.sandbox.child.loop_watch import (
    MOST_LOOPS,
    LoopWatch,
    candidate_of,
    run_steps,
    train,
)
from grader.sandbox.child.program_watch import Enough, LastCalls


def count(numbers: list[int]) -> None:
    """Stand for a program that calls a function."""
    numbers.append(1)


def test_a_watch_gives_the_tracer_back_that_was_there_before() -> None:
    """A debugger, or a measure of coverage, goes on after a watched program: its calls stay in pairs."""
    events: list[str] = []

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        if frame.f_code.co_name in ("__enter__", "__exit__", "count") and event != "line":
            events.append(event)
        return trace

    earlier = sys.gettrace()
    sys.settrace(trace)
    try:
        with LoopWatch({}):
            count([])
        after = sys.gettrace()
        count([])
    finally:
        sys.settrace(earlier)
    assert after is trace
    assert events == ["call", "return", "call", "return"]


def test_a_watch_gives_the_profiler_back_that_was_there_before() -> None:
    """A profiler goes on after a program whose calls were followed."""

    def profile(*_: Any) -> None:
        """See nothing."""

    earlier = sys.getprofile()
    sys.setprofile(profile)
    try:
        with LastCalls([], None):
            count([])
        after = sys.getprofile()
    finally:
        sys.setprofile(earlier)
    assert after is profile


# ---- the networks of loops ----

SCRIPT = """
import numpy as np
rng = np.random.default_rng(1)
X = rng.uniform(size=(6, 2))
T = (X[:, 1:] > X[:, :1]) * 1.0
net = {"w": np.array([[0.4], [-0.3]])}
b = np.array([0.1])
rows = []
hidden = np.zeros((6, 3))
for epoch in range(50):
    print("quiet")
    y = 1 / (1 + np.exp(-(X @ net["w"] + b)))
    share = np.ones((6, 1)) / 2
    error = (y - T) / len(T)
    net["w"] = net["w"] - 0.5 * X.T @ error
    b = b - 0.5 * error.sum(axis=0)
"""
PATHS = [[["item", 0], ["item", 3], ["item", 0]], [["item", 0], ["item", 4]]]


def bodies_of(text: str, file: str = "lab.py") -> list[LoopBody]:
    """Run a program under a watch until it has seen enough; return the bodies of its loops."""
    watch = LoopWatch({file: text})
    try:
        with watch, contextlib.redirect_stdout(io.StringIO()):
            exec(compile(text, file, "exec"), {"__name__": "__main__"})
    except Enough:
        pass
    return watch.bodies


def test_a_script_has_its_network_in_the_body_of_its_loop() -> None:
    """Its outputs, its labels and its parameters are variables, named as a student names them."""
    [body] = bodies_of(SCRIPT)
    candidate = candidate_of(body)
    assert candidate is not None
    assert (candidate["kind"], candidate["samples"]) == ("loop", 6)
    assert (candidate["x"], candidate["y"]) == (["labels", "T"], ["variable", "y"])
    assert [array["name"] for array in candidate["arrays"]] == ["b", "net['w']"]
    assert [array["path"] for array in candidate["arrays"]] == PATHS[::-1]


def test_sums_that_happen_to_lie_between_0_and_1_are_no_outputs() -> None:
    """The outputs are what stays there with other parameters: a script has its sums in variables, too."""
    summed = SCRIPT.replace("-0.3", "0.3").replace("y = 1 /", "z = X @ net['w'] + b\n    y = 1 /")
    [body] = bodies_of(summed)
    candidate = candidate_of(body)
    assert candidate is not None
    assert candidate["y"] == ["variable", "y"]


@pytest.mark.parametrize(
    "change",
    [
        ("T = (X[:, 1:] > X[:, :1]) * 1.0", "T = X[:, 1:] - X[:, :1]"),
        ("- 0.5 *", "- 0 *"),
        ("+ b)", "+ b + np.random.standard_normal())"),
        ("y = 1 /", "y = -1 /"),
    ],
)
def test_a_loop_that_trains_nothing_has_no_network(change: tuple[str, str]) -> None:
    """Without labels, steps, outputs between 0 and 1, or where two runs differ, there is none."""
    assert [candidate_of(body) for body in bodies_of(SCRIPT.replace(*change))] == [None]


def test_a_program_is_watched_until_enough_loops_are_known() -> None:
    """A loop that returns cannot be run again; short ones are no loops that train."""
    many = "".join(f"for k{n} in range(3):\n    pass\n" for n in range(MOST_LOOPS + 1))
    assert len(bodies_of(many)) == MOST_LOOPS
    returning = "def f(n):\n    for k in range(n):\n        if k > 4: return k\n"
    assert bodies_of(returning + "f(9)\n") == []
    assert bodies_of("for k in range(2):\n    pass\n") == []
    assert LoopWatch({"broken.py": "for"}).bodies == []


def test_the_tracer_looks_at_the_lines_of_the_submission_alone() -> None:
    """Of other files nothing is followed; the third visit of a loop takes copies of its variables."""
    text = "for k in range(3):\n    a = k\n"
    watch = LoopWatch({"lab.py": text})
    with watch:
        hook: Any = sys.gettrace()
    numbers = np.zeros(2)

    def line(file: str, number: int) -> SimpleNamespace:
        code = SimpleNamespace(co_filename=file)
        return SimpleNamespace(
            f_code=code, f_lineno=number, f_globals={"a": numbers}, f_locals={"k": 1}
        )

    assert hook(line("numpy.py", 2), "call", None) is None
    for number in (1, 2, 2, 2, 2):
        assert hook(line("lab.py", number), "line", None) is not None
    [body] = watch.bodies
    assert body.line == ("lab.py", 2)
    assert body.variables["a"] is not numbers


def test_a_body_runs_from_parameters_that_are_set() -> None:
    """Each step has its outputs, their differences and what became of the parameters."""
    [body] = bodies_of(SCRIPT)
    candidate = {**(candidate_of(body) or {}), "paths": PATHS}
    rng = np.random.default_rng(2)
    values = [[rng.standard_normal((2, 1)), rng.standard_normal(1)] for _ in range(2)]
    steps = run_steps(body, candidate, values, [[0, 1], [0]])
    x, t = body.variables["X"], body.variables["T"]
    for (w, b), step in zip(values, steps, strict=True):
        [forward] = step["forwards"]
        y = 1 / (1 + np.exp(-(x @ w + b)))
        assert np.allclose(forward["y"], y)
        assert np.allclose(forward["jacobians"][1], (y * (1 - y))[np.newaxis], atol=1e-8)
        assert np.allclose(step["after"][0], w - 0.5 * x.T @ (y - t) / 6)
        assert np.array_equal(forward["labels"][0], t[:, 0])


def test_steps_end_where_a_body_changes_the_shape_of_a_parameter() -> None:
    """Such a step could not be compared with any that is right."""
    [body] = bodies_of(SCRIPT)
    candidate = {**(candidate_of(body) or {}), "paths": PATHS}
    values = [[np.zeros((2, 1)), np.zeros(1)]]
    for variables in (body.variables, body.start):
        variables["T"] = np.hstack([variables["T"]] * 2)
    assert run_steps(body, candidate, values, [[0], [0]]) == []


def test_a_body_trains_for_some_seconds_from_where_it_was_met() -> None:
    """Its last outputs fit the parameters before its last step."""
    [body] = bodies_of(SCRIPT)
    candidate = {**(candidate_of(body) or {}), "paths": PATHS}
    [dataset], outputs, (w, b) = train(body, candidate, 0.01)
    assert np.allclose(outputs, 1 / (1 + np.exp(-(body.variables["X"] @ w + b))))
    assert np.array_equal(dataset["x"], body.variables["X"])
    assert np.array_equal(dataset["labels"], body.variables["T"][:, 0])


def test_steps_have_the_memory_of_the_steps_before_and_count_on() -> None:
    """A momentum is as the loop begins with, and goes from step to step; a counter of rounds counts."""
    text = SCRIPT.replace("b = np.array([0.1])", "b, v = np.array([0.1]), 0")
    text = text.replace(
        "b = b - 0.5 * error.sum(axis=0)", "v = 0.9 * v + 1; b = b - v / 100 - epoch / 100"
    )
    [body] = bodies_of(text)
    candidate = {**(candidate_of(body) or {}), "paths": PATHS}
    values = [[np.zeros((2, 1)), np.zeros(1)]] * 3
    steps = run_steps(body, candidate, values, [[0], [0]])
    moves = [-float(step["after"][1][0]) for step in steps]
    assert np.allclose(moves, [0.01, 0.019 + 0.01, 0.0271 + 0.02])


def test_steps_begin_later_where_the_first_round_has_no_parameters_yet() -> None:
    """A body that makes its parameters in its first round is run from its third."""
    text = SCRIPT.replace('net = {"w": np.array([[0.4], [-0.3]])}', "net = {}").replace(
        'print("quiet")', 'net.setdefault("w", np.array([[0.4], [-0.3]]))'
    )
    [body] = bodies_of(text)
    candidate = {**(candidate_of(body) or {}), "paths": PATHS}
    assert len(run_steps(body, candidate, [[np.zeros((2, 1)), np.zeros(1)]], [[0], [0]])) == 1


def test_variables_are_copied_together() -> None:
    """What was one object stays one; modules, functions, and what cannot be copied are kept."""

    class Uncopied(list[Any]):
        __module__ = "__main__"

        def __deepcopy__(self, memo: Any) -> Any:
            raise RuntimeError

    shared, odd = np.zeros(3), Uncopied()
    given = {"a": shared, "b": [shared], "sys": sys, "f": count, "odd": odd, "__x__": shared}
    copies = copy_variables(given)
    assert copies["a"] is copies["b"][0]
    assert copies["a"] is not shared
    assert all(copies[name] is given[name] for name in ("sys", "f", "odd", "__x__"))


def test_a_watch_for_one_loop_ends_with_it() -> None:
    """Loops that come later are not waited for."""
    text = "for a in range(4):\n    pass\nfor b in range(4):\n    pass\nend = 1\n"
    watch = LoopWatch({"lab.py": text}, ("lab.py", 2))
    names: dict[str, Any] = {"__name__": "__main__"}
    with pytest.raises(Enough), watch:
        exec(compile(text, "lab.py", "exec"), names)
    assert [body.line for body in watch.bodies] == [("lab.py", 2)]
    assert "b" not in names
