"""A small examiner of the zoo, made only from closed formulas; independent of the grader.

`python probe.py` reads programs as JSON lines on stdin and answers each with a JSON line: the
checks that the program does not pass, with a word on why. A linear layer is known by its map
(its forward of zeros and of the identity), so that any way of keeping the parameters will do.
`plain` programs (the base and its edits) keep `w` of (in, out) and `b` of (out,) and are
examined through these too.
"""

from __future__ import annotations

import ast
import base64
import contextlib
import functools
import importlib
import inspect
import io
import json
import math
import os
import signal
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("MPLBACKEND", "Agg")

import numpy as np

SHAPES = [(5, 3, 2), (1, 3, 2), (4, 4, 4), (7, 2, 5), (3, 5, 1)]
RATES = [0.125, 0.015625, 0.0]
ALIASES = {
    "BinaryCrossEntropy": ["Binary_Cross_Entropy", "BCE", "BCELoss"],
    "MSE": ["MSELoss", "MeanSquaredError"],
    "ReLU": ["Relu", "RELU"],
    "CrossEntropy": ["Cross_Entropy", "CategoricalCrossEntropy"],
}
OPTIONAL = {"Tanh", "LeakyReLU", "Softmax", "CrossEntropy"}
SECONDS = 5
SLACK = [1.0]  # more for a program that computes in single precision


class Missing(Exception):
    """The submission has no such class or function."""


class Lab:
    """A submission whose modules have been imported; gives its names, and shared helpers."""

    def __init__(self, spaces: dict[str, dict[str, Any]], plain: bool) -> None:
        self.spaces = spaces
        self.plain = plain
        self.rng = np.random.default_rng(7)

    def get(self, name: str) -> Any:
        for wanted in [name, *ALIASES.get(name, [])]:
            for space in self.spaces.values():
                if wanted in space:
                    return space[wanted]
        raise Missing(name)

    def linear(self, n_in: int, n_out: int, scale: float = 1.0) -> Any:
        """A layer with random parameters: set where they are known, else by one step."""
        layer = self.get("Linear")(n_in, n_out)
        if self.plain:
            layer.w = scale * self.normal(n_in, n_out)
            layer.b = scale * self.normal(n_out)
            return layer
        layer.forward(self.normal(6, n_in))
        step(layer, scale * self.normal(6, n_out), 0.5)
        return layer

    def map(self, layer: Any, n_in: int) -> tuple[Any, Any]:
        """w and b, read where they are known, else from the layer's forward."""
        if self.plain:
            return np.array(layer.w, float), np.array(layer.b, float)
        return affine(layer, n_in)

    def normal(self, *shape: int) -> Any:
        return self.rng.normal(size=shape)


Check = Callable[[Lab], None]
CHECKS: dict[str, tuple[str, Check]] = {}


def check(name: str, *needs: str) -> Callable[[Check], Check]:
    """Register a check and the names without which a partial submission is not asked."""

    def register(function: Check) -> Check:
        CHECKS[name] = (" ".join(needs), function)
        return function

    return register


# ------------------------------------------------------------------------------------- helpers


def same(actual: Any, wanted: Any, what: str, tol: float = 1e-9) -> None:
    """Shape first, then values; NaN loses."""
    actual, wanted = np.asarray(actual), np.asarray(wanted)
    assert actual.shape == wanted.shape, f"{what}: shape {actual.shape}, not {wanted.shape}"
    assert actual.dtype.kind in "fiub", f"{what}: dtype {actual.dtype}"
    error = np.max(np.abs(actual - wanted), initial=0.0)
    limit = SLACK[0] * tol * max(1.0, float(np.max(np.abs(wanted), initial=0.0)))
    assert error <= limit, f"{what}: off by {error:.3g}"


def is_number(value: Any, what: str) -> float:
    assert np.ndim(value) == 0 and np.asarray(value).dtype.kind == "f", f"{what}: {value!r}"
    return float(value)


def affine(layer: Any, n_in: int) -> tuple[Any, Any]:
    b = np.array(layer.forward(np.zeros((1, n_in))), float)[0]
    w = np.array(layer.forward(np.eye(n_in)), float) - b
    return w, b


@functools.lru_cache(maxsize=64)
def habits(owner: type) -> tuple[int, str]:
    """How many arguments backward takes beside self (9: any number), and who updates."""
    takes = list(inspect.signature(owner.backward).parameters.values())  # type: ignore[attr-defined]
    many = any(p.kind is p.VAR_POSITIONAL for p in takes)
    updates = [n for n in ("update", "step") if callable(getattr(owner, n, None))]
    return 9 if many else len(takes) - 1, "".join(updates[:1])


def step(layer: Any, upstream: Any, lr: float) -> Any:
    """One step of a layer or a network; those that store their gradients are told to update."""
    takes, update = habits(layer.__class__)
    given = [] if upstream is None else [upstream]
    if "kwargs" in inspect.signature(layer.backward).parameters:
        result = layer.backward(*given, lr=lr)
    else:
        result = layer.backward(*given, lr) if takes > len(given) else layer.backward(*given)
    if update:
        getattr(layer, update)(lr)
    return result


def sigmoid(x: Any) -> Any:
    return 0.5 * (1 + np.tanh(0.5 * x))


def untouched(given: list[Any], act: Callable[[], Any]) -> Any:
    """Run, and demand that the given arrays keep every bit."""
    before = [g.tobytes() for g in given]
    result = act()
    assert before == [g.tobytes() for g in given], "an array of the caller was changed"
    return result


# -------------------------------------------------------------------------------------- linear


@check("linear.init", "Linear")
def linear_init(lab: Lab) -> None:
    make = lab.get("Linear")
    w, b = affine(make(40, 30), 40)
    assert w.shape == (40, 30) and b.shape == (30,)
    assert len(np.unique(w)) == w.size, "weights are not distinct"
    assert abs(w.mean()) < 5 * w.std() / math.sqrt(w.size), "weights do not have mean zero"
    assert np.all(b == 0) or abs(b.mean()) < 5 * b.std() / math.sqrt(b.size), "bias"
    one, two = make(3, 2), make(3, 2)
    other = affine(two, 3)[0]
    assert not np.allclose(affine(one, 3)[0], other), "two layers start equal"
    one.forward(lab.normal(4, 3))
    step(one, lab.normal(4, 2), 0.5)
    assert np.array_equal(affine(two, 3)[0], other), "two layers share their weights"
    if lab.plain:
        assert np.shape(make(3, 2).w) == (3, 2) and np.shape(make(3, 2).b) == (2,)
    none, full = make(3, 2, bias=False), make(3, 2, bias=True)
    assert not affine(none, 3)[1].any(), "bias=False has a bias"
    for layer in (none, full):
        layer.forward(lab.normal(4, 3))
        with contextlib.suppress(TypeError):
            step(layer, lab.normal(4, 2), 0.5)
    assert not affine(none, 3)[1].any(), "bias=False grew a bias"
    assert affine(full, 3)[1].any(), "bias=True has no bias"


@check("linear.forward", "Linear")
def linear_forward(lab: Lab) -> None:
    for n, n_in, n_out in SHAPES:
        for scale in (1.0, 10.0):
            layer = lab.linear(n_in, n_out, scale)
            w, b = lab.map(layer, n_in)
            for size in (1.0, 100.0):
                x = size * lab.normal(n, n_in)
                same(layer.forward(x), x @ w + b, "forward")
        layer = lab.get("Linear")(n_in, n_out)
        w, b = affine(layer, n_in)
        x = lab.normal(n, n_in)
        same(layer.forward(x), x @ w + b, "fresh forward")


def linear_trials(lab: Lab) -> Iterator[tuple[Any, int, Any, Any, float]]:
    for size, shapes in ((1.0, SHAPES), (1000.0, SHAPES[:1])):
        for n, n_in, n_out in shapes:
            for lr in RATES:
                layer = lab.linear(n_in, n_out)
                yield layer, n_in, lab.normal(n, n_in), size * lab.normal(n, n_out), lr


@check("linear.backward.input", "Linear")
def linear_backward_input(lab: Lab) -> None:
    for layer, n_in, x, g, lr in linear_trials(lab):
        w, _ = lab.map(layer, n_in)
        layer.forward(x)
        same(step(layer, g, lr), g @ w.T, f"dX at lr {lr}")
        w, _ = lab.map(layer, n_in)
        layer.forward(x)
        same(step(layer, g, lr), g @ w.T, f"dX after an update at lr {lr}", 1e-7)
    layer = lab.get("Linear")(3, 2, bias=False)
    w, _ = affine(layer, 3)
    x, g = lab.normal(4, 3), lab.normal(4, 2)
    layer.forward(x)
    same(step(layer, g, 0.125), g @ w.T, "dX without bias")


@check("linear.backward.weights", "Linear")
def linear_backward_weights(lab: Lab) -> None:
    for layer, n_in, x, g, lr in linear_trials(lab):
        for rate in (lr, lr, 0.03):
            w, _ = lab.map(layer, n_in)
            layer.forward(x)
            step(layer, g, rate)
            same(lab.map(layer, n_in)[0], w - rate * x.T @ g, f"w after a step at {rate}")
            x, g = x[::-1] + 0.5, g * 0.7
    for n in (4, 1):
        layer = lab.get("Linear")(3, 2, bias=False)
        w, _ = affine(layer, 3)
        x, g = lab.normal(n, 3), lab.normal(n, 2)
        layer.forward(x)
        step(layer, g, 0.125)
        same(affine(layer, 3)[0], w - 0.125 * x.T @ g, "w without bias")


@check("linear.backward.bias", "Linear")
def linear_backward_bias(lab: Lab) -> None:
    for layer, n_in, x, g, lr in linear_trials(lab):
        for _ in range(3):
            b = affine(layer, n_in)[1]
            layer.forward(x)
            step(layer, g, lr)
            same(affine(layer, n_in)[1], b - lr * g.sum(axis=0), f"b after a step at {lr}")
            g = g * 0.7


@check("linear.state", "Linear")
def linear_state(lab: Lab) -> None:
    for n_in, n_out in [(3, 2), (4, 4)]:
        linear_used_again(lab, n_in, n_out)
        linear_beside_another(lab, n_in, n_out)


def linear_used_again(lab: Lab, n_in: int, n_out: int) -> None:
    """Nothing given or returned changes; after many calls a layer answers like a new one."""
    layer = lab.linear(n_in, n_out)
    x, g = lab.normal(4, n_in), lab.normal(4, n_out)
    y = untouched([x], lambda: layer.forward(x))
    dx = untouched([x, g, y], lambda: step(layer, g, 0.0))
    again = untouched([x, g, y, dx], lambda: step(layer, g, 0.0))
    same(again, dx, "a second backward", 0.0)
    layer.forward(x)
    untouched([x, g, y, dx], lambda: step(layer, g, 0.125))
    x2, g2 = lab.normal(4, n_in), lab.normal(4, n_out)
    untouched([x, g, y, dx, x2], lambda: layer.forward(x2))
    untouched([x, g, y, dx, x2, g2], lambda: step(layer, g2, 0.125))
    for n in (4, 7, 1):
        params = lab.map(layer, n_in)
        x, g = lab.normal(n, n_in), lab.normal(n, n_out)
        got = linear_step(lab, layer, x, g)
        agree(got, linear_wanted(lab, params, x, g), f"a batch of {n} after an update")


def linear_beside_another(lab: Lab, n_in: int, n_out: int) -> None:
    """A second layer that runs in between changes nothing."""
    one, two = lab.linear(n_in, n_out), lab.linear(n_in, n_out)
    x, g, params = lab.normal(4, n_in), lab.normal(4, n_out), lab.map(one, n_in)
    one.forward(x)
    two.forward(lab.normal(4, n_in))
    got = [step(one, g, 0.125), *lab.map(one, n_in)]
    agree(got, linear_wanted(lab, params, x, g)[1:], "beside a second layer")


def linear_step(lab: Lab, layer: Any, x: Any, g: Any) -> list[Any]:
    """What a layer answers, and what it has become."""
    return [np.array(layer.forward(x)), step(layer, g, 0.125), *lab.map(layer, x.shape[1])]


def linear_wanted(lab: Lab, params: tuple[Any, Any], x: Any, g: Any) -> list[Any]:
    """The same from a layer that has no past; where none can be made, from the formulas."""
    w, b = params
    if not lab.plain:
        return [x @ w + b, g @ w.T, w - 0.125 * x.T @ g, b - 0.125 * g.sum(axis=0)]
    layer = lab.get("Linear")(*w.shape)
    layer.w, layer.b = w, b
    return linear_step(lab, layer, x, g)


def agree(got: list[Any], wanted: list[Any], what: str) -> None:
    for one, other in zip(got, wanted, strict=True):
        same(one, other, what)


# --------------------------------------------------------------------------------- activations


def softmax(x: Any) -> Any:
    e = np.exp(x - x.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def softmax_slope(x: Any, g: Any) -> Any:
    """Row by row through the whole Jacobian."""
    p = softmax(x)
    return np.stack([(np.diag(r) - np.outer(r, r)) @ u for r, u in zip(p, g, strict=True)])


ACTIVATIONS: dict[str, tuple[Callable[[Any], Any], Callable[[Any, Any], Any]]] = {
    "Sigmoid": (sigmoid, lambda x, g: g * sigmoid(x) * sigmoid(-x)),
    "ReLU": (lambda x: np.where(x > 0, x, 0.0), lambda x, g: np.where(x > 0, g, 0.0)),
    "LeakyReLU": (
        lambda x: np.maximum(x, 0.01 * x),
        lambda x, g: np.where(x > 0, g, g / 100.0),
    ),
    "Tanh": (np.tanh, lambda x, g: g / np.cosh(x) ** 2),
    "Softmax": (softmax, softmax_slope),
}
EXTREMES = [-1000.0, -40.0, -12.0, -5.0, -0.7, -0.01, 0.0, 0.01, 0.05, 0.7, 3.0, 6.5, 40.0, 1000.0]


def bent(lab: Lab, shape: tuple[int, ...], scale: float = 2.0) -> Any:
    """Random numbers away from zero, where ReLU has its kink."""
    x = scale * lab.normal(*shape)
    return x + 0.03 * np.sign(x)


def activation_forward(name: str) -> Check:
    def run(lab: Lab) -> None:
        layer, (value, _) = lab.get(name)(), ACTIVATIONS[name]
        for shape in [(5, 3), (1, 3), (4, 4), (3, 1)]:
            x = bent(lab, shape)
            same(layer.forward(x), value(x), "forward")
        x = np.array(EXTREMES).reshape(7, 2)
        same(layer.forward(x), value(x), "extreme values", 1e-12)

    return run


def activation_backward(name: str) -> Check:
    def run(lab: Lab) -> None:
        layer, (_, slope) = lab.get(name)(), ACTIVATIONS[name]
        for lr in RATES:
            for shape in [(5, 3), (1, 3), (4, 4), (3, 1)]:
                for size, scale in ((1.0, 2.0), (1.0, 20.0), (1000.0, 2.0)):
                    x, g = bent(lab, shape, scale), size * lab.normal(*shape)
                    layer.forward(x)
                    same(step(layer, g, lr), slope(x, g), "backward", 1e-8)

    return run


def activation_state(name: str) -> Check:
    def run(lab: Lab) -> None:
        layer = lab.get(name)()
        x, g = bent(lab, (4, 3)), lab.normal(4, 3)
        y = untouched([x], lambda: layer.forward(x))
        dx = untouched([x, g, y], lambda: step(layer, g, 0.0))
        again = untouched([x, g, y, dx], lambda: step(layer, g, 0.0))
        same(again, dx, "a second backward", 0.0)
        for shape in [(4, 3), (4, 3), (7, 2)]:
            x2, g2 = bent(lab, shape), lab.normal(*shape)
            later = untouched([x, y, g, dx, x2], lambda: layer.forward(x2))
            back = untouched([x, y, g, dx, x2, g2], lambda: step(layer, g2, 0.1))
            fresh = lab.get(name)()
            agree([later, back], [fresh.forward(x2), step(fresh, g2, 0.1)], "a later batch")
        one, two = lab.get(name)(), lab.get(name)()
        one.forward(x)
        two.forward(bent(lab, (4, 3)))
        beside, fresh = step(one, g, 0.1), lab.get(name)()
        fresh.forward(x)
        same(beside, step(fresh, g, 0.1), "beside a second layer")

    return run


for _name in ACTIVATIONS:
    _prefix = {"LeakyReLU": "leaky_relu"}.get(_name, _name.lower())
    check(f"{_prefix}.forward", _name)(activation_forward(_name))
    check(f"{_prefix}.backward", _name)(activation_backward(_name))
    check(f"{_prefix}.state", _name)(activation_state(_name))


# -------------------------------------------------------------------------------------- losses


def mse(y: Any, t: Any) -> float:
    return float(((y - t) ** 2).sum() / y.size)


def bce(y: Any, t: Any) -> float:
    return float(-np.log(np.where(t > 0.5, y, 1 - y)).sum() / y.size)


def cross_entropy(y: Any, t: Any) -> float:
    return float(-np.log(y[t > 0.5]).sum() / len(y))


Loss = tuple[Callable[[Any, Any], float], Callable[[Any, Any], Any]]
LOSSES: dict[str, Loss] = {
    "MSE": (mse, lambda y, t: 2 * (y - t) / y.size),
    "BinaryCrossEntropy": (bce, lambda y, t: np.where(t > 0.5, -1 / y, 1 / (1 - y)) / y.size),
    "CrossEntropy": (cross_entropy, lambda y, t: np.where(t > 0.5, -1 / y, 0.0) / len(y)),
}
IDS = {"MSE": "mse", "BinaryCrossEntropy": "bce", "CrossEntropy": "cross_entropy"}


def loss_case(lab: Lab, name: str, shape: tuple[int, int], low: float = 0.1) -> tuple[Any, Any]:
    if name == "CrossEntropy":
        y = lab.rng.uniform(low, 1, size=shape)
        t = np.eye(shape[1])[lab.rng.integers(shape[1], size=shape[0])]
        return y / y.sum(axis=1, keepdims=True), t
    y = lab.rng.uniform(low, 1 - low, size=shape)
    return y, lab.rng.integers(2, size=shape).astype(float)


def loss_cases(lab: Lab, name: str) -> Iterator[tuple[Any, Any]]:
    for low in (0.1, 0.01, 0.001):
        for shape in [(1, 1), (5, 1), (4, 3), (3, 4)]:
            yield loss_case(lab, name, shape, low)
    if name == "MSE":
        yield 30 * lab.normal(4, 3), lab.normal(4, 3)


def loss_forward(name: str) -> Check:
    def run(lab: Lab) -> None:
        loss, (value, _) = lab.get(name)(), LOSSES[name]
        for y, t in loss_cases(lab, name):
            same(is_number(loss.forward(y, t), "loss"), value(y, t), "loss", 1e-8)

    return run


def loss_backward(name: str) -> Check:
    def run(lab: Lab) -> None:
        loss, (_, slope) = lab.get(name)(), LOSSES[name]
        for y, t in loss_cases(lab, name):
            loss.forward(y, t)
            same(loss.backward(), slope(y, t), "gradient", 1e-8)

    return run


def loss_state(name: str) -> Check:
    def run(lab: Lab) -> None:
        loss = lab.get(name)()
        y, t = loss_case(lab, name, (4, 3))
        untouched([y, t], lambda: loss.forward(y, t))
        grad = untouched([y, t], loss.backward)
        same(untouched([y, t, grad], loss.backward), grad, "a second backward", 0.0)
        ends = np.array([[0.0, 1.0], [1.0, 0.0]])
        untouched([ends], lambda: loss.forward(ends, np.eye(2)))
        for shape in [(4, 3), (4, 3), (7, 2)]:
            y2, t2 = loss_case(lab, name, shape)
            later = untouched([y, t, grad, y2, t2], lambda: loss.forward(y2, t2))
            back = untouched([y, t, grad, y2, t2], loss.backward)
            fresh = lab.get(name)()
            agree([later, back], [fresh.forward(y2, t2), fresh.backward()], "a later batch")
        other = lab.get(name)()
        loss.forward(y, t)
        other.forward(*loss_case(lab, name, (4, 3)))
        beside, fresh = loss.backward(), lab.get(name)()
        fresh.forward(y, t)
        same(beside, fresh.backward(), "beside a second loss")

    return run


def loss_ends(name: str) -> Check:
    def run(lab: Lab) -> None:
        loss = lab.get(name)()
        ends = np.array([[0.0, 1.0], [1.0, 0.0], [0.0, 1.0]])
        for t in (ends, 1 - ends):
            value = is_number(loss.forward(ends, t), "loss")
            assert math.isfinite(value), "loss at the ends"
            assert np.isfinite(loss.backward()).all(), "gradient at the ends"
        assert value > 5, "a wrong certainty must be dear"
        assert abs(loss.forward(ends, ends)) < 1e-3, "a right certainty must be cheap"

    return run


for _name, _id in IDS.items():
    check(f"{_id}.forward", _name)(loss_forward(_name))
    check(f"{_id}.backward", _name)(loss_backward(_name))
    check(f"{_id}.state", _name)(loss_state(_name))
    if _name != "MSE":
        check(f"{_id}.ends", _name)(loss_ends(_name))


# ------------------------------------------------------------------------------------- network


def inside(thing: Any, kind: type, seen: set[int]) -> list[Any]:
    """Every object of a kind that can be reached, in the order of the attributes."""
    if id(thing) in seen or isinstance(thing, (str, bytes, np.ndarray, type)):
        return []
    seen.add(id(thing))
    if isinstance(thing, kind):
        return [thing]
    if isinstance(thing, dict):
        parts = list(thing.values())
    elif isinstance(thing, (list, tuple)):
        parts = list(thing)
    else:
        slots = [s for c in type(thing).__mro__ for s in getattr(c, "__slots__", ())]
        parts = list(getattr(thing, "__dict__", {}).values())
        parts += [getattr(thing, s) for s in slots if hasattr(thing, s)]
    return [found for part in parts for found in inside(part, kind, seen)]


class Twin:
    """What the network ought to do: closed formulas over copies of its parameters."""

    def __init__(self, lab: Lab, net: Any, widths: tuple[int, ...]) -> None:
        linears = inside(net, lab.get("Linear"), set())
        assert len(linears) == len(widths) - 1, f"{len(linears)} linear layers"
        self.maps = [affine(layer, n) for layer, n in zip(linears, widths, strict=False)]
        shapes = [w.shape for w, _ in self.maps]
        assert shapes == list(zip(widths, widths[1:], strict=False)), f"shapes {shapes}"
        assert not self.maps[-1][1].any(), "the last layer has a bias"

    def forward(self, x: Any) -> Any:
        self.seen = [x]
        for w, b in self.maps:
            self.seen.append(sigmoid(self.seen[-1] @ w + b))
        return self.seen[-1]

    def learn(self, t: Any, lr: float) -> None:
        g = 2 * (self.seen[-1] - t) / t.size
        for i in reversed(range(len(self.maps))):
            g = g * self.seen[i + 1] * (1 - self.seen[i + 1])
            (w, b), last = self.maps[i], i == len(self.maps) - 1
            self.maps[i] = (w - lr * self.seen[i].T @ g, b if last else b - lr * g.sum(axis=0))
            g = g @ w.T

    def agrees(self, lab: Lab, net: Any, widths: tuple[int, ...], what: str) -> None:
        for i, ((w, b), (v, c)) in enumerate(
            zip(Twin(lab, net, widths).maps, self.maps, strict=True)
        ):
            same(w, v, f"{what}: weights {i}")
            same(b, c, f"{what}: bias {i}")


def network(lab: Lab, first: int, second: int) -> Any:
    """A network whose weights are large enough to tell the wrong slopes apart."""
    net = lab.get("TLNN")(first, second)
    for layer in inside(net, lab.get("Linear"), set()) if lab.plain else []:
        layer.w = 2.0 * lab.normal(*layer.w.shape)
        if layer.b is not None:
            layer.b = lab.normal(*layer.b.shape)
    return net


@check("network.structure", "TLNN", "Linear")
def network_structure(lab: Lab) -> None:
    for args, widths in [((5, 3), (2, 5, 3, 1)), ((), (2, 4, 4, 1))]:
        net = lab.get("TLNN")(*args)
        twin = Twin(lab, net, widths)
        for w, _ in twin.maps:
            assert len(np.unique(w)) == w.size, "units start equal"
    one, two = lab.get("TLNN")(), lab.get("TLNN")()
    first = Twin(lab, one, (2, 4, 4, 1)).maps[0][0]
    assert not np.allclose(first, Twin(lab, two, (2, 4, 4, 1)).maps[0][0]), "two networks alike"
    y, t = lab.rng.uniform(size=(4, 1)), np.ones((4, 1))
    same(is_number(net.cal_loss(y, t), "loss"), mse(y, t), "loss")
    if lab.plain:
        assert type(net.loss_func) is lab.get("MSE")
        kinds = [type(layer).__name__ for layer in net.layers]
        assert kinds == ["Linear", "Sigmoid"] * 3, f"layers {kinds}"
        biases = [layer.b is not None for layer in net.layers[::2]]
        assert biases == [True, True, False], f"biases {biases}"


@check("network.forward", "TLNN", "Linear")
def network_forward(lab: Lab) -> None:
    net = network(lab, 5, 3)
    for n in (9, 1, 4):
        x = lab.normal(n, 2)
        wanted = Twin(lab, net, (2, 5, 3, 1)).forward(x.copy())
        same(net.forward(x), wanted, "forward")
        t = lab.rng.integers(2, size=(n, 1)).astype(float)
        y = net.forward(x)
        same(is_number(net.cal_loss(y, t), "loss"), mse(y, t), "loss")


@check("network.gradient", "TLNN", "Linear")
def network_gradient(lab: Lab) -> None:
    for lr in (0.125, 1.0):
        net = network(lab, 5, 3)
        for n in (9, 6, 1):
            twin = Twin(lab, net, (2, 5, 3, 1))
            x, t = lab.normal(n, 2), lab.rng.integers(2, size=(n, 1)).astype(float)
            net.cal_loss(net.forward(x), t)
            step(net, None, lr)
            twin.forward(x)
            twin.learn(t, lr)
            twin.agrees(lab, net, (2, 5, 3, 1), f"a step at {lr}")
            same(net.forward(x), twin.forward(x), "forward after a step")


@check("network.state", "TLNN", "Linear")
def network_state(lab: Lab) -> None:
    one, two = network(lab, 4, 4), network(lab, 4, 4)
    x, t = lab.normal(6, 2), lab.rng.integers(2, size=(6, 1)).astype(float)
    y = untouched([x], lambda: one.forward(x))
    untouched([x, y, t], lambda: one.cal_loss(y, t))
    before = Twin(lab, two, (2, 4, 4, 1)).maps
    two_y = two.forward(x)
    two.cal_loss(two_y, t)
    one.cal_loss(one.forward(x), t)
    untouched([x, y, t, two_y], lambda: step(one, None, 0.5))
    for (w, b), (v, c) in zip(before, Twin(lab, two, (2, 4, 4, 1)).maps, strict=True):
        assert np.array_equal(w, v) and np.array_equal(b, c), "two networks share"


# ------------------------------------------------------------------------------------ training


def lockstep(lab: Lab, epochs: int, lr: float) -> None:
    net, widths = network(lab, 4, 4), (2, 4, 4, 1)
    twin, x = Twin(lab, net, widths), lab.rng.uniform(size=(17, 2))
    t = (x[:, 1:] > x[:, :1]).astype(float)
    losses = untouched([x, t], lambda: lab.get("train")(net, x, t, lr=lr, epochs=epochs))
    wanted = []
    for _ in range(epochs):
        wanted.append(mse(twin.forward(x), t))
        twin.learn(t, lr)
    wanted.append(mse(twin.forward(x), t))
    twin.agrees(lab, net, widths, "after training")
    assert isinstance(losses, (list, tuple, np.ndarray)), f"losses are {type(losses).__name__}"
    assert len(losses) == epochs, f"{len(losses)} losses for {epochs} epochs"
    for loss in losses:
        is_number(loss, "loss")
    first = abs(losses[0] - wanted[0]) < abs(losses[0] - wanted[1])
    same(np.array(losses, float), wanted[:-1] if first else wanted[1:], "losses")


def watched(net: Any, seen: list[list[Any]]) -> None:
    """Make the network note every step: its inputs, its ground truth, its learning rate."""
    forward, cal_loss, backward = net.forward, net.cal_loss, net.backward

    def new_forward(x: Any) -> Any:
        net.given = [np.array(x)]
        return forward(x)

    def new_cal_loss(y: Any, ground_truth: Any) -> Any:
        net.given.append(np.array(ground_truth))
        return cal_loss(y, ground_truth)

    def new_backward(*args: Any, **kwargs: Any) -> Any:
        seen.append(net.given[:2])
        return backward(*args, **kwargs)

    net.forward, net.cal_loss, net.backward = new_forward, new_cal_loss, new_backward


@check("training.train", "train", "TLNN", "Linear")
def training_train(lab: Lab) -> None:
    lockstep(lab, 15, 0.7)
    lockstep(lab, 3, 0.03125)
    net = network(lab, 4, 4)
    x = lab.rng.uniform(size=(17, 2))
    t = (x[:, 1:] > x[:, :1]).astype(float)
    seen: list[list[Any]] = []
    watched(net, seen)
    before = Twin(lab, net, (2, 4, 4, 1)).maps[0][0]
    losses = untouched(
        [x, t], lambda: lab.get("train")(net, x, t, lr=0.5, epochs=40, batch_size=5)
    )
    assert not np.allclose(before, Twin(lab, net, (2, 4, 4, 1)).maps[0][0]), "nothing learned"
    assert len(losses) == 40
    assert 40 <= len(seen) <= 4 * 40, f"{len(seen)} steps"
    label = {tuple(row): float(t[i, 0]) for i, row in enumerate(x)}
    for batch, truth in seen:
        assert len(batch) <= 5, f"a batch of {len(batch)}"
        got = [label[tuple(row)] for row in batch]
        assert got == np.ravel(truth).tolist(), "points and labels do not belong together"
    used = {tuple(row) for batch, _ in seen for row in batch}
    assert len(used) == 17, f"only {len(used)} of 17 points were used"


@check("training.accuracy", "accuracy")
def training_accuracy(lab: Lab) -> None:
    for n in (1, 7, 20):
        t = lab.rng.integers(2, size=(n, 1)).astype(float)
        for low, high in ((0.0, 1.0), (0.3, 0.6), (0.55, 0.65)):
            y = lab.rng.uniform(low, high, size=(n, 1))
            share = untouched([t, y], lambda: lab.get("accuracy")(t, y))
            same(is_number(share, "accuracy"), float(((y > 0.5) == t).mean()), "accuracy")


# ------------------------------------------------------------------------------ data and plots


@check("data.linear", "generate_linear")
def data_linear(lab: Lab) -> None:
    for n in (100, 7):
        points, labels = lab.get("generate_linear")(n)
        assert points.shape == (n, 2) and labels.shape == (n, 1)
        assert points.min() >= 0 and points.max() <= 1 and len(np.unique(points)) == 2 * n
        assert np.array_equal(labels[:, 0], points[:, 1] > points[:, 0])
    assert lab.get("generate_linear")()[0].shape == (100, 2)
    assert np.ptp(lab.get("generate_linear")(500)[0], axis=0).min() > 0.9


@check("data.xor", "generate_XOR_easy")
def data_xor(lab: Lab) -> None:
    points, labels = lab.get("generate_XOR_easy")()
    assert points.shape == (21, 2) and labels.shape == (21, 1)
    wanted = {(i, i): 0 for i in range(11)}
    wanted |= {(i, 10 - i): 1 for i in range(11) if i != 5}
    got = {(round(10 * a), round(10 * b)): c for (a, b), c in zip(points, labels[:, 0], strict=True)}
    assert got == wanted


def draw(lab: Lab, name: str, *args: Any) -> list[Any]:
    """The figures that a function of the lab leaves."""
    return drawn_by(lab.get(name), *args)


def drawn_by(function: Any, *args: Any) -> list[Any]:
    """The figures that a call leaves, whatever it does to show, save or close them."""
    import matplotlib.pyplot as plt
    from matplotlib.figure import Figure

    plt.close("all")
    try:
        with (
            mock.patch.object(plt, "show"),
            mock.patch.object(plt, "close"),
            mock.patch.object(Figure, "savefig"),
        ):
            function(*args)
            return [plt.figure(i) for i in plt.get_fignums()]
    finally:
        plt.close("all")


def points_of(axes: Any) -> dict[tuple[float, ...], str]:
    """Every point of a panel with its colour, from scatters and from lines of markers."""
    from matplotlib.colors import to_hex

    found: dict[tuple[float, ...], str] = {}
    for scatter in axes.collections:
        scatter.update_scalarmappable()
        spots, faces = scatter.get_offsets(), scatter.get_facecolors()
        if not len(faces):
            faces = scatter.get_edgecolors()
        for i, spot in enumerate(spots):
            found[tuple(np.round(spot, 9))] = to_hex(faces[i % len(faces)])
    for line in axes.lines:
        if line.get_marker() not in ("None", "", None):
            for spot in line.get_xydata():
                found[tuple(np.round(spot, 9))] = to_hex(line.get_color())
    return found


def seen(axes: Any, x: Any) -> None:
    """Every point of a panel is there to be seen: solid, of some size, not white, within the limits."""
    from matplotlib.colors import to_rgb

    for scatter in axes.collections:
        assert scatter.get_alpha() != 0 and np.all(scatter.get_sizes() > 0), "points without a body"
    assert all(min(to_rgb(colour)) < 0.95 for colour in points_of(axes).values()), "white points"
    for values, (low, high) in zip(x.T, (axes.get_xlim(), axes.get_ylim()), strict=True):
        assert low <= values.min() and values.max() <= high, "points beyond the limits"


def apart(colours: list[str]) -> None:
    """Two colours can be told apart."""
    from matplotlib.colors import to_rgb

    one, other = map(np.array, map(to_rgb, colours))
    assert np.max(np.abs(one - other)) > 0.05, "colours alike"


def legend_is_right(axes: Any, colours: list[str]) -> None:
    """What the legend calls 0 or 1 has that class's colour."""
    from matplotlib.colors import to_hex

    legend = axes.get_legend()
    for handle, text in zip(legend.legend_handles, legend.get_texts()) if legend else ():
        if text.get_text()[-1:] in ("0", "1"):
            named = colours[int(text.get_text()[-1])]
            assert to_hex(handle.get_facecolor()[0]) == named, "the legend contradicts"


@check("plots.result", "show_result")
def plots_result(lab: Lab) -> None:
    x = lab.rng.uniform(size=(12, 2))
    y = np.array([0.0, 1.0] * 6).reshape(12, 1)
    pred = np.array([0.1, 0.9, 0.8, 0.3, 0.45, 0.55] * 2).reshape(12, 1)
    (figure,) = untouched([x, y, pred], lambda: draw(lab, "show_result", x, y, pred))
    assert len(figure.axes) == 2, f"{len(figure.axes)} panels"
    left, right = figure.axes
    assert left.get_position().x1 <= right.get_position().x0, "not side by side"
    for axes, title, labels in [(left, "Ground truth", y), (right, "Predict result", pred)]:
        assert axes.get_title().strip().lower() == title.lower(), axes.get_title()
        found = points_of(axes)
        assert set(found) == {tuple(np.round(p, 9)) for p in x}, "points"
        sides: list[set[str]] = [set(), set()]
        for point, label in zip(x, np.ravel(labels) > 0.5, strict=True):
            sides[int(label)].add(found[tuple(np.round(point, 9))])
        assert len(sides[0]) == len(sides[1]) == 1 and sides[0] != sides[1], f"colours {sides}"
        colours = [min(side) for side in sides]
        seen(axes, x)
        apart(colours)
        legend_is_right(axes, colours)


@check("plots.curve", "show_learning_curve")
def plots_curve(lab: Lab) -> None:
    losses = [0.9, 0.5, 0.3, 0.25, 0.21, 0.2, 0.19]
    (figure,) = draw(lab, "show_learning_curve", losses)
    (axes,) = figure.axes
    assert axes.get_xlabel() and axes.get_ylabel(), "labels"
    (line,) = axes.lines
    same(line.get_ydata(), losses, "curve")
    same(np.diff(np.asarray(line.get_xdata(), float)), np.ones(6), "epochs")
    low, high = axes.get_xlim()
    assert line.get_alpha() != 0 and low <= 1 and high >= 6, "a line that nobody sees"


@check("plots.main", "show_result", "show_learning_curve", "train")
def plots_main(lab: Lab) -> None:
    """The file with a function main draws two colours of points and a curve."""
    trees = {path: tree for path, tree in lab.spaces["*trees*"].items() if not is_test(path)}
    (path,) = [path for path in trees if path.endswith("main.py")][:1] or [
        path for path, tree in trees.items() if "main" in functions(tree)
    ][:1]
    home = "handed_in." if any(name.startswith("handed_in") for name in lab.spaces) else ""
    train = lab.get("train")
    brief = briefly(train)
    for space in lab.spaces.values():
        for name in [name for name, value in space.items() if value is train]:
            space[name] = brief
    panels = [
        axes
        for figure in drawn_by(
            lambda: importlib.import_module(home + path[:-3].replace("/", ".")).main()
        )
        for axes in figure.axes
    ]
    assert any(len(set(points_of(axes).values())) > 1 for axes in panels), "no two colours"
    assert any(len(line.get_ydata()) > 2 for axes in panels for line in axes.lines), "no curve"


def functions(tree: ast.Module) -> list[str]:
    return [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]


def briefly(train: Any) -> Any:
    """The function with an end after ten epochs."""

    def brief(*args: Any, **kwargs: Any) -> Any:
        given = inspect.signature(train).bind(*args, **kwargs)
        given.apply_defaults()
        given.arguments["epochs"] = 10
        return train(*given.args, **given.kwargs)

    return brief


@check("plots.files")
def plots_files(lab: Lab) -> None:
    for path, data in lab.spaces["*pictures*"].items():
        assert data[:8] == b"\x89PNG\r\n\x1a\n" or data[:2] == b"\xff\xd8", f"{path} is no picture"


@check("rules.imports")
def rules_imports(lab: Lab) -> None:
    allowed = {*sys.stdlib_module_names, "numpy", "matplotlib"}
    for tree in [t for p, t in lab.spaces["*trees*"].items() if not is_test(p)]:
        for node in ast.walk(tree):  # (main.py counts, tests that were handed in do not)
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.level == 0:
                names = [str(node.module)]
            for name in names:
                top = name.split(".")[0]
                assert top in allowed | lab.spaces["*own*"].keys(), f"imports {top}"


# ------------------------------------------------------------------------------------- running


def is_test(path: str) -> bool:
    name = path.rsplit("/", 1)[-1]
    return name == "conftest.py" or name.startswith("test_")


def skipped(path: str) -> bool:
    return is_test(path) or path.rsplit("/", 1)[-1] in ("main.py", "__main__.py")


def load(files: dict[str, bytes], root: Path) -> dict[str, dict[str, Any]]:
    """Write the submission down and import all of it; relative imports make it a package."""
    python = {p: d for p, d in files.items() if p.endswith(".py")}
    trees = {p: ast.parse(d) for p, d in python.items()}
    relative = any(
        isinstance(n, ast.ImportFrom) and n.level > 0
        for p, t in trees.items()
        if "/" not in p
        for n in t.body
    )
    home = root / "handed_in" if relative else root
    for path, data in files.items():
        target = home / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    sys.path.insert(0, str(root))
    spaces: dict[str, dict[str, Any]] = {}
    for path in [p for p in python if not skipped(p)]:
        name = path[:-3].replace("/", ".").removesuffix(".__init__")
        name = ("" if name == "__init__" else name) if relative else name
        full = ".".join(filter(None, ["handed_in" if relative else "", name]))
        spaces[full] = vars(importlib.import_module(full))
    own = {p.split("/")[0].removesuffix(".py"): None for p in python}
    pictures = {p: d for p, d in files.items() if p.endswith((".png", ".jpg", ".jpeg"))}
    return spaces | {"*trees*": trees, "*own*": own, "*pictures*": pictures}


def examine(program: dict[str, Any]) -> dict[str, str]:
    """Every check (of those asked for) that the program does not pass, with the reason."""
    files = {p: base64.b64decode(d) for p, d in program["files"].items()}
    asked = program["checks"] or list(CHECKS)
    SLACK[0] = program["slack"]
    try:
        spaces = load(files, Path(os.getcwd()))
    except BaseException as error:  # a wrong program may raise whatever it likes
        return {name: f"import: {error!r}"[:200] for name in asked}
    reasons = {name: reason(name, Lab(spaces, program["plain"]), program["partial"]) for name in asked}
    return {name: why for name, why in reasons.items() if why}


def reason(name: str, lab: Lab, partial: bool) -> str:
    """Why a check does not pass; empty where it does, or where it need not be asked."""
    needs, run = CHECKS[name]
    np.random.seed(3)
    try:
        if (partial or set(needs.split()) & OPTIONAL) and not handed_in(lab, needs.split()):
            return ""
        run(lab)
    except BaseException as error:  # a wrong program may raise whatever it likes
        return f"{type(error).__name__}: {error}"[:200]
    return ""


def handed_in(lab: Lab, needs: list[str]) -> bool:
    """Whether everything that a check needs is there."""
    with contextlib.suppress(Missing):
        return all(lab.get(need) is not None for need in needs)
    return False


class OutOfTime(BaseException):
    """A program took too long."""


@contextlib.contextmanager
def fresh_interpreter() -> Iterator[None]:
    """Undo what importing a submission does to this process."""
    modules, path, folder = set(sys.modules), list(sys.path), os.getcwd()
    with tempfile.TemporaryDirectory() as home, warnings.catch_warnings():
        os.chdir(home)
        warnings.simplefilter("ignore")
        np.seterr(all="ignore")
        signal.setitimer(signal.ITIMER_PROF, SECONDS)  # of work, not of waiting for a turn
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            os.chdir(folder)
            sys.path[:] = path
            for name in set(sys.modules) - modules:
                if not name.startswith(("numpy", "matplotlib", "mpl_toolkits", "PIL")):
                    del sys.modules[name]
            importlib.invalidate_caches()


def answer(program: dict[str, Any]) -> dict[str, str]:
    with fresh_interpreter(), contextlib.redirect_stdout(io.StringIO()):
        return examine(program)


def out_of_time(*_: Any) -> None:
    raise OutOfTime(f"more than {SECONDS} seconds")


def main() -> None:
    """One JSON line in, one JSON line out."""
    signal.signal(signal.SIGPROF, out_of_time)
    sys.dont_write_bytecode = True
    import matplotlib.pyplot  # noqa: F401  (once, before any program)

    for line in sys.stdin:
        program = json.loads(line)
        print(json.dumps([program["name"], answer(program)]), flush=True)


if __name__ == "__main__":
    main()
