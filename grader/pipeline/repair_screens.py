"""Which quick look fits a class or function of a program, and what it says of each edit.

A program is edited in one child, and an edit is looked at once, however many failures it may repair.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from grader.contract import Kind, Row
from grader.diagnosis.outline import Block
from grader.model import Submission
from grader.pipeline.repair_batches import SIZES
from grader.pipeline.repair_screen import (
    TWO_OBJECTS,
    Features,
    LayerScreen,
    Screen,
    parameters_of,
    value_of,
)
from grader.pipeline.repair_screen_network import NetworkScreen
from grader.pipeline.repair_screen_training import TrainScreen
from grader.pipeline.repair_trials import Trials
from grader.remote import Script
from grader.remote.edited_methods import Edit, EditedMethod, EditLister
from grader.sandbox.host import Answer, ChildGone

FIRST_CHUNK, LEAST, CHUNK = 20, 5, 100  # edits that are looked at in one frame
CHUNK_SECONDS, MOST_SECONDS = 0.15, 0.6  # that a frame may take, about and at most


def screen_of(trials: Trials, subject: str, method: str, seed: int) -> Screen | None:
    """Return the frame in which edits of a method are looked at; None where there is none for it."""
    row, rng = trials.rows.get(subject), np.random.default_rng(seed)
    try:
        if row is None:
            return None
        if row.kind is Kind.NETWORK:
            return NetworkScreen(trials.prefix(), rng)
        if row.name == "train":
            screen = TrainScreen(trials.prefix(), rng)
            return screen if screen.take(trials.exchange(screen.by_hand)) else None
        return _layer_screen(trials, row, method, rng)
    except ChildGone:
        return None


def _layer_screen(
    trials: Trials, row: Row, method: str, rng: np.random.Generator
) -> LayerScreen | None:
    if row.kind is Kind.LINEAR:
        parameters = _parameters(trials, row.name)
        if not parameters:
            return None
        screen = LayerScreen(row, trials.prefix(), rng, parameters)
        if method == "__init__":  # an edit may give it a bias, which the first step then moves
            screen.write([trial for trial in screen.trials if trial == 0 or trial >= TWO_OBJECTS])
        return screen
    if row.kind in (Kind.ACTIVATION, Kind.LOSS) and method != "__init__":
        return LayerScreen(row, trials.prefix(), rng)
    return None


def _parameters(trials: Trials, name: str) -> list[Any]:
    """Return where a linear layer keeps its weights and its bias; none where that is not clear."""
    script = Script(trials.prefix())
    script.arrays(script.new(name, *SIZES))
    answer = trials.exchange(script.lines)[-1] or {}
    return parameters_of(answer.get("value") or [])


def right_without_edit(trials: Trials, screen: Screen) -> Features:
    """Return what is right as the program is; nothing where it could not be tried."""
    try:
        answers = trials.exchange(screen.lines, MOST_SECONDS)
    except ChildGone:
        return frozenset()
    with np.errstate(all="ignore"):
        return screen.right([value_of(answers[place]) for place in screen.reads])


class EditableProgram:
    """A program with the edits of its methods, and what was seen of each.

    Parameters
    ----------
    submission, trials
        The program, and where it runs.
    lister
        Lists the edits.
    """

    def __init__(self, submission: Submission, trials: Trials, lister: EditLister) -> None:
        self.submission, self.trials, self._lister = submission, trials, lister
        self._methods: dict[Block, EditedMethod | None] = {}
        self._tiers: dict[tuple[str, str, int], tuple[Edit, ...]] = {}
        self._looks: dict[tuple[str, str], Look] = {}

    def method(self, subject: str, block: Block, seconds: float) -> EditedMethod | None:
        """Return a method of a class with its cheapest edits; None where there are none.

        Raises as ``EditLister.first``.
        """
        if block not in self._methods:
            name = block.name.rpartition(".")[2] if "." in block.name else ""
            raw = self.submission.files[block.file]
            self._methods[block] = self._lister.first(
                raw, subject, name, block.file, block.name, seconds
            )
        return self._methods[block]

    def tier(self, method: EditedMethod, number: int, seconds: float) -> tuple[Edit, ...]:
        """Return edits of a method that are less cheap; raises as ``EditLister.tier``."""
        key = method.file, method.name, number
        if key not in self._tiers:
            raw = self.submission.files[method.file]
            self._tiers[key] = self._lister.tier(raw, method, number, seconds)
        return self._tiers[key]

    def look(
        self, method: EditedMethod, seed: int, seconds_left: Callable[[], float]
    ) -> Look | None:
        """Return the quick look at the edits of a method; None where there is none for it."""
        key = method.file, method.name
        if key not in self._looks:
            screen = screen_of(self.trials, method.subject, method.method, seed)
            if screen is None:  # perhaps for this once, because the child was late
                return None
            self._looks[key] = Look(self.trials, method, screen, seconds_left)
        return self._looks[key]

    def restore(self, method: EditedMethod) -> None:
        """Have a method run its own text again; raises as ``Trials.exchange``.

        Where an edit left something behind that changes what the program does, the child ends, and the
        next edit gets a new one.
        """
        self.trials.exchange([method.use(None)])
        look = self._looks.get((method.file, method.name))
        if look is not None and not look.is_as_before():
            self.trials.close()


class Look:
    """A look at many edits of one method, as many at a time as take a short while.

    Parameters
    ----------
    trials, method, screen
        Where they run, what is edited, and the frame.
    seconds_left
        Asks for the time that is left.
    """

    def __init__(
        self,
        trials: Trials,
        method: EditedMethod,
        screen: Screen,
        seconds_left: Callable[[], float],
    ) -> None:
        self._trials, self._method, self.screen = trials, method, screen
        self._known: dict[tuple[bool, Edit], Features | None] = {}
        self._seconds_left = seconds_left
        self.base: Features = self._seen(screen, [None])[0] or frozenset()
        self._quick = screen.narrowed(self.base)

    def is_as_before(self) -> bool:
        """Whether the same is right without an edit as before any was looked at."""
        return (self._seen(self.screen, [None])[0] or frozenset()) == self.base

    def chunks(
        self,
        tiers: Iterable[Sequence[Edit]],
        is_far: Callable[[Edit], bool],
        is_needed: Callable[[Edit], bool],
    ) -> Iterator[list[tuple[Edit, Features]]]:
        """Yield the edits that make nothing wrong, each with what is right then.

        None come from the first far one on, and none of those that are not needed by then.
        """
        size = FIRST_CHUNK
        for tier in tiers:
            left = list(tier)
            while left := [edit for edit in left if is_needed(edit)]:
                if is_far(left[0]):
                    return
                start, count = time.monotonic(), min(size, len(left))
                chunk, left = left[:count], left[count:]
                if self._quick is not None:
                    pairs = self._pairs(self._quick, chunk)
                    chunk = [edit for edit, right in pairs if self._is_better(right)]
                seen = self._pairs(self.screen, chunk)
                kept = [(edit, right) for edit, right in seen if self.base <= right]
                each = max(1e-6, (time.monotonic() - start) / count)
                # What was seen before takes no time: a chunk of what was not may be twice as large at most.
                size = int(min(CHUNK, 2 * size, max(LEAST, CHUNK_SECONDS / each)))
                yield kept

    def _is_better(self, right: Features) -> bool:
        """Whether the smaller frame shows that an edit makes something right, and nothing wrong."""
        return self._quick is not None and self.base & self._quick.whole < right

    def _pairs(self, screen: Screen, edits: Sequence[Edit]) -> list[tuple[Edit, Features]]:
        """Return what is right with each edit, of those that can be tried."""
        is_quick = screen is self._quick
        new = [edit for edit in edits if (is_quick, edit) not in self._known]
        for edit, right in zip(new, self._seen(screen, new), strict=True):
            self._known[is_quick, edit] = right
        pairs = ((edit, self._known[is_quick, edit]) for edit in edits)
        return [(edit, right) for edit, right in pairs if right is not None]

    def _seen(self, screen: Screen, edits: Sequence[Edit | None]) -> list[Features | None]:
        """Return what is right with each edit; None where it could not be tried."""
        if not edits:
            return []
        try:
            answer = self._exchange([self._method.look(edits, screen.lines, screen.reads)])[0] or {}
        except ChildGone:
            # One of them runs for ever, or ended the child: it is looked for.
            if len(edits) == 1 or self._seconds_left() < MOST_SECONDS:
                return [None] * len(edits)
            most = LEAST if len(edits) > LEAST else 1
            few = [edits[k : k + most] for k in range(0, len(edits), most)]
            return [one for some in few for one in self._seen(screen, some)]
        parts = answer.get("value") or ()
        if len(parts) != len(edits):
            return [None] * len(edits)
        with np.errstate(all="ignore"):
            return [None if part is None else screen.right(part) for part in parts]

    def _exchange(self, lines: Sequence[Sequence[Any]]) -> Sequence[Answer]:
        return self._trials.exchange(lines, max(0.01, min(MOST_SECONDS, self._seconds_left())))
