"""The text of right classes, which take the place of a student's own that were judged wrong.

They let the network and training be examined for what the student did there. No child holds
one until it is needed: the text of a class goes to a child that examines what is built of
layers, and only of a class that no check in that child is about.

A student's code may get to see a text, so it says no more than formulas.
"""

from __future__ import annotations

from collections.abc import Mapping

from grader.contract import ROWS, Inputs, Kind, Row

_LINEAR = """\
class Linear:
    def __init__(self, in_features, out_features, bias=True, **_):
        self.w = np.random.standard_normal((in_features, out_features))
        self.b = np.zeros(out_features) if bias else None
    def forward(self, x):
        self.x = np.array(x, np.float64)
        return self.x @ self.w if self.b is None else self.x @ self.w + self.b
    def backward(self, prev_grad, lr=0.1):
        dx = prev_grad @ self.w.T
        self.w = self.w - lr * (self.x.T @ prev_grad)
        if self.b is not None:
            self.b = self.b - lr * np.sum(prev_grad, axis=0)
        return dx
"""

_ACTIVATION = """\
class {name}:
    def forward(self, x):
        x = np.asarray(x, np.float64)
        self.y = {value}
        return self.y.copy()
    def backward(self, prev_grad, lr=0.1):
        g, y = prev_grad, self.y
        return {gradient}
"""

_LOSS = """\
class {name}:
    def forward(self, y, ground_truth):
        self.y = y = {prediction}
        self.t = t = np.asarray(ground_truth, np.float64)
        return float({value})
    def backward(self, prev_grad=1, lr=0.1):
        y, t = self.y, self.t
        return prev_grad * ({gradient})
"""

_PREDICTIONS = {
    Inputs.REAL: "np.asarray(y, np.float64)",
    # The logarithm of 0 would end a training that is otherwise right.
    Inputs.PROBABILITIES: "np.clip(y, 1e-12, 1 - 1e-12)",
    Inputs.DISTRIBUTIONS: "np.clip(y, 1e-12, 1.0)",
}


def source(name: str, rows: Mapping[str, Row] = ROWS) -> str:
    """Return the text of a right class of the contract's rows, as Python 3.9 reads it; numpy is ``np`` there.

    Raises
    ------
    KeyError
        If the contract has no such class, or none that is replaced.
    """
    row = rows[name]
    if row.kind is Kind.LINEAR:
        return _LINEAR
    if row.kind is Kind.ACTIVATION:
        return _ACTIVATION.format(name=name, value=row.value, gradient=row.gradient)
    return _LOSS.format(
        name=name, prediction=_PREDICTIONS[row.inputs], value=row.value, gradient=row.gradient
    )
