"""Adapters: classes with the lab's interface that call a student's own classes and functions.

A plan is data from the host. It lists the calls for construction (``make``), for ``forward`` and
for ``backward``, each ``[result, target, method, args, kwargs]``: the target is a variable, a
definition of the submission, or an operation of ours; without a method the target itself is called.
An operand is ``{"$": variable}``, ``{"definition": [file, name]}``, ``{"operation": name}`` or a
plain value. ``layout`` says how samples are handed over.

An adapter judges nothing. What the student's objects hold stays reachable through its attributes.
"""

from __future__ import annotations

import contextlib
import sys
from typing import Any, Callable, Dict, List

import numpy as np

from . import serialize
from .definitions import Modules

Plan = Dict[str, Any]
GetModules = Callable[[], Modules]
"""Returns the imported modules of the submission by path."""


class _Hidden:
    """Variables that no search for a student's arrays looks into, as it passes over built-in types."""

    __module__ = "builtins"

    def __init__(self, plan: Plan, modules: GetModules) -> None:
        self.plan, self.modules = plan, modules
        self.variables: Dict[str, Any] = {}
        self.samples: List[Any] = []


def _set(owner: Any, name: str, value: Any) -> None:
    setattr(owner, name, value)


def _set_global(defined: Any, name: str, value: Any) -> None:
    vars(sys.modules[defined.__module__])[name] = value


def _get(owner: Any, name: str) -> Any:
    value = getattr(owner, name)
    return value() if callable(value) else value


OPERATIONS: Dict[str, Callable[..., Any]] = {
    "multiply": lambda one, other: np.multiply(one, other),  # noqa: PLW0108  a student may replace it
    "set": _set,
    "get": _get,
    "normal": lambda shape: np.random.standard_normal(shape),  # noqa: NPY002, PLW0108  as a student's own
    "list": lambda *values: list(values),
    "item": lambda container, key: container[key],
    "set_global": _set_global,
}

OBJECTS = ("layer", "loss", "optimiser")
"""Results that are objects of the student's, and may hold arrays."""

LAYOUTS: Dict[str, Callable[[Any], Any]] = {
    "rows": lambda batch: batch,
    "columns": lambda batch: np.asarray(batch).T,
    "vector": lambda row: np.asarray(row).reshape(-1),
    "row": lambda row: np.asarray(row).reshape(1, -1),
    "column": lambda row: np.asarray(row).reshape(-1, 1),
}
"""From samples as rows to what the student's code takes; for the last three from one sample."""

SINGLE = ("vector", "row", "column")
"""Layouts that take one sample at a time."""


class Adapter:
    """What all adapters share: running the calls of a plan."""

    _hidden: _Hidden

    def _make(self, **variables: Any) -> None:
        hidden = type(self)._hidden  # noqa: SLF001  its own
        object.__setattr__(self, "_hidden", _Hidden(hidden.plan, hidden.modules))
        self._hidden.variables.update(variables)
        for call in self._hidden.plan["make"]:
            result = self._call(call)
            if call[0] in OBJECTS:
                self.__dict__[call[0]] = result  # where the search for arrays starts

    def _call(self, call: List[Any]) -> Any:
        name, target, method, args, kwargs = call
        function = self._operand(target)
        if method:
            function = getattr(function, method)
        values = [self._operand(arg) for arg in args]
        result = function(*values, **{key: self._operand(arg) for key, arg in kwargs.items()})
        self._hidden.variables[name] = result
        if name.startswith(
            "gradient"
        ):  # what backward returns of a parameter, where it is looked for
            self.__dict__[name] = result
        return result

    def _operand(self, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        [(kind, key)] = value.items()
        if kind == "definition":
            file, name = key
            return vars(self._hidden.modules()[file])[name]
        return OPERATIONS[key] if kind == "operation" else self._hidden.variables[key]

    def _run(self, part: str, **inputs: Any) -> Any:
        """Run the calls of a part; return what the last call that gives ``out`` gave."""
        self._hidden.variables.update(inputs, out=None)
        for call in self._hidden.plan[part]:
            self._call(call)
        return self._hidden.variables["out"]

    def _to(self, batch: Any) -> Any:
        return LAYOUTS[self._hidden.plan["layout"]](batch)

    def _from(self, value: Any) -> Any:
        """Turn what the student's code returned into samples as rows, where it is an array of those."""
        is_batch = isinstance(value, np.ndarray) and value.ndim == 2
        return value.T if is_batch and self._hidden.plan["layout"] == "columns" else value


class Layer(Adapter):
    """A layer: ``forward(x)`` and ``backward(prev_grad, lr)``, which takes one step."""

    def forward(self, x: Any) -> Any:
        """Return the output for a batch, one row a sample."""
        if self._hidden.plan["layout"] not in SINGLE:
            return self._forward(self._to(x))
        self._hidden.samples = [self._to(row) for row in np.array(x)]
        outputs = [self._forward(sample.copy()) for sample in self._hidden.samples]
        return np.stack([np.asarray(output, np.float64).reshape(-1) for output in outputs])

    def _forward(self, x: Any) -> Any:
        result = self._run("forward", x=x)
        self._hidden.variables["y"] = result
        return self._from(result)

    def backward(self, prev_grad: Any, lr: Any = 0.1) -> Any:
        """Return the gradient at the input of the last forward."""
        for path in self._hidden.plan["zero"]:
            with contextlib.suppress(AttributeError, IndexError, KeyError, TypeError):
                serialize.follow_path(self, path)[...] = 0.0
        if self._hidden.plan["layout"] not in SINGLE:
            return self._from(self._run("backward", grad=self._to(prev_grad), rate=lr))
        rows = np.asarray(prev_grad)
        return np.stack([
            np.asarray(result, np.float64).reshape(-1)
            for result in self._each(rows, lr)
        ])  # fmt: skip

    def _each(self, rows: Any, rate: Any) -> List[Any]:
        """Run backward sample by sample at unchanged weights; the steps add up.

        What is no parameter but has a parameter's shape may store its gradient: it starts at zero,
        and adds up too.
        """
        start = self._start(self._hidden.samples[0])
        totals = {key: np.zeros(array.shape) for key, (_, array) in start.items()}
        results = []
        for sample, row in zip(self._hidden.samples, rows):
            for path, array in start.values():
                serialize.follow_path(self, path)[...] = array
            self._forward(sample.copy())  # what the layer keeps of it is written to
            results.append(self._run("backward", grad=self._to(row), rate=rate))
            for key, (path, array) in start.items():
                totals[key] += np.asarray(serialize.follow_path(self, path)) - array
        for key, (path, array) in start.items():
            serialize.follow_path(self, path)[...] = array + totals[key]
        return results

    def _start(self, sample: Any) -> Dict[str, Any]:
        """Return path and values of each parameter, and zeros for each array of a parameter's shape."""
        arrays = serialize.find_arrays(self)
        output = np.array(self._forward(sample.copy()))
        is_parameter = []
        for _, array in arrays:
            values = np.array(array)
            array[...] = values + 0.5
            is_parameter.append(not np.array_equal(output, self._forward(sample.copy())))
            array[...] = values
        shapes = {array.shape for (_, array), is_one in zip(arrays, is_parameter) if is_one}
        return {
            str(path): (path, np.array(array) if is_one else np.zeros(array.shape))
            for (path, array), is_one in zip(arrays, is_parameter)
            if is_one or array.shape in shapes
        }


class LinearLayer(Layer):
    """A layer with parameters."""

    def __init__(self, in_features: int, out_features: int, bias: bool = True) -> None:
        shape = (in_features, out_features)
        sizes = {"in": in_features, "of": out_features, "shape": shape}
        self._make(**sizes, **{"reversed shape": shape[::-1]}, bias=bias, rate=0.1)
        if self._hidden.plan.get("warm"):  # its weights are made at the first forward
            self.forward(np.zeros((2, in_features)))


class Activation(Layer):
    """A layer without parameters."""

    def __init__(self) -> None:
        self._make()


class Loss(Adapter):
    """A loss: ``forward(y, ground_truth)`` and ``backward()``."""

    def __init__(self) -> None:
        self._make()

    def forward(self, y: Any, ground_truth: Any) -> Any:
        """Return the loss; where the code gives one a sample or an entry, their sum."""
        result = self._run("forward", y=self._to(y), truth=self._to(ground_truth))
        is_array = isinstance(result, np.ndarray) and result.size > 1
        return result.sum() if is_array else result

    def backward(self, prev_grad: Any = 1, lr: Any = 0.1) -> Any:  # noqa: ARG002  as the lab's
        """Return the gradient at the prediction of the last forward."""
        return self._from(self._run("backward", rate=lr))


def own_class(bound: Any) -> Any:
    """Return the student's class behind an adapter; what is bound itself where it is none."""
    if not (isinstance(bound, type) and issubclass(bound, Adapter)):
        return bound
    hidden = bound._hidden  # noqa: SLF001  our own class
    for call in hidden.plan["make"]:
        if call[0] == "layer":
            file, name = call[1]["definition"]
            return vars(hidden.modules()[file])[name]
    return bound


def takes_gradient_first(bound: Any) -> bool:
    """Whether the class behind an adapter has the lab's methods, and only constructs otherwise or adds to them."""
    plan = bound._hidden.plan  # noqa: SLF001  our own class
    calls = {call[2]: call[3] for part in ("forward", "backward") for call in plan[part]}
    first = calls.get("backward", [])[:1]
    return plan["layout"] == "rows" and "forward" in calls and first == [{"$": "grad"}]


KINDS = {"linear": LinearLayer, "activation": Activation, "loss": Loss}


def make_class(name: str, plan: Plan, modules: GetModules) -> Any:
    """Return a class of a name that does what a plan says."""
    return type(name, (KINDS[plan["kind"]],), {"_hidden": _Hidden(plan, modules)})
