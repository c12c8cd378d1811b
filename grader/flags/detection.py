"""What a person should look at: signs in the source, forbidden imports, a backward that is too slow.

None of this costs points: a sign is no proof, and whoever looks at it sees where it stands.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader import expect
from grader.contract import CONTRACT, Inputs, Kind, Row
from grader.errors import OurFault
from grader.expect import Failure
from grader.model import Message, Submission, frozen
from grader.numeric import Array
from grader.remote import Connection, Ref, Script
from grader.sandbox.host import ChildGone, Ending, Sandbox

log = logging.getLogger(__name__)

SECONDS = 5.0  # for one exchange: a backward by differences takes a fraction of one
INPUTS = 10  # timed together, each of them new: what was kept of an earlier one helps nobody
TRIES = 5
HAIRS = 6  # times that an input moves by a hair
STEP = 2.0**-7  # for differences along one direction; float32 keeps two digits of them
HAIR = 2.0**-40  # of an entry: float32 does not see it, float64 has 2**13 numbers in between
JUMP = 2e-14  # beside the largest entry: formulas round at 3e-16, differences at a step of 1e-3 at 1e-13
APART = 0.05  # how far a sound derivative along a direction is from its difference: 0.01 in float32
TOO_SLOW = 10.0  # honest code needs at most about three times as long back as forth; differences 40 and more
MOST = 12  # messages about one submission

FRAMEWORKS = frozenset({
    "aesara", "autograd", "caffe2", "chainer", "cntk", "cupy", "dynet", "flax", "haiku", "jax", "jaxlib",
    "keras", "lightning", "mindspore", "mxnet", "numdifftools", "optax", "paddle", "pytensor",
    "pytorch_lightning", "sklearn", "sympy", "tensorflow", "theano", "tinygrad", "torch", "torchvision",
    "micrograd", "casadi", "functorch", "tf_keras",
})  # fmt: skip

SENTENCES: dict[str, str] = {
    "review_framework": "While it was imported or ran, the code asked for {module}, which differentiates by itself "
    "or learns by itself. It is not installed where the code ran.",
    "review_slow": "{who}.backward takes {ratio} times as long as {who}.forward. Derivatives by formula take at most "
    "a few times as long; perhaps these are made from differences of forward.",
    "review_differences": "{who}.backward returns numbers that jump by {jump} where its input moves by a millionth of "
    "a millionth. A formula returns numbers that follow smoothly; quotients of differences of forward jump like this.",
    "review_other": "{who}.backward passed its checks and is wrong for other inputs: {rows} rows of {columns}. "
    "Perhaps it tells the inputs of the examination apart.",
    "review_not_searched": "The source could not be searched for what a person should look at: reading it took too "
    "long, or ended the process.",
    "review_not_timed": "{who}.backward passed its checks, but whether it takes differences of forward is not known: "
    "when it was timed, it raised an error, ended, or did not answer in time.",
    "review_frames": "{file}, line {line}: {what} looks into other code than the student's own (frames, objects, "
    "closures).",
    "review_native": "{file}, line {line}: {what} calls machine code directly.",
    "review_exec": "{file}, line {line}: {what} runs text as code.",
    "review_import": "{file}, line {line}: {what} imports in an unusual way.",
    "review_process": "{file}, line {line}: {what} is about processes, signals or the network, which this lab does "
    "not need.",
    "review_complex": "{file}, line {line}: {what} computes with complex numbers, which this lab does not need. "
    "Perhaps derivatives are taken by a complex step.",
    "review_lies": "{file}, line {line}: {what} changes what an array answers to numpy.",
    "review_bidi": "{file}, line {line}: the invisible character {what} can make an editor show other code than "
    "runs.",
}  # fmt: skip
"""What the messages say: id -> template."""


def signs(submission: Submission, sandbox: Sandbox) -> tuple[Message, ...]:
    """Say what in the sources a person should look at; a child of its own reads them, and runs none."""
    try:
        return tuple(_signs(submission, sandbox))
    except (ChildGone, OurFault) as gone:
        log.warning("searching the sources ended early: %s", gone)
        return (Message("review_not_searched"),)


def behaviour(connection: Connection, classes: Collection[str], seed: int) -> tuple[Message, ...]:
    """Say what a person should look at in what the code did over a connection.

    Parameters
    ----------
    connection
        Where the submission is imported.
    classes
        Those whose backward was right: only there it matters how it was made, and it is timed.
    seed
        Where the shapes and the numbers that it is timed with come from.
    """
    asked = _told(lambda: _asked(connection))
    return *asked, *_told(lambda: _slow(connection, classes, seed))


def _told(look: Callable[[], Iterable[Message]]) -> tuple[Message, ...]:
    found: list[Message] = []
    try:
        found.extend(look())
    except (ChildGone, OurFault) as gone:  # a child that broke is told of elsewhere
        log.info("looking for signs ended early: %s", gone)
    return tuple(found)


def _signs(submission: Submission, sandbox: Sandbox) -> Iterator[Message]:
    """The first sign of each kind in each file, tests excepted."""
    paths = [path for path in sorted(submission.files) if _counts(path)]
    wire = sandbox.open()
    try:
        answers = wire.exchange([["scan_source", "_", submission.files[p]] for p in paths], SECONDS)
    finally:
        wire.close()
    for path, answer in zip(paths, answers, strict=True):
        firsts: dict[str, Mapping[str, Any]] = {}
        for sign in (answer or {}).get("value", ()):
            firsts.setdefault(sign["kind"], sign)
        for kind, sign in firsts.items():
            yield Message(f"review_{kind}", frozen(file=path, line=sign["line"], what=sign["what"]))


def _counts(path: str) -> bool:
    name = path.rpartition("/")[2]
    return name.endswith(".py") and not name.startswith(("test_", "conftest"))


def _asked(connection: Connection) -> Iterator[Message]:
    answer = connection.exchange([["foreign_modules", "_"]], SECONDS)[0]
    for name in (answer or {}).get("value", ()):
        if name in FRAMEWORKS:
            yield Message("review_framework", frozen(module=name))


def _slow(connection: Connection, classes: Collection[str], seed: int) -> Iterator[Message]:
    """Say which backward takes too long, is wrong for other shapes, or could not be timed."""
    ended = False
    for row in (row for row in CONTRACT if row.replaceable and row.name in classes):
        rng = np.random.default_rng([seed, *f"time {row.name}".encode()])
        try:
            seen = None if ended else _confirmed(connection, row, rng)
        except ChildGone as gone:
            ended = gone.ending is Ending.LATE  # the others are not waited for as well
            seen = None
        if seen is None:
            yield Message("review_not_timed", frozen(who=row.name))
        elif not seen.right:
            rows, columns = seen.shape
            yield Message("review_other", frozen(who=row.name, rows=rows, columns=columns))
        elif seen.ratio > TOO_SLOW:
            yield Message("review_slow", frozen(who=row.name, ratio=round(seen.ratio)))
        elif seen.jump > JUMP:
            yield Message("review_differences", frozen(who=row.name, jump=f"{seen.jump:.0e}"))


@dataclass(frozen=True, slots=True)
class Timed:
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


def _confirmed(connection: Connection, row: Row, rng: np.random.Generator) -> Timed | None:
    """Time a class, again while it looks slow: a busy machine is no proof. See ``measured``."""
    seen = None
    for _ in range(TRIES):
        seen = measured(connection, row, rng)
        if seen is None or not seen.right or seen.ratio <= TOO_SLOW:
            break
    return seen


def measured(connection: Connection, row: Row, rng: np.random.Generator) -> Timed | None:
    """Time both directions of a class on inputs of a shape that is drawn.

    Returns None where the class cannot be constructed, or one of the directions raises.
    """
    shape = (int(rng.integers(6, 11)), int(rng.integers(16, 25)))
    out = (shape[0], int(rng.integers(7, 13))) if row.name == "Linear" else shape
    script = Script(connection.next_prefix())
    made = script.new(row.name, *((shape[1], out[1]) if row.name == "Linear" else ()))
    signature = script.signature(made, "backward")
    script.answers = connection.exchange(script.lines, SECONDS)
    if script.failed(made) or signature.error:
        return None
    takes = sum(1 for _, by_place, _ in signature.value if by_place)
    data = [_drawn(rng, row, shape) for _ in range(INPUTS)]
    upstream = [rng.uniform(0.5, 1.5, out) for _ in data]
    script, there, back, results = _calls(connection, row, made, data, upstream, takes)
    script.answers = connection.exchange(script.lines, SECONDS)
    forth, both = _seconds(connection, there), _seconds(connection, back)
    if forth is None or both is None:
        return None
    ratio = (both - forth) / max(forth, 1e-9)
    right = _right(connection, row, rng, made, results, data, upstream)
    return Timed(ratio, right, shape, _jump(connection, row, made, data[0], upstream[0], takes))


def _calls(
    connection: Connection,
    row: Row,
    made: Ref,
    data: Sequence[tuple[Array, ...]],
    upstream: Sequence[Array],
    takes: int,
) -> tuple[Script, list[Any], list[Any], list[Ref]]:
    """Write the script that puts the inputs there, and both directions of each; see ``measured``."""
    script = Script(connection.next_prefix())
    there, back, results = [], [], []
    for arrays, gradient in zip(data, upstream, strict=True):
        inputs = [script.put(array) for array in arrays]
        args = () if row.kind is Kind.LOSS else (script.put(gradient), 1e-9)[:takes]
        forward = script.call_line(script.reserve("forward"), made, "forward", *inputs)
        results.append(script.reserve(f"{row.name}.backward"))
        there.append(forward)
        # Right after its own forward: backward is about the last one.
        back += [forward, script.call_line(results[-1], made, "backward", *args)]
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
    made: Ref,
    results: Sequence[Ref],
    data: Sequence[tuple[Array, ...]],
    upstream: Sequence[Array],
) -> bool:
    """Whether what backward returned agrees with differences of forward along drawn directions."""
    script = Script(connection.next_prefix())
    given = [script.read(ref) for ref in results]
    # Small entries are moved less: near zero a logarithm bends within a step.
    directions = [rng.uniform(-1, 1, arrays[0].shape) * arrays[0] for arrays in data]
    values = []
    for (x, *rest), direction in zip(data, directions, strict=True):
        for step in (STEP, -STEP):
            inputs = [script.put(array) for array in (x + step * direction, *rest)]
            values.append(script.read(script.call(made, "forward", *inputs)))
    script.answers = connection.exchange(script.lines, SECONDS)
    try:
        for k, direction in enumerate(directions):
            along = expect.array(given[k].value, "backward", direction.shape) * direction
            weights = np.ones(()) if row.kind is Kind.LOSS else upstream[k]
            up, down = (
                float(np.sum(weights * expect.array(reply.value, "forward")))
                for reply in values[2 * k : 2 * k + 2]
            )
            difference = (up - down) / (2 * STEP)
            if not abs(np.sum(along) - difference) <= APART * float(np.linalg.norm(along)):
                return False
    except Failure:
        return False
    return True


def _jump(
    connection: Connection,
    row: Row,
    made: Ref,
    arrays: tuple[Array, ...],
    upstream: Array,
    takes: int,
) -> float:
    """How far what backward returns is from following its input smoothly, beside the largest entry.

    The input moves by a hair, several times. What a formula returns follows in equal parts, so
    that second differences are its rounding; a quotient of differences has the rounding of
    forward, divided by its step. What is computed in float32 does not notice a hair, and stays.
    Half of the entries must jump: a program in float32 may have one that is rounded otherwise.
    """
    script = Script(connection.next_prefix())
    rest = [script.put(array) for array in arrays[1:]]
    replies = []
    for k in range(HAIRS):
        script.call(made, "forward", script.put(arrays[0] * (1 + k * HAIR)), *rest)
        args = () if row.kind is Kind.LOSS else (script.put(upstream), 1e-9)[:takes]
        replies.append(script.read(script.call(made, "backward", *args)))
    script.answers = connection.exchange(script.lines, SECONDS)
    try:
        given = np.array([expect.array(r.value, "backward", arrays[0].shape) for r in replies])
    except Failure:
        return 0.0
    largest = float(np.max(np.abs(given)))
    telling = np.abs(given[0]) > 1e-3 * largest  # a row of labels has one entry that is not zero
    jumps = np.abs(np.diff(given, n=2, axis=0))[:, telling]
    return float(np.median(jumps)) / largest if jumps.size else 0.0


def _drawn(rng: np.random.Generator, row: Row, shape: tuple[int, int]) -> tuple[Array, ...]:
    """Draw what goes into a class; entries keep away from zero, where a ReLU has no derivative."""
    x = rng.uniform(0.2, 0.8, shape)
    if row.kind is not Kind.LOSS:
        return (x * rng.choice([-1.0, 1.0], shape),)
    if row.inputs is not Inputs.DISTRIBUTIONS:
        return x, rng.integers(0, 2, shape).astype(np.float64)
    return x / x.sum(axis=1, keepdims=True), np.eye(shape[1])[rng.integers(0, shape[1], shape[0])]
