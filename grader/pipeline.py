"""From a submission and a rubric to a report: plan, judge, settle.

Plan: the rubric's items, ordered so that what a check needs comes before it. Judge:
each check in its room, one outcome each. Settle: back to the rubric's order, in a report.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from grader import detect
from grader.checks import CHECKS, Check, arrays
from grader.checks.base import Examined, Judged, Judgement
from grader.diagnosis import explain
from grader.errors import OurFault, SandboxBroken
from grader.expect import Failure
from grader.lab import Lab, Room
from grader.model import (
    LOOK_UP_FAILED,
    Finding,
    Item,
    Message,
    Outcome,
    Part,
    Report,
    Rubric,
    Status,
    Submission,
    Verdict,
    frozen,
)
from grader.sandbox.host import ChildGone, Ending, Sandbox

STAGES = ("contract", "dependent", "figures")
STAND_INS = (
    "Linear",
    "Sigmoid",
    "ReLU",
    "Tanh",
    "Softmax",
    "MSE",
    "BinaryCrossEntropy",
    "CrossEntropy",
)

TROUBLES = {
    "Late": "import_unfinished",
    **dict.fromkeys(("SyntaxError", "IndentationError", "TabError"), "import_syntax"),
}
"""What is said of a file whose import failed so; of others what stands above the line was run."""

log = logging.getLogger(__name__)


def seed_for(rubric: Rubric, secret: str = "") -> int:
    """Return the seed that follows from a rubric and a course's secret.

    The whole class is asked the same questions, a regrade asks them again, and without
    the secret nobody can compute them beforehand.
    """
    digest = hashlib.sha256(f"{rubric.digest}\n{secret}".encode()).digest()
    return int.from_bytes(digest[:6], "big")


def grade(submission: Submission, rubric: Rubric, *, seed: int, sandbox: Sandbox) -> Report:
    """Examine a submission.

    Parameters
    ----------
    submission, rubric
        What is examined, and what is asked of it.
    seed
        Where every input of every check comes from.
    sandbox
        Where the student's code runs; already entered.

    Raises
    ------
    OurFault
        If no child can be started at all. A fault within one check is an outcome instead
        (``broken``).
    """
    start = time.monotonic()
    if submission.invalid is not None:
        return _invalid(submission, rubric, seed, sandbox)
    examination = Examination(submission, rubric, seed, sandbox)
    try:
        outcomes = examination.run()
        remarks = tuple(examination.remarks())
        needs_review = examination.flags()
    finally:
        examination.close()
    return Report(
        submission, rubric, outcomes, seed, sandbox.official, sandbox.layers,
        needs_review=needs_review, remarks=remarks, seconds=time.monotonic() - start,
    )  # fmt: skip


def _invalid(submission: Submission, rubric: Rubric, seed: int, sandbox: Sandbox) -> Report:
    return Report(
        submission, rubric, (), seed, sandbox.official, sandbox.layers,
        status=Status.INVALID, reason=submission.invalid,
    )  # fmt: skip


def plan(items: Sequence[Item]) -> list[Item]:
    """Order items by stage, and what a check needs before the check itself."""
    by_id = {item.check: item for item in items}
    ordered: dict[str, Item] = {}

    def place(item: Item) -> None:
        check = CHECKS[item.check]
        for needed in (*check.needs, *check.leans):
            if needed in by_id and needed not in ordered:
                place(by_id[needed])
        ordered.setdefault(item.check, item)

    for item in sorted(items, key=lambda item: STAGES.index(CHECKS[item.check].stage)):
        place(item)
    return list(ordered.values())


class Examination:
    """One submission under examination: its rooms, and the outcomes so far.

    Parameters
    ----------
    submission, rubric, seed, sandbox
        As ``grade`` takes them.
    explains
        Whether a failed check is followed by the search for the mistake's name.
    """

    def __init__(
        self,
        submission: Submission,
        rubric: Rubric,
        seed: int,
        sandbox: Sandbox,
        *,
        explains: bool = True,
    ) -> None:
        self._submission, self._rubric, self._seed, self._sandbox = (
            submission,
            rubric,
            seed,
            sandbox,
        )
        self._explains = explains
        self._rooms: dict[str, Room] = {}
        self._memories: dict[str, dict[str, Any]] = {}
        self._outcomes: dict[str, Outcome] = {}
        self._fatal: dict[str, Mapping[str, Any]] = {}

    def run(self) -> tuple[Outcome, ...]:
        """Examine everything; return the outcomes in the rubric's order."""
        for item in plan(self._rubric.items):
            self._outcomes[item.check] = self._settled(item)
        return tuple(self._outcomes[item.check] for item in self._rubric.items)

    def flags(self) -> tuple[Message, ...]:
        """What a person should look at."""
        room = None if self._is_late() else self._rooms.get("contract")
        right = {
            CHECKS[outcome.item.check].subject
            for outcome in self._outcomes.values()
            if outcome.verdict is Verdict.PASSED and ".backward" in outcome.item.check
        }
        return detect.flags(self._submission, self._sandbox, room, right)

    def close(self) -> None:
        """End every child."""
        for room in self._rooms.values():
            room.close()

    def remarks(self) -> Iterable[Message]:
        """Things worth saying about the submission as a whole."""
        room = self._rooms.get("contract")
        found = room.found if room else {}
        for name, places in found.items():
            files = list(dict.fromkeys(file for _, file in places))
            if len(files) > 1:
                yield Message("defined_twice", frozen(who=name, file=files[0], other=files[1]))
        for error in room.troubles if room else ():
            id_ = TROUBLES.get(error["kind"], "import_trouble")
            yield Message(id_, frozen(**error))

    def _settled(self, item: Item) -> Outcome:
        check = CHECKS[item.check]
        for needed in check.needs:
            before = self._outcomes.get(needed)
            if before is not None and not before.usable:
                return _blocked(item, before)
        if self._is_late():
            message = Message("total_time", frozen(seconds=self._rubric.limits.total_seconds))
            return Outcome(item, Verdict.TIMED_OUT, message=message, usable=False)
        start = time.monotonic()
        outcome = self._judged(check, item)
        if outcome.verdict not in (Verdict.PASSED, Verdict.BROKEN):
            outcome = self._excused(check, outcome)
        return replace(outcome, seconds=time.monotonic() - start)

    def _excused(self, check: Check, outcome: Outcome) -> Outcome:
        """Count a mistake once: what failed beside something that it uses waits for that."""
        before = (self._outcomes[id_] for id_ in check.leans if id_ in self._outcomes)
        guilty = next((o for o in before if o.verdict is not Verdict.PASSED), None)
        if guilty is None:
            return outcome
        return replace(_blocked(outcome.item, guilty), pictures=outcome.pictures)

    def _is_late(self) -> bool:
        """Whether the student's code has used all the time that it may."""
        spent = sum(room.spent for room in self._rooms.values())
        return spent > self._rubric.limits.total_seconds

    def _judged(self, check: Check, item: Item) -> Outcome:
        """Judge; where sound layers do not fit what the student built, with the student's own."""
        standins = self._wrong_layers() if check.stage == "dependent" else ()
        outcome = self._judged_with(standins, check, item)
        if not standins:
            return outcome
        if not outcome.usable:
            own = self._judged_with((), check, item)
            if own.share > 0:
                return own
        remark = Message("standins", frozen(names=", ".join(standins)))
        return replace(outcome, remarks=(*outcome.remarks, remark))

    def _judged_with(self, standins: tuple[str, ...], check: Check, item: Item) -> Outcome:
        try:
            name, room = self._room(check.stage, standins)
            lab = Lab(room, item, self._seed, self._memories.setdefault(name, {}))
            outcome = _outcome(check, lab, item)
            return explained(check, lab, outcome) if self._explains else outcome
        except ChildGone as gone:
            return _gone(item, gone)
        except (OurFault, Exception) as error:
            log.exception("check %s is broken", check.id)
            message = Message("broken", frozen(kind=type(error).__name__, text=str(error)[:200]))
            return Outcome(item, Verdict.BROKEN, message=message, usable=False)

    def _room(self, stage: str, standins: tuple[str, ...]) -> tuple[str, Room]:
        """The room of a stage: what is built of layers shares theirs, unless some are replaced."""
        name = "figures" if stage == "figures" else "dependent" if standins else "contract"
        if name not in self._rooms:
            self._rooms[name] = Room(
                self._sandbox,
                self._submission,
                self._rubric,
                self._seed,
                standins,
                self._fatal,
                "figures" if stage == "figures" else "contract",
            )
        return name, self._rooms[name]

    def _wrong_layers(self) -> tuple[str, ...]:
        """The classes of which some check did not pass: each was judged before what uses it."""
        wrong = {
            CHECKS[o.item.check].subject
            for o in self._outcomes.values()
            if o.verdict is not Verdict.PASSED
        }
        return tuple(name for name in STAND_INS if name in wrong)


def _examined(check: Check, lab: Lab) -> Judgement:
    """Examine; once more where the zygote died of something, and took the child with it."""
    try:
        return check.examine(lab, lab.rng(check.id))
    except SandboxBroken as error:
        log.warning("check %s is tried once more: %s", check.id, error)
        return check.examine(lab, lab.rng(check.id))


def _outcome(check: Check, lab: Lab, item: Item) -> Outcome:
    try:
        return judged(item, _examined(check, lab))
    except Failure as failure:
        return failed(item, failure)


def explained(check: Check, lab: Lab, outcome: Outcome) -> Outcome:
    """Add what explains a failure to its outcome.

    The verdict stands whatever happens here. Where looking for the mistake fails, be it by a fault
    of ours or by an end of the child, the mistake has no name, and staff read why.
    """
    failures = [part.failure for part in outcome.parts if part.failure is not None]
    if outcome.message is not None and not failures:
        failures = [outcome.message]
    if not failures:
        return outcome
    try:
        findings = explain(lab, check.id, check.subject, failures)
    except (OurFault, Exception) as error:
        log.exception("the mistake behind %s could not be looked up", check.id)
        why = frozen(kind=type(error).__name__, text=str(error)[:200])
        findings = (Finding(LOOK_UP_FAILED, check.subject, why),)
    return replace(outcome, findings=findings)


def judged(item: Item, judgement: Judgement) -> Outcome:
    """Make the outcome of a check that judged its parts; none at all means that it holds whole."""
    seen = judgement if isinstance(judgement, Examined) else Examined(judgement or ())
    failures = [part.failure for part in seen.parts if part.failure is not None]
    return replace(
        _summed(item, seen.parts),
        evidence=frozen(**seen.evidence, **arrays.evidence(failures)),
        pictures=seen.pictures,
        remarks=seen.remarks,
    )


def _summed(item: Item, parts: Sequence[Judged]) -> Outcome:
    failures = [part.failure for part in parts if part.failure is not None]
    kept = tuple(Part(p.name, p.failure.message if p.failure else None, p.weight) for p in parts)
    if not failures:
        return Outcome(item, Verdict.PASSED, 1.0, parts=kept)
    total = sum(part.weight for part in parts)
    share = sum(part.weight for part in parts if part.failure is None) / total
    worst = failures[0]
    usable = any(part.failure is None or part.failure.usable for part in parts)
    return Outcome(
        item,
        Verdict.FAILED,
        share,
        worst.message,
        worst.expected,
        worst.actual,
        parts=kept,
        usable=usable,
    )


def failed(item: Item, failure: Failure) -> Outcome:
    """Make the outcome of a check that failed whole."""
    return Outcome(
        item,
        Verdict.REVIEW if failure.undecided else Verdict.FAILED,
        0.0,
        failure.message,
        failure.expected,
        failure.actual,
        evidence=arrays.evidence([failure]),
        usable=failure.usable,
    )


def _blocked(item: Item, by: Outcome) -> Outcome:
    """Make the outcome of a check that builds on one that is not usable, or not decided."""
    if by.verdict is Verdict.REVIEW:
        return Outcome(item, Verdict.REVIEW, message=by.message, usable=False)
    title = by.item.title or CHECKS[by.item.check].title
    message = Message("blocked", frozen(check=by.item.check, title=title))
    return Outcome(item, Verdict.BLOCKED, message=message, usable=False)


def _gone(item: Item, gone: ChildGone) -> Outcome:
    if gone.ending is Ending.LATE:
        message = Message("timed_out", frozen(seconds=item.seconds))
        return Outcome(item, Verdict.TIMED_OUT, message=message, usable=False)
    if gone.ending is Ending.BROKE_RULES:
        return Outcome(item, Verdict.CRASHED, message=Message("broke_rules"), usable=False)
    message = Message("died", _last_words(gone.status or 0))
    return Outcome(item, Verdict.CRASHED, message=message, usable=False)


def _last_words(status: int) -> Mapping[str, Any]:
    return frozen(how=f"signal {-status}" if status < 0 else f"exit code {status}")


__all__ = ["CHECKS", "Examination", "failed", "grade", "judged", "plan", "seed_for"]
