"""Differences of a right forward at a large step and at a small one: where they disagree, a person looks.

The checks take differences at one step. A forward may have right values and differences that are
right at that step alone: it rounds to a grid that the step hits, ignores changes that are smaller,
or has a ripple added whose period divides the step.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from grader import expect
from grader.contract import Kind, Row
from grader.flags.inputs import draw_inputs
from grader.model import Failure
from grader.numeric import Array
from grader.remote import Connection, Ref, Script

SECONDS = 5.0
"""For one exchange: it holds a few calls of forward."""

LARGE = 2.0**-7
"""Of each entry. Truncation is a sixth of the square of the step times the third derivative, which is
at most 32 times the first for these inputs (a logarithm at 0.2): 3e-4 of the derivative. Rounding
adds 2^-52 / 2^-7 in float64, and 2^-23 / 2^-7 = 2e-5 in float32."""

SMALL = 2.0**-26
"""Of each entry: the root of the machine epsilon. There is no truncation, and the rounding of float64
is 2^-52 / 2^-26 = 2e-8 of the values. A ripple of 1e-10, a thousandth of what values may be off,
shows as 1e-10 / 2^-26 = 0.7 %."""

MIDDLE = 2.0**-19
"""Of each entry, for a forward that rounds on the way. The 2^-24 of float32 become 3 % of the values,
a fifth of the derivative of a sigmoid; on a grid that is coarser than the step nothing moves."""

STEPS = {"large": LARGE, "small": SMALL}

MAX_DISAGREEMENT = 2e-3
"""So far apart the differences at the two steps may be, in parts of the larger: six times the
truncation of the large one."""

MAX_ROUNDED = 0.6
"""The same for a forward that rounds, at ``LARGE`` and ``MIDDLE``: three times what float32 does."""

DRAWS = 3
"""Inputs are drawn so often, as long as the two disagree: once in a while chance rounds like a grid."""

TINY_CHANGE = 2.0**-40
"""Of each entry. What rounds to float32, or to a coarser grid, does not notice it; float64 does."""

CHANGES = 5
"""So many tiny changes in turn: one of them may cross from one number of float32 to the next."""

SHAPES = ((5, 3), (4, 4), (3, 2))
"""Of the inputs: those of the trials of the checks, so that the shape does not tell them apart."""

UNITS = 4
"""The outputs of a ``Linear``."""


def disagreement(connection: Connection, row: Row, rng: np.random.Generator) -> float:
    """How far apart the differences of a class's forward at two steps are, in parts of the larger.

    Parameters
    ----------
    connection
        Where the submission is imported.
    row
        A class whose forward was right.
    rng
        Where the input, its shape and the direction in which it is moved come from.

    Returns
    -------
    float
        At most ``MAX_DISAGREEMENT`` for a smooth function, and for one that rounds no more coarsely than
        float32 does; infinity where forward raises, or returns what has no differences.

    Raises
    ------
    ChildGone
        If the child did not survive.
    """
    smallest = float("inf")
    for _ in range(DRAWS):
        try:
            smallest = min(smallest, _disagreement(connection, row, rng))
        except Failure:
            continue
        if smallest <= MAX_DISAGREEMENT:
            break
    return smallest


def _disagreement(connection: Connection, row: Row, rng: np.random.Generator) -> float:
    """Compare the differences of a forward for one input that is drawn; see ``disagreement``."""
    shape = SHAPES[int(rng.integers(len(SHAPES)))]
    x, *others = draw_inputs(rng, row, shape)
    direction = _direction(rng, row, x, others)
    forward = _Forward(connection, row, shape[1], others)
    large, small = forward.differences(x, direction, (LARGE, SMALL))
    distance = _distance(large, small)
    nearby = [x * (1 + k * TINY_CHANGE) for k in range(CHANGES)]
    if distance <= MAX_DISAGREEMENT or not _rounds(forward.values(nearby)):
        return distance
    [middle] = forward.differences(x, direction, (MIDDLE,))
    return _distance(large, middle) * MAX_DISAGREEMENT / MAX_ROUNDED


class _Forward:
    """The forward of one object of a class, beside the arguments that are not moved."""

    def __init__(
        self, connection: Connection, row: Row, features: int, others: Sequence[Array]
    ) -> None:
        self._connection, self._row, self._others = connection, row, others
        self._sizes = (features, UNITS) if row.kind is Kind.LINEAR else ()
        self._layer: Ref | None = None

    def values(self, inputs: Sequence[Array]) -> Array:
        """Return what forward makes of each of these inputs: shape ``(inputs, *out)``, float64."""
        script = Script(self._connection.next_prefix())
        layer = self._layer = self._layer or script.new(self._row.name, *self._sizes)
        others = [script.put(array) for array in self._others]
        replies = [
            script.read(script.call(layer, "forward", script.put(x), *others)) for x in inputs
        ]
        script.answers = self._connection.exchange(script.lines, SECONDS)
        who = f"{self._row.name}.forward"
        first = expect.array(replies[0].value, who)
        return np.array([expect.array(reply.value, who, first.shape) for reply in replies])

    def differences(self, x: Array, direction: Array, steps: Sequence[float]) -> list[Array]:
        """Return the derivative along a direction by central differences, at each of some steps."""
        values = self.values([x + sign * step * direction for step in steps for sign in (1, -1)])
        ups, downs = values[::2], values[1::2]
        return [(ups[k] - downs[k]) / (2 * step) for k, step in enumerate(steps)]


def _direction(rng: np.random.Generator, row: Row, x: Array, others: Sequence[Array]) -> Array:
    """Draw the direction in which the input is moved: each entry by at most its own size.

    For a loss it is the one entry that it follows most: in the sum of several their errors cancel.
    """
    direction: Array = rng.uniform(0.5, 1.0, x.shape) * rng.choice([-1.0, 1.0], x.shape) * x
    if row.kind is not Kind.LOSS:
        return direction
    effects = np.abs(row.backward(x, *others) * direction)
    return np.asarray(np.where(effects == effects.max(), direction, 0.0))


def _distance(one: Array, other: Array) -> float:
    """How far two arrays of differences are apart, in parts of the larger; 0 where both are zero."""
    largest = max(float(np.linalg.norm(one)), float(np.linalg.norm(other)))
    return float(np.linalg.norm(one - other)) / largest if largest else 0.0


def _rounds(values: Array) -> bool:
    """Whether most outputs stay exactly what they are while the input changes by next to nothing."""
    return bool(np.mean(values[1:] == values[:-1]) > 0.5)
