"""The parts of a program: each method and function of the lab, its right body, and its empty ones."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import dedent, indent

RIGHT = "right"
EMPTY = {
    "zeros": "returns zeros",
    "constant": "returns a constant",
    "input": "returns what it is given",
    "none": "returns None",
    "noise": "returns noise",
    "stub": "is still to be written",
    "raises": "raises an exception",
}
"""The ways of being empty, and what a part does then."""

LINEAR_OUT, LINEAR_IN = "(len(x), self.outputs)", "(len(prev_grad), self.inputs)"
SAME_OUT, SAME_IN = "np.shape(x)", "np.shape(prev_grad)"


@dataclass(frozen=True, slots=True)
class PartSource:
    """The source of a part, right or empty.

    Parameters
    ----------
    argument
        The argument that an empty part returns unchanged.
    shape
        The shape of the array that it returns, as code; empty for a number.
    checks
        The checks that it may earn.
    assignments
        What an empty part still remembers, so that a right ``backward`` finds it.
    """

    signature: str
    body: str
    argument: str
    shape: str
    checks: tuple[str, ...]
    assignments: str = ""

    def code(self, choice: str) -> str:
        """Return the part as code: right, or empty in one of the ways of `EMPTY`."""
        body = self.body if choice == RIGHT else self._empty_body(choice)
        return f"\ndef {self.signature}:\n{indent(dedent(body).strip(), '    ')}\n"

    def _empty_body(self, choice: str) -> str:
        if choice == "stub":
            return 'raise NotImplementedError("to be written")'
        if choice == "raises":
            return 'raise ValueError("this does not work yet")'
        shape = self.shape
        values = {
            "zeros": f"np.zeros({shape})" if shape else "0.0",
            "constant": f"np.full({shape}, 0.5)" if shape else "0.5",
            "input": self.argument,
            "none": "None",
            "noise": f"np.random.standard_normal({shape})" if shape else "float(np.random.rand())",
        }
        value = "None" if "__init__" in self.signature else values[choice]
        return f"{self.assignments}\nreturn {value}"


def _activation(name: str, forward: str, backward: str) -> dict[str, PartSource]:
    low = name.lower()
    return {
        f"{name}.forward": PartSource(
            "forward(self, x)", f"self.x = x\nreturn {forward}", "x", SAME_OUT,
            (f"{low}.forward", f"{low}.state"), "self.x = x",
        ),
        f"{name}.backward": PartSource(
            "backward(self, prev_grad, lr=0.1)", f"return {backward}", "prev_grad", SAME_IN,
            (f"{low}.backward",),
        ),
    }  # fmt: skip


def _loss(name: str, check: str, forward: str, backward: str, *more: str) -> dict[str, PartSource]:
    checks = (f"{check}.forward", f"{check}.state", *more)
    assignment = "self.y, self.truth = y, ground_truth"
    return {
        f"{name}.forward": PartSource(
            "forward(self, y, ground_truth)", f"{assignment}\nreturn {forward}", "y", "", checks, assignment
        ),
        f"{name}.backward": PartSource(
            "backward(self, prev_grad=1, lr=0.1)", f"return prev_grad * {backward}", "prev_grad",
            "np.shape(self.y)", (f"{check}.backward",),
        ),
    }  # fmt: skip


PARTS: dict[str, PartSource] = {
    "Linear.__init__": PartSource(
        "__init__(self, in_features, out_features, bias=True)",
        """
        self.inputs, self.outputs, self.x = in_features, out_features, None
        self.w = np.random.standard_normal((in_features, out_features))
        self.b = np.zeros(out_features) if bias else None
        """,
        "in_features", "", ("linear.init",),
        "self.inputs, self.outputs, self.x, self.b = in_features, out_features, None, None\n"
        "self.w = np.zeros((in_features, out_features))",
    ),
    "Linear.forward": PartSource(
        "forward(self, x)",
        "self.x = x\nreturn x @ self.w if self.b is None else x @ self.w + self.b",
        "x", LINEAR_OUT, ("linear.forward", "linear.state"), "self.x = x",
    ),
    "Linear.backward": PartSource(
        "backward(self, prev_grad, lr=0.1)",
        """
        dx = prev_grad @ self.w.T
        self.w = self.w - lr * self.x.T @ prev_grad
        if self.b is not None:
            self.b = self.b - lr * prev_grad.sum(axis=0)
        return dx
        """,
        "prev_grad", LINEAR_IN,
        ("linear.backward.input", "linear.backward.weights", "linear.backward.bias"),
    ),
    **_activation(
        "Sigmoid",
        "0.5 * (1.0 + np.tanh(0.5 * x))",
        "prev_grad * 0.25 * (1.0 - np.tanh(0.5 * self.x) ** 2)",
    ),
    **_activation("ReLU", "np.maximum(x, 0.0)", "prev_grad * (self.x > 0)"),
    **_loss(
        "MSE", "mse", "float(np.mean((y - ground_truth) ** 2))",
        "2.0 * (self.y - self.truth) / self.y.size",
    ),
    **_loss(
        "BinaryCrossEntropy", "bce",
        "float(-np.mean(np.log(np.clip(np.where(ground_truth > 0.5, y, 1.0 - y), 1e-12, 1.0))))",
        "(self.y - self.truth) / np.clip(self.y * (1.0 - self.y), 1e-12, 1.0) / self.y.size",
        "bce.ends",
    ),
    "TLNN.__init__": PartSource(
        "__init__(self, layer_1_units=4, layer_2_units=4)",
        """
        self.layers = [
            Linear(2, layer_1_units), Sigmoid(), Linear(layer_1_units, layer_2_units), Sigmoid(),
            Linear(layer_2_units, 1, bias=False), Sigmoid(),
        ]
        self.loss_func = MSE()
        """,
        "layer_1_units", "", ("network.structure",), "self.layers, self.loss_func = [], None",
    ),
    "TLNN.forward": PartSource(
        "forward(self, x)", "for layer in self.layers:\n    x = layer.forward(x)\nreturn x",
        "x", "(len(x), 1)", ("network.forward",),
    ),
    "TLNN.cal_loss": PartSource(
        "cal_loss(self, y, ground_truth)", "return self.loss_func.forward(y, ground_truth)",
        "y", "", ("network.forward",),
    ),
    "TLNN.backward": PartSource(
        "backward(self, lr=0.05)",
        """
        grad = self.loss_func.backward()
        for layer in reversed(self.layers):
            grad = layer.backward(grad, lr)
        """,
        "lr", "", ("network.gradient",),
    ),
    "train": PartSource(
        "train(net, x, y, lr=0.1, epochs=10000, batch_size=None)",
        """
        losses, size = [], batch_size or len(x)
        for _ in range(epochs):
            order = np.random.permutation(len(x)) if size < len(x) else np.arange(len(x))
            total = 0.0
            for first in range(0, len(x), size):
                rows = order[first : first + size]
                total += net.cal_loss(net.forward(x[rows]), y[rows]) * len(rows)
                net.backward(lr)
            losses.append(total / len(x))
        return losses
        """,
        "y", "epochs", ("training.train",),
    ),
    "accuracy": PartSource(
        "accuracy(ground_truth, y)", "return float(np.mean((y > 0.5) == (ground_truth > 0.5)))",
        "y", "", ("training.accuracy",),
    ),
    "show_result": PartSource(
        "show_result(x, y, pred_y)",
        """
        figure, panels = plt.subplots(1, 2)
        titles = ("Ground truth", "Predict result")
        for axes, labels, title in zip(panels, (y, pred_y), titles):
            one = np.ravel(labels) > 0.5
            axes.plot(x[one, 0], x[one, 1], "ro")
            axes.plot(x[~one, 0], x[~one, 1], "bo")
            axes.set_title(title)
        """,
        "x", "np.shape(x)", ("plots.result",),
    ),
    "show_learning_curve": PartSource(
        "show_learning_curve(losses)",
        """
        figure, axes = plt.subplots()
        axes.plot(np.arange(1, len(losses) + 1), losses)
        axes.set_xlabel("epoch")
        axes.set_ylabel("loss")
        """,
        "losses", "np.shape(losses)", ("plots.curve",),
    ),
}  # fmt: skip
"""All parts of the lab; an empty one keeps its arguments, so that a right ``backward`` finds them."""
