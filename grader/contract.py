"""The contract of the lab: one row for each class and function, and the only list of their names.

A formula is written once, as an expression of numpy. The checks evaluate it, and the text of a
right class, which takes the place of a wrong one, is made of it.

To add a layer without parameters, write its row here and its class in ``reference/layers.py``.
CONTRIBUTING.md names the other files.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import cast

import numpy as np

from grader import plugin_files
from grader.numeric import Array
from grader.plugin_files import Plugins

NOT_WRITTEN = "NotImplementedError"
"""The exception that a template raises in every body that is still to be written."""


class Kind(StrEnum):
    """What a name of the contract is."""

    LINEAR = "linear"
    """A layer with parameters: ``forward(x)``, ``backward(prev_grad, lr)`` also updates."""
    ACTIVATION = "activation"
    """A layer without parameters."""
    LOSS = "loss"
    """``forward(y, ground_truth)`` and ``backward()``."""
    NETWORK = "network"
    FUNCTION = "function"


class Inputs(StrEnum):
    """Which inputs a layer or loss is tried with."""

    REAL = "real"
    """Any numbers, of both signs."""
    PROBABILITIES = "probabilities"
    """Numbers between 0 and 1; the truth is 0 or 1."""
    DISTRIBUTIONS = "distributions"
    """Rows that sum to 1; the truth has a single 1 in each row."""


FORWARD = {Kind.LINEAR: "x, w, b", Kind.ACTIVATION: "x", Kind.LOSS: "y, t"}
BACKWARD = {Kind.LINEAR: "g, w", Kind.ACTIVATION: "g, y", Kind.LOSS: "y, t"}
"""The arguments of the closed forms."""


@dataclass(frozen=True)
class Row:
    """A class or function of the lab.

    Parameters
    ----------
    name, file
        Its name, and the file where it stands by convention.
    kind
        What it is.
    prefix
        The first part of the ids of its checks: ``relu`` in ``relu.forward``.
    arguments
        The arguments of its constructor or, for a function, of a call.
    value
        The closed form of ``forward``: of ``x`` for a layer (and of ``w`` and ``b`` for a linear
        one), of the prediction ``y`` and the truth ``t`` for a loss.
    gradient
        The closed form of ``backward``: of the upstream gradient ``g`` and the output ``y`` for a
        layer (of ``g`` and ``w`` for a linear one); of ``y`` and ``t`` for a loss, with an upstream
        gradient of 1.
    inputs
        Which inputs it is tried with.
    optional
        Whether a right submission may leave it out.
    network
        Whether the lab's own network is made of it.
    """

    name: str
    file: str
    kind: Kind
    prefix: str = ""
    arguments: tuple[str, ...] = ()
    value: str = ""
    gradient: str = ""
    inputs: Inputs = Inputs.REAL
    optional: bool = False
    network: bool = False

    @cached_property
    def forward(self) -> Callable[..., Array]:
        """The closed form of the value, of the arguments in ``FORWARD``: an array of float64.

        The value of a loss has the shape ().
        """
        return _compiled(FORWARD[self.kind], self.value)

    @cached_property
    def backward(self) -> Callable[..., Array]:
        """The closed form of the gradient, of the arguments in ``BACKWARD``: an array of float64.

        It has the shape of the layer's input; for a loss, that of ``y``.
        """
        return _compiled(BACKWARD[self.kind], self.gradient)

    @property
    def replaceable(self) -> bool:
        """Whether a right class of ours can take the place of a wrong one."""
        return self.kind in (Kind.LINEAR, Kind.ACTIVATION, Kind.LOSS)


def _compiled(arguments: str, expression: str) -> Callable[..., Array]:
    text = f"lambda {arguments}: np.asarray({expression})"
    return cast("Callable[..., Array]", eval(text, {"np": np}))  # noqa: S307 - our own text, from the table below


CONTRACT = (
    Row("Linear", "layers.py", Kind.LINEAR, "linear", ("in_features", "out_features", "bias"), network=True,
        value="x @ w + b",
        gradient="g @ w.T"),
    Row("Sigmoid", "layers.py", Kind.ACTIVATION, "sigmoid", network=True,
        # 1 / (1 + exp(-x)), in the half-angle form, which cannot overflow
        value="0.5 * (1.0 + np.tanh(0.5 * x))",
        gradient="g * y * (1 - y)"),
    Row("ReLU", "layers.py", Kind.ACTIVATION, "relu",
        value="np.maximum(x, 0.0)",
        gradient="g * (y > 0)"),
    Row("Tanh", "layers.py", Kind.ACTIVATION, "tanh", optional=True,
        value="np.tanh(x)",
        gradient="g * (1 - y * y)"),
    Row("LeakyReLU", "layers.py", Kind.ACTIVATION, "leaky_relu", optional=True,
        value="np.where(x > 0, x, 0.01 * x)",
        gradient="g * np.where(y > 0, 1.0, 0.01)"),
    Row("Softmax", "layers.py", Kind.ACTIVATION, "softmax", optional=True,
        # each row is moved by its maximum first, so that exp cannot overflow
        value="np.exp(x - x.max(-1, keepdims=True)) / np.exp(x - x.max(-1, keepdims=True)).sum(-1, keepdims=True)",
        gradient="y * (g - (g * y).sum(-1, keepdims=True))"),
    Row("MSE", "losses.py", Kind.LOSS, "mse", network=True,
        value="np.mean((y - t) ** 2)",
        gradient="2 * (y - t) / y.size"),
    Row("BinaryCrossEntropy", "losses.py", Kind.LOSS, "bce", inputs=Inputs.PROBABILITIES,
        value="np.mean(-(t * np.log(y) + (1 - t) * np.log(1 - y)))",
        gradient="(y - t) / (y * (1 - y)) / y.size"),
    Row("CrossEntropy", "losses.py", Kind.LOSS, "cross_entropy", optional=True, inputs=Inputs.DISTRIBUTIONS,
        value="np.mean(-np.sum(t * np.log(y), -1))",
        gradient="-t / y / len(y)"),
    Row("TLNN", "network.py", Kind.NETWORK, "network", ("layer_1_units", "layer_2_units")),
    Row("generate_linear", "data.py", Kind.FUNCTION, "data", ("n",)),
    Row("generate_XOR_easy", "data.py", Kind.FUNCTION, "data"),
    Row("train", "training.py", Kind.FUNCTION, "training", ("net", "x", "y", "lr", "epochs", "batch_size")),
    Row("accuracy", "training.py", Kind.FUNCTION, "training", ("ground_truth", "y")),
    Row("show_result", "plots.py", Kind.FUNCTION, "plots", ("x", "y", "pred_y")),
    Row("show_learning_curve", "plots.py", Kind.FUNCTION, "plots", ("losses",)),
)  # fmt: skip
"""The whole lab."""

ROWS = {row.name: row for row in CONTRACT}
"""The rows by name."""


@lru_cache(maxsize=16)
def rows_with(plugins: Plugins) -> Mapping[str, Row]:
    """Return the rows by name, those of a course's plug-ins after ours."""
    own = {row.name: row for _, row in plugin_files.values(plugins, Row)}
    return MappingProxyType({**ROWS, **own})


FILES = {row.name: row.file for row in CONTRACT}
"""The file where each name stands by convention."""

REPLACEABLE = tuple(row.name for row in CONTRACT if row.replaceable)
"""The classes in whose place a right one of ours can run."""

NETWORK_CLASSES = tuple(row.name for row in CONTRACT if row.network)
"""The classes of which the lab's network consists."""

OPTIONAL = frozenset(row.name for row in CONTRACT if row.optional)
"""The classes that a right submission may leave out."""

ACTIVATIONS = {row.name: row for row in CONTRACT if row.kind is Kind.ACTIVATION}
LOSSES = {row.name: row for row in CONTRACT if row.kind is Kind.LOSS}

sigmoid = ACTIVATIONS["Sigmoid"].forward
relu = ACTIVATIONS["ReLU"].forward
softmax = ACTIVATIONS["Softmax"].forward
mse = LOSSES["MSE"].forward
binary_cross_entropy = LOSSES["BinaryCrossEntropy"].forward
