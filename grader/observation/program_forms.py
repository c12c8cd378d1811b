"""The closed form of a program's network: which layers its parameters form, and what they compute.

The child reports outputs and differences, and a program that means to deceive could report any. So
the outputs at parameters that were drawn here are computed here as well: layers ``a(x W + b)`` in
either orientation, with or without biases, or with a bias as a row of the weights. Where one form
gives the outputs of every step, differences are taken from it, and the child's are not needed.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from grader.contract import ACTIVATIONS, sigmoid
from grader.numeric import Array
from grader.observation.program_observation import ProgramObservation

FEATURES = 2
MOST_LAYERS = 5
MOST_ARRANGEMENTS = 200
"""Layers of different widths have one arrangement; five square ones with biases have thousands."""

MOST_TRIES = 100_000
"""A right network takes some hundreds of tries; parameters that form no layers would take for ever."""

MOST_MIXED = 12
MIXED = ("sigmoid", "ReLU", "tanh", "leaky ReLU 0.01", "none")
"""In so many arrangements hidden layers with different activations are tried, and only of these."""

SAMPLES = 4
"""So many samples of the first step are tried first: no wrong form gives the outputs of four."""

AGREES, AGREES_SINGLE = 1e-7, 1e-3
"""How far outputs may be from the form's: far above what roundings and clipped exponents add up to."""

STEP = 2.0**-17  # of a central difference: near the cube root of the precision


def _leaky(slope: float) -> Callable[[Array], Array]:
    return lambda z: np.where(z > 0, z, slope * z)


Activations = dict[str, Callable[[Array], Array]]

USUAL_SLOPES = (0.01, 0.1, 0.2)
SLOPES = (0.001, 0.005, *(k / 100 for k in range(1, 31)), 0.5)
"""Slopes of a leaky ReLU: the usual ones are tried in all arrangements, these in some."""


HIDDEN: Activations = {
    "sigmoid": sigmoid, "ReLU": _leaky(0.0), "tanh": np.tanh, "none": lambda z: z,
    **{f"leaky ReLU {slope}": _leaky(slope) for slope in USUAL_SLOPES},
    "ELU": lambda z: np.where(z > 0, z, np.expm1(np.minimum(z, 0.0))),
    "softplus": lambda z: np.logaddexp(0.0, z), "sine": np.sin,
    "SiLU": lambda z: z * sigmoid(z), "scaled tanh": lambda z: 1.7159 * np.tanh(2 * z / 3),
}  # fmt: skip
OUTPUT: Activations = {
    "sigmoid": sigmoid, "none": lambda z: z, "tanh": np.tanh, "softmax": ACTIVATIONS["Softmax"].forward,
    "ReLU": _leaky(0.0), "leaky ReLU 0.01": _leaky(0.01), "softplus": lambda z: np.logaddexp(0.0, z),
    "sine": np.sin, "half tanh": lambda z: (np.tanh(z) + 1) / 2,
}  # fmt: skip


def _hidden(name: str) -> Callable[[Array], Array]:
    """Return the activation of a hidden layer by its name."""
    return HIDDEN.get(name) or _leaky(float(name.rpartition(" ")[2]))


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer of a form.

    Parameters
    ----------
    weights
        The index of its weights among the parameters.
    is_transposed
        Whether they are ``(out, in)``.
    bias
        The index of its bias, or None.
    bias_row
        Where its weights have a bias as one of their rows: 0 for the first, -1 for the last; None
        where they have none.
    """

    weights: int
    is_transposed: bool
    bias: int | None = None
    bias_row: int | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """A network in closed form: its layers, and the names of their activations.

    ``has_number`` says that one number, which stands in no array, is added before the last
    activation: a bias of a single output that is a plain ``float``.
    """

    layers: tuple[Layer, ...]
    activations: tuple[str, ...]
    has_number: bool = False

    @property
    def hidden(self) -> int:
        """The number of hidden layers."""
        return len(self.layers) - 1

    def outputs(self, parameters: Sequence[Array], x: Array, number: float = 0.0) -> Array:
        """Return the outputs ``(N, D)`` for samples ``(N, 2)``."""
        y = x
        *hidden, last = zip(self.layers, self.activations, strict=True)
        with np.errstate(all="ignore"):
            for layer, name in hidden:
                y = _hidden(name)(_weighted(layer, parameters, y))
            return OUTPUT[last[1]](_weighted(last[0], parameters, y) + number)

    def number(self, parameters: Sequence[Array], x: Array, y: Array) -> float:
        """Return the number that is added before the last sigmoid, by the output of the first sample."""
        if not self.has_number or not 0 < y[0, 0] < 1:
            return 0.0
        plain = float(self.outputs(parameters, x[:1])[0, 0])
        if not 0 < plain < 1:
            return 0.0
        return float(np.log(y[0, 0] / (1 - y[0, 0])) - np.log(plain / (1 - plain)))

    def gives(self, parameters: Sequence[Array], x: Array, y: Array) -> bool:
        """Return whether outputs ``(N, D)`` follow from parameters, but for roundings of float32."""
        shapes_fit = len(parameters) > max(layer.weights for layer in self.layers)
        if not shapes_fit or not len(x) or len(x) != len(y):
            return False
        try:
            expected = self.outputs(parameters, x, self.number(parameters, x, y))
        except (ValueError, IndexError):  # arrays of other shapes than the program had before
            return False
        with np.errstate(invalid="ignore"):
            return expected.shape == y.shape and bool(
                np.all(np.abs(expected - y) <= AGREES_SINGLE * (1 + np.abs(y)))
            )

    def jacobian(
        self,
        parameters: Sequence[Array],
        x: Array,
        k: int,
        entries: Sequence[int],
        number: float = 0.0,
    ) -> Array:
        """Return central differences of the outputs by entries of a parameter: ``(entries, N, D)``."""
        rows = []
        for index in entries:
            sides = []
            for change in (STEP, -STEP):
                moved = [np.array(array, np.float64) for array in parameters]
                moved[k].flat[index] += change
                sides.append(self.outputs(moved, x, number))
            rows.append((sides[0] - sides[1]) / (2 * STEP))
        return np.stack(rows)


def _weighted(layer: Layer, parameters: Sequence[Array], x: Array) -> Array:
    weights = np.asarray(parameters[layer.weights], np.float64)
    weights = weights.reshape(-1, 1) if weights.ndim == 1 else weights
    weights = weights.T if layer.is_transposed else weights
    if layer.bias_row is not None:
        ones = np.ones((len(x), 1))
        x = np.hstack([ones, x] if layer.bias_row == 0 else [x, ones])
    z = x @ weights
    if layer.bias is not None:
        z = z + np.asarray(parameters[layer.bias], np.float64).reshape(1, -1)
    return z


def recognise(observation: ProgramObservation) -> Form | None:
    """Return the form that gives the outputs of every step; None where none does."""
    if not observation.steps:
        return None
    first = observation.steps[0]
    forward = first.forwards[-1]
    x, y = forward.x[-SAMPLES:], forward.y[-SAMPLES:]
    shapes = [np.shape(array) for array in first.before]
    arrangements = list(itertools.islice(_arrangements(shapes, y.shape[1]), MOST_ARRANGEMENTS))
    alike = ((layers, one) for layers in arrangements for one in _alike(len(layers)))
    leaky = (
        (layers, (f"leaky ReLU {slope}",) * (len(layers) - 1) + (output,))
        for layers in arrangements[:MOST_MIXED]
        for slope in SLOPES
        for output in OUTPUT
    )
    mixed = ((layers, one) for layers in arrangements[:MOST_MIXED] for one in _mixed(len(layers)))
    for layers, activations in itertools.chain(alike, leaky, mixed):
        numbers = (False, True) if _may_have_number(layers, activations, y) else (False,)
        for has_number in numbers:
            form = Form(layers, activations, has_number)
            given = form.outputs(first.before, x, form.number(first.before, x, y))
            if _agrees(observation, given, y) and _gives_all(observation, form):
                return form
    return None


def _may_have_number(layers: Sequence[Layer], activations: Sequence[str], y: Array) -> bool:
    """Whether a plain number may be the bias of the one output."""
    last = layers[-1]
    has_bias = last.bias is not None or last.bias_row is not None
    # The output of a single sample would fit any number.
    return len(y) > 1 and y.shape[1] == 1 and activations[-1] == "sigmoid" and not has_bias


def with_differences(observation: ProgramObservation, form: Form) -> ProgramObservation:
    """Return an observation with differences of the form in the place of those that the child took."""
    steps = []
    for step in observation.steps:
        forwards = []
        for forward in step.forwards:
            number = form.number(step.before, forward.x, forward.y)
            jacobians = tuple(
                form.jacobian(step.before, forward.x, k, entries, number)
                for k, entries in enumerate(observation.entries)
            )
            forwards.append(replace(forward, jacobians=jacobians))
        steps.append(replace(step, forwards=tuple(forwards)))
    return replace(observation, steps=tuple(steps))


def _gives_all(observation: ProgramObservation, form: Form) -> bool:
    """Whether a form gives the outputs of every pass of every step."""
    return all(
        _agrees(
            observation,
            form.outputs(step.before, forward.x, form.number(step.before, forward.x, forward.y)),
            forward.y,
        )
        for step in observation.steps
        for forward in step.forwards
    )


def _agrees(observation: ProgramObservation, expected: Array, actual: Array) -> bool:
    bound = AGREES_SINGLE if observation.single else AGREES
    with np.errstate(invalid="ignore"):
        return expected.shape == actual.shape and bool(
            np.all(np.abs(expected - actual) <= bound * (1 + np.abs(actual)))
        )


def _alike(count: int) -> Iterator[tuple[str, ...]]:
    """Yield the activations of so many layers of which the hidden ones are alike."""
    for hidden in HIDDEN:
        for output in OUTPUT:
            yield (*(hidden,) * (count - 1), output)


def _mixed(count: int) -> Iterator[tuple[str, ...]]:
    """Yield the activations of so many layers of which the hidden ones differ."""
    for names in itertools.product(MIXED, repeat=min(count, MOST_LAYERS) - 1):
        if len(set(names)) > 1:
            for output in OUTPUT:
                yield (*names, output)


def _arrangements(shapes: Sequence[tuple[int, ...]], outputs: int) -> Iterator[tuple[Layer, ...]]:
    """Yield the ways in which all parameters form layers from two features to the outputs."""
    tries = itertools.count(1)

    def extend(
        layers: tuple[Layer, ...], width: int, rest: frozenset[int]
    ) -> Iterator[tuple[Layer, ...]]:
        if len(rest) > 2 * (MOST_LAYERS - len(layers)) or next(tries) > MOST_TRIES:
            return
        if not rest:
            if width == outputs and layers:
                yield layers
            return
        for layer, after in _layers(shapes, width, rest):
            used = {layer.weights} | ({layer.bias} if layer.bias is not None else set())
            yield from extend((*layers, layer), after, rest - used)

    yield from extend((), FEATURES, frozenset(range(len(shapes))))


def _layers(
    shapes: Sequence[tuple[int, ...]], width: int, rest: frozenset[int]
) -> Iterator[tuple[Layer, int]]:
    """Yield the layers that may come next after a width, each with its own width."""
    for k in sorted(rest):
        shape = shapes[k] if len(shapes[k]) == 2 else (*shapes[k], 1)
        if len(shape) != 2:
            continue
        for is_transposed, (before, after) in ((False, shape), (True, shape[::-1])):
            if before == width:
                for b in sorted(rest - {k}):
                    if int(np.prod(shapes[b])) == after and max(shapes[b], default=1) == after:
                        yield Layer(k, is_transposed, bias=b), after
                yield Layer(k, is_transposed), after
            if before == width + 1:
                yield Layer(k, is_transposed, bias_row=-1), after
                yield Layer(k, is_transposed, bias_row=0), after
