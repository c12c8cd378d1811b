"""Checks of layers without parameters: ``Sigmoid``, ``ReLU``, optional ``Tanh``, ``Softmax``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from grader import expect
from grader.checks.base import check, each_of, holds, part
from grader.checks.purity import purity
from grader.contract import ACTIVATIONS, relu, sigmoid, softmax
from grader.expect import Tolerance, same
from grader.model import Failure, Message, Outcome, Part, frozen
from grader.numeric import Array
from grader.observation import layer_trials
from grader.observation.forward_time import slow_remarks
from grader.observation.gradient_match import (
    FLAT,
    Pair,
    demand_one_oracle,
    dx_agrees,
    given_and_right,
    is_aligned,
    is_smooth,
    own_dx,
    shows,
    varies,
)
from grader.observation.layer_trials import Seen, Trial
from grader.remote import Lab, Reply

VALUES = Tolerance(1e-7, 1e-7)
"""For an activation's values: a clip of the argument at 18 passes, a rounded output does not."""


def _wide(rng: np.random.Generator, shape: Sequence[int]) -> Array:
    """Draw numbers from -4 to 4, none within 0.03 of zero; of three rows one has no positive, one all.

    Without such rows a mask that is made by row, or by the whole array, is one that is missing.
    """
    values = rng.uniform(0.03, 4.0, shape)
    positive = rng.random(shape) < 0.5
    if shape[0] >= 3:
        none, all_ = rng.permutation(shape[0])[:2]
        positive[none], positive[all_] = False, True
    else:  # zeros, or the input itself, are not to be right by luck
        positive[:, 0], positive[:, 1] = False, True
    return np.asarray(np.where(positive, values, -values))


def _large(rng: np.random.Generator, shape: Sequence[int]) -> Array:
    """Draw numbers, half of them between 4 and 12 in size: a saturated sigmoid, a large ReLU.

    These have one of each sign in each part of that range: where a slope ends must not be luck.
    """
    values = _wide(rng, shape).reshape(-1)
    count = values.size // 2
    parts = np.arange(count) // 2
    sizes = 4.0 + 8.0 * (parts + rng.uniform(size=count)) / (parts[-1] + 1)
    values[1::2] = rng.permutation(np.where(np.arange(count) % 2, -sizes, sizes))
    return values.reshape(shape)


TRIALS = (
    Trial("a batch of shape (5, 3)", (5, 3), draw=_wide),
    Trial("a batch of shape (1, 4)", (1, 4), draw=_wide),
    Trial("a batch of shape (4, 4)", (4, 4), draw=_wide),
    Trial("a batch of shape (3, 2) without large entries", (3, 2)),
    Trial("a batch of shape (3, 4) with large entries", (3, 4), draw=_large),
    Trial("arrays that are not contiguous", (4, 3), layout="F", draw=_wide),
    Trial("an upstream gradient a thousand times larger", (4, 2), upstream=1e3, draw=_wide),
)

EXTREMES = np.array(
    [
        [0.0, 0.01, 0.05, 3.0],
        [6.5, 20.0, 300.0, 1000.0],
        [-0.01, -3.0, -20.0, -0.5],
        [-300.0, -1000.0, 1.0, -1.0],
    ]
)
"""Inputs tried by value: near zero, ordinary, and so large that a careless exp overflows."""

EXTREMES_NAME = "inputs from -1000 to 1000"


def observed(lab: Lab, subject: str) -> list[Seen]:
    """All trials of an activation."""
    return layer_trials.layer(lab, subject, TRIALS, lambda trial: trial.shape, value_holds)


def _values(lab: Lab, subject: str, function: Callable[[Array], Array]) -> Outcome:
    seen, (reply, heard) = observed(lab, subject), _extremes(lab, subject)

    def extremes() -> None:
        given = expect.array(reply.value, f"{subject}.forward", EXTREMES.shape)
        same(
            function(EXTREMES),
            given,
            VALUES,
            "wrong_value",
            who=f"{subject}.forward",
            trial=EXTREMES_NAME,
        )

    parts = [part(s.trial.name, partial(_trial_value, s, function)) for s in seen]
    at_the_ends = part(EXTREMES_NAME, extremes)
    remarks = _remarks(subject, at_the_ends, heard)
    return lab.outcome([*parts, at_the_ends], remarks=remarks, informative=_informs(seen))


def _informs(trials: Sequence[Seen]) -> bool:
    """Whether the outputs follow x, otherwise than by chance, and not by one slope throughout.

    Outputs that are rounded may be flat around each x, and follow it from entry to entry. Where there
    are no differences, outputs that are right do.
    """
    if trials[0].lost is not None:
        return any(map(value_holds, trials))
    slopes, outputs = [], []
    for seen in trials:
        try:
            if not is_smooth(seen.swept, seen.y):
                return False
            slopes.append(np.diagonal(seen.input_derivatives.reshape(seen.x.size, -1)))
            outputs.append(seen.y.ravel())
        except Failure:
            continue
    if not any(map(shows, slopes)):
        return bool(outputs) and bool(np.ptp(np.concatenate(outputs)) > FLAT)
    return varies(np.concatenate(slopes))


def _remarks(subject: str, judged_so: Part, heard: Reply) -> tuple[Message, ...]:
    """Say that right values came with a warning: worth knowing, and no mistake."""
    texts = () if judged_so.failure is not None else _said(heard)
    facts = frozen(who=f"{subject}.forward", trial=EXTREMES_NAME, text=", ".join(texts))
    return (Message("warned", facts),) if texts else ()


def _said(heard: Reply) -> Sequence[str]:
    """The warnings of a call; none where it failed, which is blamed elsewhere."""
    try:
        return tuple(heard.value)
    except Failure:
        return ()


def at_extremes(lab: Lab, subject: str) -> Reply:
    """What an activation makes of very small and very large inputs."""
    return _extremes(lab, subject)[0]


def _extremes(lab: Lab, subject: str) -> tuple[Reply, Reply]:
    """What it makes of them, and the warnings meanwhile, once for a submission."""

    def observe() -> tuple[Reply, Reply]:
        script = lab.script()
        made = script.new(subject)
        reply = script.read(script.call(made, "forward", script.put(EXTREMES)))
        heard = script.warnings(made, "forward", script.put(EXTREMES))
        lab.run(script)
        return reply, heard

    return lab.once(f"extremes {subject}", observe)


def _trial_value(seen: Seen, function: Callable[[Array], Array]) -> None:
    same(
        function(seen.x),
        seen.y,
        seen.exact if seen.single else VALUES,
        "wrong_value",
        who=f"{seen.subject}.forward",
        trial=seen.trial.name,
    )


def _gradients(lab: Lab, subject: str) -> Outcome:
    trials = observed(lab, subject)
    demand_one_oracle(f"{subject}.forward", _both_oracles(trials))

    def demand(seen: Seen, step: int) -> Failure | None:
        return dx_agrees(seen, step, excuses, value_holds, gradient)

    parts = [part(seen.trial.name, partial(demand, seen, 0)) for seen in trials]
    rates = part(
        "every learning rate",
        lambda: each_of(partial(demand, trials[0]), (1, 2, 3)),
        beside=[parts[0].name],
    )
    return lab.outcome(
        [*parts, rates],
        remarks=slow_remarks(trials[0].lost),
        informative=is_aligned(given_and_right(trials, own_dx, _right)),
    )


def _both_oracles(trials: Sequence[Seen]) -> Iterator[Pair]:
    """The gradients in closed form and by differences, where forward is right and in float64."""
    for seen in trials:
        if seen.lost is None and value_holds(seen) and not seen.single:
            yield _right(seen), seen.numeric_dx


def gradient(seen: Seen) -> Array:
    """The gradient at the input by differences; where they are lost and forward is right, the closed form.

    Raises ``ChildGone`` where neither is known.
    """
    return _right(seen) if seen.lost is not None and value_holds(seen) else seen.numeric_dx


def _right(seen: Seen) -> Array:
    """The gradient at the input of a right layer."""
    return PULLED_BACK[seen.subject](seen.upstream, CLOSED[seen.subject](seen.x))


def value_holds(seen: Seen) -> bool:
    """Whether forward was right in this trial."""
    demand = partial(_trial_value, seen, CLOSED[seen.subject])
    return seen.once("value_holds", lambda: holds(demand))


CLOSED = {name: row.forward for name, row in ACTIVATIONS.items()}
"""Each activation in closed form."""

PULLED_BACK = {name: row.backward for name, row in ACTIVATIONS.items()}
"""The gradient at the input of each, from the upstream gradient and the output."""


def excuses(seen: Seen) -> list[Array]:
    """The gradients of a right layer, by its own output or the right one.

    The right one counts always: the differences of a right forward that rounds its output, or
    works in float32 on the way, carry that rounding divided by their step. The one by its own
    output counts where forward is wrong, and where it answers in float32.
    """
    right = _right(seen)
    if value_holds(seen) and not seen.single:
        return [right]
    own = PULLED_BACK[seen.subject](seen.upstream, seen.y)
    # Of zeros, or of a constant, every formula makes what an empty backward returns.
    return [right, own] if np.ptp(seen.y) > FLAT and shows(own) else [right]


def _kink(lab: Lab, rng: np.random.Generator) -> Part:
    """At exactly zero any slope from 0 to 1 is a subgradient of ReLU."""
    script = lab.script()
    made = script.new("ReLU")
    script.call(made, "forward", script.put(np.zeros((3, 2))))
    upstream = rng.uniform(0.5, 2.0, (3, 2))
    reply = script.read(script.call(made, "backward", script.put(upstream)))
    lab.run(script)

    def demand() -> None:
        given = expect.array(reply.value, "ReLU.backward", (3, 2))
        inside = (given >= -1e-12) & (given <= upstream + 1e-12)
        if not np.all(inside):
            raise expect.mismatch(
                upstream,
                given,
                inside,
                "wrong_gradient",
                compares=False,
                who="ReLU.backward",
                array="dx",
                trial="x = 0",
            )

    return part("x exactly zero", demand, beside=[TRIALS[0].name])


@check("sigmoid.forward", subject="Sigmoid")
def sigmoid_forward(lab: Lab) -> Outcome:
    """Sigmoid.forward(x) returns 1 / (1 + exp(-x)).

    It works entry by entry and stays between 0 and 1, even where exp(-x) is too large for a
    float.
    """
    return _values(lab, "Sigmoid", sigmoid)


@check("sigmoid.backward", subject="Sigmoid", needs=["sigmoid.forward"])
def sigmoid_backward(lab: Lab) -> Outcome:
    """Sigmoid.backward(prev_grad) returns dL/dx, the gradient with respect to its input.

    The derivative of the sigmoid can be written with its own output y; multiply it by the
    upstream gradient, entry by entry.
    """
    return _gradients(lab, "Sigmoid")


@check(
    "sigmoid.state", subject="Sigmoid", needs=["sigmoid.forward"], earns_beside=["sigmoid.forward"]
)
def sigmoid_state(lab: Lab) -> list[Part]:
    """Sigmoid changes neither its input arrays nor the arrays that it has returned.

    Work on copies: an in-place operation on x or prev_grad changes the caller's array.
    """
    return purity(lab, lab.rng(), "Sigmoid", observed(lab, "Sigmoid"))


@check("relu.forward", subject="ReLU")
def relu_forward(lab: Lab) -> Outcome:
    """ReLU.forward(x) returns x where x is positive, and 0 elsewhere.

    It works entry by entry; large values stay unchanged.
    """
    return _values(lab, "ReLU", relu)


@check("relu.backward", subject="ReLU", needs=["relu.forward"])
def relu_backward(lab: Lab) -> Outcome:
    """ReLU.backward(prev_grad) returns prev_grad where x was positive, and 0 elsewhere.

    The sign of the input in forward decides, not the sign of the upstream gradient.
    """
    gradients = _gradients(lab, "ReLU")
    return replace(gradients, parts=(*gradients.parts, _kink(lab, lab.rng())))


@check("relu.state", subject="ReLU", needs=["relu.forward"], earns_beside=["relu.forward"])
def relu_state(lab: Lab) -> list[Part]:
    """ReLU changes neither its input arrays nor the arrays that it has returned.

    `grad = prev_grad` gives the same array a second name; setting entries of it to zero changes
    the caller's array. Copy it first.
    """
    return purity(lab, lab.rng(), "ReLU", observed(lab, "ReLU"))


@check("tanh.forward", subject="Tanh")
def tanh_forward(lab: Lab) -> Outcome:
    """Tanh.forward(x) returns the hyperbolic tangent of x, entry by entry."""
    return _values(lab, "Tanh", np.tanh)


@check("tanh.backward", subject="Tanh", needs=["tanh.forward"])
def tanh_backward(lab: Lab) -> Outcome:
    """Tanh.backward(prev_grad) returns dL/dx, the gradient with respect to its input.

    The derivative of tanh can be written with its own output y.
    """
    return _gradients(lab, "Tanh")


@check("tanh.state", subject="Tanh", needs=["tanh.forward"], earns_beside=["tanh.forward"])
def tanh_state(lab: Lab) -> list[Part]:
    """Tanh changes neither its input arrays nor the arrays that it has returned."""
    return purity(lab, lab.rng(), "Tanh", observed(lab, "Tanh"))


@check("leaky_relu.forward", subject="LeakyReLU")
def leaky_relu_forward(lab: Lab) -> Outcome:
    """LeakyReLU.forward(x) returns x where x is positive, and 0.01 x elsewhere."""
    return _values(lab, "LeakyReLU", CLOSED["LeakyReLU"])


@check("leaky_relu.backward", subject="LeakyReLU", needs=["leaky_relu.forward"])
def leaky_relu_backward(lab: Lab) -> Outcome:
    """LeakyReLU.backward(prev_grad) returns dL/dx, the gradient with respect to its input.

    The slope is 1 where x was positive in forward, and 0.01 elsewhere.
    """
    return _gradients(lab, "LeakyReLU")


@check(
    "leaky_relu.state",
    subject="LeakyReLU",
    needs=["leaky_relu.forward"],
    earns_beside=["leaky_relu.forward"],
)
def leaky_relu_state(lab: Lab) -> list[Part]:
    """LeakyReLU changes neither its input arrays nor the arrays that it has returned."""
    return purity(lab, lab.rng(), "LeakyReLU", observed(lab, "LeakyReLU"))


@check("softmax.forward", subject="Softmax")
def softmax_forward(lab: Lab) -> Outcome:
    """Softmax.forward(x) converts each row of x into probabilities.

    Divide exp(x) by its sum over the row; subtract the maximum of the row first, so that exp
    cannot overflow.
    """
    return _values(lab, "Softmax", softmax)


@check("softmax.backward", subject="Softmax", needs=["softmax.forward"])
def softmax_backward(lab: Lab) -> Outcome:
    """Softmax.backward(prev_grad) returns dL/dx, the gradient with respect to its input.

    Every output of a row depends on every input of that row, so the derivative is one matrix
    per row.
    """
    return _gradients(lab, "Softmax")


@check(
    "softmax.state", subject="Softmax", needs=["softmax.forward"], earns_beside=["softmax.forward"]
)
def softmax_state(lab: Lab) -> list[Part]:
    """Softmax changes neither its input arrays nor the arrays that it has returned."""
    return purity(lab, lab.rng(), "Softmax", observed(lab, "Softmax"))
