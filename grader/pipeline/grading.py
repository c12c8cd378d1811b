"""From a submission and a rubric to a report: plan, judge, settle.

Plan: the rubric's items, ordered so that what a check needs comes before it, and what
students may not read after all that they may. Judge: each check over its connection, one outcome
each. Settle: back to the rubric's order, in a report.

What is judged first cannot depend on what is judged later. So nothing that a student reads
follows from a hidden outcome, and no process that a hidden check sent something to is one
whose words a student reads.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from grader.checks import CHECKS, Check
from grader.checks.base import Examined, Judged, Judgement
from grader.contract import NETWORK_CLASSES, REPLACEABLE
from grader.diagnosis import explain, told_once
from grader.errors import OurFault, SandboxBroken
from grader.expect import Failure
from grader.flags import detection
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
    Visibility,
    frozen,
)
from grader.observation import array_evidence
from grader.pipeline import scoring
from grader.remote import Clock, Connection, Lab, OutOfTime, derive_seed, notebooks
from grader.sandbox.host import ChildGone, Ending, Sandbox

STAGES = ("contract", "dependent", "figures")
SECRECY = (Visibility.VISIBLE, Visibility.AFTER_DUE, Visibility.HIDDEN)
"""The order in which items are examined: an outcome follows from no more than what stands before it."""

_OPENS = "import_opened_file"
TROUBLES = {
    "Late": "import_unfinished",
    "EOFError": "import_waited",
    "Undecodable": "import_unread",
    "FileNotFoundError": _OPENS,
    "PermissionError": _OPENS,
    **dict.fromkeys(("SyntaxError", "IndentationError", "TabError"), "import_syntax"),
}
"""What is said of a file whose import failed so; of others what stands above the line was run."""

log = logging.getLogger(__name__)


def seed_for(rubric: Rubric, secret: str = "") -> int:
    """Return the seed that follows from a rubric and a course's secret.

    The whole class is asked the same questions, a regrade asks them again, and without
    the secret nobody can compute them beforehand. It has 63 bits: as many as JSON's readers
    and a database's column hold, and more than anybody can try.
    """
    digest = hashlib.sha256(f"{rubric.digest}\n{secret}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


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
    submission = notebooks.opened(submission, rubric.limits, sandbox)
    if submission.invalid is not None:
        return _invalid(submission, rubric, seed, sandbox)
    examination = Examination(submission, rubric, seed, sandbox, detects=True)
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
    """Order items by secrecy, then by stage, and what a check needs before the check itself.

    Within a stage every ``forward`` comes first: how many are wrong decides what else is paid.
    A visible item does not wait for a hidden one that it needs: that is as if the rubric left it out.
    """
    ordered: dict[str, Item] = {}

    def place(item: Item, alike: Mapping[str, Item]) -> None:
        check = CHECKS[item.check]
        for needed in (*check.needs, *check.leans):
            if needed in alike and needed not in ordered:
                place(alike[needed], alike)
        ordered.setdefault(item.check, item)

    for visibility in SECRECY:
        alike = {item.check: item for item in items if item.visibility is visibility}
        for item in sorted(alike.values(), key=_rank):
            place(item, alike)
    return list(ordered.values())


def _rank(item: Item) -> tuple[int, bool]:
    return STAGES.index(CHECKS[item.check].stage), not item.check.endswith(".forward")


ConnectionKey = tuple[Visibility, str, tuple[str, ...]]
"""What tells one connection from another: the visibility of its items, its kind, and its sound layers."""


class Examination:
    """One submission under examination: its connections, and the outcomes so far.

    Parameters
    ----------
    submission, rubric, seed, sandbox
        As ``grade`` takes them.
    explains
        Whether a failed check is followed by the search for the mistake's name.
    detects
        Whether the code is tried for what a person should look at (see ``flags``).
    """

    def __init__(
        self,
        submission: Submission,
        rubric: Rubric,
        seed: int,
        sandbox: Sandbox,
        *,
        explains: bool = True,
        detects: bool = False,
    ) -> None:
        self._submission, self._rubric, self._seed, self._sandbox = (
            submission,
            rubric,
            seed,
            sandbox,
        )
        self._explains, self._detects = explains, detects
        self._connections: dict[ConnectionKey, Connection] = {}
        self._memories: dict[ConnectionKey, dict[str, Any]] = {}
        self._open: ConnectionKey | None = None
        self._seen: list[Message] = []
        self._looked: set[ConnectionKey] = set()
        self._outcomes: dict[str, Outcome] = {}
        self._fatal: dict[str, Mapping[str, Any]] = {}
        self._clock = Clock(rubric.limits.total_seconds)

    def run(self) -> tuple[Outcome, ...]:
        """Examine everything; return the outcomes in the rubric's order."""
        for item in plan(self._rubric.items):
            self._outcomes[item.check] = self._settled(item)
        self._leave()
        return told_once([self._outcomes[item.check] for item in self._rubric.items])

    def flags(self) -> tuple[Message, ...]:
        """What a person should look at: signs in the sources, and what showed while the code ran."""
        signs = detection.signs(self._submission, self._sandbox)
        return tuple(dict.fromkeys((*signs, *scoring.flags(self._outcomes), *self._seen)))[
            : detection.MOST
        ]

    def close(self) -> None:
        """End every child."""
        for connection in self._connections.values():
            connection.close()

    def remarks(self) -> Iterable[Message]:
        """Things worth saying about the submission as a whole."""
        connection = next(
            iter(self._connections.values()), None
        )  # the first: no hidden check was near it
        found = connection.definitions if connection else {}
        for name, places in found.items():
            files = list(dict.fromkeys(file for _, file in places))
            if len(files) > 1:
                yield Message("defined_twice", frozen(who=name, file=files[0], other=files[1]))
        for error in connection.import_errors if connection else ():
            yield _trouble(error)
        for again in (
            connection.imported.redefinitions if connection and connection.definitions else ()
        ):
            yield Message("replaced_by_nothing", frozen(**again))

    def _settled(self, item: Item) -> Outcome:
        check = CHECKS[item.check]
        if self._clock.left <= 0:
            return _gone(item, self._clock.time_error())
        for needed in check.needs:
            before = self._outcomes.get(needed)
            if before is not None and not before.usable:
                return _blocked(item, before)
        idle = scoring.unpaid_beside(check, self._outcomes)
        if idle is not None:
            return _blocked(item, idle)
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

    def _judged(self, check: Check, item: Item) -> Outcome:
        """Judge; what is built of layers with sound ones in the place of those that are wrong.

        Sound ones stand in as well for layers of which some items are more secret than this one:
        whether those are right, its outcome must not tell. Where they do not fit, the student's
        own are asked.
        """
        if check.stage != "dependent":
            return self._judged_with((), check, item)
        wrong, unread = self._wrong_layers(), self._unread_layers(item)
        if scoring.may_be_empty(check, unread, self._outcomes, CHECKS):
            unread = ()
        missing = scoring.not_own(check, wrong, self._outcomes, CHECKS)
        if missing is not None:
            return _not_own(item, missing, wrong)
        outcome = self._judged_beside(wrong, unread, check, item)
        slips = self._slipping_layers(wrong)
        if outcome.verdict is not Verdict.PASSED and len(slips) > len(wrong):
            outcome = self._without_slips(outcome, slips, unread, check, item)
        if outcome.verdict is Verdict.PASSED or not unread:
            return outcome
        without = self._judged_beside(wrong, (), check, item)
        return without if without.share > outcome.share or not outcome.usable else outcome

    def _without_slips(
        self,
        outcome: Outcome,
        slips: tuple[str, ...],
        unread: tuple[str, ...],
        check: Check,
        item: Item,
    ) -> Outcome:
        """Judge once more where the student's own layers, right but for a slip of state, fail it."""
        if scoring.not_own(check, slips, self._outcomes, CHECKS) is not None:
            return outcome
        other = self._judged_beside(slips, unread, check, item)
        return other if other.share > outcome.share else outcome

    def _judged_beside(
        self, wrong: tuple[str, ...], unread: tuple[str, ...], check: Check, item: Item
    ) -> Outcome:
        """Judge with sound layers; where they do not fit what the student built, with the student's own."""
        standins = tuple(name for name in REPLACEABLE if name in wrong or name in unread)
        outcome = self._judged_with(standins, check, item)
        if wrong and not outcome.usable:
            own = self._judged_with((), check, item)
            if own.share > 0:
                return own
        said = {"standins": wrong, "standins_unread": unread}
        remarks = (
            Message(id_, frozen(names=", ".join(names))) for id_, names in said.items() if names
        )
        return replace(outcome, remarks=(*outcome.remarks, *remarks))

    def _judged_with(self, standins: tuple[str, ...], check: Check, item: Item) -> Outcome:
        try:
            key, connection = self._connection(item.visibility, check.stage, standins)
            seed = derive_seed(self._seed, item.visibility)
            memory, clock = self._memories.setdefault(key, {}), Clock(2 * item.seconds, "timed_out")
            lab = Lab(connection, item, seed, memory, clock)
            forward = scoring.forward_of(check)
            slip_is_named = scoring.slip_is_named(self._outcomes.get(forward or ""), self._outcomes)
            outcome = _outcome(check, lab, item, slip_is_named=slip_is_named)
            # Whether a mistake in forward has a name decides what else is paid, see settling.
            named = self._explains or check.id.endswith(".forward")
            return explained(check, lab, outcome) if named else outcome
        except ChildGone as gone:
            return _gone(item, gone)
        except (OurFault, Exception) as error:
            log.exception("check %s is broken", check.id)
            message = Message("broken", frozen(kind=type(error).__name__, text=str(error)[:200]))
            return Outcome(item, Verdict.BROKEN, message=message, usable=False)

    def _connection(
        self, visibility: Visibility, stage: str, standins: tuple[str, ...]
    ) -> tuple[ConnectionKey, Connection]:
        """The connection of a stage; the one before is closed, so that one child lives at a time.

        What is built of layers shares their connection, unless some are replaced.
        """
        kind = "figures" if stage == "figures" else "contract"
        key = (visibility, kind, standins)
        if key != self._open:
            self._leave()
        self._open = key
        if key not in self._connections:
            self._connections[key] = Connection(
                self._sandbox,
                self._submission,
                self._rubric,
                derive_seed(self._seed, visibility),
                standins,
                self._fatal,
                kind=kind,
                clock=self._clock,
            )
        return key, self._connections[key]

    def _leave(self) -> None:
        """Close the connection that is open, after a look at what its child did and how quick it is."""
        if self._open is None:
            return
        visibility, kind, standins = self._open
        connection = self._connections[self._open]
        is_first = kind == "contract" and not standins and self._open not in self._looked
        if self._detects and (is_first or connection.is_open):
            right = self._right(visibility) if is_first else ()
            self._seen += detection.behaviour(
                connection, right, derive_seed(self._seed, visibility)
            )
        self._looked.add(self._open)
        connection.close()
        self._open = None

    def _right(self, visibility: Visibility) -> set[str]:
        """The classes of which a backward was found right by the items of a visibility."""
        return {
            CHECKS[outcome.item.check].subject
            for outcome in self._outcomes.values()
            if outcome.item.visibility is visibility
            and outcome.verdict is Verdict.PASSED
            and ".backward" in outcome.item.check
        }

    def _wrong_layers(self) -> tuple[str, ...]:
        """The classes in whose place sound ones run: each was judged before what uses it."""
        wrong = scoring.wrong_classes(self._outcomes, CHECKS)
        return tuple(name for name in REPLACEABLE if name in wrong)

    def _slipping_layers(self, wrong: Sequence[str]) -> tuple[str, ...]:
        """The wrong classes, and those with a slip of state: they stay while what uses them holds."""
        slips = scoring.slipping_classes(self._outcomes, CHECKS)
        return tuple(name for name in REPLACEABLE if name in wrong or name in slips)

    def _unread_layers(self, item: Item) -> tuple[str, ...]:
        """The classes of which some item is more secret than this one, and every mistake is counted.

        Where the rubric leaves out what a class computes, nobody but this check would see it.
        """
        asked = {other.check for other in self._rubric.items}
        later = SECRECY[SECRECY.index(item.visibility) + 1 :]
        unread = {CHECKS[i.check].subject for i in self._rubric.items if i.visibility in later}
        return tuple(
            name
            for name in REPLACEABLE
            if name in unread and all(id_ in asked for id_ in _computing(name))
        )


def _computing(name: str) -> list[str]:
    """The checks of what a class computes, forward and backward."""
    return [
        id_
        for id_, check in CHECKS.items()
        if check.subject == name and id_.split(".")[1] in ("forward", "backward")
    ]


def _trouble(error: Mapping[str, Any]) -> Message:
    """Say what the import of a file met, and how much of the file was run all the same."""
    id_ = TROUBLES.get(error["kind"], "import_trouble")
    if id_ == "import_trouble" and not error["stopped"]:
        id_ = "import_passed_over"
    elif id_ == "import_trouble" and error["stopped"] != error["line"]:
        id_ = "import_went_on"
    return Message(id_, frozen(**error))


def _examined(check: Check, lab: Lab) -> Judgement:
    """Examine; once more where the zygote died of something, and took the child with it."""
    try:
        return check.examine(lab, lab.rng(check.id))
    except SandboxBroken as error:
        log.warning("check %s is tried once more: %s", check.id, error)
        return check.examine(lab, lab.rng(check.id))


def _outcome(check: Check, lab: Lab, item: Item, *, slip_is_named: bool) -> Outcome:
    try:
        return judged(item, _examined(check, lab), slip_is_named=slip_is_named)
    except Failure as failure:
        return failed(item, failure)


def explained(check: Check, lab: Lab, outcome: Outcome) -> Outcome:
    """Add what explains a failure to its outcome.

    The verdict stands whatever happens here. Where looking for the mistake fails, be it by a fault
    of ours or by an end of the child, the mistake has no name, and staff read why.
    """
    failures = [part.failure for part in outcome.parts if part.failure is not None]
    failures = [failure for failure in failures if failure.id != scoring.NOT_COUNTED]
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


def judged(item: Item, judgement: Judgement, *, slip_is_named: bool = True) -> Outcome:
    """Make the outcome of a check that judged its parts; none at all means that it holds whole."""
    seen = judgement if isinstance(judgement, Examined) else Examined(judgement or ())
    parts = scoring.counted(seen.parts, slip_is_named=slip_is_named)
    failures = [part.failure for part in parts if part.failure is not None]
    return replace(
        _summed(item, parts),
        evidence=frozen(**seen.evidence, **array_evidence.evidence(failures)),
        pictures=seen.pictures,
        remarks=seen.remarks,
        informative=seen.informative,
    )


def _summed(item: Item, parts: Sequence[Judged]) -> Outcome:
    failures = [part.failure for part in parts if part.failure is not None]
    kept = tuple(Part(p.name, p.failure.message if p.failure else None, p.weight) for p in parts)
    if not failures:
        return Outcome(item, Verdict.PASSED, 1.0, parts=kept)
    share = scoring.share(parts)
    own = [failure for failure in failures if failure.message.id != scoring.NOT_COUNTED]
    worst = own[0]  # a part that does not count has another beside it that failed
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
        evidence=array_evidence.evidence([failure]),
        usable=failure.usable,
    )


def _blocked(item: Item, by: Outcome) -> Outcome:
    """Make the outcome of a check that builds on one that is not usable, or not decided."""
    if by.verdict is Verdict.REVIEW:
        return Outcome(item, Verdict.REVIEW, message=by.message, usable=False)
    title = by.item.title or CHECKS[by.item.check].title
    message = Message("blocked", frozen(check=by.item.check, title=title))
    return Outcome(item, Verdict.BLOCKED, message=message, usable=False)


def _not_own(item: Item, missing: Outcome, replaced: Sequence[str]) -> Outcome:
    """Make the outcome of training that would run through layers of ours for the most part."""
    by = _blocked(item, missing)
    if by.message is None or by.verdict is Verdict.REVIEW:
        return by
    names = ", ".join(name for name in NETWORK_CLASSES if name in replaced)
    message = Message("training_not_own", frozen(**by.message.values, names=names))
    return replace(by, message=message)


def _gone(item: Item, gone: ChildGone) -> Outcome:
    if isinstance(gone, OutOfTime):
        return Outcome(item, Verdict.TIMED_OUT, message=gone.message, usable=False)
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
