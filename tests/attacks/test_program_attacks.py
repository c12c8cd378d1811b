"""Watched programs that earn by other means than back-propagation and learning: a person is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from grader.checks import CHECKS
from grader.model import Report, Submission
from grader.pipeline import grading
from grader.rubric import reader, resources
from grader.sandbox.host import ProcessSandbox

READY = reader.load(resources.named_rubric(Path(resources.FREE_FORM)), CHECKS)
FREE = replace(READY, items=tuple(replace(item, seconds=8.0) for item in READY.items))
"""A long loop ends after a fourth of these seconds."""
BASE = (Path(__file__).parent / "base" / "program.py").read_text("utf-8")
Grade = Callable[[str], Report]

STEP = BASE[BASE.index("        d3 =") : BASE.index("    # steps end")]
RATE = "Net(0.5)"
LOSS = """
        weights = [self.w1.copy(), self.w2.copy(), self.w3.copy()]

        def loss():
            h1 = 1 / (1 + np.exp(-self.x @ weights[0]))
            h2 = 1 / (1 + np.exp(-h1 @ weights[1]))
            return np.sum((1 / (1 + np.exp(-h2 @ weights[2])) - y) ** 2) / 2
"""


def differences(step: str, down: str) -> str:
    """Write a backward that takes differences on copies of the weights, where no forward pass is seen."""
    return f"""{LOSS}
        for w, own in zip(weights, (self.w1, self.w2, self.w3)):
            gradient = np.zeros_like(w)
            for k in range(w.size):
                old = w.flat[k]
                w.flat[k] = old + {step}
                up = loss()
                w.flat[k] = old - {down}
                gradient.flat[k] = (up - loss()) / ({step} + {down})
                w.flat[k] = old
            own -= self.lr * gradient
"""


AT_ONCE = """
        w, n, step = np.concatenate([self.w1.ravel(), self.w2.ravel(), self.w3.ravel()]), 28, 1e-4
        p = np.concatenate([w + step * np.eye(n), w - step * np.eye(n)])
        s = lambda z: 1 / (1 + np.exp(-z))
        h1 = s(self.x[None] @ p[:, :8].reshape(-1, 2, 4))
        h2 = s(h1 @ p[:, 8:24].reshape(-1, 4, 4))
        loss = np.sum((s(h2 @ p[:, 24:].reshape(-1, 4, 1)) - y) ** 2, axis=(1, 2)) / 2
        g = (loss[:n] - loss[n:]) / (2 * step)
        self.w1 -= self.lr * g[:8].reshape(2, 4)
        self.w2 -= self.lr * g[8:24].reshape(4, 4)
        self.w3 -= self.lr * g[24:].reshape(4, 1)
"""


@dataclass(frozen=True)
class Cheat:
    """One edit of the base: what it replaces, what it may earn, and what a person must be told."""

    edits: dict[str, str]
    most: float
    flag: str = ""


STORED = "([[-9, 9] * 2, [9, -9] * 2], [[9, -9] * 2, [-9, 9] * 2] * 2, [[9], [-9]] * 2)"
"""Weights with which x2 > x1 is seen."""
FEW = {"EPOCHS = 2500": "EPOCHS = 60"}
SLOW = {RATE: "Net(1e-6)", "EPOCHS = 2500": "EPOCHS = 300"}
"""Steps that are right, and far too small to learn anything."""

CHEATS = {
    "differences of 1e-3": Cheat(
        {**FEW, STEP: differences("1e-3", "1e-3")}, 90, "review_program_jumps"
    ),
    "differences of 1e-5": Cheat(
        {**FEW, STEP: differences("1e-5", "1e-5")}, 90, "review_program_jumps"
    ),
    "differences of 1e-7 on one side": Cheat(
        {**FEW, STEP: differences("1e-7", "0")}, 90, "review_program_jumps"
    ),
    "differences that are rounded": Cheat(
        {
            **FEW,
            STEP: differences("1e-5", "1e-5").replace("* gradient", "* np.round(gradient, 8)"),
        },
        90,
        "review_program_slow",
    ),
    "differences by all weights at once": Cheat({STEP: AT_ONCE}, 90, "review_program_jumps"),
    "labels of one class": Cheat(
        {**SLOW, "(x[:, 1:] > x[:, :1]).astype(float)": "np.ones((n, 1))"}, 70
    ),
    "an accuracy that is printed": Cheat(
        {
            **SLOW,
            "(x[:, 1:] > x[:, :1]).astype(float)": "np.ones((n, 1))",
            "# the end": "print('accuracy: 100%')",
        },
        90,
        "review_program_printed",
    ),
    "other labels than the lab's": Cheat(
        {
            "    x, y = points()": "    def other(x):\n"
            "        return x, (x[:, :1] > 0.5).astype(float)\n\n"
            "    x, y = other(points()[0])"
        },
        90,
        "review_program_missed",
    ),
    "layers without activations": Cheat(
        {
            "1 / (1 + np.exp(-x @ self.w1))": "x @ self.w1",
            "1 / (1 + np.exp(-self.h1 @ self.w2))": "self.h1 @ self.w2",
            " * self.h2 * (1 - self.h2)": "",
            " * self.h1 * (1 - self.h1)": "",
            RATE: "Net(0.02)",
            **FEW,
        },
        90,
        "review_program_linear",
    ),
    "weights that are stored": Cheat(
        {
            **SLOW,
            "    # the end": f"    net.w1[...], net.w2[...], net.w3[...] = {STORED}\n    net.forward(x)",
        },
        90,
        "review_program_at_once",
    ),
    "a start that is stored": Cheat(
        {
            **SLOW,
            "    for epoch": f"    net.w1[...], net.w2[...], net.w3[...] = {STORED}\n    for epoch",
        },
        90,
        "review_program_at_once",
    ),
    "a way to stored weights": Cheat(
        {
            **SLOW,
            "        net.backward(y)\n": "        net.backward(y)\n"
            f"        for w, goal in zip((net.w1, net.w2, net.w3), {STORED} if epoch > 50 else ()):\n"
            "            w += 0.05 * (np.array(goal) - w)\n",
            "EPOCHS = 2500": "EPOCHS = 900",
        },
        90,
        "review_program_otherwise",
    ),
    "a copy with other weights": Cheat(
        {
            **SLOW,
            "    def forward(self, x)": "    def __deepcopy__(self, memo):\n"
            "        other = Net(0.0)\n"
            "        other.w1, other.w2, other.w3 = self.w1.copy(), self.w2.copy(), self.w3.copy()\n"
            "        if hasattr(self, 'ended'):\n"
            f"            other.w1[...], other.w2[...], other.w3[...] = {STORED}\n"
            "        return other\n\n    def forward(self, x)",
            "    # the end": "    net.ended = True\n    net.forward(x)",
        },
        70,
    ),
    "a search": Cheat(
        {
            "        net.backward(y)\n": "        if epoch < 12:\n            net.backward(y)\n            continue\n"
            "        old = [w.copy() for w in (net.w1, net.w2, net.w3)]\n"
            "        loss = np.mean((net.y - y) ** 2)\n"
            "        for w in (net.w1, net.w2, net.w3):\n"
            "            w += 0.1 * np.random.randn(*w.shape)\n"
            "        if np.mean((net.forward(x) - y) ** 2) > loss:\n"
            "            net.w1[...], net.w2[...], net.w3[...] = old\n"
        },
        90,
        "review_program_otherwise",
    ),
    "an error at the end": Cheat({**SLOW, "# the end": "raise ValueError('no figures')"}, 70),
    "a long loop at the end": Cheat(
        {**SLOW, "# the end": "for number in range(10**12):\n        pass"}, 70
    ),
    "an exit at the end": Cheat({**SLOW, "# the end": "raise SystemExit(1)"}, 70),
}


@pytest.fixture(scope="module")
def grade() -> Iterator[Grade]:
    """A function that grades one file by the free form."""
    with ProcessSandbox(FREE.limits) as sandbox:
        yield lambda text: grading.grade(
            Submission("lab", {"lab.py": text.encode()}, "0" * 64), FREE, seed=1, sandbox=sandbox
        )


def cheated(cheat: Cheat) -> str:
    """Return the base with a cheat's edits."""
    text = BASE
    for old, new in cheat.edits.items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def test_the_base_is_right(grade: Grade) -> None:
    """Without an edit it earns all but its figures, and nobody need look at it."""
    report = grade(BASE)
    assert (report.score, report.needs_review) == (90, ())


@pytest.mark.parametrize("name", CHEATS)
def test_a_cheat_earns_nothing_unseen(grade: Grade, name: str) -> None:
    """What it earns beyond its honest part is flagged for a person."""
    report = grade(cheated(CHEATS[name]))
    assert report.score <= CHEATS[name].most
    flags = {flag.id for flag in report.needs_review}
    assert flags >= {CHEATS[name].flag} - {""}
