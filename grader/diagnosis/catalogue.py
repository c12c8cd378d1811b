"""All mistakes that can be named, with what to tell their author, by slug."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from grader.diagnosis import activations, linear, losses
from grader.diagnosis.base import Hypothesis
from grader.diagnosis.factors import NAMED
from grader.diagnosis.symptoms import SYMPTOMS


@dataclass(frozen=True, slots=True)
class Bug:
    """A mistake as its author reads of it; ``evidence`` is a template for the finding's values."""

    explanation: str
    advice: str
    evidence: str


FORMULA = "Your {array} equals {formula} in {fits} of {of} trials."
SCALED = "Your {array} equals {factor} times {formula} in {fits} of {of} trials."
WORST = (
    "The worst entry of {array}, {where} of shape {shape}, is {got} where {wanted} is expected "
    "({ratio} times as much)."
)
ARRAYS = {
    "dx": "the gradient at the input",
    "dw": "the gradient of the weights",
    "db": "the gradient of the bias",
    "dy": "the gradient of the loss",
    "value": "the value",
}


def hypotheses() -> tuple[Hypothesis, ...]:
    """All hypotheses, in the order in which they are tried."""
    rooms = (linear, activations, losses)
    return tuple(h for room in rooms for h in vars(room).values() if isinstance(h, Hypothesis))


def _bugs() -> Iterator[tuple[str, Bug]]:
    yield (
        "unexplained",
        Bug(
            "None of the mistakes that we know explains these numbers.",
            "Write the formula down for one sample and two features, and compare entry by entry.",
            WORST,
        ),
    )
    for array, words in ARRAYS.items():
        for factor in NAMED:
            explanation = factor.explanation.replace(
                "It is", f"{words[0].upper()}{words[1:]} is", 1
            )
            yield f"{array}_{factor.slug}", Bug(explanation, factor.advice, SCALED)
    for h in HYPOTHESES:
        yield h.bug, Bug(h.explanation, h.advice, FORMULA)
        for factor in NAMED:
            advice = f"{h.advice} And: {factor.advice}"
            explanation = f"{h.explanation} And besides: {factor.explanation}"
            yield f"{h.bug}+{factor.slug}", Bug(explanation, advice, SCALED)
    for bug, (explanation, advice) in SYMPTOMS.items():
        yield bug, Bug(explanation, advice, "")


HYPOTHESES = hypotheses()
BUGS: dict[str, Bug] = dict(_bugs())
