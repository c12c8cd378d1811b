"""From the messages of a check to the mistake that they show."""

from __future__ import annotations

from collections.abc import Sequence

from grader.diagnosis.mistakes.symptoms import SYMPTOMS
from grader.diagnosis.network import wrong_forward
from grader.diagnosis.observation import Observation
from grader.diagnosis.structure import structure
from grader.diagnosis.view import View
from grader.model import Finding, Message

ANSWERS = ("network.structure", "network.forward")
"""The checks that a wrong way forward fails."""


def symptoms(
    observation: Observation, check: str, subject: str, failures: Sequence[Message]
) -> list[Finding]:
    """Name the first mistake that a failure shows.

    Only the first: an array that is changed in place also looks overwritten and stale later on.
    """
    view = View(observation, check, subject, tuple(failures))
    finding = wrong_forward(observation.network) if check in ANSWERS else None
    if finding is not None:
        return [finding]
    size = structure(failures)
    if size and view.net_is_right():  # else some parameters may only seem to be missing
        return [Finding(size, subject)]
    for message in failures:
        for symptom in SYMPTOMS:
            test = symptom.shown_by.get(message.id)
            if test is not None and test(view, message):
                return [Finding(symptom.slug, subject)]
    return []
