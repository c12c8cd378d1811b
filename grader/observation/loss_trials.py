"""The losses of the contract as the examiner knows them, and what trials of a student's show."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from grader import expect
from grader.contract import LOSSES, Row
from grader.expect import DOUBLE, EXACT, EXACT_SINGLE, SINGLE, Tolerance
from grader.model import Failure
from grader.numeric import STEP, Array, jacobian, pulled_back
from grader.observation.forward_time import PROBED, ForwardTime, forward_time
from grader.recognition.scales import ONE, Scale, best_scale
from grader.remote import Lab, LostReply, Ref, Reply, Script, floats
from grader.sandbox.host import ChildGone

SHAPES = ((1, 1), (5, 1), (4, 3), (3, 4))
STEP_SINGLE_LOSS = 2.0**-8
"""The step of the differences for a loss in float32: at y = 0.1 the third derivative of a logarithm
is two hundred times its first, so a step of 2^-6 would miss by 1 %, and this one by 0.05 %."""

LOGARITHM = Tolerance(2e-5, 2e-5)
"""For cross-entropy: a guard of 1e-7 inside the logarithm moves it by up to 1e-6 at y = 0.1."""

MOST_OF = 2.0
"""Where the differences alone need more than one part in so many of the seconds, it was they that
came too late; otherwise it was ``backward``."""

Draw = Callable[[np.random.Generator, tuple[int, ...]], tuple[Array, Array]]


def _real(rng: np.random.Generator, shape: tuple[int, ...]) -> tuple[Array, Array]:
    return floats(rng, *shape), floats(rng, *shape)


def _probabilities(rng: np.random.Generator, shape: tuple[int, ...]) -> tuple[Array, Array]:
    """Probabilities away from 0 and 1, and labels of which both kinds occur where there is room."""
    truth = rng.integers(0, 2, shape).astype(np.float64)
    truth.flat[0] = 1.0
    truth.flat[-1] = float(truth.size == 1)
    return rng.uniform(0.1, 0.9, shape), truth


def _rows(rng: np.random.Generator, shape: tuple[int, ...]) -> tuple[Array, Array]:
    """Rows of probabilities away from 0, and one-hot rows."""
    y = rng.uniform(0.5, 1.5, shape)
    return y / y.sum(axis=-1, keepdims=True), np.eye(shape[1])[rng.integers(0, shape[1], shape[0])]


@dataclass(frozen=True, slots=True)
class LossTrials:
    """How a loss of the contract is tried: shapes, inputs, and how exact its values must be."""

    row: Row
    draw: Draw
    shapes: Sequence[tuple[int, int]]
    tolerance: Tolerance

    @property
    def name(self) -> str:
        """The name of the class."""
        return self.row.name

    def formula(self, y: Array, truth: Array) -> float:
        """The loss in closed form."""
        return float(self.row.forward(y, truth))

    def gradient(self, y: Array, truth: Array) -> Array:
        """The gradient of the loss at y, in closed form."""
        return self.row.backward(y, truth)


MEAN_SQUARED = LossTrials(LOSSES["MSE"], _real, SHAPES, EXACT)
BINARY = LossTrials(LOSSES["BinaryCrossEntropy"], _probabilities, SHAPES, LOGARITHM)
CATEGORICAL = LossTrials(LOSSES["CrossEntropy"], _rows, ((1, 3), (5, 2), (4, 3), (3, 4)), LOGARITHM)


@dataclass(frozen=True, slots=True)
class LossObservation:
    """What one trial of a loss showed.

    ``scale`` and ``gradient_scale`` are the factors by which its value and its gradient may differ
    from the lab's: one, unless the loss is in a manner of its own.
    """

    kind: LossTrials
    y: Array
    truth: Array
    loss: Reply
    shifts: Reply | LostReply
    dy: Reply | LostReply
    dy_again: Reply | LostReply
    after_step: tuple[Reply | LostReply, ...]
    step: float = STEP
    scale: float = 1.0
    gradient_scale: float = 1.0

    @property
    def differences_error(self) -> ChildGone | None:
        """Why there are no differences, or None where there are."""
        return self.shifts.gone if isinstance(self.shifts, LostReply) else None

    @property
    def single(self) -> bool:
        """Whether the loss or its gradient came back in float32."""
        for reply in (self.loss, self.dy):
            try:
                if expect.is_single(reply.value):
                    return True
            except (Failure, ChildGone):
                continue
        return False

    @property
    def exact(self) -> Tolerance:
        """How far a value may be from its closed form."""
        loose = self.single and EXACT_SINGLE.of_largest > self.kind.tolerance.of_largest
        return EXACT_SINGLE if loose else self.kind.tolerance

    @property
    def tolerance(self) -> Tolerance:
        """How far a gradient may be from its differences."""
        return SINGLE if self.single else DOUBLE

    @property
    def name(self) -> str:
        """The trial for a reader."""
        return f"a batch of shape {self.y.shape}"

    @property
    def value(self) -> float:
        """What ``forward`` returned."""
        return expect.scalar(self.loss.value, f"{self.kind.name}.forward")

    @property
    def numeric(self) -> Array:
        """The gradient by differences of the loss's own ``forward``, shape of y."""
        shifts = expect.shifts(self.shifts.value, f"{self.kind.name}.forward", self.y.size)
        derivatives = jacobian(shifts, self.y, self.step)
        return pulled_back(derivatives, np.ones(shifts.shape[2:]), self.y.shape)

    @property
    def gradient(self) -> Array:
        """What ``backward`` returned."""
        return expect.array(self.dy.value, f"{self.kind.name}.backward", self.y.shape)


def observed(lab: Lab, kind: LossTrials) -> list[LossObservation]:
    """All trials of a loss, once for a submission."""
    return lab.once(f"loss {kind.name}", lambda: _scaled(lab, kind, _observe(lab, kind)))


def value_scale(lab: Lab, kind: LossTrials) -> Scale:
    """The factor by which the values of a loss may differ from the lab's, by the shape of a batch."""
    observed(lab, kind)
    scales: tuple[Scale, Scale] = lab.once(f"scales {kind.name}", lambda: (ONE, ONE))
    return scales[0]


def _scaled(
    lab: Lab, kind: LossTrials, records: Sequence[LossObservation]
) -> list[LossObservation]:
    """Settle the scales of a loss in a manner of its own: those that fit the most trials."""
    if not lab.connection.has_own_scale(kind.name):
        return list(records)
    shapes = [one.y.shape for one in records]
    values = [np.asarray(kind.formula(one.y, one.truth)) for one in records]
    gradients = [kind.gradient(one.y, one.truth) for one in records]
    value, _ = best_scale([_array(one, "value") for one in records], values, shapes)
    gradient, _ = best_scale([_array(one, "gradient") for one in records], gradients, shapes)
    scales = lab.once(f"scales {kind.name}", lambda: (value, gradient))
    return [
        replace(one, scale=scales[0].at(shape), gradient_scale=scales[1].at(shape))
        for one, shape in zip(records, shapes, strict=True)
    ]


def _array(record: LossObservation, name: str) -> Array | None:
    """A loss's value or gradient, or None where it gave none."""
    try:
        return np.asarray(getattr(record, name))
    except (Failure, ChildGone):
        return None


def _observe(lab: Lab, kind: LossTrials) -> list[LossObservation]:
    """Observe both directions, in the steps that float32 needs where that is what comes back.

    Where the child did not survive both, forward alone; where the differences were too many for a
    slow forward, what comes without them.
    """
    try:
        records = _observe_with(lab, kind, _both_ways)
        single = any(one.single for one in records)
        return _observe_with(lab, kind, _both_ways, STEP_SINGLE_LOSS) if single else records
    except ChildGone as gone:
        moves = 2 * sum(rows * columns for rows, columns in kind.shapes)
        time = _forward_time(lab, kind, moves)
        if MOST_OF * moves * time.seconds_per_call > lab.item.seconds:
            return _without_differences(lab, kind, LostReply(time.out_of_time(moves)))
        lost_reply = LostReply(gone)
        return _observe_with(
            lab, kind, lambda *_: (lost_reply, lost_reply, (lost_reply, lost_reply, lost_reply))
        )


Backward = tuple[Reply | LostReply, Reply | LostReply, tuple[Reply | LostReply, ...]]


def _observe_with(
    lab: Lab,
    kind: LossTrials,
    backward: Callable[[Script, Ref, Array, Array], Backward],
    step: float = STEP,
) -> list[LossObservation]:
    lab.require(kind.name)
    script = lab.script()
    records = []
    for y_values, truth_values in _draw_pairs(lab, kind):
        loss_object = script.new(kind.name)
        first = _output(script, loss_object, y_values, truth_values)
        y = script.put(y_values)
        out = script.reserve(f"{kind.name}.forward")
        copied, copying = script.copy_line(script.put(truth_values))
        body = [copying, script.call_line(out, loss_object, "forward", y, copied)]
        shifts = script.read(script.perturb_entries(y, step, body, out))
        records.append(
            LossObservation(
                kind, y_values, truth_values, first, shifts,
                *backward(script, loss_object, y_values, truth_values), step,
            )
        )  # fmt: skip
    lab.run(script)
    return records


def _draw_pairs(lab: Lab, kind: LossTrials) -> list[tuple[Array, Array]]:
    """Draw the predictions and the truths of all trials."""
    rng = lab.rng(f"observe {kind.name}")
    return [kind.draw(rng, shape) for shape in kind.shapes]


def _output(script: Script, loss_object: Ref, y_values: Array, truth_values: Array) -> Reply:
    y, truth = script.put(y_values), script.put(truth_values)
    return script.read(script.call(loss_object, "forward", y, truth))


def _forward_time(lab: Lab, kind: LossTrials, calls: int) -> ForwardTime:
    """Find out how long one ``forward`` takes."""
    pair = _draw_pairs(lab, kind)[0]

    def measure() -> float:
        script = lab.script()
        loss_object = script.new(kind.name)
        for _ in range(PROBED):
            _output(script, loss_object, *pair)
        lab.run(script)
        return script.seconds / PROBED

    return forward_time(lab, f"{kind.name}.forward", math.inf, calls, measure)


def _without_differences(
    lab: Lab, kind: LossTrials, lost_reply: LostReply
) -> list[LossObservation]:
    """Observe forward in one frame, and both directions in another, which may be lost."""
    pairs, outputs, backwards = _draw_pairs(lab, kind), lab.script(), lab.script()
    losses = [_output(outputs, outputs.new(kind.name), *pair) for pair in pairs]
    lab.run(outputs)
    both = [_both_ways(backwards, backwards.new(kind.name), *pair) for pair in pairs]
    try:
        lab.run(backwards)
    except ChildGone as gone:
        gone_reply = LostReply(gone)
        both = [(gone_reply, gone_reply, (gone_reply, gone_reply, gone_reply)) for _ in pairs]
    return [
        LossObservation(kind, y, truth, loss, lost_reply, *backward)
        for (y, truth), loss, backward in zip(pairs, losses, both, strict=True)
    ]


def _both_ways(script: Script, loss_object: Ref, y_values: Array, truth_values: Array) -> Backward:
    y, truth = script.put(y_values), script.put(truth_values)
    script.call(loss_object, "forward", y, truth)
    dy = script.call(loss_object, "backward")
    first_dy = script.read(dy)
    again = script.read(script.call(loss_object, "backward"))
    return first_dy, again, (script.read(y), script.read(truth), script.read(dy))
