"""All mistakes that can be named, with what to tell their author, by slug."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import TypeVar

from grader.diagnosis import (
    bce,
    cross_entropy,
    families,
    families_activations,
    families_linear,
    families_losses,
    families_steps,
    general,
    linear_bias,
    linear_input,
    linear_output,
    linear_weights,
    mse,
    relu,
    sigmoid,
    softmax,
    tanh,
)
from grader.diagnosis.base import ARRAYS, Hypothesis, about
from grader.diagnosis.factors import NAMED, Factor, pairs
from grader.diagnosis.families import Family
from grader.diagnosis.symptom_texts import SYMPTOMS
from grader.diagnosis.whole import WHOLE

T = TypeVar("T")
Known = Hypothesis | Family


@dataclass(frozen=True, slots=True)
class Bug:
    """A mistake as its author reads of it; ``evidence`` is a template for the finding's values."""

    explanation: str
    advice: str
    evidence: str


FORMULA = "Your {name} equals {formula} in {fits} of {of} trials."
SCALED = "Your {name} equals {factor} times {formula} in {fits} of {of} trials."
WORST = (
    "The worst entry of your {name}, {where} of shape {shape}, is {got} where {wanted} is "
    "expected ({ratio}). It is right in {fits} of {of} trials{but}."
)

LINEAR = (linear_input, linear_weights, linear_bias, linear_output)
ROOMS = (general, *LINEAR, sigmoid, relu, tanh, softmax, mse, bce, cross_entropy)
FAMILIES = (families, families_linear, families_steps, families_activations, families_losses)


def _all(kind: type[T], rooms: Iterable[ModuleType]) -> tuple[T, ...]:
    """Collect what stands in modules, alone or in a tuple, in the order in which it is defined."""
    found: list[T] = []
    for room in rooms:
        for thing in vars(room).values():
            things = thing if isinstance(thing, tuple) else (thing,)
            found += [one for one in things if isinstance(one, kind) and one not in found]
    return tuple(found)


def hypotheses() -> tuple[Hypothesis, ...]:
    """All hypotheses without a free constant, in the order in which they are tried."""
    return _all(Hypothesis, ROOMS)


def constants() -> tuple[Family, ...]:
    """All families, in the order in which they are tried."""
    return _all(Family, FAMILIES)


def _bugs() -> Iterator[tuple[str, Bug]]:
    yield (
        "unexplained",
        Bug(
            "None of the mistakes that we know explains these numbers.",
            "Write the formula down for one sample and two features, and compare entry by entry.",
            WORST,
        ),
    )
    for array in ARRAYS:
        for parts in [*[(factor,) for factor in NAMED], *pairs(array)]:
            if all(array in part.arrays for part in parts):
                yield _factored(array, parts)
    for known in KNOWN:
        yield known.bug, Bug(known.explanation, known.advice, FORMULA)
    for known in HYPOTHESES:
        for factor in NAMED:
            if known.array in factor.arrays:
                yield f"{known.bug}+{factor.slug}", _with_factor(known, factor)
    for bug, (explanation, advice) in SYMPTOMS.items():
        yield bug, Bug(explanation, advice, "")
    for bug, (explanation, advice, evidence) in WHOLE.items():
        yield bug, Bug(explanation, advice, evidence)


def _factored(array: str, parts: tuple[Factor, ...]) -> tuple[str, Bug]:
    """Tell of the right formula times one or two factors: what both mean, and what to do."""
    slug = f"{array}_{'+'.join(part.slug for part in parts)}"
    first, *others = parts
    explanation = " ".join([about(array, first.explanation), *map(_besides, others)])
    return slug, Bug(explanation, " ".join(part.advice for part in parts), SCALED)


def _with_factor(known: Hypothesis, factor: Factor) -> Bug:
    explanation = f"{known.explanation} {_besides(factor)}"
    return Bug(explanation, f"{known.advice} {factor.advice}", SCALED)


def _besides(factor: Factor) -> str:
    text = factor.explanation
    return f"Besides, {text[0].lower()}{text[1:]}"


HYPOTHESES = hypotheses()
KNOWN: tuple[Known, ...] = (*HYPOTHESES, *constants())
BUGS: dict[str, Bug] = dict(_bugs())
