"""Make the outcome of a check from what its parts, an exception or the child's end say."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from grader import plugin_files
from grader.checks import CHECKS, Check
from grader.contract import NETWORK_CLASSES
from grader.errors import SandboxBroken
from grader.model import Failure, Item, Message, Outcome, Verdict, frozen
from grader.observation import array_evidence
from grader.pipeline import scoring
from grader.remote import Lab, OutOfTime
from grader.sandbox.host import ChildGone, Ending

log = logging.getLogger(__name__)


def with_verdict(result: Outcome, *, mistake_has_name: bool = True) -> Outcome:
    """Settle the verdict and the share of a check's result by its parts; none means that it holds whole.

    ``mistake_has_name`` says whether the derivative of a ``forward`` that is wrong counts as right.
    """
    parts = scoring.count_parts(result.parts, mistake_has_name=mistake_has_name)
    failures = [part.failure for part in parts if part.failure is not None]
    if not failures:
        return replace(result, parts=tuple(parts))
    # A part that does not count has another beside it that failed.
    worst = next(f for f in failures if f.message.id != scoring.NOT_COUNTED)
    return replace(
        result,
        verdict=Verdict.FAILED,
        share=scoring.share(parts),
        message=worst.message,
        expected=worst.expected,
        actual=worst.actual,
        parts=tuple(parts),
        evidence=frozen(**result.evidence, **array_evidence.evidence(failures)),
        usable=any(part.failure is None or part.failure.usable for part in parts),
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


def blocked(item: Item, by: Outcome, checks: Mapping[str, Check] = CHECKS) -> Outcome:
    """Make the outcome of a check that builds on one that is not usable, or not decided."""
    if by.verdict is Verdict.REVIEW:
        return Outcome(item, Verdict.REVIEW, message=by.message, usable=False)
    title = by.item.title or checks[by.item.check].title
    message = Message("blocked", frozen(check=by.item.check, title=title))
    return Outcome(item, Verdict.BLOCKED, message=message, usable=False)


def left_to_program(item: Item) -> Outcome:
    """Make the outcome of a check that a run of the whole program will stand in for."""
    return Outcome(item, Verdict.BLOCKED, message=Message("left_to_program"), usable=False)


def training_not_own(
    item: Item, missing: Outcome, replaced: Sequence[str], checks: Mapping[str, Check] = CHECKS
) -> Outcome:
    """Make the outcome of training that would run through layers of ours for the most part."""
    by = blocked(item, missing, checks)
    if by.message is None or by.verdict is Verdict.REVIEW:
        return by
    names = ", ".join(name for name in NETWORK_CLASSES if name in replaced)
    message = Message("training_not_own", frozen(**by.message.values, names=names))
    return replace(by, message=message)


def child_gone(item: Item, gone: ChildGone) -> Outcome:
    """Make the outcome of a check whose child ended, or did not answer in time."""
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


def broken(item: Item, error: Exception) -> Outcome:
    """Make the outcome of a check that met a fault of the grader's own."""
    place = plugin_files.place_of(error)  # a check of the course's own
    text = f"{place}: {error}" if place else str(error)
    message = Message("broken", frozen(kind=type(error).__name__, text=text[:200]))
    return Outcome(item, Verdict.BROKEN, message=message, usable=False)


def examined(check: Check, lab: Lab) -> Outcome:
    """Examine; once more where the zygote died of something, and took the child with it."""
    try:
        result = check.examine(lab)
    except SandboxBroken as error:
        log.warning("check %s is tried once more: %s", check.id, error)
        result = check.examine(lab)
    return result if isinstance(result, Outcome) else lab.outcome(result or ())


def with_replaced(outcome: Outcome, wrong: Sequence[str], secret: Sequence[str]) -> Outcome:
    """Say which classes correct ones took the place of: because they are wrong, or because of secrecy."""
    replaced = {"standins": wrong, "standins_unread": secret}
    remarks = (
        Message(id_, frozen(names=", ".join(names))) for id_, names in replaced.items() if names
    )
    return replace(outcome, remarks=(*outcome.remarks, *remarks))
