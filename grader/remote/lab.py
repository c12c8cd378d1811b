"""One check's view of a submission: scripts to write, a room to run them in, a memory to share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import numpy as np

from grader.contract import FILES
from grader.expect import Failure
from grader.model import Item, Values
from grader.numeric import Array
from grader.remote.clock import Clock
from grader.remote.connection import Imported, Room
from grader.remote.script import Script
from grader.remote.seeds import CHILD_BITS, derived
from grader.sandbox.host import ChildGone, Ending

T = TypeVar("T")

_LAYERS, _LOSSES = ("Linear", "Sigmoid"), ("MSE", "BinaryCrossEntropy")
BY_HAND = {
    **dict.fromkeys(("Linear", "Sigmoid", "ReLU"), _LAYERS),
    **dict.fromkeys(_LOSSES, _LOSSES),
    "TLNN": ("TLNN",),
    "train": ("train",),
}
"""What students without a template fuse, split or call otherwise: where none of these is found,
but other code of that kind is, not to be found proves nothing."""

_OPENS = "import_opens_file"
IMPORTS = {
    "EOFError": "import_waits",
    "Undecodable": "import_undecodable",
    "FileNotFoundError": _OPENS,
    "PermissionError": _OPENS,
}
"""Kinds of errors that say more than their own text does, when a file is imported."""


@dataclass(frozen=True, slots=True)
class _Late:
    """What stands in the memory where the code was late: how, and the seconds that it had."""

    gone: ChildGone
    seconds: float


@dataclass(frozen=True, slots=True)
class Lab:
    """One check's view of a submission.

    Parameters
    ----------
    room
        Keeps the child.
    item
        The line of the rubric: its seconds and its options hold for the check.
    seed
        Where the check's own random numbers come from. No child is told it: see ``child_seed``.
    memory
        What checks of one subject observed together; one for a submission.
    clock
        How long this check's scripts may still take together.
    """

    room: Room
    item: Item
    seed: int
    memory: dict[str, Any]
    clock: Clock

    @property
    def options(self) -> Values:
        """The item's options."""
        return self.item.options

    @property
    def imported(self) -> Imported:
        """What importing the submission came to."""
        return self.room.imported

    def script(self) -> Script:
        """Return an empty script, whose registers no other script has."""
        return Script(self.room.next_prefix())

    def run(self, script: Script) -> None:
        """Send a script in one frame and keep its answers in it; raises ChildGone.

        It may take the item's seconds, and all scripts of one check together twice as long:
        a search of ours, which sends hundreds, ends as well. Imports count elsewhere.
        """
        self.room.prepare()
        with self.clock.charged(self.item.seconds) as capped:
            script.answers = self.room.exchange(script.lines, capped)

    def rng(self, name: str) -> np.random.Generator:
        """Return the random generator that belongs to a name, the same at every call."""
        return np.random.default_rng([self.seed, *name.encode()])

    def child_seed(self, name: str) -> int:
        """Return the number that belongs to a name and that the student's code may be seeded with."""
        return derived(self.seed, "child", name, bits=CHILD_BITS)

    def once(self, name: str, observe: Callable[[], T]) -> T:
        """Return what ``observe`` returns, asking the student's code only once for a name.

        Where the code was late, it is late for every check that would not wait longer.
        """
        seen = self.memory.get(name)
        if isinstance(seen, _Late) and seen.seconds >= self.clock.left:
            raise seen.gone
        if name not in self.memory or isinstance(seen, _Late):
            had = self.clock.left
            try:
                self.memory[name] = observe()
            except ChildGone as gone:
                if gone.ending is Ending.LATE:
                    self.memory[name] = _Late(gone, had)
                raise
        return cast("T", self.memory[name])

    def require(self, name: str) -> None:
        """Fail unless the submission defines a class or function of the contract."""
        if name not in self.imported.found:
            raise missing(name, self.imported)


def missing(name: str, imported: Imported) -> Failure:
    """The failure that says that a name is not there, with the import error that may explain it."""
    file = FILES.get(name, "")
    errors = {p: e for p, e in imported.errors.items() if p.rpartition("/")[2] == file}
    if not errors and not any(path.rpartition("/")[2] == file for path in imported.imports):
        errors = dict(imported.errors)
    for path, error in errors.items():
        facts = {
            "who": name,
            "file": error.get("file", path),
            "kind": error["type"],
            "text": error.get("text", ""),
        }
        if error["type"] in ("Late", "Died"):
            return Failure(f"import_{error['type'].lower()}", usable=False, **facts)
        id_ = IMPORTS.get(error["type"], "import_raised")
        return Failure(id_, usable=False, line=error.get("line", 0), **facts)
    if name in imported.texts:
        path, cell = imported.texts[name]
        return Failure("missing_in_text_cell", who=name, file=path, cell=cell, usable=False)
    together = BY_HAND.get(name, ())
    if together and imported.strangers and not any(other in imported.found for other in together):
        others = ", ".join(imported.strangers)
        return Failure("other_style", who=name, others=others, usable=False, undecided=True)
    return Failure("missing", who=name, file=file, usable=False)


def floats(rng: np.random.Generator, *shape: int) -> Array:
    """Draw standard normal numbers that keep away from zero: at least 0.03 in size."""
    values = rng.standard_normal(shape)
    return np.where(np.abs(values) < 0.03, np.copysign(0.03, values) + values, values)
