"""Small submissions as students hand them in, in shapes of their own."""

from __future__ import annotations

from collections.abc import Mapping

from grader.rubric import resources

TEMPLATE: Mapping[str, bytes] = {
    path.name: path.read_bytes() for path in sorted(resources.student_template().glob("*.py"))
}
Files = Mapping[str, bytes]

WHOLE_NETWORK = b"""
import numpy as np


class NeuralNetwork:
    def __init__(self, h1=4, h2=4):
        self.w1 = np.random.randn(2, h1)
        self.w2 = np.random.randn(h1, h2)
        self.w3 = np.random.randn(h2, 1)

    def sigmoid(self, x):
        return 1 / (1 + np.exp(-x))

    def forward(self, x):
        self.x = x
        self.a1 = self.sigmoid(x @ self.w1)
        self.a2 = self.sigmoid(self.a1 @ self.w2)
        self.a3 = self.sigmoid(self.a2 @ self.w3)
        return self.a3

    def backward(self, y, lr=0.1):
        d3 = 2 * (self.a3 - y) / len(y) * self.a3 * (1 - self.a3)
        d2 = d3 @ self.w3.T * self.a2 * (1 - self.a2)
        d1 = d2 @ self.w2.T * self.a1 * (1 - self.a1)
        self.w3 -= lr * self.a2.T @ d3
        self.w2 -= lr * self.a1.T @ d2
        self.w1 -= lr * self.x.T @ d1
"""
"""One class that does everything, and does it right."""

WRONG_NETWORK = WHOLE_NETWORK.replace(b" * self.a2 * (1 - self.a2)", b" * (1 - self.a2)")
ODD_NAMES = WHOLE_NETWORK.replace(b"def forward", b"def compute").replace(
    b"def backward", b"def learn"
)

FUSED = b"""
import numpy as np


class Layer:
    def __init__(self, n_in, n_out):
        self.w = np.random.randn(n_in, n_out)

    def forward(self, x):
        self.x, self.y = x, 1 / (1 + np.exp(-x @ self.w))
        return self.y

    def backprop(self, g, lr):
        g = g * self.y * (1 - self.y)
        dx = g @ self.w.T
        self.w -= lr * self.x.T @ g
        return dx


class Network:
    def __init__(self):
        self.layers = [Layer(2, 4), Layer(4, 4), Layer(4, 1)]

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def train(self, x, y, epochs=10, lr=0.1):
        for _ in range(epochs):
            g = 2 * (self.forward(x) - y) / len(y)
            for layer in self.layers[::-1]:
                g = layer.backprop(g, lr)
"""
"""Layers that hold their activation, and a network of them."""

WRONG_FUSED = FUSED.replace(b"g = g * self.y * (1 - self.y)\n", b"g = g * self.y\n")

FUNCTIONS = b"""
import numpy as np


def logistic(x):
    return 1 / (1 + np.exp(-x))


def one_step(ws, x, y, lr):
    outs = [x]
    for w in ws:
        outs.append(logistic(outs[-1] @ w))
    g = 2 * (outs[-1] - y) / len(y)
    for k in (2, 1, 0):
        g = g * outs[k + 1] * (1 - outs[k + 1])
        ws[k], g = ws[k] - lr * outs[k].T @ g, g @ ws[k].T
    return ws
"""
"""No class at all, and no name that says what it does."""

WRONG_FUNCTIONS = FUNCTIONS.replace(b"g @ ws[k].T", b"g @ ws[k].T * 2")

SCRIPT = b"""
import numpy as np
w = np.random.randn(2, 1)
x = np.random.rand(10, 2)
for epoch in range(5):
    y = 1 / (1 + np.exp(-x @ w))
    w = w - 0.1 * x.T @ (y * (1 - y) * (y - 1))
print(w)
"""
"""Statements one after another."""

SIGMOID = b"""
import numpy as np


class Sigmoid:
    def forward(self, x):
        self.y = 0.5 * (1 + np.tanh(0.5 * x))
        return self.y

    def backward(self, prev_grad, lr=0.1):
        return prev_grad * self.y * (1 - self.y)
"""
"""The one class of the lab that is right."""

OTHER_CALLS = b"""
class Linear:
    def __init__(self, rows, columns, rate, momentum):
        self.rows = rows

    def forward(self, x):
        return x


class Sigmoid:
    def __init__(self, size):
        self.size = size

    def forward(self, x):
        return x


class ReLU(Sigmoid):
    def forward(self, x):
        return x


class MSE(Sigmoid):
    def forward(self, x):
        return x
"""
"""The names of the lab, constructed in another way."""

COLUMNS = b"""
import numpy as np


class Linear:
    def __init__(self, in_features, out_features, bias=True):
        self.w = np.random.randn(out_features, in_features)

    def forward(self, x):
        return self.w @ x


class Sigmoid:
    def forward(self, x, weights):
        return x


class ReLU(Sigmoid):
    pass


class MSE(Sigmoid):
    pass
"""
"""A sample is a column."""

FIGURE = b"""

def show_result(x, y, pred_y):
    import matplotlib.pyplot as plt

    for k, (title, labels) in enumerate([("Ground truth", y), ("Predict result", pred_y)]):
        plt.subplot(1, 2, k + 1)
        plt.title(title)
        for point, label in zip(x, labels):
            plt.plot(point[0], point[1], "ro" if label == 0 else "bo")
    plt.show()
"""
"""The one function of the lab that many write as the lab says."""

ONLY_RAISES = b"".join(
    b"class %s:\n    def __init__(self, *_, **__): pass\n"
    b"    def forward(self, *args):\n        raise ValueError('later')\n\n\n" % name
    for name in (b"Linear", b"Sigmoid", b"ReLU", b"MSE")
)

OTHER_SHAPES: Mapping[str, tuple[Files, str, str]] = {
    "one class does everything": ({"lab.py": WHOLE_NETWORK}, "review_own_structure", "NeuralNetwork"),
    "one class, and wrong": ({"lab.py": WRONG_NETWORK}, "review_own_structure", "NeuralNetwork"),
    "one class with names of its own": ({"a.py": ODD_NAMES}, "review_own_structure", "NeuralNetwork"),
    "layers with their activation": ({"net.py": FUSED}, "review_own_structure", "Layer, Network"),
    "such layers, and wrong": ({"net.py": WRONG_FUSED}, "review_own_structure", "Layer, Network"),
    "functions": ({"lab1.py": FUNCTIONS}, "review_own_structure", "logistic, one_step"),
    "functions, and wrong": ({"b.py": WRONG_FUNCTIONS}, "review_own_structure", "logistic, one_step"),
    "a class in main.py beside a helper": (
        {"main.py": ODD_NAMES, "helper.py": b"x = 1\n"}, "review_own_structure", "NeuralNetwork",
    ),
    "beside the template": (
        {**TEMPLATE, "mine.py": ODD_NAMES}, "review_own_structure", "NeuralNetwork",
    ),
    "in the place of the template's main.py": (
        {**TEMPLATE, "main.py": ODD_NAMES}, "review_own_structure", "NeuralNetwork",
    ),
    "one class of the lab beside a network": (
        {"layers.py": SIGMOID, "net.py": FUSED}, "review_few_classes", "Layer, Network",
    ),
    "one class with names of its own, beside a figure that is right": (
        {"a.py": ODD_NAMES + FIGURE}, "review_own_structure", "NeuralNetwork",
    ),
    "a script": ({"lab.py": SCRIPT}, "review_script", ""),
    "a script beside a figure that is right": (
        {"lab.py": FIGURE + SCRIPT + b"print(w)\n" * 5}, "review_script", "",
    ),
    "a script in main.py": ({"main.py": SCRIPT}, "review_script", ""),
    "no Python": ({"lab.py": b"def f(:\n"}, "review_unread", ""),
    "the lab's names, called in another way": (
        {"layers.py": OTHER_CALLS}, "review_unexamined", "Linear, Sigmoid, ReLU, MSE",
    ),
    "a sample is a column": (
        {"layers.py": COLUMNS}, "review_unexamined", "Linear, Sigmoid, ReLU, MSE",
    ),
}  # fmt: skip
"""Name -> files, the message for a person, and the names that it tells."""

NOTHING_TO_DECIDE: Mapping[str, Files] = {
    "an empty file": {"lab.py": b"\n# nothing yet\n"},
    "only imports and a docstring": {"lab.py": b'"""Lab."""\nimport numpy as np\n'},
    "the template": TEMPLATE,
    "the template with another number in main.py": {
        **TEMPLATE, "main.py": TEMPLATE["main.py"].replace(b"20000", b"10"),
    },
    "methods that only raise": {"layers.py": ONLY_RAISES},
    "one class of the lab alone": {"layers.py": SIGMOID},
    "one class of the lab in the template": {
        **TEMPLATE, "layers.py": TEMPLATE["layers.py"] + SIGMOID,
    },
}  # fmt: skip
"""Submissions about which a person has nothing to decide."""
