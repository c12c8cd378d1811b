"""A trial of a layer, and what was observed in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

import numpy as np

from grader import expect
from grader.contract import Row
from grader.expect import DOUBLE, EXACT, EXACT_SINGLE, SINGLE, Tolerance
from grader.model import Failure
from grader.numeric import (
    EPSILON_SINGLE,
    STEP,
    STEP_AFFINE,
    STEP_SINGLE,
    STEP_SINGLE_AFFINE,
    Array,
    jacobian,
    pulled_back,
)
from grader.observation.update_convention import UpdateRule
from grader.remote import LostReply, Reply, floats
from grader.sandbox.host import ChildGone

T = TypeVar("T")

RATES = (2.0**-3, 2.0**-6, 0.0, 2.0**3)
"""Learning rates of every trial: (before - after) / rate loses no digit at a power of two,
none is a default value, and a gradient taken through updated weights differs at each."""


GRADIENT = re.compile(r"(^|[._\[])d|grad|delta", re.IGNORECASE)
"""What stored gradients are called: dw, grad_w, grads[0], w.grad, delta_w."""


MOST_STORED = 4
"""So many different arrays of a parameter's shape may be its stored gradient: the gradient itself, a
sum of some, the last one, one times the rate."""


def step_of(subject: str, *, single: bool) -> float:
    """The step of the differences: a linear layer is affine in all that it uses, and takes a large one."""
    if subject == "Linear":
        return STEP_SINGLE_AFFINE if single else STEP_AFFINE
    return STEP_SINGLE if single else STEP


Listed = Mapping[str, Any]
"""An array that ``perturb_parameters`` listed: ``path``, ``array``, ``dtype``, ``out`` (what moving it made)."""


Draw = Callable[[np.random.Generator, Sequence[int]], Array]


def normal(rng: np.random.Generator, shape: Sequence[int]) -> Array:
    """Draw standard normal numbers, none within 0.03 of zero."""
    return floats(rng, *shape)


@dataclass(frozen=True, slots=True)
class Trial:
    """One way of trying a layer: how it is constructed, and what goes through it."""

    name: str
    shape: tuple[int, ...]
    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    layout: str = "C"
    weights: float = 1.0
    upstream: float = 1.0
    draw: Draw = normal


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter: the way to it, what it was set to, and how ``forward`` follows it."""

    path: tuple[tuple[Any, ...], ...]
    values: Array
    shifts: Reply | LostReply

    @property
    def name(self) -> str:
        """The way to it as a student would write it, without the object: ``w``, ``params[0]``."""
        return name_of(self.path)


@dataclass(frozen=True, slots=True)
class Step:
    """One forward and backward at one learning rate."""

    rate: float
    dx: Reply
    after: Reply


@dataclass(frozen=True, slots=True)
class LayerObservation:
    """What one trial of a layer showed; reading raises ``Failure`` where the code met an error.

    ``gone`` is how the child ended in ``backward``, if it did not survive that; what concerns
    ``backward`` raises it. Where the differences did not come in time, what needs them raises
    ``ChildGone``. ``stored`` names, for a parameter, the attribute that is taken for its stored
    gradient, the same in all trials. ``takes_mean`` says that all parameters of a layer in a manner of its
    own step along the mean over the batch: one factor that all of them share is a convention.
    ``row`` holds the closed forms that an activation is judged by.
    """

    subject: str
    trial: Trial
    x: Array
    upstream: Array
    y_reply: Reply
    x_shifts: Reply | LostReply
    parameters: tuple[Parameter, ...]
    steps: tuple[Step, ...]
    after_step: Mapping[str, Reply]
    single: bool
    rule: UpdateRule
    gone: ChildGone | None = None
    stored: Mapping[str, str] = field(default_factory=dict)
    takes_mean: bool = False
    row: Row | None = None
    _computed: dict[Any, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def once(self, name: Hashable, compute: Callable[[], T]) -> T:
        """Return what ``compute`` returns, computing only once what follows from a trial alone.

        Several parts of several checks ask for the same derivatives.
        """
        if name not in self._computed:
            self._computed[name] = compute()
        return cast("T", self._computed[name])

    @property
    def differences_error(self) -> ChildGone | None:
        """Why there are no differences, or None where there are."""
        return self.x_shifts.gone if isinstance(self.x_shifts, LostReply) else None

    @property
    def step(self) -> float:
        """The step of the differences."""
        return step_of(self.subject, single=self.single)

    @property
    def tolerance(self) -> Tolerance:
        """How far a gradient may be from its differences."""
        return SINGLE if self.single else DOUBLE

    @property
    def exact(self) -> Tolerance:
        """How far a value may be from its closed form."""
        return EXACT_SINGLE if self.single else EXACT

    def noise(self, parameter: Parameter) -> float:
        """How far float32 alone may move a derivative by differences: four roundings of the output.

        In float64 it is nothing.
        """
        outputs = np.abs(self._shifts(parameter.shifts, parameter.values))
        largest = float(np.max(outputs, initial=0.0))
        return 4 * EPSILON_SINGLE * largest / self.step if self.single else 0.0

    def rounding(self, parameter: Parameter, step: int = 0) -> float:
        """How far float32 alone may move the gradient that a step went along.

        The parameter is rounded to half a unit in its last place when it is stored, and that is
        divided by the learning rate. In float64 it is nothing.
        """
        rate = self.steps[step].rate
        largest = float(np.max(np.abs(parameter.values), initial=0.0))
        return EPSILON_SINGLE * largest / rate if self.single and rate else 0.0

    @property
    def y(self) -> Array:
        """What ``forward`` returned, shape as the upstream gradient."""
        return expect.array(self.y_reply.value, f"{self.subject}.forward", self.upstream.shape)

    @property
    def numeric_dx(self) -> Array:
        """The gradient at the input by differences, shape of ``x``."""
        return pulled_back(self.input_derivatives, self.upstream, self.x.shape)

    @property
    def input_derivatives(self) -> Array:
        """How each output follows each entry of x: shape ``(entries, *out)``."""
        return self.once("x", lambda: _read_only(jacobian(self.shifts, self.x, self.step)))

    def dx(self, step: int = 0) -> Array:
        """What ``backward`` returned at one of the learning rates, shape of ``x``."""
        return expect.array(self._dx(step), f"{self.subject}.backward", self.x.shape)

    def derivatives(self, parameter: Parameter) -> Array:
        """How each output follows each entry of a parameter: shape ``(entries, *out)``."""

        def compute() -> Array:
            shifts = self._shifts(parameter.shifts, parameter.values)
            return _read_only(jacobian(shifts, parameter.values, self.step))

        return self.once(parameter.path, compute)

    @property
    def shifts(self) -> Array:
        """What ``forward`` gave while each entry of x was moved up and down: ``(entries, 2, *out)``."""
        return self._shifts(self.x_shifts, self.x)

    def _shifts(self, reply: Reply | LostReply, moved: Array) -> Array:
        """What ``forward`` gave while an array was moved: shape ``(entries, 2, *out)``."""
        who = f"{self.subject}.forward"
        return expect.stacked(reply.value, who, (moved.size, 2), self.upstream.shape)

    def numeric(self, parameter: Parameter) -> Array:
        """The gradient at a parameter by differences, shape of the parameter."""
        return pulled_back(self.derivatives(parameter), self.upstream, parameter.values.shape)

    def after(self, parameter: Parameter, step: int = 0) -> Array:
        """What a parameter became in the step at one of the learning rates.

        Where ``backward`` raised, its step counts all the same if it was taken before that.
        """
        try:
            self.demand_backward(step)
        except Failure:
            if self.gone is not None or not self.has_moved(parameter, 0):
                raise
        for entry in self.steps[step].after.value:
            if name_of(entry["path"]) == parameter.name:
                if entry["array"].shape == parameter.values.shape:
                    return np.asarray(entry["array"])
                raise Failure(
                    "parameter_reshaped",
                    name=parameter.name,
                    wanted=expect.text_of_shape(parameter.values.shape),
                    got=expect.text_of_shape(entry["array"].shape),
                    usable=False,
                )
        raise Failure("parameter_gone", name=parameter.name, usable=False)

    def has_moved(self, parameter: Parameter, step: int) -> bool:
        """Whether a parameter moved in the step at one of the learning rates."""
        return any(
            name_of(entry["path"]) == parameter.name
            and entry["array"].shape == parameter.values.shape
            and not np.array_equal(entry["array"], parameter.values)
            for entry in self.steps[step].after.value
        )

    def step_gradient(self, parameter: Parameter, step: int = 0) -> Array:
        """The gradient that a parameter's step went along: (before - after) / rate.

        Where nothing moved, but the layer stores its gradient (``stored``), and has no method to
        take the step with, that is the gradient: somebody else takes the step. At a rate of zero
        it is the movement itself.
        """
        rate = self.steps[step].rate
        with np.errstate(invalid="ignore", over="ignore"):
            moved = (parameter.values - self.after(parameter, step)) / (rate or 1.0)
        if rate and not np.any(moved) and parameter.name in self.stored:
            return self.candidates(parameter, step).get(self.stored[parameter.name], moved)
        return moved

    def candidates(self, parameter: Parameter, step: int) -> dict[str, Array]:
        """The arrays that may be a parameter's stored gradient after a step, by attribute."""
        paths = {known.name for known in self.parameters}
        return {
            name: np.asarray(entry["array"])
            for entry in self.steps[step].after.value
            if (name := name_of(entry["path"])) not in paths
            and GRADIENT.search(name)
            and entry["array"].shape == parameter.values.shape
        }

    def demand_backward(self, step: int) -> None:
        """Fail if ``backward`` raised at one of the learning rates."""
        _ = self._dx(step)

    def _dx(self, step: int) -> Any:
        if self.gone is not None:
            raise self.gone
        return self.steps[step].dx.value


def _read_only(array: Array) -> Array:
    """Return an array that nobody can change: several share it."""
    array.flags.writeable = False
    return array


def name_of(path: Sequence[Sequence[Any]]) -> str:
    """Write a path as a student would: ``w``, ``params[0]``, ``linear.w``."""
    text = ""
    for kind, key in path:
        named = kind != "item"
        text += f".{key}" if named and text else str(key) if named else f"[{key}]"
    return text
