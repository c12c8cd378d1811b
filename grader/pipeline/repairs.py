"""The search for repairs that are proven: small edits of a failing method with which its checks hold.

It begins when every verdict stands, and changes none. Edits are listed in a child that runs nothing of
the student's, tried in another one, and proven in a fresh one: with the edit in the student's file, the
check that failed holds on its own trials and on others, and so does all of the class that held before.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from grader.checks import Check
from grader.contract import Kind, rows_with
from grader.model import Outcome, Repair, Rubric, Submission, Verdict
from grader.pipeline.class_repairs import ClassRepairs
from grader.pipeline.places import Places
from grader.pipeline.repair_memory import RepairMemory, key_of, known, recalled
from grader.pipeline.repair_search import SHARE
from grader.remote import Clock, FileRecords
from grader.sandbox.host import ChildGone, Sandbox

log = logging.getLogger(__name__)
REPAIRABLE = (Verdict.FAILED, Verdict.CRASHED)
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
        subjects = dict.fromkeys(map(self.subject, failed))
        rows = rows_with(self.rubric.plugins)
        kinds = {rows[subject].kind for subject in subjects if subject in rows}
        for subject in subjects:
            if subject == "train" and Kind.NETWORK in kinds:
                continue  # it trains a network that is wrong: its failures say nothing about itself
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
