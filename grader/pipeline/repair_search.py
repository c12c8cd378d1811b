"""The search for repairs of one failure in one method: with which edits its check passes, and their proofs."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING

from grader.diagnosis.outline import Block
from grader.model import Item, Outcome, Repair, Submission
from grader.pipeline.repair_kinds import PREFERRED, first_kinds
from grader.pipeline.repair_proof import prove
from grader.pipeline.repair_screens import EditableProgram, Look
from grader.remote import derive_seed
from grader.remote.edited_methods import TIERS, Edit, EditedMethod

if TYPE_CHECKING:
    from grader.pipeline.class_repairs import ClassRepairs

NEAR_COST, NEAR_LARGE = 0.55, 0.7  # edits that cost so much more may be meant as well
LARGE = 2.0  # the cost of an edit that adds something: where it is added is less certain
CERTAIN = frozenset(
    {"clip", "name", "condition", "index", "result", "formula", "step", "indent", "list"}
)
"""Kinds of edits that show the place where no other place is as good, though they cost more."""
SHARE = 0.85  # of the seconds, after which no other edit is begun
MOST_HOLDING = 6  # edits of one method that are proven, or make its place uncertain
MOST_PARTIAL = 2  # of those, that repair only some of what failed
MOST_ALIKE = 2  # of those, that change the same lines
FEW, MANY = 15, 60  # edits that are tried though the quick look says nothing for them


@dataclass(frozen=True, slots=True)
class Proven:
    """A repair that is proven: the submission with it, and the failures that hold then."""

    repair: Repair
    submission: Submission
    repaired: tuple[Outcome, ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """An edit with which a failed check passes: whether it is alone, and whether all that failed pass with it."""

    search: MethodSearch
    method: EditedMethod
    edit: Edit
    is_alone: bool
    is_full: bool

    def prove(self) -> Proven | None:
        """Run everything with it in the student's file; None where something does not hold."""
        return self.search.prove(
            self.method, self.edit, is_alone=self.is_alone, is_full=self.is_full
        )


@dataclass
class MethodSearch:
    """The search for one failure in one class."""

    klass: ClassRepairs
    submission: Submission
    outcome: Outcome
    left: tuple[Outcome, ...]
    held: Sequence[Item]
    is_hurried: bool = False
    """Whether a partial repair already waits for its proof."""
    _limit: float = math.inf
    _is_complete: bool = True
    _lacking: set[Edit] = field(default_factory=set)
    _holding_edits: list[Edit] = field(default_factory=list)
    _right: set[Edit] = field(default_factory=set)
    _refuted: set[Edit] = field(default_factory=set)
    _sure: Edit | None = None
    """An edit with which everything is right that was looked at: only its proof asks the checks."""
    _trusts_looks: bool = True

    def refute(self, candidates: Iterable[Candidate]) -> None:
        """Leave out edits whose proof failed: what they hid may be looked at again.

        Where the checks were not asked about the first one before, none is left out: they are from now on.
        """
        if self._sure is None:
            self._refuted |= {candidate.edit for candidate in candidates}
        self._trusts_looks, self._sure, self._limit = False, None, math.inf

    def candidates(self, block: Block) -> list[Candidate]:
        """Return the edits of one method with which the failed check passes, those that repair everything first."""
        program = self.klass.program(self.submission)
        method = program.method(self.klass.subject, block, self.klass.whole.seconds_left)
        if method is None:
            return []
        holding = list(self._holding(program, method))
        rest = self._rest
        full = [
            edit
            for edit in holding
            if not rest or edit is self._sure or program.trials.hold(method, edit, rest)
        ]
        program.restore(method)
        partial = [edit for edit in holding if edit not in full]
        return [
            Candidate(self, method, edit, self._is_alone(edit, alike), alike is full)
            for alike in (full, partial)
            for edit in alike
        ]

    @cached_property
    def _rest(self) -> list[Item]:
        """The other items that failed and that the repair of this one may say something about."""
        others = [other.item for other in self.left if other is not self.outcome]
        return self.klass.shown(others, self.outcome)

    @cached_property
    def _kinds(self) -> frozenset[str]:
        """The kinds of edits that the names of this very mistake suggest; the order follows from all of the class."""
        return first_kinds(finding.slug for finding in self.outcome.findings)

    def _cost(self, edit: Edit) -> float:
        return edit.cost - (PREFERRED if edit.kind in self.klass.kinds else 0)

    def _is_alone(self, edit: Edit, holding: Sequence[Edit]) -> bool:
        """Whether no edit of other lines repairs the same; a copy may be made anywhere on the way.

        Only where the time was enough to look at all that are not much larger. What adds something to a
        line that is right otherwise may be added elsewhere.
        """
        is_copy = edit.kind == "copy" and ".copy()" in edit.after
        is_exchange = edit.kind == "exchange"  # in the head of the method it would do the same
        if is_copy or is_exchange or not self._is_complete or edit in self._lacking:
            return False
        limit = edit.cost + _margin(edit)
        if edit != holding[0] and limit > self._limit:
            return False  # a cheaper one ended the search, and this one is asked where its proof failed
        near = [e for e in holding if not _is_apart(e, edit)]
        is_large = edit.cost >= LARGE and edit.kind not in self._kinds | CERTAIN
        if is_large and all(len(e.after) > len(e.before) for e in near):
            return False
        return not any(_is_apart(e, edit) and e.cost <= limit for e in holding)

    def _holding(self, program: EditableProgram, method: EditedMethod) -> Iterator[Edit]:
        """Yield the edits with which what failed and all that held pass: the first, and those near it.

        Where edits of two places are among them, neither is alone.
        """
        items, holding = [self.outcome.item, *self.held], self._holding_edits
        holding.clear()
        for edit in self._ordered(program, method):
            if edit in self._refuted:
                continue
            first = holding[0] if holding else None
            if first is not None and self._cost(edit) > first.cost + _margin(first):
                return
            if len(holding) >= MOST_HOLDING or self._is_enough(first):
                self._is_complete = False
                return
            alike = [e for e in holding if not _is_apart(e, edit)]
            # The proof asks all checks once more: what is right in every trial need not be asked before.
            is_sure = first is None and edit in self._right and self._trusts_looks
            self._sure = edit if is_sure else self._sure
            if len(alike) < self._most_alike and (
                is_sure or program.trials.hold(method, edit, items)
            ):
                holding.append(edit)
                self._limit = min(self._limit, edit.cost + _margin(edit))
                yield edit

    def _may_be_elsewhere(self, edit: Edit) -> bool:
        """Whether an edit changes lines of which no other edit is known with which the check passes."""
        alike = [other for other in self._holding_edits if not _is_apart(edit, other)]
        return len(alike) < self._most_alike

    @property
    def _most_alike(self) -> int:
        """How many edits of the same lines are tried: one may repair some of what failed, another one all."""
        return MOST_ALIKE if self._rest and self._sure is None else 1

    def _is_enough(self, first: Edit | None) -> bool:
        """Whether what time is left is for the proof."""
        share = (
            0.0
            if first is None and not self.is_hurried
            else 0.4 * self.klass.whole.rubric.limits.repair_seconds
        )
        return self.klass.whole.seconds_left <= max(0.02, share)

    def _ordered(self, program: EditableProgram, method: EditedMethod) -> Iterator[Edit]:
        """Yield the edits in the order in which they are tried."""
        seed = derive_seed(self.klass.whole.seed, "screen")
        look = program.look(method, seed, lambda: self.klass.whole.seconds_left)
        tiers = self._tiers(program, method)
        return chain.from_iterable(tiers) if look is None else self._screened(tiers, look)

    def _tiers(self, program: EditableProgram, method: EditedMethod) -> Iterator[list[Edit]]:
        """Yield the cheapest edits, then others, which are listed only where these are not enough."""
        yield sorted(method.edits, key=self._cost)
        for number in range(1, len(TIERS) - 1):
            yield sorted(
                program.tier(method, number, self.klass.whole.seconds_left), key=self._cost
            )

    def _screened(self, tiers: Iterable[Sequence[Edit]], look: Look) -> Iterator[Edit]:
        """Yield what makes right what must be, chunk by chunk; others only where nothing must be."""
        screen = look.screen
        wanted = screen.wanted(self.outcome.item.check, look.base)
        others: list[Edit] = []
        most = len(look.base)
        chunks = look.chunks(
            tiers, lambda edit: self._cost(edit) > self._limit, self._may_be_elsewhere
        )
        needed = screen.whole - screen.conventions
        is_seen = not needed <= look.base
        for kept in chunks:
            self._right |= {edit for edit, right in kept if needed <= right} if is_seen else set()
            if self._is_enough(None):
                self._is_complete = False
                return
            self._lacking |= {edit for edit, right in kept if screen.conventions - right}
            better = [
                (e, right) for e, right in kept if wanted <= right and len(right) > len(look.base)
            ]
            most = max([most, *(len(right) for _, right in better)])
            yield from (edit for edit, right in better if len(right) == most)
            others += [edit for edit, right in kept if right == look.base]
            others += [edit for edit, right in better if len(right) < most]
        if wanted <= look.base:
            yield from others[: MANY if screen.whole <= look.base else FEW]

    def prove(
        self, method: EditedMethod, edit: Edit, *, is_alone: bool, is_full: bool
    ) -> Proven | None:
        """Run everything with the edit in the student's file, in a fresh child.

        Where all that failed may hold with it, that is tried at once, and else one by one.
        """
        whole = self.klass.whole
        content = method.file_with(edit, self.submission.files)
        repair = whole.places.repair(method, edit, is_alone=is_alone)
        if content is None or repair is None:
            return None
        edited = replace(self.submission, files={**self.submission.files, method.file: content})
        items = [self.outcome.item, *self.held]
        with self.klass.trials(edited) as trials:
            others = [other for other in self.left if other.item in self._rest]
            if is_full and prove(
                trials, self.klass.subject, [*items, *(other.item for other in others)]
            ):
                return Proven(repair, edited, (self.outcome, *others))
            is_unknown = is_full and (not others or edit is self._sure)
            if is_unknown or not prove(trials, self.klass.subject, items):
                return None
            holding = [other for other in others if prove(trials, self.klass.subject, [other.item])]
        return Proven(repair, edited, (self.outcome, *holding))


def _is_apart(one: Edit, other: Edit) -> bool:
    return one.line > other.end_line or other.line > one.end_line


def _margin(edit: Edit) -> float:
    """Return by how much more another edit may cost and still be as likely."""
    return NEAR_COST if edit.cost < LARGE else NEAR_LARGE
