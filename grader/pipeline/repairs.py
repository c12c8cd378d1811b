"""The search for repairs that are proven: small edits of a failing method with which its checks hold.

It begins when every verdict stands, and changes none. Edits are listed in a child that runs nothing of
the student's, tried in another one, and proven in a fresh one: with the edit in the student's file, the
check that failed holds on its own trials and on others, and so does all of the class that held before.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from grader.checks import Check
from grader.contract import Kind
from grader.diagnosis.outline import Block
from grader.model import Item, Outcome, Repair, Rubric, Submission, Verdict
from grader.pipeline.order import SECRECY
from grader.pipeline.places import Places
from grader.pipeline.repair_kinds import first_kinds
from grader.pipeline.repair_screen import SIZES, Screen, parameter_paths
from grader.pipeline.repair_trials import Trials
from grader.remote import Clock, FileRecords, Script, derive_seed
from grader.remote.edited_methods import Edit, EditedMethod, list_edits
from grader.sandbox.host import ChildGone, Sandbox

log = logging.getLogger(__name__)
REPAIRABLE = (Verdict.FAILED, Verdict.CRASHED)
CHUNK = 60  # edits that are looked at in one frame
NEAR_COST, NEAR_LARGE = 0.6, 1.5  # edits that cost so much more may be meant as well
LARGE = 2.0  # the cost of an edit that adds something: where it is added is less certain
PREFERRED = 0.7  # by so much an edit is cheaper that the name of the mistake suggests
MOST_METHODS = 4  # of one class
MOST_REPAIRS = 2  # of one class
MOST_HOLDING = 6  # edits of one method that are proven, or make its place uncertain
FEW, MANY = 30, 400  # edits that are tried though the quick look says nothing for them
FRESH = ("fresh",)


@dataclass
class RepairSearch:
    """Looks for repairs of one submission; ``run`` returns those of each check.

    Parameters
    ----------
    submission, rubric, seed, sandbox
        As ``grade`` takes them.
    files
        What is known of the files.
    checks
        All checks by id.
    outcomes
        The settled ones, in the order in which they were examined.
    places
        Where the methods of the submission stand.
    sound_layers
        The classes in whose place sound ones ran for what is built of layers.
    """

    submission: Submission
    rubric: Rubric
    seed: int
    sandbox: Sandbox
    files: FileRecords
    checks: Mapping[str, Check]
    outcomes: Sequence[Outcome]
    places: Places
    sound_layers: Sequence[str]
    _end: float = 0.0

    def run(self) -> Mapping[str, tuple[Repair, ...]]:
        """Return the repairs that are proven, by check; none where the time was too short."""
        seconds = self.rubric.limits.repair_seconds
        failed = [outcome for outcome in self.outcomes if self._may_be_repaired(outcome)]
        if seconds <= 0 or not failed:
            return {}
        clock, self._end = Clock(seconds), time.monotonic() + seconds
        repairs: dict[str, tuple[Repair, ...]] = {}
        for subject in dict.fromkeys(map(self.subject, failed)):
            try:
                some = [outcome for outcome in failed if self.subject(outcome) == subject]
                repairs |= _Class(self, subject, some, clock).repair()
            except ChildGone:
                log.info("the search for repairs of %s ended early", subject)
        return repairs

    def subject(self, outcome: Outcome) -> str:
        """Return the class or function that a check examines."""
        return self.checks[outcome.item.check].subject

    def _may_be_repaired(self, outcome: Outcome) -> bool:
        check = self.checks[outcome.item.check]
        is_of_lab = check.stage in ("contract", "dependent")
        return outcome.verdict in REPAIRABLE and is_of_lab and self.places.is_plain(check.subject)

    @property
    def is_late(self) -> bool:
        """Whether the time for repairs is used up."""
        return time.monotonic() > self._end

    @property
    def seconds_left(self) -> float:
        """The time that is left for repairs."""
        return max(0.01, self._end - time.monotonic())


@dataclass(frozen=True, slots=True)
class _Proven:
    """A repair that is proven: the submission with it, and the failures that hold then."""

    repair: Repair
    submission: Submission
    repaired: tuple[Outcome, ...]


@dataclass
class _Class:
    """The failures of one class, which are repaired all or not at all."""

    whole: RepairSearch
    subject: str
    failed: Sequence[Outcome]
    clock: Clock

    def repair(self) -> dict[str, tuple[Repair, ...]]:
        """Return the repairs of each failure; none unless everything of the class holds with them."""
        held = [o.item for o in self._of_class if o.verdict is Verdict.PASSED]
        return self._one_by_one(held) or self._together(held)

    def _together(self, held: Sequence[Item]) -> dict[str, tuple[Repair, ...]]:
        """Return two edits for a mistake that is made in forward and in backward alike.

        With the first alone, what held before fails.
        """
        first = self.failed[0]
        half = first.item.check.rpartition(".")[2]
        alike = [item for item in held if item.check.endswith(half)]
        one = self._next(self.whole.submission, [first], alike)
        if one is None or self.whole.is_late:
            return {}
        left = [
            o for o in self._of_class if o is not first and not self._hold(one.submission, [o.item])
        ]
        done = [o.item for o in self._of_class if o not in left]
        other = self._next(one.submission, left, done) if left else None
        if other is None or len(other.repaired) < len(left):
            return {}
        both = tuple(replace(repair, is_alone=False) for repair in (one.repair, other.repair))
        return {outcome.item.check: both for outcome in self.failed}

    def _one_by_one(self, held: list[Item]) -> dict[str, tuple[Repair, ...]]:
        submission, left = self.whole.submission, list(self.failed)
        repairs: dict[str, tuple[Repair, ...]] = {}
        for _ in range(MOST_REPAIRS):
            proven = self._next(submission, left, held)
            if proven is None:
                return {}
            submission = proven.submission
            lines = {
                proven.repair.location.method,
                *(r.location.method for (r,) in repairs.values()),
            }
            is_one = bool(repairs) and len(lines) == 1
            repair = replace(proven.repair, is_alone=proven.repair.is_alone and not is_one)
            repairs |= {o.item.check: (repair,) for o in proven.repaired}
            held += [outcome.item for outcome in proven.repaired]
            left = [outcome for outcome in left if outcome not in proven.repaired]
            if not left:
                break
        blocked = [o.item for o in self._of_class if o.verdict is Verdict.BLOCKED]
        if left or (blocked and not self._hold(submission, [*held, *blocked])):
            return {}
        return repairs

    @property
    def _of_class(self) -> list[Outcome]:
        return [
            outcome
            for outcome in self.whole.outcomes
            if self.whole.subject(outcome) == self.subject
            and self.whole.checks[outcome.item.check].stage in ("contract", "dependent")
        ]

    def _next(
        self, submission: Submission, left: Sequence[Outcome], held: Sequence[Item]
    ) -> _Proven | None:
        """Return the next repair: one for all that is left if there is such, else one for some of it."""
        partial = None
        for outcome in left:
            for block in self._methods(outcome):
                if self.whole.is_late:
                    return partial
                search = _Search(self, submission, outcome, tuple(left), self._shown(held, outcome))
                for proven in search.proven(block):
                    if len(proven.repaired) == len(left):
                        return proven
                    partial = partial or proven
        return partial

    @staticmethod
    def _shown(items: Sequence[Item], outcome: Outcome) -> list[Item]:
        """Return the items of which none is more secret than a failed one: its repair is no hint at them."""
        shown = SECRECY[: SECRECY.index(outcome.item.visibility) + 1]
        return [item for item in items if item.visibility in shown]

    def _methods(self, outcome: Outcome) -> list[Block]:
        """Return the methods that may hold a mistake: the one that the check asks comes first."""
        check = self.whole.checks[outcome.item.check]
        asked = None if outcome.message is None else self.whole.places.asked(check, outcome.message)
        methods = self.whole.places.methods(check.subject)
        names = ("forward", "backward", "__init__")
        ordered = sorted(
            methods, key=lambda b: (b != asked, b.name.rpartition(".")[2] not in names)
        )
        return ordered[:MOST_METHODS]

    def trials(self, submission: Submission) -> Trials:
        """Return trials of a submission, which may be edited."""
        whole = self.whole
        is_dependent = any(whole.checks[o.item.check].stage == "dependent" for o in self.failed)
        sound = whole.sound_layers if is_dependent else ()
        is_own = submission is whole.submission
        files = whole.files if is_own else FileRecords(recognitions=list(whole.files.recognitions))
        return Trials(
            submission,
            whole.rubric,
            whole.seed,
            whole.sandbox,
            whole.checks,
            sound,
            files,
            self.clock,
        )

    def _hold(self, submission: Submission, items: Sequence[Item]) -> bool:
        with self.trials(submission) as trials:
            return all(trials.hold(None, None, items, *names) for names in ((), FRESH))


@dataclass
class _Search:
    """The search for one failure in one class."""

    klass: _Class
    submission: Submission
    outcome: Outcome
    left: tuple[Outcome, ...]
    held: Sequence[Item]

    def proven(self, block: Block) -> Iterator[_Proven]:
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
        if edit.cost >= LARGE and edit.kind not in kinds:
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

    def _prove(self, method: EditedMethod, edit: Edit, *, is_alone: bool) -> _Proven | None:
        """Run everything with the edit in the student's file, in a fresh child."""
        whole = self.klass.whole
        content = method.file_with(edit, self.submission.files)
        repair = whole.places.repair(method, edit, is_alone=is_alone)
        if content is None or repair is None:
            return None
        edited = replace(self.submission, files={**self.submission.files, method.file: content})
        items = [self.outcome.item, *self.held]
        with self.klass.trials(edited) as trials:
            if not all(trials.hold(None, None, items, *names) for names in ((), FRESH)):
                return None
            shown = self.klass._shown([o.item for o in self.left], self.outcome)  # noqa: SLF001
            others = [o for o in self.left if o is not self.outcome and o.item in shown]
            holding = [
                other
                for other in others
                if all(trials.hold(None, None, [other.item], *names) for names in ((), FRESH))
            ]
        return _Proven(repair, edited, (self.outcome, *holding))


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
