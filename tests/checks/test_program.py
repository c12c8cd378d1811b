"""Programs of any structure are judged by what they do while they train."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grader.checks import CHECKS
from grader.model import Report, Submission, Verdict
from grader.observation.program_fit import hidden_layers
from grader.pipeline import grading
from grader.rubric import reader, resources
from grader.sandbox.host import ProcessSandbox
from tests.checks.program_of_units import UNITS

FREE = reader.load(resources.named_rubric(Path(resources.FREE_FORM)), CHECKS)
DEFAULT = reader.load(resources.default_rubric(), CHECKS)
Grade = Callable[..., Report]

CLASS = """
import numpy as np

class Net:
    def __init__(self, hidden=4, lr=0.5):
        self.w1 = np.random.randn(2, hidden)
        self.w2 = np.random.randn(hidden, hidden)
        self.w3 = np.random.randn(hidden, 1)
        self.lr = lr

    def forward(self, x):
        self.x = x
        self.h1 = 1 / (1 + np.exp(-x @ self.w1))
        self.h2 = 1 / (1 + np.exp(-self.h1 @ self.w2))
        self.y = 1 / (1 + np.exp(-self.h2 @ self.w3))
        return self.y

    def backward(self, y):
        d3 = (self.y - y) * self.y * (1 - self.y)
        d2 = d3 @ self.w3.T * self.h2 * (1 - self.h2)
        d1 = d2 @ self.w2.T * self.h1 * (1 - self.h1)
        self.w3 -= self.lr * self.h2.T @ d3
        self.w2 -= self.lr * self.h1.T @ d2
        self.w1 -= self.lr * self.x.T @ d1
"""

MAIN = """
def points(n=60):
    x = np.random.uniform(size=(n, 2))
    return x, (x[:, 1:] > x[:, :1]).astype(float)

if __name__ == "__main__":
    x, y = points()
    net = Net()
    for epoch in range(2000):
        net.forward(x)
        net.backward(y)
"""

NUMERICAL = MAIN.replace("        net.backward(y)\n", """
        for w in (net.w1, net.w2, net.w3):
            for k in range(w.size):
                old = w.flat[k]
                w.flat[k] = old + 1e-4
                up = np.mean((net.forward(x) - y) ** 2)
                w.flat[k] = old - (up - np.mean((net.forward(x) - y) ** 2)) / 1e-4
""")  # fmt: skip


@pytest.fixture(scope="module")
def grade() -> Iterator[Grade]:
    """A function that grades one file, by the free form or by another rubric."""
    with ProcessSandbox(FREE.limits) as sandbox:

        def graded(text: str, rubric: object = FREE) -> Report:
            submission = Submission("lab", {"lab.py": text.encode()}, "0" * 64)
            return grading.grade(submission, rubric, seed=1, sandbox=sandbox)  # type: ignore[arg-type]

        yield graded


def verdicts(report: Report) -> dict[str, Verdict]:
    """Return the verdict of each check."""
    return {outcome.item.check: outcome.verdict for outcome in report.outcomes}


def message_of(report: Report, check: str) -> str:
    """Return the id of what a check says, or nothing."""
    [outcome] = [o for o in report.outcomes if o.item.check == check]
    return "" if outcome.message is None else outcome.message.id


def test_a_right_program_earns_all_but_its_figures(grade: Grade) -> None:
    """A class for the whole network is recognised, its steps are right, and it learns."""
    report = grade(CLASS + MAIN)
    assert report.score == 90
    assert report.needs_review == ()
    assert message_of(report, "program.figures") == "program_no_figures"


def test_the_program_stands_in_for_classes_that_are_not_there(grade: Grade) -> None:
    """By the rubric of the lab's classes the same program earns what it shows."""
    report = grade(CLASS + MAIN, DEFAULT)
    assert verdicts(report)["linear.backward.weights"] is Verdict.PASSED
    assert report.score == 97


MISTAKES = {
    "no derivative": ("d2 = d3 @ self.w3.T * self.h2 * (1 - self.h2)", "d2 = d3 @ self.w3.T"),
    "uphill": ("-= self.lr", "+= self.lr"),
    "a factor": ("self.w1 -= self.lr *", "self.w1 -= self.lr * 2 *"),
    "a layer that stays": ("        self.w2 -= self.lr * self.h1.T @ d2\n", ""),
    "no step": ("self.lr = lr", "self.lr = 0.0"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_wrong_step_is_caught(grade: Grade, mistake: str) -> None:
    """Each mistake fails the gradient, and no person is needed."""
    old, new = MISTAKES[mistake]
    assert old in CLASS
    report = grade(CLASS.replace(old, new) + MAIN)
    assert verdicts(report)["program.gradient"] is Verdict.FAILED


def test_steps_of_the_cross_entropy_without_a_logarithm_are_shown_to_a_person(grade: Grade) -> None:
    """They are right for that loss; beside a squared error the last derivative is left out."""
    shares = CLASS.replace("d3 = (self.y - y) * self.y * (1 - self.y)", "d3 = self.y - y")
    report = grade(shares + MAIN)
    assert verdicts(report)["program.gradient"] is Verdict.PASSED
    assert [flag.id for flag in report.needs_review] == ["review_program_without_logarithm"]
    assert grade(shares + MAIN + "        loss = -np.log(net.y).mean()\n").needs_review == ()


def test_a_class_without_a_program_is_trained_by_the_grader(grade: Grade) -> None:
    """What is called after its arguments can be called; where that fails nobody is blamed."""
    assert verdicts(grade(CLASS))["program.gradient"] is Verdict.PASSED
    ascent = grade(CLASS.replace("-= self.lr", "+= self.lr"))
    assert verdicts(ascent)["program.gradient"] is Verdict.REVIEW


def test_a_network_with_one_hidden_layer_is_not_that_of_the_lab(grade: Grade) -> None:
    """Its gradient may be right; the lab asks for two hidden layers."""
    one = CLASS.replace("-self.h2 @ self.w3", "-self.h1 @ self.w3").replace(
        "self.w3 -= self.lr * self.h2.T", "self.w3 -= self.lr * self.h1.T"
    )
    one = one.replace("        self.w2 -= self.lr * self.h1.T @ d2\n", "")
    one = one.replace("d1 = d2 @ self.w2.T * self.h1", "d1 = d3 @ self.w3.T * self.h1")
    report = grade(one + MAIN)
    assert message_of(report, "program.network") == "program_few_layers"
    assert verdicts(report)["program.gradient"] is Verdict.PASSED


def test_one_unit_of_many_is_no_network_without_hidden_layers(grade: Grade) -> None:
    """Where units are lists of numbers, a person sees what they form."""
    assert verdicts(grade(UNITS))["program.network"] is Verdict.REVIEW


def test_a_layer_that_is_too_large_to_be_followed_is_no_missing_layer(grade: Grade) -> None:
    """Whether a network of very wide layers has two of them, a person decides."""
    wide = CLASS.replace("hidden=4, lr=0.5", "hidden=150, lr=0.001")
    report = grade(wide + MAIN.replace("2000", "20"))
    assert message_of(report, "program.network") == "program_layers_unknown"
    assert verdicts(report)["program.network"] is Verdict.REVIEW


def test_numerical_gradients_are_no_back_propagation(grade: Grade) -> None:
    """A program that moves each weight by differences of its outputs does not earn its gradient."""
    assert verdicts(grade(CLASS + NUMERICAL))["program.gradient"] is not Verdict.PASSED


def test_a_program_without_a_network_waits_for_a_person(grade: Grade) -> None:
    """Nothing is decided where nothing is recognised, and nothing is earned."""
    report = grade("import numpy as np\nprint('accuracy 100 %', np.zeros(3))\n")
    assert report.score == 0
    assert verdicts(report)["program.gradient"] is Verdict.REVIEW


FORGED = CLASS.replace("    def backward(self, y):", """
    def backward(self, y):
        import sys
        for module in list(sys.modules.values()):
            if hasattr(module, "jacobian"):
                module.jacobian = lambda array, entries, *rest: np.zeros((len(entries), len(y), 1))
        self.w1 -= 0.1 * np.random.randn(*self.w1.shape)
        return

    def unused(self, y):""")  # fmt: skip


def test_differences_that_the_child_reports_are_not_believed(grade: Grade) -> None:
    """A submission that replaces how differences are taken earns no gradient."""
    assert verdicts(grade(FORGED + MAIN))["program.gradient"] is not Verdict.PASSED


TABLE = """
import numpy as np

class Table:
    def __init__(self, n):
        self.answers = np.random.uniform(size=(n, 1))

    def forward(self, x):
        return self.answers * 1.0

if __name__ == "__main__":
    x = np.random.uniform(size=(60, 2))
    y = (x[:, 1:] > x[:, :1]).astype(float)
    table = Table(len(x))
    for epoch in range(2000):
        out = table.forward(x)
        table.answers -= 0.1 * (out - y)
"""


def test_a_table_of_answers_is_no_network(grade: Grade) -> None:
    """An array with an entry for each sample goes down the gradient, and a person decides what it is."""
    report = grade(TABLE)
    verdicts = {outcome.item.check: outcome.verdict for outcome in report.outcomes}
    assert verdicts["program.network"] is Verdict.REVIEW
    assert verdicts["program.gradient"] is Verdict.REVIEW
    assert report.score <= 0.03 * report.max_score


ACTIVATION = """
import numpy as np

class Dense:
    def __init__(self, n_in, n_out):
        self.weights = np.random.randn(n_in, n_out)

    def forward(self, inputs):
        self.inputs = inputs
        self.output = inputs @ self.weights

    def backward(self, dvalues):
        self.dweights = self.inputs.T @ dvalues
        self.dinputs = dvalues @ self.weights.T

class Rectifier:
    def forward(self, inputs):
        self.inputs = inputs
        self.output = np.maximum(0, inputs)

    def backward(self, dvalues):
        self.dinputs = dvalues.copy()
        self.dinputs[self.inputs >= 0] = 0
"""


def test_what_a_backward_leaves_is_no_output_of_forward(grade: Grade) -> None:
    """A gradient that stands in an attribute of a layer is neither the output nor the parameter of a network."""
    report = grade(ACTIVATION)
    verdicts = {outcome.item.check: outcome.verdict for outcome in report.outcomes}
    assert verdicts["program.gradient"] is Verdict.REVIEW
    assert report.score <= 0.03 * report.max_score


def test_many_matrices_of_one_shape_do_not_keep_the_grader_busy() -> None:
    """The orders in which square matrices may follow each other are not tried one by one."""
    start = time.monotonic()
    assert hidden_layers([(2, 4), *[(4, 4)] * 9, (4, 1)]) == 10
    assert hidden_layers([(2, 4), *[(4, 4)] * 60, (4, 1)]) is None
    assert hidden_layers([(k, j) for k in range(2, 6) for j in range(2, 5)]) is not None
    assert time.monotonic() - start < 5


DRAWN = """
import matplotlib.pyplot as plt
import numpy as np

x = np.random.uniform(size=(60, 2))
y = x[:, 1] > x[:, 0]
for epoch in range(3):
    print("accuracy: 52%")
for title in ("truth", "prediction"):
    plt.figure()
    plt.title(title)
    plt.plot(*x[y].T, "ro")
    plt.plot(*x[~y].T, "bo")
plt.figure()
plt.plot(np.linspace(1, 0, 50))
plt.show()
"""


def test_figures_and_accuracies_without_a_network_wait_for_a_person(grade: Grade) -> None:
    """What a program draws and prints earns and loses nothing where no network was recognised."""
    report = grade(DRAWN)
    verdicts = {outcome.item.check: outcome.verdict for outcome in report.outcomes}
    assert verdicts["program.figures"] is Verdict.REVIEW
    assert verdicts["program.learning"] is Verdict.REVIEW
    figures = next(o for o in report.outcomes if o.item.check == "program.figures")
    assert figures.pictures
    assert report.score <= 0.03 * report.max_score


PASSED_ON = CLASS.replace("def backward(self, y):", "def backward(self, y, lr=0.5):").replace(
    "        self.w3 -= self.lr * self.h2.T @ d3\n"
    "        self.w2 -= self.lr * self.h1.T @ d2\n"
    "        self.w1 -= self.lr * self.x.T @ d1\n",
    "        self.grads = self.x.T @ d1, self.h1.T @ d2, self.h2.T @ d3\n"
    "        self.update(lr / len(y))\n\n"
    "    def update(self, lr=0.01):\n"
    "        for w, g in zip((self.w1, self.w2, self.w3), self.grads):\n"
    "            w -= lr * g\n",
)


def test_the_mean_may_be_taken_in_the_rate(grade: Grade) -> None:
    """A rate that is divided on its way is no other rate; one that is not passed on is."""
    right = grade(PASSED_ON + MAIN)
    assert verdicts(right)["program.gradient"] is Verdict.PASSED
    wrong = grade(PASSED_ON.replace("self.update(lr / len(y))", "self.update()") + MAIN)
    assert verdicts(wrong)["program.gradient"] is Verdict.FAILED


ONE_OBJECT = (
    MAIN
    + """
        if epoch == 1998:
            net.__init__()
            x, y = points(40)
"""
)
"""A network that learns, and then is trained from a new start on other data, once."""


def test_a_network_that_begins_anew_has_learned_what_it_had_learned(grade: Grade) -> None:
    """Its earlier parameters count; where the samples were changed, nobody knows what it was given."""
    assert message_of(grade(CLASS + ONE_OBJECT), "program.learning") == ""
    report = grade(CLASS + ONE_OBJECT.replace("net.forward(x)", "net.forward(1 - x)"))
    assert verdicts(report)["program.learning"] is Verdict.REVIEW
    assert message_of(report, "program.learning") == "program_learning_unknown"


FITTED = """
import numpy as np

class Net:
    def __init__(self):
        self.w = [np.random.randn(a, b) for a, b in ((2, 4), (4, 4), (4, 1))]

    def predict(self, x):
        for w in self.w:
            x = 1 / (1 + np.exp(-x @ w))
        return x

    def loss(self, x, y):
        for w in self.w:
            x = 1 / (1 + np.exp(-x @ w))
        return np.sum((x - y) ** 2)

    def fit(self, x, y, epochs=10):
        for _ in range(epochs):
            moves = [np.zeros_like(w) for w in self.w]
            for w, move in zip(self.w, moves):
                for k in range(w.size):
                    old = w.flat[k]
                    w.flat[k] = old + 1e-6
                    up = self.loss(x, y)
                    w.flat[k] = old - 1e-6
                    move.flat[k] = (up - self.loss(x, y)) / 2e-6
                    w.flat[k] = old
            for w, move in zip(self.w, moves):
                w -= 0.1 * move

x = np.random.uniform(size=(60, 2))
net = Net()
net.fit(x, (x[:, 1:] > x[:, :1]).astype(float))
print(net.predict(x))
"""


def test_a_method_that_trains_by_numerical_gradients_is_shown_to_a_person(grade: Grade) -> None:
    """Its steps from parameters that hardly differ are on the same samples, and jump."""
    report = grade(FITTED)
    [outcome] = [o for o in report.outcomes if o.item.check == "program.gradient"]
    assert "program_jumps" in [remark.id for remark in outcome.remarks]


def test_a_method_that_trains_by_no_gradient_is_no_back_propagation(grade: Grade) -> None:
    """Equal steps from equal parameters are no chance; each sample moves the weights as far as any other."""
    differences = FITTED[
        FITTED.index("                for k in range") : FITTED.index(
            "            for w, move in zip(self.w, moves):\n                w -="
        )
    ]
    report = grade(FITTED.replace(differences, "                move += len(x) * w * w\n"))
    assert message_of(report, "program.gradient") == "program_not_descent"


def test_a_method_whose_step_is_not_known_waits_for_a_person(grade: Grade) -> None:
    """It may leave some samples out, as those for validation, whatever the size of its batch."""
    held_out = FITTED.replace(
        "epochs=10):\n",
        "epochs=10, batch_size=100):\n        x, y = x[: len(x) * 4 // 5], y[: len(x) * 4 // 5]\n",
    )
    assert message_of(grade(held_out), "program.gradient") == "program_steps_unknown"
