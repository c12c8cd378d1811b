"""Linear layers as students write them, and an edit of each that makes it wrong."""

from __future__ import annotations

from typing import NamedTuple


class Manner(NamedTuple):
    """A right program, and one edit that makes its weights' or input's gradient wrong."""

    text: str
    old: str
    new: str


_INIT = """
class {name}:
    def __init__(self, {parameters}):
        self.W = np.random.randn({n_in}, {n_out})
        self.b = np.zeros((1, {n_out}))
"""
_FORWARD = """
    def {forward}(self, x):
        self.x = x
        return x @ self.W + self.b
"""
_STEP = """
    def {backward}(self, grad, lr=0.1):
        dx = grad @ self.W.T
        self.W -= lr * (self.x.T @ grad)
        self.b -= lr * grad.sum(axis=0, keepdims=True)
        return dx
"""
_STORE = """
    def {backward}(self, grad):
        self.dW = self.x.T @ grad
        self.db = grad.sum(axis=0, keepdims=True)
        return grad @ self.W.T
"""
_UPDATE = """
    def update(self, lr):
        self.W -= lr * self.dW
        self.b -= lr * self.db
"""


def _layer(
    *parts: str,
    name: str = "Dense",
    parameters: str = "n_in, n_out",
    n_in: str = "n_in",
    n_out: str = "n_out",
    forward: str = "forward",
    backward: str = "backward",
) -> str:
    values = {
        "name": name, "parameters": parameters, "n_in": n_in, "n_out": n_out,
        "forward": forward, "backward": backward,
    }  # fmt: skip
    text = "".join(parts)
    for key, value in values.items():
        text = text.replace("{" + key + "}", value)
    return text


MEAN = ("self.x.T @ grad", "self.x.T @ grad / len(grad)")

MANNERS: dict[str, Manner] = {
    "constructor without bias": Manner(_layer(_INIT, _FORWARD, _STEP, name="Linear"), *MEAN),
    "another name": Manner(_layer(_INIT, _FORWARD, _STEP, name="FullyConnected"), *MEAN),
    "a plain layer": Manner(_layer(_INIT, _FORWARD, _STEP, name="Layer"), *MEAN),
    "an activation that may be left out": Manner(
        _layer(
            _INIT,
            "        self.act = activation\n",
            _FORWARD.replace(
                "return x @ self.W + self.b",
                "z = x @ self.W + self.b\n"
                "        return 1 / (1 + np.exp(-z)) if self.act == 'sigmoid' else z",
            ),
            _STEP,
            parameters="n_in, n_out, activation='sigmoid'",
        ),
        *MEAN,
    ),
    "an activation that must be given": Manner(
        _layer(
            _INIT,
            "        self.act = {'linear': lambda z: z, 'tanh': np.tanh}[activation]\n",
            _FORWARD.replace("x @ self.W + self.b", "self.act(x @ self.W + self.b)"),
            _STEP,
            parameters="n_in, n_out, activation",
        ),
        *MEAN,
    ),
    "an initialiser and a name": Manner(
        _layer(_INIT, _FORWARD, _STEP, parameters="n_in, n_out, name, init='normal', seed=None"),
        *MEAN,
    ),
    "sizes reversed": Manner(
        _layer(
            _INIT, _FORWARD, _STEP, parameters="units, input_dim", n_in="input_dim", n_out="units"
        ),
        *MEAN,
    ),
    "called": Manner(_layer(_INIT, _FORWARD, _STEP, forward="__call__"), *MEAN),
    "forward_pass and backward_pass": Manner(
        _layer(_INIT, _FORWARD, _STEP, forward="forward_pass", backward="backward_pass"), *MEAN
    ),
    "feed_forward and backprop": Manner(
        _layer(_INIT, _FORWARD, _STEP, forward="feed_forward", backward="backprop"), *MEAN
    ),
    "backword": Manner(_layer(_INIT, _FORWARD, _STEP, backward="backword"), *MEAN),
    "update(lr)": Manner(_layer(_INIT, _FORWARD, _STORE, _UPDATE), *MEAN),
    "a rate of its own": Manner(
        _layer(
            _INIT,
            "        self.lr = lr\n",
            _FORWARD,
            _STEP.replace(", lr=0.1", "").replace("lr *", "self.lr *"),
            parameters="n_in, n_out, lr=0.01",
        ),
        *MEAN,
    ),
    "a rate of the module": Manner(
        "LR = 0.05\n"
        + _layer(_INIT, _FORWARD, _STEP.replace(", lr=0.1", "").replace("lr *", "LR *")),
        *MEAN,
    ),
    "step()": Manner(
        _layer(
            _INIT,
            "        self.learning_rate = 0.1\n",
            _FORWARD,
            _STORE,
            _UPDATE.replace("update(self, lr)", "step(self)").replace(
                "lr *", "self.learning_rate *"
            ),
        ),
        *MEAN,
    ),
    "optimizer.step(layer)": Manner(
        _layer(_INIT, _FORWARD, _STORE)
        + """
class Optimizer:
    def __init__(self, lr=0.1):
        self.lr = lr
    def step(self, layer):
        layer.W -= self.lr * layer.dW
        layer.b -= self.lr * layer.db
""",
        *MEAN,
    ),
    "an optimiser of parameters": Manner(
        """
class Parameter:
    def __init__(self, data):
        self.data = data
        self.grad = np.zeros_like(data)

class Dense:
    def __init__(self, n_in, n_out):
        self.weight = Parameter(np.random.randn(n_in, n_out))
        self.bias = Parameter(np.zeros(n_out))
    def parameters(self):
        return [self.weight, self.bias]
    def forward(self, x):
        self.x = x
        return x @ self.weight.data + self.bias.data
    def backward(self, grad):
        self.weight.grad = self.x.T @ grad
        self.bias.grad = grad.sum(axis=0)
        return grad @ self.weight.data.T

class SGD:
    def __init__(self, params, lr):
        self.params, self.lr = params, lr
    def step(self):
        for p in self.params:
            p.data -= self.lr * p.grad
""",
        *MEAN,
    ),
    "gradients in a dictionary": Manner(
        _layer(
            _INIT,
            "        self.grads = {}\n",
            _FORWARD,
            _STORE.replace("self.dW", "self.grads['W']").replace("self.db", "self.grads['b']"),
        ),
        *MEAN,
    ),
    "a negative gradient, then added": Manner(
        _layer(
            _INIT,
            _FORWARD,
            _STORE.replace("self.x.T @ grad", "-(self.x.T @ grad)").replace(
                "= grad.sum", "= -grad.sum"
            ),
            _UPDATE.replace("-=", "+="),
        ),
        *MEAN,
    ),
    "x again, then the gradient": Manner(
        _layer(
            _INIT,
            _FORWARD.replace("        self.x = x\n", ""),
            _STEP.replace("self, grad, lr=0.1", "self, x, grad, lr").replace("self.x.T", "x.T"),
        ),
        "x.T @ grad",
        "x.T @ grad / len(grad)",
    ),
    "the gradient, then x again": Manner(
        _layer(
            _INIT,
            _FORWARD.replace("        self.x = x\n", ""),
            _STEP.replace("self, grad, lr=0.1", "self, grad, x, lr").replace("self.x.T", "x.T"),
        ),
        "x.T @ grad",
        "x.T @ grad / len(grad)",
    ),
    "weights (out, in)": Manner(
        """
class Dense:
    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_out, n_in)
        self.b = np.zeros(n_out)
    def forward(self, x):
        self.x = x
        return x @ self.W.T + self.b
    def backward(self, grad, lr):
        dx = grad @ self.W
        self.W -= lr * (grad.T @ self.x)
        self.b -= lr * grad.sum(axis=0)
        return dx
""",
        "grad @ self.W\n",
        "grad @ (self.W + 0.1)\n",
    ),
    "columns": Manner(
        """
class Dense:
    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_out, n_in)
        self.b = np.zeros((n_out, 1))
    def forward(self, x):
        self.x = x
        return self.W @ x + self.b
    def backward(self, grad, lr):
        dx = self.W.T @ grad
        self.W -= lr * (grad @ self.x.T)
        self.b -= lr * grad.sum(axis=1, keepdims=True)
        return dx
""",
        "grad @ self.x.T",
        "grad @ self.x.T / grad.shape[1]",
    ),
    "one sample at a time": Manner(
        """
class Dense:
    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_out, n_in)
        self.b = np.zeros(n_out)
    def forward(self, x):
        self.x = x
        return np.dot(self.W, x) + self.b
    def backward(self, grad, lr):
        dx = np.dot(self.W.T, grad)
        self.W -= lr * np.outer(grad, self.x)
        self.b -= lr * grad
        return dx
""",
        "np.outer(grad, self.x)",
        "np.outer(grad, self.x) * 0.5",
    ),
    "weights at the first forward": Manner(
        """
class Dense:
    def __init__(self, units):
        self.units = units
        self.W = None
    def forward(self, x):
        if self.W is None:
            self.W = np.random.randn(x.shape[1], self.units)
            self.b = np.zeros(self.units)
        self.x = x
        return x @ self.W + self.b
    def backward(self, grad, lr):
        dx = grad @ self.W.T
        self.W -= lr * (self.x.T @ grad)
        self.b -= lr * grad.sum(axis=0)
        return dx
""",
        *MEAN,
    ),
    "torch 7": Manner(
        """
class Linear:
    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_out, n_in)
        self.b = np.zeros(n_out)
        self.gradW = np.zeros_like(self.W)
        self.gradb = np.zeros_like(self.b)
    def updateOutput(self, input):
        self.output = np.dot(input, self.W.T) + self.b
        return self.output
    def updateGradInput(self, input, gradOutput):
        self.gradInput = np.dot(gradOutput, self.W)
        return self.gradInput
    def accGradParameters(self, input, gradOutput):
        self.gradW += np.dot(gradOutput.T, input)
        self.gradb += np.sum(gradOutput, axis=0)
    def zeroGradParameters(self):
        self.gradW.fill(0)
        self.gradb.fill(0)
    def updateParameters(self, lr):
        self.W -= lr * self.gradW
        self.b -= lr * self.gradb
""",
        "np.dot(gradOutput.T, input)",
        "np.dot(gradOutput.T, input) / len(input)",
    ),
    "no bias at all": Manner(
        _layer(_INIT, _FORWARD, _STEP)
        .replace("        self.b = np.zeros((1, n_out))\n", "")
        .replace(" + self.b", "")
        .replace("        self.b -= lr * grad.sum(axis=0, keepdims=True)\n", ""),
        "grad @ self.W.T",
        "2 * grad @ self.W.T",
    ),
    "gradients that are returned": Manner(
        """
class Dense:
    def __init__(self, n_in, n_out):
        self.W, self.b = np.random.randn(n_in, n_out), np.zeros(n_out)
    def forward(self, x, training):
        self.x = x
        return x @ self.W + self.b
    def backward(self, grad):
        return grad @ self.W.T, self.x.T @ grad, grad.sum(axis=0)
    def update(self, dW, db, lr):
        self.W -= lr * dW
        self.b -= lr * db
""",
        *MEAN,
    ),
    "gradients that add up until somebody clears them": Manner(
        """
class Linear:
    def __init__(self, n_in, n_out, bias=True):
        self.W, self.b = np.random.randn(n_in, n_out), np.zeros(n_out) if bias else None
        self.dW, self.db = np.zeros((n_in, n_out)), np.zeros(n_out)
    def forward(self, x):
        self.x = x
        return x @ self.W if self.b is None else x @ self.W + self.b
    def backward(self, grad):
        self.dW += self.x.T @ grad
        self.db += grad.sum(axis=0)
        return grad @ self.W.T
""",
        *MEAN,
    ),
    "momentum": Manner(
        """
class Dense:
    def __init__(self, n_in, n_out, momentum=0.9):
        self.W, self.b, self.m = np.random.randn(n_in, n_out), np.zeros(n_out), momentum
        self.vW, self.vb = np.zeros((n_in, n_out)), np.zeros(n_out)
    def forward(self, x):
        self.x = x
        return x @ self.W + self.b
    def backward(self, grad, lr):
        dx = grad @ self.W.T
        self.vW = self.m * self.vW - lr * (self.x.T @ grad)
        self.vb = self.m * self.vb - lr * grad.sum(axis=0)
        self.W += self.vW
        self.b += self.vb
        return dx
""",
        *MEAN,
    ),
    "the mean over the batch for all parameters": Manner(
        _layer(_INIT, _FORWARD, _STEP)
        .replace("self.x.T @ grad", "self.x.T @ grad / len(grad)")
        .replace("grad.sum(", "grad.mean("),
        "grad.mean(",
        "grad.sum(",
    ),
    "weights that are given": Manner(
        """
class Affine:
    def __init__(self, W, b):
        self.W, self.b = W, b
    def forward(self, x):
        self.x = x
        return np.dot(x, self.W) + self.b
    def backward(self, grad):
        self.dW = self.x.T @ grad
        self.db = np.sum(grad, axis=0)
        return np.dot(grad, self.W.T)
""",
        *MEAN,
    ),
}
