"""All mistakes that can be named, with what to tell their author, by slug."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import reduce
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
from grader.diagnosis.base import ARRAYS, Hypothesis, Translate, about, as_written
from grader.diagnosis.convention import CONVENTIONS
from grader.diagnosis.factors import NAMED, Factor, pairs
from grader.diagnosis.families import Family
from grader.diagnosis.symptom_texts import SYMPTOMS
from grader.diagnosis.whole import WHOLE
from grader.model import LOOK_UP_FAILED

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

UNEXPLAINED = "unexplained"
NOTHING_FITS = (
    "None of the mistakes that we know explains these numbers.",
    "Write the formula down for one sample and two features, and compare entry by entry.",
    WORST,
)

FAILED = (
    "The mistake has no name, because looking for it failed. The verdict stands.",
    "Tell the developers of the grader, with this evidence; students do not see it.",
    "{kind}: {text}",
)
"""What staff read where something went wrong while a mistake was looked up."""

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


def bugs(tr: Translate = as_written) -> dict[str, Bug]:
    """Tell all mistakes, by slug: composed in English, or of pieces in a reader's language."""
    return dict(_composed(tr))


def _composed(tr: Translate) -> Iterator[tuple[str, Bug]]:
    """Compose the texts in a stable order: factors, formulas, their products, symptoms."""
    yield UNEXPLAINED, _bug(tr, *NOTHING_FITS)
    yield LOOK_UP_FAILED, _bug(tr, *FAILED)
    for array in ARRAYS:
        for parts in [*[(factor,) for factor in NAMED], *pairs(array)]:
            if all(array in part.arrays for part in parts):
                yield _factored(array, parts, tr)
    for known in KNOWN:
        explanation = about(known.array, known.explanation, tr)
        yield known.bug, Bug(explanation, tr(known.advice), tr(FORMULA))
    for known in HYPOTHESES:
        for factor in NAMED:
            if known.array in factor.arrays:
                yield f"{known.bug}+{factor.slug}", _with_factor(known, factor, tr)
    for bug, texts in (SYMPTOMS | WHOLE | CONVENTIONS).items():
        yield bug, _bug(tr, *texts)


def _bug(tr: Translate, explanation: str, advice: str, evidence: str = "") -> Bug:
    return Bug(tr(explanation), tr(advice), tr(evidence))


def _factored(array: str, parts: tuple[Factor, ...], tr: Translate) -> tuple[str, Bug]:
    """Tell of the right formula times one or two factors: what both mean, and what to do."""
    slug = f"{array}_{'+'.join(part.slug for part in parts)}"
    first, *others = parts
    explanation = _joined([about(array, first.explanation, tr), *_besides(others, tr)], tr)
    advice = _joined([tr(part.advice) for part in parts], tr)
    return slug, Bug(explanation, advice, tr(SCALED))


def _with_factor(known: Hypothesis, factor: Factor, tr: Translate) -> Bug:
    told = [about(known.array, known.explanation, tr), *_besides([factor], tr)]
    advice = _joined([tr(known.advice), tr(factor.advice)], tr)
    return Bug(_joined(told, tr), advice, tr(SCALED))


def _besides(factors: Iterable[Factor], tr: Translate) -> Iterator[str]:
    """Say what comes on top; where English goes on in a sentence, its first letter is small."""
    for factor in factors:
        text = tr(factor.explanation)
        small = text[0].lower() + text[1:] if text == factor.explanation else text
        yield tr("Besides, {text}").format(text=small)


def _joined(sentences: Iterable[str], tr: Translate) -> str:
    """Set sentences one after the other, with a space between them where the language has one."""
    return reduce(lambda one, other: tr("{one} {other}").format(one=one, other=other), sentences)


HYPOTHESES = hypotheses()
KNOWN: tuple[Known, ...] = (*HYPOTHESES, *constants())
BUGS = bugs()
