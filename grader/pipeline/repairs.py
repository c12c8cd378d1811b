"""The search for repairs that are proven: small edits of a failing method with which its checks hold.

It begins when every verdict stands, and changes none. Edits are listed in a child that runs nothing of
the student's, tried in another one, and proven in a fresh one: with the edit in the student's file, the
check that failed holds on its own trials and on others, and so does all of the class that held before.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from grader.checks import Check
from grader.diagnosis.outline import Block
from grader.model import Item, Outcome, Repair, Rubric, Submission, Verdict
from grader.pipeline.asked_methods import STALE
from grader.pipeline.order import SECRECY
from grader.pipeline.places import Places
from grader.pipeline.repair_memory import RepairMemory, key_of, known, recalled
from grader.pipeline.repair_proof import prove
from grader.pipeline.repair_search import MOST_PARTIAL, SHARE, Candidate, MethodSearch, Proven
from grader.pipeline.repair_trials import Trials
from grader.remote import Clock, FileRecords
from grader.sandbox.host import ChildGone, Sandbox

log = logging.getLogger(__name__)
REPAIRABLE = (Verdict.FAILED, Verdict.CRASHED)
MOST_METHODS = 4  # of one class
MOST_REPAIRS = 2  # of one class
LAST = 0.92  # of the seconds, after which nothing is tried any more


class Deadline(Clock):
    """A clock on which all time counts, whoever needs it."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self._end = time.monotonic() + seconds

    @property
    def seconds_left(self) -> float:
        """The seconds that are left."""
        return self._end - time.monotonic()


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
    memory
        What was found for submissions before.
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
    memory: RepairMemory = field(default_factory=RepairMemory)
    _end: float = 0.0

    def run(self) -> Mapping[str, tuple[Repair, ...]]:
        """Return the repairs that are proven, by check; none where the time was too short."""
        seconds = self.rubric.limits.repair_seconds
        failed = [outcome for outcome in self.outcomes if self._may_be_repaired(outcome)]
        if seconds <= 0 or not failed:
            return {}
        clock, self._end = Deadline(LAST * seconds), time.monotonic() + SHARE * seconds
        repairs: dict[str, tuple[Repair, ...]] = {}
        for subject in dict.fromkeys(map(self.subject, failed)):
            some = [outcome for outcome in failed if self.subject(outcome) == subject]
            repairs |= self._remembered(ClassRepairs(self, subject, some, clock))
        return repairs

    def _remembered(self, klass: ClassRepairs) -> Mapping[str, tuple[Repair, ...]]:
        """Return the repairs of a class: those that were found for the same text, where it was looked at."""
        key = key_of(self, klass.subject, klass.of_class)
        entry = None if key is None else self.memory.entries.get(key)
        repairs = None if entry is None else recalled(self.places, klass.subject, entry)
        if repairs is not None:
            return repairs
        has_time = self.seconds_left > 0.5 * SHARE * self.rubric.limits.repair_seconds
        try:
            repairs = klass.repair()
        except ChildGone:
            log.info("the search for repairs of %s ended early", klass.subject)
            repairs = {}
        entry = known(self.places, repairs)
        if key is not None and entry is not None and (repairs or has_time):
            self.memory.add(key, entry)
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


@dataclass
class ClassRepairs:
    """The failures of one class, which are repaired all or not at all."""

    whole: RepairSearch
    subject: str
    failed: Sequence[Outcome]
    clock: Clock

    def repair(self) -> dict[str, tuple[Repair, ...]]:
        """Return the repairs of each failure; none unless everything of the class holds with them."""
        held = [o.item for o in self.of_class if o.verdict is Verdict.PASSED]
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
                some = self._candidates(search, block)
                full = self._first_proven([one for one in some if one.is_full])
                if full is not None:
                    return full
                partial += [one for one in some if not one.is_full]
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
            return prove(trials, self.subject, items)


def _uncertain(proven: Proven) -> Proven:
    """Return a repair whose place may be another one: there was no time to look for it."""
    return replace(proven, repair=replace(proven.repair, is_alone=False))
