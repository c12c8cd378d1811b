"""What a person should look at: signs in the source, forbidden imports, a backward that is too slow.

None of this costs points: a sign is no proof, and whoever looks at it sees where it stands.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.errors import OurFault
from grader.lab import Ref, Room, Script
from grader.model import Message, Submission, frozen
from grader.sandbox.host import ChildGone, Sandbox

log = logging.getLogger(__name__)

SECONDS = 5.0  # for one exchange: a backward by differences takes a fraction of one
TIMES = 20  # calls that are timed together
TRIES = 5
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
    "review_frames": "{file}, line {line}: {what} looks into other code than the student's own (frames, objects, "
    "closures).",
    "review_native": "{file}, line {line}: {what} calls machine code directly.",
    "review_exec": "{file}, line {line}: {what} runs text as code.",
    "review_import": "{file}, line {line}: {what} imports in an unusual way.",
    "review_process": "{file}, line {line}: {what} is about processes, signals or the network, which this lab does "
    "not need.",
    "review_lies": "{file}, line {line}: {what} changes what an array answers to numpy.",
    "review_bidi": "{file}, line {line}: the invisible character {what} can make an editor show other code than "
    "runs.",
}  # fmt: skip
"""What the messages say: id -> template."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A class whose two directions are timed: how it is made, and the shapes that go in."""

    name: str
    args: tuple[int, ...]
    shapes: tuple[tuple[int, int], ...]
    upstream: tuple[int, int] | None


LAYER = ((8, 20),)
LOSS = ((16, 8), (16, 8))
TRIALS = (
    Trial("Linear", (20, 10), LAYER, (8, 10)),
    *(Trial(name, (), LAYER, (8, 20)) for name in ("Sigmoid", "ReLU", "Tanh", "Softmax")),
    *(Trial(name, (), LOSS, None) for name in ("MSE", "BinaryCrossEntropy", "CrossEntropy")),
)


def signs(submission: Submission, sandbox: Sandbox) -> tuple[Message, ...]:
    """Say what in the sources a person should look at; a child of its own reads them, and runs none."""
    return _told(lambda: _signs(submission, sandbox))


def behaviour(room: Room, classes: Collection[str]) -> tuple[Message, ...]:
    """Say what a person should look at in what the code did in a room.

    Parameters
    ----------
    room
        Where the submission is imported.
    classes
        Those whose backward was right: only there it matters how it was made, and it is timed.
    """
    return _told(lambda: [*_asked(room), *_slow(room, classes)])


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
        answers = wire.exchange([["suspect", "_", submission.files[p]] for p in paths], SECONDS)
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


def _asked(room: Room) -> Iterator[Message]:
    answer = room.exchange([["asked", "_"]], SECONDS)[0]
    for name in (answer or {}).get("value", ()):
        if name in FRAMEWORKS:
            yield Message("review_framework", frozen(module=name))


def _slow(room: Room, classes: Collection[str]) -> Iterator[Message]:
    for trial in TRIALS:
        if trial.name in classes:
            ratio = _confirmed(room, trial)
            if ratio > TOO_SLOW:
                yield Message("review_slow", frozen(who=trial.name, ratio=round(ratio)))


def _confirmed(room: Room, trial: Trial) -> float:
    """The least ratio of several, taken again while it looks slow: a busy machine is no proof."""
    least = float("inf")
    for _ in range(TRIES):
        ratio = measured(room, trial)
        if ratio is None:
            return 0.0
        least = min(least, ratio)
        if least <= TOO_SLOW:
            break
    return least


def measured(room: Room, trial: Trial) -> float | None:
    """Return how many times as long backward takes as forward, or None where one of them fails."""
    script = Script(room.next_prefix())
    made = script.new(trial.name, *trial.args)
    inputs = [script.put(array) for array in _arrays(trial.shapes)]
    signature = script.signature(made, "backward")
    script.call(made, "forward", *inputs)
    there = script.again(script.reserve("forward"), made, "forward", *inputs)
    upstream = None if trial.upstream is None else script.put(_arrays((trial.upstream,))[0])
    script.answers = room.exchange(script.lines, SECONDS)
    if any(answer and "value" not in answer for answer in script.answers):
        return None
    takes = sum(1 for _, by_place, _ in signature.value if by_place)
    args = () if upstream is None else (upstream, 1e-9)[:takes]
    back = script.again(script.reserve("backward"), made, "backward", *args)
    times = [_least(room, body, inputs[0]) for body in (there, back)]
    return None if None in times else float(times[1] or 0) / max(float(times[0] or 0), 1e-9)


def _least(room: Room, call: list[Any], kept: Ref) -> float | None:
    """The least of three times that some calls took, by our own clock."""
    least = []
    for _ in range(3):
        start = time.perf_counter()
        answer = room.exchange([["repeat", "_", TIMES, [call], [kept.name]]], SECONDS)[0]
        least.append(time.perf_counter() - start)
        if answer:
            return None
    return min(least)


def _arrays(shapes: tuple[tuple[int, int], ...]) -> list[Any]:
    """Probabilities, which suit layers and losses alike."""
    rng = np.random.default_rng(0)
    return [rng.uniform(0.2, 0.8, shape) for shape in shapes]
