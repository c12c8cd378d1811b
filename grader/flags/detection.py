"""What a person should look at: signs in the source, forbidden imports, a backward that is too slow.

None of this costs points: a sign is no proof, and whoever looks at it sees where it stands.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from grader.contract import CONTRACT, Row
from grader.errors import OurFault
from grader.flags import two_steps
from grader.flags.backward_timing import Timing, measure
from grader.model import Message, frozen
from grader.remote import Connection, SourceScan
from grader.sandbox.host import ChildGone, Ending

log = logging.getLogger(__name__)

SECONDS = 5.0  # for one exchange: a file is searched in a fraction of one
TRIES = 5
JUMP = 2e-14  # beside the largest entry: formulas round at 3e-16, differences at a step of 1e-3 at 1e-13
TOO_SLOW = 10.0  # honest code needs at most about three times as long back as forth; differences 40 and more
MAX_MESSAGES = 12  # messages about one submission

FRAMEWORKS = frozenset({
    "aesara", "autograd", "caffe2", "chainer", "cntk", "cupy", "dynet", "flax", "haiku", "jax", "jaxlib",
    "keras", "lightning", "mindspore", "mxnet", "numdifftools", "optax", "paddle", "pytensor",
    "pytorch_lightning", "sklearn", "sympy", "tensorflow", "theano", "tinygrad", "torch", "torchvision",
    "micrograd", "casadi", "functorch", "tf_keras",
})  # fmt: skip

SENTENCES: dict[str, str] = {
    "review_framework": "When it was imported or run, the code tried to import {module}, which "
    "computes gradients or trains models automatically. It is not installed where the code runs.",
    "review_slow": "{who}.backward takes {ratio} times as long as {who}.forward. With formulas "
    "it takes at most a few times as long; perhaps it computes a numerical gradient of forward.",
    "review_differences": "The result of {who}.backward jumps by {jump} when its input changes "
    "by 1e-12. The result of a formula changes smoothly; the numerical gradient of forward jumps "
    "like this.",
    "review_steps": "{who}.forward passed its checks, but its finite differences at a step of "
    "{large} and at a step of {small} differ. Those of a smooth function agree: does it round, "
    "store earlier results, ignore small changes, or add something that hardly shows in its "
    "values?",
    "review_steps_unknown": "{who}.forward passed its checks, but it ended the process when its "
    "differences were taken at other steps.",
    "review_other": "{who}.backward passed its checks, but it is wrong for other inputs: {rows} "
    "{rows:row|rows} of {columns} {columns:number|numbers}. Perhaps it recognises the inputs of "
    "the grader.",
    "review_not_searched": "The source code could not be searched: reading it took too long, "
    "ended the process, or is nested too deeply.",
    "review_not_timed": "{who}.backward passed its checks, but whether it uses a numerical "
    "gradient is unknown: when it was timed, it raised an error, ended the process, or did not "
    "answer in time.",
    "review_frames": "{file}, line {line}: {what} looks into other code than the student's own "
    "(frames, objects, closures).",
    "review_native": "{file}, line {line}: {what} calls machine code directly.",
    "review_exec": "{file}, line {line}: {what} runs text as code.",
    "review_import": "{file}, line {line}: {what} imports in an unusual way.",
    "review_process": "{file}, line {line}: {what} uses processes, signals or the network; "
    "this lab does not need them.",
    "review_complex": "{file}, line {line}: {what} uses complex numbers; this lab does not "
    "need them. Perhaps it computes derivatives with a complex step.",
    "review_lies": "{file}, line {line}: {what} changes how an array behaves in numpy operations.",
    "review_bidi": "{file}, line {line}: because of the invisible character {what}, an editor "
    "may show code that differs from the code that runs.",
}  # fmt: skip
"""What the messages say: id -> template."""


def signs(paths: Collection[str], scans: Mapping[str, SourceScan | None]) -> tuple[Message, ...]:
    """Say what in the sources a person should look at: the first sign of each kind in each file.

    Parameters
    ----------
    paths
        The files of the submission; tests do not matter.
    scans
        What stands in each source, None where it cannot be parsed. A file that is missing could
        not be scanned, which a person should know.
    """
    messages = []
    searched = [path for path in sorted(paths) if is_searched(path)]
    for path in searched:
        firsts: dict[str, Mapping[str, Any]] = {}
        for sign in (scans.get(path) or {}).get("signs", ()):
            firsts.setdefault(sign["kind"], sign)
        messages += [
            Message(f"review_{kind}", frozen(file=path, line=sign["line"], what=sign["what"]))
            for kind, sign in firsts.items()
        ]
    if not scans.keys() >= set(searched):
        messages.append(Message("review_not_searched"))
    return tuple(messages)


def behaviour(
    connection: Connection,
    classes: Collection[str],
    seed: int,
    forwards: Collection[str] = (),
    wrong: Collection[str] = (),
) -> tuple[Message, ...]:
    """Say what a person should look at in what the code did over a connection.

    Parameters
    ----------
    connection
        Where the submission is imported.
    classes
        Those whose backward was right: only there it matters how it was made, and it is timed.
    seed
        Where the shapes and the numbers that it is timed with come from.
    forwards
        Those whose forward was right: its differences are taken at two more steps.
    wrong
        Those of which a forward or a backward was mostly wrong: it is no wonder that the two
        contradict each other on other inputs, and only the time tells anything.
    """
    imports = _messages(lambda: _import_messages(connection))
    timings = _messages(lambda: _timing_messages(connection, classes, seed, wrong))
    return *imports, *timings, *_messages(lambda: _step_messages(connection, forwards, seed))


def _messages(look: Callable[[], Iterable[Message]]) -> tuple[Message, ...]:
    messages: list[Message] = []
    try:
        messages.extend(look())
    except (ChildGone, OurFault) as error:  # a child that broke is told of elsewhere
        log.info("looking for signs ended early: %s", error)
    return tuple(messages)


def is_searched(path: str) -> bool:
    """Whether a file holds what a student is graded for: it is a source, and no test."""
    name = path.rpartition("/")[2]
    return name.endswith(".py") and not name.startswith(("test_", "conftest"))


def _import_messages(connection: Connection) -> Iterator[Message]:
    answer = connection.exchange([["foreign_modules", "_"]], SECONDS)[0]
    for name in (answer or {}).get("value", ()):
        if name in FRAMEWORKS:
            yield Message("review_framework", frozen(module=name))


def _timing_messages(
    connection: Connection, classes: Collection[str], seed: int, wrong: Collection[str]
) -> Iterator[Message]:
    """Say which backward takes too long, is wrong for other shapes, or could not be timed."""
    is_too_late = False
    for row in (row for row in CONTRACT if row.replaceable and row.name in classes):
        rng = np.random.default_rng([seed, *f"time {row.name}".encode()])
        try:
            timing = None if is_too_late else _reliable_timing(connection, row, rng, wrong)
        except ChildGone as gone:
            is_too_late = gone.ending is Ending.LATE  # the others are not waited for as well
            timing = None
        if timing is None:
            yield Message("review_not_timed", frozen(who=row.name))
        elif not timing.right and row.name not in wrong:
            rows, columns = timing.shape
            yield Message("review_other", frozen(who=row.name, rows=rows, columns=columns))
        elif timing.ratio > TOO_SLOW:
            yield Message("review_slow", frozen(who=row.name, ratio=round(timing.ratio)))
        elif timing.right and timing.jump > JUMP:
            yield Message("review_differences", frozen(who=row.name, jump=f"{timing.jump:.0e}"))


def _reliable_timing(
    connection: Connection, row: Row, rng: np.random.Generator, wrong: Collection[str]
) -> Timing | None:
    """Time a class, again while it looks slow: a busy machine is no proof. See ``measure``."""
    timing = None
    for _ in range(TRIES):
        timing = measure(connection, row, rng)
        if timing is None or timing.ratio <= TOO_SLOW:
            break
        if not timing.right and row.name not in wrong:
            break  # it is told of for that
    return timing


def _step_messages(
    connection: Connection, classes: Collection[str], seed: int
) -> Iterator[Message]:
    """Say whose forward has other differences at a small step than at a large one."""
    for row in (row for row in CONTRACT if row.replaceable and row.name in classes):
        rng = np.random.default_rng([seed, *f"two steps {row.name}".encode()])
        try:
            disagreement = two_steps.disagreement(connection, row, rng)
        except ChildGone as gone:
            if gone.ending is not Ending.DIED:  # slow code is no sign
                return
            # The classes after this one are looked at in a new child.
            yield Message("review_steps_unknown", frozen(who=row.name))
            continue
        if not disagreement <= two_steps.MAX_DISAGREEMENT:
            steps = {name: f"{step:.0e}" for name, step in two_steps.STEPS.items()}
            yield Message("review_steps", frozen(who=row.name, **steps))
