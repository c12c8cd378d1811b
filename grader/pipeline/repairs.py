"""The search for repairs that are proven: small edits of a failing method with which its checks hold.

It begins when every verdict stands, and changes none. Edits are listed in a child that runs nothing of
the student's, tried in another one, and proven in a fresh one: with the edit in the student's file, the
check that failed holds on its own trials and on others, and so does all of the class that held before.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from grader.checks import Check
from grader.contract import Kind
from grader.diagnosis.outline import Block
from grader.model import Item, Outcome, Repair, Rubric, Submission, Verdict
from grader.pipeline.order import SECRECY
from grader.pipeline.places import Places
from grader.pipeline.repair_kinds import first_kinds
from grader.pipeline.repair_screen import Screen, parameter_paths
from grader.pipeline.repair_trials import Trials
from grader.remote import Clock, FileRecords, Script, derive_seed
from grader.remote.edited_methods import Edit, EditedMethod, list_edits
from grader.sandbox.host import ChildGone, Sandbox

log = logging.getLogger(__name__)
REPAIRABLE = (Verdict.FAILED, Verdict.CRASHED)
CHUNK = 60  # edits that are looked at in one frame
NEAR_COST = 0.6  # edits that cost so much more may be meant as well
PREFERRED = 0.7  # by so much an edit is cheaper that the name of the mistake suggests
MOST_METHODS = 4  # of one class
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
    _repairs: dict[str, tuple[Repair, ...]] = field(default_factory=dict)

    def run(self) -> Mapping[str, tuple[Repair, ...]]:
        """Return the repairs that are proven, by check; none where the time was too short."""
        seconds = self.rubric.limits.repair_seconds
        failed = [outcome for outcome in self.outcomes if self._may_be_repaired(outcome)]
        if seconds <= 0 or not failed:
            return {}
        clock, self._end = Clock(seconds), time.monotonic() + seconds
        for subject in dict.fromkeys(self._subject(outcome) for outcome in failed):
            try:
                self._repair([o for o in failed if self._subject(o) == subject], clock)
            except ChildGone:
                log.info("the search for repairs of %s ended early", subject)
        return self._repairs

    def _subject(self, outcome: Outcome) -> str:
        return self.checks[outcome.item.check].subject

    def _may_be_repaired(self, outcome: Outcome) -> bool:
        check = self.checks[outcome.item.check]
        is_of_lab = check.stage in ("contract", "dependent")
        return outcome.verdict in REPAIRABLE and is_of_lab and self.places.is_plain(check.subject)

    def _repair(self, failed: Sequence[Outcome], clock: Clock) -> None:
        """Repair the failures of one class one after the other; an edit may repair several."""
        for outcome in failed:
            if outcome.item.check in self._repairs:
                continue
            if time.monotonic() > self._end:
                return
            held = self._held(outcome)
            for block in self._methods(outcome):
                proven = _Method(self, outcome, held, clock).search(block)
                if proven is not None:
                    others = [o for o in failed if o.item in proven.items or o is outcome]
                    self._repairs |= {o.item.check: (proven.repair,) for o in others}
                    break

    def _held(self, outcome: Outcome) -> list[Item]:
        """Return the items of the same class that held, as far as none is more secret than a failed one."""
        shown = SECRECY[: SECRECY.index(outcome.item.visibility) + 1]
        subject = self._subject(outcome)
        return [
            other.item
            for other in self.outcomes
            if other.verdict is Verdict.PASSED
            and other.item.visibility in shown
            and self._subject(other) == subject
            and self.checks[other.item.check].stage in ("contract", "dependent")
        ]

    def _methods(self, outcome: Outcome) -> list[Block]:
        """Return the methods that may hold a mistake: the one that the check asks comes first."""
        check = self.checks[outcome.item.check]
        asked = None if outcome.message is None else self.places.asked(check, outcome.message)
        methods = self.places.methods(check.subject)
        names = ("forward", "backward", "__init__")
        ordered = sorted(
            methods, key=lambda b: (b != asked, b.name.rpartition(".")[2] not in names)
        )
        return ordered[:MOST_METHODS]

    @property
    def is_late(self) -> bool:
        """Whether the time for repairs is used up."""
        return time.monotonic() > self._end

    @property
    def seconds_left(self) -> float:
        """The time that is left for repairs."""
        return max(0.01, self._end - time.monotonic())


@dataclass(frozen=True, slots=True)
class Proven:
    """A repair, and the items that failed and hold with it."""

    repair: Repair
    items: tuple[Item, ...]


@dataclass
class _Method:
    """The search for one failure."""

    whole: RepairSearch
    outcome: Outcome
    held: Sequence[Item]
    clock: Clock

    @property
    def _subject(self) -> str:
        return self.whole.checks[self.outcome.item.check].subject

    def search(self, block: Block) -> Proven | None:
        """Look for a repair in one method."""
        whole = self.whole
        if whole.is_late:
            return None
        method = list_edits(
            whole.sandbox, whole.submission, self._subject, block.name.rpartition(".")[2] if "." in block.name else "",
            block.file, block.name, whole.seconds_left,
        )  # fmt: skip
        if method is None:
            return None
        with self._trials(whole.submission, whole.files) as trials:
            holding = self._holding(trials, method)
        return self._first_proven(method, holding)

    def _trials(self, submission: Submission, files: FileRecords) -> Trials:
        whole = self.whole
        is_dependent = whole.checks[self.outcome.item.check].stage == "dependent"
        sound = whole.sound_layers if is_dependent else ()
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

    def _holding(self, trials: Trials, method: EditedMethod) -> list[Edit]:
        """Return the edits with which the failure and all that held hold: the first, and those near it."""
        items = [self.outcome.item, *self.held]
        holding: list[Edit] = []
        for edit in self._ordered(trials, method):
            if self.whole.is_late or (holding and len(holding) > 4):
                break
            if holding and self._cost(edit) > self._cost(holding[0]) + NEAR_COST:
                continue
            if trials.hold(method, edit, items):
                holding.append(edit)
        return holding

    def _cost(self, edit: Edit) -> float:
        kinds = first_kinds(finding.slug for finding in self.outcome.findings)
        return edit.cost - (PREFERRED if edit.kind in kinds else 0)

    def _ordered(self, trials: Trials, method: EditedMethod) -> Iterator[Edit]:
        """Return the edits in the order in which they are tried."""
        cheapest = sorted(method.edits, key=self._cost)
        row = trials.rows.get(self._subject)
        if row is None or row.kind not in (Kind.LINEAR, Kind.ACTIVATION, Kind.LOSS):
            return iter(cheapest)
        if method.method == "__init__":
            return iter(cheapest)
        screened = self._screened(trials, method, cheapest)
        return iter(screened)

    def _screened(self, trials: Trials, method: EditedMethod, edits: Sequence[Edit]) -> list[Edit]:
        """Order edits by how much is right with them; what makes something wrong that was right goes."""
        row = trials.rows[self._subject]
        rng = np.random.default_rng([derive_seed(self.whole.seed, "screen", bits=63)])
        paths = self._paths(trials) if row.kind is Kind.LINEAR else []
        screen = Screen(row, trials.prefix(), rng, paths)
        base = self._seen(trials, method, screen, [None])[0] or frozenset()
        right: dict[int, frozenset[tuple[int, str]]] = {}
        for start in range(0, len(edits), CHUNK):
            if self.whole.is_late:
                break
            seen = self._seen(trials, method, screen, edits[start : start + CHUNK])
            right |= {start + k: one for k, one in enumerate(seen) if one is not None}
        kept = [number for number, seen in right.items() if base <= seen]
        kept.sort(key=lambda number: (-len(right[number]), number))
        return [edits[number] for number in kept]

    @staticmethod
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

    @staticmethod
    def _paths(trials: Trials) -> list[object]:
        script = Script(trials.prefix())
        script.arrays(script.new("Linear", 3, 2))
        script.answers = trials.exchange(script.lines)
        answer = script.answers[-1] or {}
        return parameter_paths(answer.get("value") or [])

    def _first_proven(self, method: EditedMethod, holding: Sequence[Edit]) -> Proven | None:
        for edit in holding:
            if self.whole.is_late:
                return None
            proven = self._prove(method, edit)
            if proven is not None:
                is_alone = all(
                    other.line <= edit.end_line and edit.line <= other.end_line for other in holding
                )
                repair = self.whole.places.repair(method, edit, is_alone=is_alone)
                return None if repair is None else Proven(repair, proven)
        return None

    def _prove(self, method: EditedMethod, edit: Edit) -> tuple[Item, ...] | None:
        """Run everything with the edit in the student's file, in a fresh child; return what else is repaired."""
        submission, whole = self.whole.submission, self.whole
        content = method.file_with(edit, submission.files)
        if content is None:
            return None
        edited = replace(submission, files={**submission.files, method.file: content})
        files = FileRecords(recognitions=list(whole.files.recognitions))
        items = [self.outcome.item, *self.held]
        with self._trials(edited, files) as trials:
            if not all(trials.hold(None, None, items, *names) for names in ((), FRESH)):
                return None
            shown = SECRECY[: SECRECY.index(self.outcome.item.visibility) + 1]
            others = [
                other.item
                for other in whole.outcomes
                if other.verdict in REPAIRABLE
                and other.item != self.outcome.item
                and other.item.visibility in shown
                and whole._subject(other) == self._subject  # noqa: SLF001 - its own part
            ]
            return tuple(
                item
                for item in others
                if not whole.is_late
                and trials.hold(None, None, [item], *FRESH)
                and trials.hold(None, None, [item])
            )
