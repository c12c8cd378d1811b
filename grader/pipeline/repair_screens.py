"""Which quick look fits a class or function of a program, and what it says of each edit."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from grader.contract import Kind, Row
from grader.pipeline.repair_screen import SIZES, Features, LayerScreen, Screen, parameter_paths
from grader.pipeline.repair_screen_network import NetworkScreen, TrainScreen
from grader.pipeline.repair_trials import Trials
from grader.remote import Script
from grader.remote.edited_methods import Edit, EditedMethod
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
        paths = _parameter_paths(trials, row.name)
        screen = LayerScreen(row, trials.prefix(), rng, paths)
        if method == "__init__":  # an edit may give it a bias, which the first step then moves
            screen.write([0])
        return screen if paths else None
    if row.kind in (Kind.ACTIVATION, Kind.LOSS) and method != "__init__":
        return LayerScreen(row, trials.prefix(), rng)
    return None


def _parameter_paths(trials: Trials, name: str) -> list[Any]:
    """Return where a linear layer keeps its weights and its bias; none where that is not clear."""
    script = Script(trials.prefix())
    script.arrays(script.new(name, *SIZES))
    answer = trials.exchange(script.lines)[-1] or {}
    return parameter_paths(answer.get("value") or [])


def right_without_edit(trials: Trials, screen: Screen) -> Features:
    """Return what is right as the program is; nothing where it could not be tried."""
    try:
        return screen.right(trials.exchange(screen.lines, MOST_SECONDS))
    except ChildGone:
        return frozenset()


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
        self._trials, self._method, self._screen = trials, method, screen
        self._seconds_left = seconds_left
        self.base: Features = self._seen(screen, [None])[0] or frozenset()
        self._quick = screen.narrowed(self.base)

    def chunks(
        self, edits: Sequence[Edit], is_far: Callable[[Edit], bool]
    ) -> Iterator[list[tuple[Edit, Features]]]:
        """Yield the edits that make nothing wrong, each with what is right then; none from the first far one on."""
        left, size = list(edits), FIRST_CHUNK
        while left and not is_far(left[0]):
            start, count = time.monotonic(), min(size, len(left))
            chunk, left = left[:count], left[count:]
            if self._quick is not None:
                pairs = self._pairs(self._quick, chunk)
                chunk = [edit for edit, right in pairs if self._is_better(right)]
            kept = [
                (e, right) for e, right in self._pairs(self._screen, chunk) if self.base <= right
            ]
            each = (time.monotonic() - start) / count
            size = int(min(CHUNK, max(LEAST, CHUNK_SECONDS / each)))
            yield kept

    def _is_better(self, right: Features) -> bool:
        """Whether the smaller frame shows that an edit makes something right, and nothing wrong."""
        return self._quick is not None and self.base & self._quick.whole < right

    def _pairs(self, screen: Screen, edits: Sequence[Edit]) -> list[tuple[Edit, Features]]:
        seen = zip(edits, self._seen(screen, edits), strict=True)
        return [(edit, right) for edit, right in seen if right is not None]

    def _seen(self, screen: Screen, edits: Sequence[Edit | None]) -> list[Features | None]:
        """Return what is right with each edit; None where it could not be tried."""
        length = len(screen.lines) + 1
        lines = [line for edit in edits for line in (self._method.use(edit), *screen.lines)]
        try:
            answers = self._exchange(lines) if lines else []
        except ChildGone:
            # One of them runs for ever, or ended the child: few are lost with it.
            few = [edits[k : k + LEAST] for k in range(0, len(edits), LEAST)]
            if len(edits) <= LEAST or self._seconds_left() < MOST_SECONDS:
                return [None] * len(edits)
            return [one for some in few for one in self._seen(screen, some)]
        parts = [answers[k * length : (k + 1) * length] for k in range(len(edits))]
        return [None if part[0] else screen.right(part[1:]) for part in parts]

    def _exchange(self, lines: Sequence[Sequence[Any]]) -> Sequence[Answer]:
        return self._trials.exchange(lines, max(0.01, min(MOST_SECONDS, self._seconds_left())))
