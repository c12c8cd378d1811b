"""The names of mistakes, added to the outcomes of checks that failed."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace

from grader.checks import Check
from grader.diagnosis import explain
from grader.diagnosis.mistake import Mistake
from grader.diagnosis.mistakes import MISTAKES
from grader.errors import OurFault
from grader.model import LOOK_UP_FAILED, Finding, Outcome, frozen
from grader.pipeline import scoring
from grader.pipeline.observations import observe
from grader.remote import Lab

log = logging.getLogger(__name__)


def with_findings(
    check: Check, lab: Lab, outcome: Outcome, mistakes: Sequence[Mistake] = MISTAKES
) -> Outcome:
    """Add what explains a failure to its outcome.

    The verdict stands whatever happens here. Where looking for the mistake fails, be it by a fault
    of ours or by an end of the child, the mistake has no name, and staff read why.
    """
    failures = [part.failure.message for part in outcome.parts if part.failure is not None]
    failures = [message for message in failures if message.id != scoring.NOT_COUNTED]
    if outcome.message is not None and not failures:
        failures = [outcome.message]
    if not failures:
        return outcome
    try:
        observation = observe(lab, check.id, check.subject, failures)
        findings = explain(observation, check.id, check.subject, failures, mistakes)
    except (OurFault, Exception) as error:
        log.exception("the mistake behind %s could not be looked up", check.id)
        why = frozen(kind=type(error).__name__, text=str(error)[:200])
        findings = (Finding(LOOK_UP_FAILED, check.subject, why),)
    return replace(outcome, findings=findings)
