"""One check's view of a submission: scripts to write and to run, inputs to draw, results to share."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import numpy as np

from grader import expect
from grader.contract import Row
from grader.model import NOTHING, Item, Message, Outcome, Part, Picture, Values, Verdict
from grader.numeric import Array
from grader.recognition import Role
from grader.remote.clock import Clock
from grader.remote.connection import Connection
from grader.remote.missing_names import missing_name
from grader.remote.script import Script
from grader.remote.seeds import CHILD_BITS, derive_seed
from grader.remote.submission_import import ImportResult
from grader.sandbox.host import ChildGone, Ending

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _LateEntry:
    """The entry in the cache for an observation for which the code was late, and the seconds it had."""

    gone: ChildGone
    seconds: float


@dataclass(frozen=True, slots=True)
class Lab:
    """One check's view of a submission.

    Parameters
    ----------
    connection
        Sends programs to the child.
    item
        The line of the rubric: its seconds are those of the check.
    seed
        Where the check's own random numbers come from. No child gets it: see ``child_seed``.
    cache
        The observations that checks share; one for a submission.
    clock
        How long this check's scripts may still take together.
    """

    connection: Connection
    item: Item
    seed: int
    cache: dict[str, Any]
    clock: Clock

    @property
    def import_result(self) -> ImportResult:
        """What importing the submission found."""
        return self.connection.import_result

    @property
    def rows(self) -> Mapping[str, Row]:
        """The rows of the contract by name, those of the course's plug-ins among them."""
        return self.connection.rows

    def role(self, name: str) -> Role | None:
        """Return what plays a name of the contract in a manner of its own; None where it is the lab's."""
        return self.import_result.recognition.roles.get(name)

    def require(self, name: str) -> None:
        """Fail unless the submission defines a class or function of the contract."""
        if name not in self.import_result.definitions:
            raise missing_name(name, self.import_result, self.rows)

    def call(
        self, name: str, method: str, *inputs: Any, shape: tuple[int, ...], **options: Any
    ) -> Array:
        """Construct a class of the contract, call one method, and return the array that it gives.

        Parameters
        ----------
        name, options
            The class, and what its constructor takes.
        method, inputs
            The method and its arguments: numpy arrays or plain values.
        shape
            What the result must have.

        Raises
        ------
        Failure
            If the class is missing, its code raised, or the result is no array of that shape.
        ChildGone
            If the child did not answer in time, or died.

        Examples
        --------
        ``y = lab.call("Sigmoid", "forward", np.zeros((2, 3)), shape=(2, 3))``
        """
        self.require(name)
        script = self.script()
        arrays = [script.put(value) for value in inputs]
        reply = script.read(script.call(script.new(name, **options), method, *arrays))
        self.run(script)
        return expect.array(reply.value, f"{name}.{method}", shape)

    def script(self) -> Script:
        """Return an empty script, whose registers no other script has."""
        return Script(self.connection.next_prefix())

    def run(self, script: Script) -> None:
        """Send a script in one frame and keep its answers in it; raises ChildGone.

        One script may take the item's seconds, and all scripts of one check together twice as
        long, so that a check that sends hundreds ends as well. Time for imports counts elsewhere.
        """
        self.connection.prepare()
        with self.clock.charge(self.item.seconds) as seconds:
            start = time.monotonic()
            script.answers = self.connection.exchange(script.lines, seconds)
            script.seconds = time.monotonic() - start

    def outcome(
        self,
        parts: Sequence[Part],
        *,
        evidence: Values = NOTHING,
        pictures: tuple[Picture, ...] = (),
        undrawn: bool = False,
        remarks: tuple[Message, ...] = (),
        informative: bool = True,
    ) -> Outcome:
        """Return what a check has to show beside its parts; the pipeline settles its verdict by them.

        Parameters
        ----------
        parts
            None at all means that the check holds whole.
        evidence
            What a page can draw: a few hundred numbers under plain names.
        pictures, undrawn
            The figures that were looked at, and whether one is missing for want of fonts.
        remarks
            Things worth saying that cost nothing.
        informative
            False where the method returns nothing that depends on what it was given as the class's
            must: zeros, a constant, its argument, chance.
        """
        return Outcome(
            self.item, Verdict.PASSED, 1.0, parts=tuple(parts), evidence=evidence,
            pictures=pictures, undrawn=undrawn, remarks=remarks, informative=informative,
        )  # fmt: skip

    def rng(self, name: str = "") -> np.random.Generator:
        """Return the random generator of a name (by default the check's), in the same state at every call."""
        return np.random.default_rng([self.seed, *(name or self.item.check).encode()])

    def child_seed(self, name: str) -> int:
        """Return the number that belongs to a name and that the student's code may be seeded with."""
        return derive_seed(self.seed, "child", name, bits=CHILD_BITS)

    def once(self, name: str, observe: Callable[[], T]) -> T:
        """Return what ``observe`` returns, and call it only once for each name.

        Where the code was late, it is late for every check that would not wait longer.
        """
        entry = self.cache.get(name)
        if isinstance(entry, _LateEntry) and entry.seconds >= self.clock.seconds_left:
            raise entry.gone
        if name not in self.cache or isinstance(entry, _LateEntry):
            seconds = self.clock.seconds_left
            try:
                self.cache[name] = observe()
            except ChildGone as gone:
                if gone.ending is Ending.LATE:
                    self.cache[name] = _LateEntry(gone, seconds)
                raise
        return cast("T", self.cache[name])


def floats(rng: np.random.Generator, *shape: int) -> Array:
    """Draw standard normal numbers that keep away from zero: at least 0.03 in size.

    A kink such as that of ReLU at 0 is then farther away than any step of a central difference.
    """
    values = rng.standard_normal(shape)
    return np.where(np.abs(values) < 0.03, np.copysign(0.03, values) + values, values)
