"""Observing a layer: all trials of a subject in two frames, for several checks to judge.

The first frame constructs a layer a trial and moves each array that it holds: a parameter
is an array whose change changes ``forward``, whatever its name. The second sets the
parameters to numbers of the examiner's, runs forward and backward at several learning
rates, and takes central differences of ``forward`` for the input and for each parameter.

Where ``forward`` is slow, the differences have a frame of their own, or are lost.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, TypeVar, cast

import numpy as np

from grader import expect
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
from grader.observation.forward_time import PROBED, ForwardTime, forward_time
from grader.observation.update_convention import Asked, Style, ask, style_of
from grader.remote import Lab, LostReply, Ref, Reply, Script, floats
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
"""An array that ``stir`` listed: ``path``, ``array``, ``dtype``, ``out`` (what moving it made)."""

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
    swept: Reply | LostReply

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
class Seen:
    """What one trial of a layer showed; reading raises ``Failure`` where the code met an error.

    ``gone`` is how the child ended in ``backward``, if it did not survive that; what concerns
    ``backward`` raises it. Where the differences did not come in time, what needs them raises
    ``ChildGone``. ``stored`` names, for a parameter, the attribute that is taken for its stored
    gradient, the same in all trials.
    """

    subject: str
    trial: Trial
    x: Array
    upstream: Array
    y_reply: Reply
    swept_x: Reply | LostReply
    parameters: tuple[Parameter, ...]
    steps: tuple[Step, ...]
    kept: Mapping[str, Reply]
    single: bool
    style: Style
    gone: ChildGone | None = None
    stored: Mapping[str, str] = field(default_factory=dict)
    _computed: dict[Any, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def once(self, name: Hashable, compute: Callable[[], T]) -> T:
        """Return what ``compute`` returns, computing only once what follows from a trial alone.

        Several parts of several checks ask for the same derivatives.
        """
        if name not in self._computed:
            self._computed[name] = compute()
        return cast("T", self._computed[name])

    @property
    def lost(self) -> ChildGone | None:
        """Why there are no differences, or None where there are."""
        return self.swept_x.gone if isinstance(self.swept_x, LostReply) else None

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
        outputs = np.abs(self._swept(parameter.swept, parameter.values))
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
        return self.once("x", lambda: _read_only(jacobian(self.swept, self.x, self.step)))

    def dx(self, step: int = 0) -> Array:
        """What ``backward`` returned at one of the learning rates, shape of ``x``."""
        return expect.array(self._dx(step), f"{self.subject}.backward", self.x.shape)

    def derivatives(self, parameter: Parameter) -> Array:
        """How each output follows each entry of a parameter: shape ``(entries, *out)``."""

        def compute() -> Array:
            swept = self._swept(parameter.swept, parameter.values)
            return _read_only(jacobian(swept, parameter.values, self.step))

        return self.once(parameter.path, compute)

    @property
    def swept(self) -> Array:
        """What ``forward`` gave while each entry of x was moved up and down: ``(entries, 2, *out)``."""
        return self._swept(self.swept_x, self.x)

    def _swept(self, reply: Reply | LostReply, moved: Array) -> Array:
        """What ``forward`` gave while an array was moved: shape ``(entries, 2, *out)``."""
        who = f"{self.subject}.forward"
        swept = expect.array(reply.value, who)
        if swept.shape != (moved.size, 2, *self.upstream.shape):
            raise expect.wrong_shape(who, self.upstream.shape, swept.shape[2:])
        return swept

    def numeric(self, parameter: Parameter) -> Array:
        """The gradient at a parameter by differences, shape of the parameter."""
        return pulled_back(self.derivatives(parameter), self.upstream, parameter.values.shape)

    def after(self, parameter: Parameter, step: int = 0) -> Array:
        """What a parameter became in the step at one of the learning rates.

        Where ``backward`` raised, its step counts all the same if it was taken before that.
        """
        try:
            self.dx_ran(step)
        except Failure:
            if self.gone is not None or not self._stepped(parameter):
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

    def _stepped(self, parameter: Parameter) -> bool:
        """Whether a parameter moved at the first of the learning rates."""
        return any(
            name_of(entry["path"]) == parameter.name
            and entry["array"].shape == parameter.values.shape
            and not np.array_equal(entry["array"], parameter.values)
            for entry in self.steps[0].after.value
        )

    def taken(self, parameter: Parameter, step: int = 0) -> Array:
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

    def dx_ran(self, step: int) -> None:
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


Gradient = Callable[[Seen, Parameter], Array]
"""The gradient at a parameter, shape of the parameter; raises ``Failure`` or ``ChildGone``."""


def layer(
    lab: Lab,
    subject: str,
    trials: Sequence[Trial],
    out: Callable[[Trial], tuple[int, ...]],
    is_right: Callable[[Seen], bool],
    gradient: Gradient = Seen.numeric,
) -> list[Seen]:
    """Observe all trials of a layer, once for a submission.

    Parameters
    ----------
    lab
        Where the student's code runs.
    subject
        The class's name in the contract.
    trials
        What to try.
    out
        The shape of the output of a trial.
    is_right
        Whether forward is known to be right in a trial, without differences. Where it is so in all
        trials and slow, nobody waits for the differences.
    gradient
        What a stored gradient is recognised by; the differences by default.
    """

    def observe() -> list[Seen]:
        found = _observe(lab, subject, trials, out, is_right)
        if not found[0].steps or found[0].style.takes_steps:
            return found
        stored = _stored(found, gradient)
        return [replace(one, stored=stored) for one in found]

    return lab.once(f"layer {subject}", observe)


def _observe(
    lab: Lab,
    subject: str,
    trials: Sequence[Trial],
    out: Callable[[Trial], tuple[int, ...]],
    is_right: Callable[[Seen], bool],
) -> list[Seen]:
    """Observe both directions; where the child did not survive that, forward alone."""
    try:
        return _observe_at(RATES, lab, subject, trials, out, is_right)
    except ChildGone as gone:
        forward_alone = _observe_at((), lab, subject, trials, out, is_right)
        return [replace(seen, gone=gone) for seen in forward_alone]


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A layer that was constructed for a trial, and the numbers that it is tried with."""

    trial: Trial
    made: Ref
    x: Array
    upstream: Array
    holding: Sequence[Listed]
    values: Sequence[Array]

    def settle(self, script: Script) -> None:
        """Set the parameters."""
        for entry, array in _held(self):
            script.assign(self.made, entry["path"], array)

    @property
    def moves(self) -> int:
        """The calls of ``forward`` that its differences take."""
        return 2 * (self.x.size + sum(array.size for array in self.values))


@dataclass(frozen=True, slots=True)
class _Found:
    """What one trial found: replies for the output, the differences and the steps."""

    y: Reply
    swept_x: Reply | LostReply
    parameters: Sequence[Parameter]
    steps: Sequence[Step]
    kept: Mapping[str, Reply]
    gone: ChildGone | None = None


def _observe_at(
    rates: Sequence[float],
    lab: Lab,
    subject: str,
    trials: Sequence[Trial],
    out: Callable[[Trial], tuple[int, ...]],
    is_right: Callable[[Seen], bool],
) -> list[Seen]:
    lab.require(subject)
    rng = lab.rng(f"observe {subject}")
    first = lab.script()
    layers = [first.new(subject, *trial.args, **trial.kwargs) for trial in trials]
    inputs = [trial.draw(rng, trial.shape) for trial in trials]
    holdings = [stirred(first, made, first.put(x)) for made, x in zip(layers, inputs, strict=True)]
    asked = ask(first, layers[0])
    lab.run(first)
    single = any(map(_is_single, holdings))
    style = layer_style(lab, asked, inputs[0], np.ones(out(trials[0])))
    prepared = []
    for trial, made, x, holding in zip(trials, layers, inputs, holdings, strict=True):
        first.check(first.makers[made.name])
        held = parameters_of(holding.value)
        upstream = normal(rng, out(trial)) * trial.upstream
        values = [drawn(rng, entry["array"].shape, single, trial.weights) for entry in held]
        prepared.append(_Prepared(trial, made, x, upstream, held, values))
    step, moves = step_of(subject, single=single), sum(one.moves for one in prepared)
    calls = sum(len(holding.value) for holding in holdings)
    time = forward_time(
        lab, f"{subject}.forward", first.seconds / calls, moves, partial(_measure, lab, prepared[0])
    )

    def seen(one: _Prepared, found: _Found) -> Seen:
        return Seen(
            subject, one.trial, one.x, one.upstream, found.y, found.swept_x,
            tuple(found.parameters), tuple(found.steps), found.kept, single, style, found.gone,
        )  # fmt: skip

    if time.is_quick(moves):
        quick = _in_one_frame(lab, prepared, style, rates, step)
        return list(map(seen, prepared, quick))
    slow = _without_differences(lab, prepared, style, rates, time)
    without = list(map(seen, prepared, slow))
    if time.late(moves) is not None or slow[0].gone is not None or all(map(is_right, without)):
        return without
    return list(map(seen, prepared, _with_differences(lab, prepared, slow, step)))


def _measure(lab: Lab, one: _Prepared) -> float:
    """Return the seconds that one ``forward`` of a layer takes."""
    script = lab.script()
    for _ in range(PROBED):
        script.call(one.made, "forward", script.put(one.x))
    lab.run(script)
    return script.seconds / PROBED


def _in_one_frame(
    lab: Lab, prepared: Sequence[_Prepared], style: Style, rates: Sequence[float], step: float
) -> list[_Found]:
    script = lab.script()
    found = []
    for one in prepared:
        one.settle(script)
        y = _output(script, one)
        swept_x, held = _differences(script, one, step)
        found.append(_Found(y, swept_x, held, *_steps(script, one, style, rates)))
    lab.run(script)
    return found


Differences = tuple[Reply | LostReply, list[Parameter]]


def _without_differences(
    lab: Lab,
    prepared: Sequence[_Prepared],
    style: Style,
    rates: Sequence[float],
    time: ForwardTime,
) -> list[_Found]:
    """Ask for the outputs in one frame, and for the steps in another, which may be lost."""
    script = lab.script()
    outputs = []
    for one in prepared:
        one.settle(script)
        outputs.append(_output(script, one))
    lab.run(script)
    steps, gone = _in_time(
        lab,
        prepared,
        time.late(len(rates) * len(prepared)),
        lambda script, one: _steps(script, one, style, rates),
    )
    if gone is not None:
        steps = [([], {}) for _ in prepared]
    lost = LostReply(time.out_of_time(sum(one.moves for one in prepared)))
    return [
        _Found(y, *_lost(one, lost), *taken, gone)
        for one, y, taken in zip(prepared, outputs, steps, strict=True)
    ]


def _with_differences(
    lab: Lab, prepared: Sequence[_Prepared], found: Sequence[_Found], step: float
) -> list[_Found]:
    """Ask for the differences in a frame of their own, and add them to what was found."""
    differences, gone = _in_time(
        lab, prepared, None, lambda script, one: _differences(script, one, step)
    )
    if gone is not None:
        differences = [_lost(one, LostReply(gone)) for one in prepared]
    return [
        replace(one, swept_x=swept_x, parameters=parameters)
        for one, (swept_x, parameters) in zip(found, differences, strict=True)
    ]


def _in_time(
    lab: Lab,
    prepared: Sequence[_Prepared],
    late: ChildGone | None,
    write: Callable[[Script, _Prepared], T],
) -> tuple[list[T], ChildGone | None]:
    """Ask one thing of all trials in one frame, unless it is too late; say how the child ended, if it did."""
    if late is not None:
        return [], late
    script = lab.script()
    found = []
    for one in prepared:
        one.settle(script)
        found.append(write(script, one))
    try:
        lab.run(script)
    except ChildGone as gone:
        return [], gone
    return found, None


def _lost(one: _Prepared, lost: LostReply) -> Differences:
    return lost, [Parameter(_path(entry), array, lost) for entry, array in _held(one)]


def _stored(found: Sequence[Seen], gradient: Gradient) -> dict[str, str]:
    """Name, for each parameter, the one attribute that is its stored gradient in all trials.

    It must be there after every step of every trial; of several, the one counts whose largest
    error is the least. Of more than ``MOST_STORED`` none counts: those are guesses.
    """
    names = {parameter.name for seen in found for parameter in seen.parameters}
    errors = {name: _errors(found, name, gradient) for name in names}
    return {
        name: min(of, key=lambda attribute: max(of[attribute]))
        for name, of in errors.items()
        if 0 < len(set(of.values())) <= MOST_STORED
    }


def _errors(found: Sequence[Seen], name: str, gradient: Gradient) -> dict[str, tuple[float, ...]]:
    """How far each attribute is from the gradient of a parameter, step by step; those always there."""
    errors: list[dict[str, float]] = []
    for seen in found:
        for parameter in (p for p in seen.parameters if p.name == name):
            try:
                numeric = gradient(seen, parameter)
                given = [seen.candidates(parameter, k) for k in range(len(seen.steps))]
            except (Failure, ChildGone):  # this trial met an error, which is told elsewhere
                continue
            errors += [{key: _distance(array, numeric) for key, array in g.items()} for g in given]
    always = [key for key in (errors or [{}])[0] if all(key in of for of in errors)]
    return {key: tuple(of[key] for of in errors) for key in always}


def _distance(array: Array, numeric: Array) -> float:
    """The largest difference beside the largest entry; infinite where something is not finite."""
    with np.errstate(all="ignore"):
        largest = float(np.max(np.abs(array - numeric), initial=0.0))
        scale = float(np.max(np.abs(numeric), initial=0.0)) or 1.0
    return largest / scale if np.isfinite(largest) else np.inf


def layer_style(lab: Lab, asked: Asked, x: Array, upstream: Array) -> Style:
    """Find out how a layer takes its step."""

    def run(script: Script, style: Style) -> None:
        script.call(asked.made, "forward", script.put(x))
        style.step(script, asked.made, script.put(upstream), rate=0.5)

    return style_of(lab, asked, 1, run)


def stirred(script: Script, made: Ref, x: Ref) -> Reply:
    """Ask which arrays of a layer change what ``forward`` makes of an input."""
    y = script.reserve(f"{made.label}.forward")
    copied, copying = script.copy_line(x)  # a forward that changes x would seem to use everything
    return script.perturb_arrays(made, [copying, script.call_line(y, made, "forward", copied)], y)


def parameters_of(listed: Sequence[Listed]) -> list[Listed]:
    """Those of the arrays that ``stir`` listed whose change changed what came out."""
    rest, *arrays = listed
    return [
        entry
        for entry in arrays
        if entry["out"].shape != rest["out"].shape
        or not np.array_equal(entry["out"], rest["out"], equal_nan=True)
    ]


def _is_single(holding: Reply) -> bool:
    """Whether a layer keeps its parameters, or answers, in float32."""
    try:
        rest, *arrays = holding.value
    except Failure:
        return False
    return any(entry["dtype"] == "<f4" for entry in arrays) or expect.is_single(
        {"value": rest["out"]}
    )


def _output(script: Script, one: _Prepared) -> Reply:
    """Ask for the output of a trial."""
    x = script.put(one.x, one.trial.layout)
    return script.read(script.call(one.made, "forward", x))


def _steps(
    script: Script, one: _Prepared, style: Style, rates: Sequence[float]
) -> tuple[list[Step], dict[str, Reply]]:
    """Take a step at each learning rate; ask what came of it, and what is left of the first arrays."""
    steps: list[Step] = []
    kept: dict[str, Reply] = {}
    for rate in rates:
        one.settle(script)
        x = script.put(one.x, one.trial.layout)
        g = script.put(one.upstream, "strided" if one.trial.layout != "C" else "C")
        y = script.call(one.made, "forward", x)
        dx = style.step(script, one.made, g, rate=rate)
        steps.append(Step(rate, script.read(dx), script.arrays(one.made)))
        for name, ref in (("y", y), ("x", x), ("upstream", g)):
            kept.setdefault(name, script.read(ref))
    return steps, kept


def _differences(script: Script, one: _Prepared, step: float) -> Differences:
    """Ask for the differences of ``forward`` by its input and by each array that it uses."""
    x, y = script.put(one.x, one.trial.layout), script.reserve(f"{one.made.label}.forward")
    swept_x = script.read(
        script.perturb_entries(x, step, [script.call_line(y, one.made, "forward", x)], y)
    )
    copied, copying = script.copy_line(x)
    body = [copying, script.call_line(y, one.made, "forward", copied)]
    held = []
    for entry, array in _held(one):
        moved = script.perturb_entries((one.made, entry["path"]), step, body, y)
        held.append(Parameter(_path(entry), array, script.read(moved)))
    return swept_x, held


def _held(one: _Prepared) -> Iterator[tuple[Listed, Array]]:
    """The parameters of a trial, each with what it was set to."""
    return zip(one.holding, one.values, strict=True)


def _path(entry: Listed) -> tuple[tuple[Any, ...], ...]:
    return tuple(tuple(part) for part in entry["path"])


def drawn(
    rng: np.random.Generator, shape: tuple[int, ...], single: bool, scale: float = 1.0
) -> Array:
    """Draw numbers for a parameter; for one of float32 such that it can hold them."""
    values = floats(rng, *shape) * scale
    return values.astype(np.float32).astype(np.float64) if single else values
