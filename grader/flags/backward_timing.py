"""How long backward takes beside forward, whether it is right meanwhile, and whether it is smooth."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader import expect
from grader.contract import Kind, Row
from grader.flags.inputs import draw_inputs
from grader.model import Failure
from grader.numeric import Array
from grader.remote import Connection, Ref, Script

SECONDS = 5.0  # for one exchange: a backward by differences takes a fraction of one
INPUTS = 10  # timed together, each of them new: what was kept of an earlier one helps nobody
CHANGES = 6  # times that an input moves by next to nothing
STEP = 2.0**-7  # for differences along one direction; float32 keeps two digits of them
TINY_CHANGE = 2.0**-40  # of an entry: float32 does not see it, float64 has 2**13 numbers in between
RATE = 1e-30  # of the steps that timing takes: it moves no weight but one of zero, float32 included
ZERO = 1e-20  # a derivative so small comes of weights of zero that such steps have moved
MAX_ERROR = (
    0.05  # how far a sound derivative along a direction is from its difference: 0.01 in float32
)


@dataclass(frozen=True, slots=True)
class Timing:
    """What timing a class showed.

    Parameters
    ----------
    ratio
        How many times as long backward took as forward.
    right
        Whether what backward returned meanwhile agrees with the differences of forward.
    shape
        The shape of the inputs.
    jump
        How far what backward returns is from following its input smoothly; see ``_jump``.
    """

    ratio: float
    right: bool
    shape: tuple[int, int]
    jump: float


def measure(connection: Connection, row: Row, rng: np.random.Generator) -> Timing | None:
    """Time both directions of a class on inputs of a shape that is drawn.

    Returns None where the class cannot be constructed, or one of the directions raises.
    """
    shape = (int(rng.integers(6, 11)), int(rng.integers(16, 25)))
    out = (shape[0], int(rng.integers(7, 13))) if row.name == "Linear" else shape
    script = Script(connection.next_prefix())
    layer = script.new(row.name, *((shape[1], out[1]) if row.name == "Linear" else ()))
    signature = script.signature(layer, "backward")
    script.answers = connection.exchange(script.lines, SECONDS)
    if script.has_failed(layer) or signature.error:
        return None
    argument_count = sum(1 for _, by_place, _ in signature.value if by_place)
    data = [draw_inputs(rng, row, shape) for _ in range(INPUTS)]
    upstream = [rng.uniform(0.5, 1.5, out) for _ in data]
    script, there, back, results = _calls(connection, row, layer, data, upstream, argument_count)
    script.answers = connection.exchange(script.lines, SECONDS)
    forth, both = _seconds(connection, there), _seconds(connection, back)
    if forth is None or both is None:
        return None
    ratio = (both - forth) / max(forth, 1e-9)
    right = _right(connection, row, rng, layer, results, data, upstream)
    return Timing(
        ratio, right, shape, _jump(connection, row, layer, data[0], upstream[0], argument_count)
    )


def _calls(
    connection: Connection,
    row: Row,
    layer: Ref,
    data: Sequence[tuple[Array, ...]],
    upstream: Sequence[Array],
    argument_count: int,
) -> tuple[Script, list[Any], list[Any], list[Ref]]:
    """Write the script that puts the inputs there, and both directions of each; see ``measure``."""
    script = Script(connection.next_prefix())
    there, back, results = [], [], []
    for arrays, gradient in zip(data, upstream, strict=True):
        inputs = [script.put(array) for array in arrays]
        args = () if row.kind is Kind.LOSS else (script.put(gradient), RATE)[:argument_count]
        forward = script.call_line(script.reserve("forward"), layer, "forward", *inputs)
        results.append(script.reserve(f"{row.name}.backward"))
        there.append(forward)
        # Right after its own forward: backward is about the last one.
        back += [forward, script.call_line(results[-1], layer, "backward", *args)]
    return script, there, back, results


def _seconds(connection: Connection, body: list[Any]) -> float | None:
    """The seconds that a body took, by our own clock; None where it met an error."""
    start = time.perf_counter()
    answer = connection.exchange([["repeat", "_", 1, body, []]], SECONDS)[0]
    seconds = time.perf_counter() - start
    return None if answer else seconds


def _right(
    connection: Connection,
    row: Row,
    rng: np.random.Generator,
    layer: Ref,
    results: Sequence[Ref],
    data: Sequence[tuple[Array, ...]],
    upstream: Sequence[Array],
) -> bool:
    """Whether what backward returned agrees with differences of forward along drawn directions."""
    script = Script(connection.next_prefix())
    gradients = [script.read(ref) for ref in results]
    # Small entries are moved less: near zero a logarithm bends within a step.
    directions = [rng.uniform(-1, 1, arrays[0].shape) * arrays[0] for arrays in data]
    values = []
    for (x, *others), direction in zip(data, directions, strict=True):
        for step in (STEP, -STEP):
            inputs = [script.put(array) for array in (x + step * direction, *others)]
            values.append(script.read(script.call(layer, "forward", *inputs)))
    script.answers = connection.exchange(script.lines, SECONDS)
    rows = []
    try:
        for k, direction in enumerate(directions):
            along = expect.array(gradients[k].value, "backward", direction.shape) * direction
            weights = np.ones(()) if row.kind is Kind.LOSS else upstream[k]
            shape = None if row.kind is Kind.LOSS else weights.shape
            up, down = (
                float(np.sum(weights * expect.array(reply.value, "forward", shape)))
                for reply in values[2 * k : 2 * k + 2]
            )
            rows.append((along, (up - down) / (2 * STEP)))
    except Failure:
        return False
    is_free = row.kind is Kind.LOSS and connection.has_own_scale(row.name)
    factor = _factor(*rows[0]) if is_free else 1.0
    bounds = [MAX_ERROR * factor * float(np.linalg.norm(along)) + ZERO for along, _ in rows]
    return all(
        abs(factor * np.sum(along) - difference) <= bound
        for (along, difference), bound in zip(rows, bounds, strict=True)
    )


def _factor(along: Array, difference: float) -> float:
    """The positive factor from a gradient to the differences, of a loss whose scale is its own; else 1."""
    total = float(np.sum(along))
    factor = difference / total if total else 1.0
    return factor if factor > 0 else 1.0


def _jump(
    connection: Connection,
    row: Row,
    layer: Ref,
    arrays: tuple[Array, ...],
    upstream: Array,
    argument_count: int,
) -> float:
    """How far what backward returns is from following its input smoothly, beside the largest entry.

    The input changes by next to nothing, several times. What a formula returns follows in equal parts, so
    that second differences are its rounding; a quotient of differences has the rounding of
    forward, divided by its step. What is computed in float32 does not notice that, and stays.
    Half of the entries must jump: a program in float32 may have one that is rounded otherwise.
    """
    script = Script(connection.next_prefix())
    others = [script.put(array) for array in arrays[1:]]
    replies = []
    for k in range(CHANGES):
        script.call(layer, "forward", script.put(arrays[0] * (1 + k * TINY_CHANGE)), *others)
        args = () if row.kind is Kind.LOSS else (script.put(upstream), RATE)[:argument_count]
        replies.append(script.read(script.call(layer, "backward", *args)))
    script.answers = connection.exchange(script.lines, SECONDS)
    try:
        gradients = np.array([expect.array(r.value, "backward", arrays[0].shape) for r in replies])
    except Failure:
        return 0.0
    largest = float(np.max(np.abs(gradients)))
    if largest <= ZERO:
        return 0.0
    is_large = (
        np.abs(gradients[0]) > 1e-3 * largest
    )  # a row of labels has one entry that is not zero
    jumps = np.abs(np.diff(gradients, n=2, axis=0))[:, is_large]
    return float(np.median(jumps)) / largest if jumps.size else 0.0
