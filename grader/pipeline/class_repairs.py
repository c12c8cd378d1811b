"""The repairs of all that failed in one class: for one mistake, for two, and for one that is made twice."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from grader.contract import Kind, rows_with
from grader.diagnosis.outline import Block
from grader.model import Item, Outcome, Repair, Submission, Verdict
from grader.pipeline.asked_methods import STALE
from grader.pipeline.order import SECRECY
from grader.pipeline.repair_kinds import ENTRYWISE, PREFERRED, first_kinds
from grader.pipeline.repair_proof import prove
from grader.pipeline.repair_screens import EditableProgram
from grader.pipeline.repair_search import MOST_PARTIAL, Candidate, MethodSearch, Proven
from grader.pipeline.repair_trials import Trials
from grader.remote import Clock, FileRecords
from grader.remote.edited_methods import EditLister
from grader.sandbox.host import ChildGone

if TYPE_CHECKING:
    from grader.pipeline.repairs import RepairSearch

log = logging.getLogger(__name__)
MOST_METHODS = 4  # of one class
MOST_REPAIRS = 2  # of one class
MOST_ROUNDS = 3  # in one method, where edits hold whose proofs fail


@dataclass
class ClassRepairs:
    """The failures of one class, which are repaired all or not at all."""

    whole: RepairSearch
    subject: str
    failed: Sequence[Outcome]
    clock: Clock
    _programs: list[EditableProgram] = field(default_factory=list)

    def repair(self) -> dict[str, tuple[Repair, ...]]:
        """Return the repairs of each failure; none unless everything of the class holds with them."""
        held = [o.item for o in self.of_class if o.verdict is Verdict.PASSED]
        with contextlib.ExitStack() as children:
            children.callback(self._close_programs)
            children.callback(self._lister.close)
            return self._one_by_one(held) or self._together(held)

    def _close_programs(self) -> None:
        for program in self._programs:
            program.trials.close()

    @cached_property
    def kinds(self) -> frozenset[str]:
        """The kinds of edits that the names of the mistakes suggest."""
        return first_kinds(finding.slug for outcome in self.failed for finding in outcome.findings)

    @cached_property
    def _lister(self) -> EditLister:
        """What lists the edits, those first that the names of the mistakes suggest."""
        row = rows_with(self.whole.rubric.plugins).get(self.subject)
        is_linear = row is not None and row.kind is Kind.LINEAR
        left_out = dict.fromkeys(ENTRYWISE) if is_linear else {}
        return EditLister(
            self.whole.sandbox, {**dict.fromkeys(sorted(self.kinds), PREFERRED), **left_out}
        )

    def program(self, submission: Submission) -> EditableProgram:
        """Return a submission as a program to edit: the same one whenever it is asked for."""
        same = (one for one in self._programs if one.submission is submission)
        program = next(same, None)
        if program is None:
            program = EditableProgram(submission, self.trials(submission), self._lister)
            self._programs.append(program)
        return program

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
            o for o in self.of_class if o is not first and not self._hold(one.submission, [o.item])
        ]
        done = [o.item for o in self.of_class if o not in left]
        other = self._next(one.submission, left, done) if left else None
        if other is None or len(other.repaired) < len(left):
            return {}
        both = tuple(replace(repair, is_alone=False) for repair in (one.repair, other.repair))
        return {outcome.item.check: both for outcome in self.failed}

    def _one_by_one(self, held: Sequence[Item]) -> dict[str, tuple[Repair, ...]]:
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
            held = [*held, *(outcome.item for outcome in proven.repaired)]
            left = [outcome for outcome in left if outcome not in proven.repaired]
            if not left:
                break
        blocked = [o.item for o in self.of_class if o.verdict is Verdict.BLOCKED]
        if left or (blocked and not self._hold(submission, blocked)):
            return {}
        return repairs

    @property
    def of_class(self) -> list[Outcome]:
        """The outcomes of all checks of the class."""
        return [
            outcome
            for outcome in self.whole.outcomes
            if self.whole.subject(outcome) == self.subject
            and self.whole.checks[outcome.item.check].stage in ("contract", "dependent")
        ]

    def _next(
        self, submission: Submission, left: Sequence[Outcome], held: Sequence[Item]
    ) -> Proven | None:
        """Return the next repair: one for all that is left if there is such, else one for some of it."""
        for outcome in left:
            partial: list[Candidate] = []
            for block in self._methods(outcome):
                if self.whole.is_late:
                    break
                search = MethodSearch(
                    self, submission, outcome, tuple(left), self.shown(held, outcome), bool(partial)
                )
                others: list[Candidate] = []
                for _ in range(MOST_ROUNDS):
                    some = self._candidates(search, block)
                    others = [one for one in some if not one.is_full] or others
                    full = [one for one in some if one.is_full]
                    proven = self._first_proven(full)
                    if proven is not None:
                        return proven
                    search.refute(full)
                    if not full or self.whole.is_late:
                        break
                partial += others
            # No edit repairs everything: the rest is another mistake, if there was time to see it.
            proven = self._first_proven(partial[:MOST_PARTIAL])
            if proven is not None:
                return _uncertain(proven) if self.whole.is_late else proven
        return None

    def _candidates(self, search: MethodSearch, block: Block) -> list[Candidate]:
        """Return the edits of one method that may be repairs; none where its child was late or died."""
        try:
            return search.candidates(block)
        except ChildGone:
            log.info("the search for repairs of %s ended early", block.name)
            # The method may be edited there still.
            self.program(search.submission).trials.close()
            return []

    def _first_proven(self, candidates: Iterable[Candidate]) -> Proven | None:
        tried = (one.prove() for one in candidates)
        return next((proven for proven in tried if proven is not None), None)

    @staticmethod
    def shown(items: Sequence[Item], outcome: Outcome) -> list[Item]:
        """Return the items of which none is more secret than a failed one: its repair is no hint at them."""
        shown = SECRECY[: SECRECY.index(outcome.item.visibility) + 1]
        return [item for item in items if item.visibility in shown]

    def _methods(self, outcome: Outcome) -> list[Block]:
        """Return the methods that may hold a mistake: the one that the check asks comes first."""
        check = self.whole.checks[outcome.item.check]
        asked = None if outcome.message is None else self.whole.places.asked(check, outcome.message)
        methods = self.whole.places.methods(check.subject)
        names = ("forward", "backward", "__init__")
        asks_first = outcome.item.check.endswith((".forward", ".init", ".structure"))
        if asks_first and not self._is_stale(outcome):
            # What is asked first is what forward returns: nothing that runs later changes it.
            methods = [block for block in methods if not block.name.endswith(".backward")]
        ordered = sorted(
            methods, key=lambda b: (b != asked, b.name.rpartition(".")[2] not in names)
        )
        return ordered[:MOST_METHODS]

    @staticmethod
    def _is_stale(outcome: Outcome) -> bool:
        return outcome.message is not None and outcome.message.id in STALE

    def trials(self, submission: Submission) -> Trials:
        """Return trials of a submission, which may be edited."""
        whole = self.whole
        is_dependent = any(whole.checks[o.item.check].stage == "dependent" for o in self.failed)
        sound = whole.sound_layers if is_dependent else ()
        is_own = submission is whole.submission
        files = whole.files if is_own else self._files_of(submission)
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

    def _files_of(self, submission: Submission) -> FileRecords:
        """Return what is known of the files of an edited submission: the scans of those that stayed."""
        known, before = self.whole.files, self.whole.submission.files
        stayed = {
            path: s
            for path, s in known.scans.items()
            if submission.files.get(path) == before.get(path)
        }
        return FileRecords(scans=stayed, recognitions=list(known.recognitions))

    def _hold(self, submission: Submission, items: Sequence[Item]) -> bool:
        with self.trials(submission) as trials:
            return prove(trials, self.subject, items)


def _uncertain(proven: Proven) -> Proven:
    """Return a repair whose place may be another one: there was no time to look for it."""
    return replace(proven, repair=replace(proven.repair, is_alone=False))
