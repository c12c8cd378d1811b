"""From a failed check to findings: what was observed, tried against the table of mistakes."""

from __future__ import annotations

from collections.abc import Sequence

from grader.diagnosis.mistake import Mistake
from grader.diagnosis.mistakes import MISTAKES
from grader.diagnosis.network import wrong_steps
from grader.diagnosis.observation import Observation
from grader.diagnosis.search import explanations, unexplained
from grader.diagnosis.symptoms import symptoms
from grader.model import Finding, Message

PARTS = {
    "backward.input": "dx",
    "backward.weights": "dw",
    "backward.bias": "db",
    "forward": "value",
}
NUMBERS = frozenset({
    "wrong_value", "wrong_loss", "wrong_gradient", "wrong_step", "moved_at_zero", "not_updated",
    "parameters_not_linear",
})  # fmt: skip
"""The messages that say that numbers came and were wrong."""

SHAPES = frozenset({
    "returned_shape", "returned_number", "returned_not_scalar", "parameter_reshaped",
})  # fmt: skip
"""Those that say that the shape was wrong; nothing else is tried against formulas."""


def explain(
    observation: Observation,
    check: str,
    subject: str,
    failures: Sequence[Message],
    mistakes: Sequence[Mistake] = MISTAKES,
) -> tuple[Finding, ...]:
    """Return what explains the failures of a check, the most certain first.

    Parameters
    ----------
    observation
        What the checks observed of the class.
    check, subject
        The check's id, and the class that it examines.
    failures
        The messages of its parts that failed.
    known
        The mistakes with formulas to try.
    """
    array = array_of(check)
    findings: list[Finding] = []
    ids = {message.id for message in failures}
    if array and (NUMBERS | SHAPES) & ids:
        cases = observation.cases.get(array, ())
        findings = explanations(cases, subject, array, mistakes)
        if not findings and NUMBERS & ids:
            findings = unexplained(cases, subject, array)
        if array == "net":
            findings = wrong_steps(observation.steps, findings)
    return tuple(findings or symptoms(observation, check, subject, failures))


def array_of(check: str) -> str:
    """The array that a check is about, or nothing.

    ``linear.backward.weights`` -> ``dw``, ``mse.backward`` -> ``dy``.
    """
    subject, _, rest = check.partition(".")
    if subject == "network":
        return "net" if rest == "gradient" else ""
    if rest == "backward":
        return "dy" if subject in ("mse", "bce", "cross_entropy") else "dx"
    return PARTS.get(rest, "")
