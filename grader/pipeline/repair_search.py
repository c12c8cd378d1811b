"""The search for repairs of one failure in one method: which edits hold, and which of them are proven."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from grader.contract import Kind
from grader.diagnosis.outline import Block
from grader.model import Item, Outcome, Repair, Submission
from grader.pipeline.repair_kinds import first_kinds
from grader.pipeline.repair_screen import SIZES, Screen, parameter_paths
from grader.pipeline.repair_trials import Trials
from grader.remote import Script, derive_seed
from grader.remote.edited_methods import Edit, EditedMethod, list_edits
from grader.sandbox.host import ChildGone

if TYPE_CHECKING:
    from grader.pipeline.repairs import ClassRepairs

CHUNK = 60  # edits that are looked at in one frame
NEAR_COST, NEAR_LARGE = 0.6, 1.5  # edits that cost so much more may be meant as well
LARGE = 2.0  # the cost of an edit that adds something: where it is added is less certain
PREFERRED = 0.7  # by so much an edit is cheaper that the name of the mistake suggests
CERTAIN = frozenset({"clip", "name", "condition", "index"})
"""Kinds of edits that show the place where no other place is as good, though they cost more."""
SHARE = 0.85  # of the seconds, after which no other edit is begun
MOST_HOLDING = 6  # edits of one method that are proven, or make its place uncertain
FEW, MANY = 15, 400  # edits that are tried though the quick look says nothing for them


@dataclass(frozen=True, slots=True)
class Proven:
    """A repair that is proven: the submission with it, and the failures that hold then."""

    repair: Repair
    submission: Submission
    repaired: tuple[Outcome, ...]


@dataclass
class MethodSearch:
    """The search for one failure in one class."""

    klass: ClassRepairs
    submission: Submission
    outcome: Outcome
    left: tuple[Outcome, ...]
    held: Sequence[Item]

    def proven(self, block: Block) -> Iterator[Proven]:
        """Yield the repairs in one method that are proven, the likeliest first."""
        whole = self.klass.whole
        method = list_edits(
            whole.sandbox, self.submission, self.klass.subject,
            block.name.rpartition(".")[2] if "." in block.name else "", block.file, block.name, whole.seconds_left,
        )  # fmt: skip
        if method is None:
            return
        with self.klass.trials(self.submission) as trials:
            holding = list(self._holding(trials, method))
        for edit in holding:
            if whole.is_late:
                return
            proven = self._prove(method, edit, is_alone=self._is_alone(edit, holding))
            if proven is not None:
                yield proven

    def _cost(self, edit: Edit) -> float:
        kinds = first_kinds(finding.slug for finding in self.outcome.findings)
        return edit.cost - (PREFERRED if edit.kind in kinds else 0)

    def _is_alone(self, edit: Edit, holding: Sequence[Edit]) -> bool:
        """Whether no edit of other lines repairs the same; a copy may be made anywhere on the way."""
        kinds = first_kinds(finding.slug for finding in self.outcome.findings)
        if edit.cost >= LARGE and edit.kind not in kinds | CERTAIN:
            return False
        apart = [e for e in holding if e.line > edit.end_line or edit.line > e.end_line]
        margin = NEAR_COST if edit.cost < LARGE else NEAR_LARGE
        is_copy = edit.kind == "copy" and ".copy()" in edit.after
        return not is_copy and not any(other.cost <= edit.cost + margin for other in apart)

    def _holding(self, trials: Trials, method: EditedMethod) -> Iterator[Edit]:
        """Yield the edits with which the failure and all that held hold: the first, and those near it."""
        items, first, count = [self.outcome.item, *self.held], None, 0
        for edit in self._ordered(trials, method):
            is_far = first is not None and edit.cost > first.cost + NEAR_LARGE
            if count >= MOST_HOLDING or self._is_enough(first):
                return
            if not is_far and trials.hold(method, edit, items):
                first, count = first or edit, count + 1
                yield edit

    def _is_enough(self, first: Edit | None) -> bool:
        """Whether what time is left is for the proof."""
        share = 0.0 if first is None else 0.4 * self.klass.whole.rubric.limits.repair_seconds
        return self.klass.whole.seconds_left <= max(0.02, share)

    def _ordered(self, trials: Trials, method: EditedMethod) -> Iterator[Edit]:
        """Yield the edits in the order in which they are tried."""
        cheapest = sorted(method.edits, key=self._cost)
        row = trials.rows.get(self.klass.subject)
        kinds = (Kind.LINEAR, Kind.ACTIVATION, Kind.LOSS)
        if row is None or row.kind not in kinds or method.method == "__init__":
            return iter(cheapest)
        rng = np.random.default_rng(derive_seed(self.klass.whole.seed, "screen"))
        paths = _parameter_paths(trials, row.name) if row.kind is Kind.LINEAR else []
        if row.kind is Kind.LINEAR and not paths:
            return iter(cheapest)
        return self._screened(trials, method, cheapest, Screen(row, trials.prefix(), rng, paths))

    def _screened(
        self, trials: Trials, method: EditedMethod, edits: Sequence[Edit], screen: Screen
    ) -> Iterator[Edit]:
        """Yield what makes something right, chunk by chunk, then a few others that make nothing wrong."""
        base = _seen(trials, method, screen, [None])[0] or frozenset()
        others: list[Edit] = []
        most = len(base)
        for start in range(0, len(edits), CHUNK):
            chunk = edits[start : start + CHUNK]
            seen = zip(chunk, _seen(trials, method, screen, chunk), strict=True)
            kept = [(edit, right) for edit, right in seen if right is not None and base <= right]
            better = [(edit, right) for edit, right in kept if len(right) > len(base)]
            most = max([most, *(len(right) for _, right in better)])
            yield from (edit for edit, right in better if len(right) == most)
            others += [edit for edit, right in kept if right == base]
            others += [edit for edit, right in better if len(right) < most]
        yield from others[: MANY if screen.is_all(base) else FEW]

    def _prove(self, method: EditedMethod, edit: Edit, *, is_alone: bool) -> Proven | None:
        """Run everything with the edit in the student's file, in a fresh child."""
        whole = self.klass.whole
        content = method.file_with(edit, self.submission.files)
        repair = whole.places.repair(method, edit, is_alone=is_alone)
        if content is None or repair is None:
            return None
        edited = replace(self.submission, files={**self.submission.files, method.file: content})
        items = [self.outcome.item, *self.held]
        with self.klass.trials(edited) as trials:
            if not trials.prove(items):
                return None
            shown = self.klass.shown([o.item for o in self.left], self.outcome)
            others = [o for o in self.left if o is not self.outcome and o.item in shown]
            holding = [other for other in others if trials.prove([other.item])]
        return Proven(repair, edited, (self.outcome, *holding))


def _seen(
    trials: Trials, method: EditedMethod, screen: Screen, edits: Sequence[Edit | None]
) -> list[frozenset[tuple[int, str]] | None]:
    """Return what is right with each edit; None where it could not be tried."""
    length = len(screen.lines) + 1
    try:
        answers = trials.exchange(
            [line for edit in edits for line in (method.use(edit), *screen.lines)]
        )
    except ChildGone:
        return [None] * len(edits)
    parts = [answers[k * length : (k + 1) * length] for k in range(len(edits))]
    return [None if part[0] else screen.right(part[1:]) for part in parts]


def _parameter_paths(trials: Trials, name: str) -> list[Any]:
    """Return where a linear layer keeps its weights and its bias; none where that is not clear."""
    script = Script(trials.prefix())
    script.arrays(script.new(name, *SIZES))
    answer = trials.exchange(script.lines)[-1] or {}
    return parameter_paths(answer.get("value") or [])
