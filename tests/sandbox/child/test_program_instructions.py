"""A whole program is surveyed, followed and run to its end by three instructions."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.sandbox import answer_schema
from grader.sandbox.child.class_driver import SAMPLE_COUNT
from grader.sandbox.child.program_instructions import MAX_PRINTED, LastText
from grader.sandbox.host import LocalSandbox

DATA = """
import numpy as np
X = np.random.default_rng(1).uniform(size=(8, 2))
T = (X[:, 1:] > X[:, :1]) * 1.0
def load():
    return X, T
"""
NETWORK = """
class Net:
    def __init__(self):
        self.w, self.b = np.array([[0.4], [-0.3]]), np.array([0.1])
    def {forward}(self, x):
        self.x, self.y = x, 1 / (1 + np.exp(-(x @ self.w + self.b)))
        return self.y
    def step(self, truth, lr=0.5):
        error = (self.y - truth) / len(truth)
        self.w = self.w - lr * self.x.T @ error
        self.b = self.b - lr * error.sum(axis=0)
    def fit(self, x, y, epochs=20):
        for _ in range(epochs):
            self.{forward}(x)
            self.step(y)
"""
STEPS = DATA + NETWORK.format(forward="forward") + """
net = Net()
x, t = load()
for epoch in range({epochs}):
    net.forward(x)
    net.step(t)
print("end", input())
"""  # fmt: skip
FITS = DATA + NETWORK.format(forward="predict").replace("self.predict(x)\n", "Net.predict(self, x)\n") + """
net = Net()
net.fit(*load())
"""  # fmt: skip
LOOP = DATA + """
w = np.array([[0.4], [-0.3]])
for epoch in range(20):
    y = 1 / (1 + np.exp(-(X @ w)))
    w = w - 0.5 * X.T @ (y - T) / 8
"""  # fmt: skip
VALUES = [[np.array([[0.2], [0.3]]), np.array([-0.1])], [np.array([[-0.5], [0.7]]), np.array([0.4])]]  # fmt: skip


def ask(text: str, name: str, *operands: Any, path: str = "lab.py", seconds: float = 5.0) -> Any:
    """Load a program, send it one instruction, and forget it."""
    wire = LocalSandbox().open()
    lines: list[list[Any]] = [["load", "_", {"lab.py": text.encode()}, "x"]]
    if not path:
        lines.append(["import", "_", "lab.py", 5.0])
    lines.append([name, "_", path, seconds, *operands])
    try:
        *_, answer = wire.exchange(lines, 10.0)
    finally:
        wire.close()
    assert answer is not None
    assert answer_schema.fits(lines[-1], answer), answer
    return answer["value"]


def with_paths(candidate: dict[str, Any]) -> dict[str, Any]:
    """Return a candidate as the host sends it back."""
    paths = [array["path"] for array in candidate["arrays"]]
    return {**{k: v for k, v in candidate.items() if k != "arrays"}, "paths": paths}


def survey(text: str, *, kind: str = "calls", path: str = "lab.py") -> dict[str, Any]:
    """Return the last network that a survey lists."""
    answer = ask(text, "survey_program", kind, path=path)
    assert answer["error"] is None
    return with_paths(answer["candidates"][-1])


def test_a_forward_pass_is_listed_followed_and_asked() -> None:
    """Its steps start where they are told to, and its answers are those of the trained network."""
    text = STEPS.format(epochs=20)
    candidate = survey(text)
    assert (candidate["name"], candidate["kind"]) == ("forward", "forward")
    steps = ask(text, "watch_steps", candidate, VALUES, [[0, 1], [0]])["steps"]
    for step, values in zip(steps, VALUES, strict=True):
        assert np.array_equal(step["before"][0], values[0])
    run = ask(text, "run_program", 5.0, candidate)
    assert (run["error"], run["late"], run["cut"]) == (None, False, False)
    assert run["printed"] == "end \n"
    assert run["asked"] == [["lab.py", text[: text.index("input")].count("\n") + 1]]
    [data] = run["datasets"]
    assert run["answers"]
    for answer in run["answers"]:
        y = 1 / (1 + np.exp(-(data["x"] @ answer["arrays"][0] + answer["arrays"][1])))
        assert np.allclose(answer["outputs"], y)


def test_a_long_loop_is_cut_and_what_comes_after_it_runs() -> None:
    """A program that would train for minutes still prints its end."""
    run = ask(STEPS.format(epochs=10**8), "run_program", 0.01, None)
    assert run["cut"]
    assert run["printed"] == "end \n"
    assert run["answers"] == []


def test_a_method_that_trains_is_followed_one_sample_at_a_time() -> None:
    """Where no forward pass is called between steps, the method itself is called for one epoch."""
    candidate = survey(FITS.replace("epochs=20", "epochs=3"))
    assert (candidate["name"], candidate["kind"], candidate["trainer"]) == ("predict", "method", "fit")  # fmt: skip
    answer = ask(FITS, "watch_steps", candidate, VALUES, [[0, 1], [0]])
    assert [len(step["forwards"][0]["x"]) for step in answer["steps"]] == [1, 1]
    assert ask("", "watch_steps", candidate, VALUES, [[0, 1], [0]])["steps"] == []


def test_a_method_that_trains_until_it_is_right_is_given_up() -> None:
    """On two samples it never is; the survey ends all the same, and lists no network of it."""
    waits = FITS.replace(
        "for _ in range(epochs):", "while epochs > 0 or len(x) < 8:\n            epochs -= 1"
    )
    answer = ask(waits, "survey_program", "calls", seconds=0.4)
    assert not answer["error"]
    assert [
        one for one in answer["candidates"] if one["kind"] == "method" and one["calls"] == 0
    ] == []


def test_a_network_that_does_not_answer_is_given_up() -> None:
    """A forward pass that waits for ever on what it is asked costs no other answer, and not the run."""
    text = STEPS.format(epochs=20) + "Net.is_trained = True\n"
    text = text.replace(
        "    def forward(self, x):\n",
        "    is_trained = False\n    def forward(self, x):\n        while self.is_trained: pass\n",
    )
    run = ask(text, "run_program", 0.2, survey(text))
    assert run["error"] is None
    assert run["answers"] == []


def test_the_body_of_a_loop_is_followed_and_trained() -> None:
    """A script without functions has its steps, its data and its answers from copies of its variables."""
    candidate = survey(LOOP, kind="loops")
    assert (candidate["name"], candidate["kind"]) == ("y", "loop")
    values = [[arrays[0]] for arrays in VALUES]
    steps = ask(LOOP, "watch_steps", candidate, values, [[0, 1]])["steps"]
    assert [len(step["forwards"][0]["y"]) for step in steps] == [8, 8]
    run = ask(LOOP, "run_program", 0.01, candidate)
    [data], [answer] = run["datasets"], run["answers"]
    assert np.allclose(answer["outputs"], 1 / (1 + np.exp(-(data["x"] @ answer["arrays"][0]))))
    gone = {**candidate, "line": 1}
    assert ask(LOOP, "watch_steps", gone, values, [[0, 1]])["steps"] == []
    assert ask(LOOP, "run_program", 0.01, gone)["answers"] == []


def test_a_class_without_a_program_is_driven() -> None:
    """No path means that a network class is trained on data of ours."""
    text = DATA + NETWORK.format(forward="forward")
    candidate = survey(text, path="")
    assert candidate["name"] == "forward"
    answer = ask(text, "watch_steps", candidate, VALUES, [[0, 1], [0]], path="")
    assert len(answer["steps"]) == 2
    assert {len(data["x"]) for data in answer["datasets"]} == {8, SAMPLE_COUNT}
    run = ask(text, "run_program", 0.05, candidate, path="")
    assert len(run["answers"]) >= 1


def test_a_variable_of_its_own_that_is_called_range_stays() -> None:
    """Only where a module uses the range of Python are its long loops cut."""
    text = DATA + "range = (0.4, -0.3)\n" + NETWORK.format(forward="forward")
    text = text.replace("np.array([[0.4], [-0.3]])", "np.array(range)[:, np.newaxis]")
    text = text.replace("in range(epochs)", "in [1] * epochs")
    run = ask(text, "run_program", 0.05, survey(text, path=""), path="")
    assert len(run["answers"]) >= 1


def test_what_a_program_raises_is_an_answer() -> None:
    """It names the error, its file and its line."""
    for name, operands in (("survey_program", [False]), ("run_program", [1.0, None])):
        error = ask("x = 1\nx / 0\n", name, *operands)["error"]
        assert (error["type"], error["file"], error["line"]) == ("ZeroDivisionError", "lab.py", 2)


def test_the_end_of_what_is_printed_is_kept() -> None:
    """A program that prints for hours needs no memory for it."""
    text = LastText()
    for number in range(20_000):
        text.write(f"{number}\n")
    assert text.tell() < 5 * MAX_PRINTED
    assert text.getvalue().endswith("19999\n")
