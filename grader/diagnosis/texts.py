"""What a reader is told of a mistake: composed from its slug when somebody reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

from grader.diagnosis.factors import CONSTANT_RATE, NAMED, Factor, pairs
from grader.diagnosis.mistake import Mistake, Rank
from grader.diagnosis.mistakes import MISTAKES
from grader.diagnosis.mistakes.network import TEXTS as NETWORK
from grader.diagnosis.mistakes.symptoms import SYMPTOMS
from grader.diagnosis.search import NAMES, UNEXPLAINED
from grader.diagnosis.structure import DEFAULT_WIDTHS, STRUCTURE
from grader.diagnosis.two_mistakes import AFTERWARDS, TWO_TERMS
from grader.diagnosis.two_mistakes import SHIFTED as SHIFTED_SLUG
from grader.model import LOOK_UP_FAILED

Translate = Callable[[str], str]
"""An English text to the same in a reader's language."""


@dataclass(frozen=True, slots=True)
class Text:
    """A mistake as its author reads of it; ``evidence`` is a template for the finding's values."""

    explanation: str
    advice: str
    evidence: str


FORMULA = "Your {name} equals {formula} (in {fits} of {of} {of:trial|trials})."
SCALED = "Your {name} equals {factor} times {formula} (in {fits} of {of} {of:trial|trials})."
SHIFTED = "Your {name} equals {factor} times {formula} plus {shift} (in {fits} of {of} {of:trial|trials})."
SHIFTED_ALONE = "Your {name} equals {formula} plus {shift} (in {fits} of {of} {of:trial|trials})."
NESTED = (
    "Your {name} equals {formula}, if {inner} takes the place of the right one (in {fits} of {of} "
    "{of:trial|trials})."
)
TWO_TERMS_EVIDENCE = (
    "Your {name} equals {k} times {formula} plus {second} times {other} (in {fits} of {of} "
    "{of:trial|trials})."
)
WORST = (
    "Your {name}{at} is {got}; expected {wanted} ({ratio}). It is right in {fits} of {of} "
    "{of:trial|trials}{but}."
)

MEAN_IN_LAYERS = "mean_in_layers"

WHOLE_TEXTS: Mapping[str, tuple[str, str, str]] = {
    UNEXPLAINED: (
        "None of the mistakes that we know explains these numbers.",
        "Write the formula down for one sample and two features, and compare entry by entry.",
        WORST,
    ),
    LOOK_UP_FAILED: (  # read by staff
        "The mistake has no name, because looking for it failed. The verdict stands.",
        "Tell the developers of the grader, with this evidence; students do not see it.",
        "{kind}: {text}",
    ),
    **{one.slug: (one.explanation, one.advice, "") for one in (*STRUCTURE, DEFAULT_WIDTHS)},
    **{one.slug: (one.explanation, one.advice, "") for one in SYMPTOMS},
    **NETWORK,
    MEAN_IN_LAYERS: (
        "The layers take the mean over the batch, and the loss does not: the two cancel, so a step "
        "of the whole network is right.",
        "This is one convention, not several mistakes. The lab asks for the other one: the loss "
        "takes the mean, once, and the layers only sum.",
        "It shows in {names}.",
    ),
}
"""Slug -> explanation, advice, template of the evidence: what is not composed."""

ROWS = {one.slug: one for one in MISTAKES}
SUM_EXPLANATION = "It is a sum of two terms, and not the one that it should be."
SUM_ADVICE = (
    "The evidence says by what each of them is multiplied: which of the two has another number in "
    "the formula, and which does not belong there?"
)
FACTORS = {factor.slug: factor for factor in NAMED}


def as_written(text: str) -> str:
    """Leave a text in English."""
    return text


class Texts(Mapping[str, Text]):
    """The texts of all mistakes by slug, in English or in a reader's language; none is kept."""

    def __init__(self, tr: Translate = as_written, own: Iterable[Mistake] = ()) -> None:
        """Take a translation, and the mistakes of a course's own, which are told beside ours."""
        self._tr, self._rows = tr, {**ROWS, **{one.slug: one for one in own}}

    def __getitem__(self, slug: str) -> Text:
        """Compose what is told of a slug; raises KeyError where nobody gives it."""
        tr = self._tr
        if slug in WHOLE_TEXTS:
            explanation, advice, evidence = WHOLE_TEXTS[slug]
            return Text(tr(explanation), tr(advice), tr(evidence))
        if slug in self._rows:
            one = self._rows[slug]
            return Text(about_array(one.array, one.explanation, tr), tr(one.advice), tr(FORMULA))
        row, *others = slug.split("+")
        rest = [FACTORS[other] if other in FACTORS else self._rows[other] for other in others]
        if row in self._rows:
            one = self._rows[row]
            return _compose(one.array, [one, *rest], tr)
        array, _, first = row.partition("_")
        if array not in NAMES:
            raise KeyError(slug)
        if first == TWO_TERMS:
            explanation = about_array(array, SUM_EXPLANATION, tr)
            return Text(explanation, tr(SUM_ADVICE), tr(TWO_TERMS_EVIDENCE))
        return _compose(array, [FACTORS[first], *rest], tr)

    def __iter__(self) -> Iterator[str]:
        """List every slug, in a stable order."""
        product_slugs = [
            f"{array}_{'+'.join(part.slug for part in parts)}"
            for array in NAMES
            for parts in [*[(factor,) for factor in NAMED], *pairs(array)]
            if all(array in part.arrays for part in parts)
        ]
        scaled_row_slugs = [
            f"{one.slug}+{factor.slug}"
            for one in self._rows.values()
            if one.constant is None
            for factor in NAMED
            if one.array in factor.arrays
        ]
        singles = [*product_slugs, *self._rows, *scaled_row_slugs, *WHOLE_TEXTS]
        yield from dict.fromkeys([*singles, *self._slugs_of_two()])

    def _slugs_of_two(self) -> Iterator[str]:
        """List the slugs of two mistakes at once."""
        for array in NAMES:
            factors = [factor for factor in NAMED if array in factor.arrays]
            yield from (f"{array}_{factor.slug}+{CONSTANT_RATE.slug}" for factor in factors)
            yield f"{array}_{TWO_TERMS}"
            shifted = SHIFTED_SLUG.format(array=array)
            if shifted in self._rows:
                yield from (f"{array}_{factor.slug}+{shifted}" for factor in factors)
            own = [one for one in self._rows.values() if one.array == array]
            for one in (one for one in own if one.rank is Rank.PLAIN):
                after = [slug.format(array=array) for slug in (*AFTERWARDS, SHIFTED_SLUG)]
                yield from (f"{one.slug}+{slug}" for slug in after if slug in self._rows)
                if shifted in self._rows:
                    yield from (f"{one.slug}+{f.slug}+{shifted}" for f in factors)
            for one in (one for one in own if one.rank is Rank.CONSTANT):
                yield from (f"{one.slug}+{factor.slug}" for factor in factors)

    def __len__(self) -> int:
        """Count the slugs."""
        return len(list(iter(self)))

    def translate_advice(self, advice: str) -> str:
        """Translate an advice that stands without its slug; what is no advice of ours stays as it is.

        It may be the advice of several mistakes, one after the other, of which any may be known.
        """
        known = {
            *(one.advice for one in self._rows.values()),
            *(factor.advice for factor in NAMED),
            *(whole for _, whole, _ in WHOLE_TEXTS.values()),
            SUM_ADVICE,
        }
        parts, rest = [], advice
        while rest:
            first = max(
                (one for one in known if f"{rest} ".startswith(f"{one} ")), key=len, default=""
            )
            if not first:
                return advice
            parts.append(self._tr(first))
            rest = rest[len(first) :].lstrip()
        return _join(parts, self._tr) if parts else advice


def about_array(array: str, text: str, tr: Translate = as_written) -> str:
    """Say of an array what a text says of "It", in a reader's language."""
    if not text.startswith("It "):
        return tr(text)
    whose = tr("The {array} ").format(array=tr(NAMES[array]))
    return tr(text).replace(tr("It "), whose, 1)


def _compose(array: str, parts: Sequence[Mistake | Factor], tr: Translate) -> Text:
    """Tell of a formula times factors, that of a row or the right one of an array."""
    first, *others = parts
    explanations = [about_array(array, first.explanation, tr), *_besides(others, tr)]
    advice = [tr(part.advice) for part in parts]
    return Text(_join(explanations, tr), _join(advice, tr), tr(_evidence(parts)))


def _evidence(parts: Sequence[Mistake | Factor]) -> str:
    """Return the template by what the last part is: a factor, a constant that is added, what comes afterwards."""
    if isinstance(parts[-1], Factor):
        return SCALED
    if parts[-1].slug != f"{parts[-1].array}_shifted":
        return NESTED
    return SHIFTED if any(isinstance(part, Factor) for part in parts) else SHIFTED_ALONE


def _besides(parts: Iterable[Mistake | Factor], tr: Translate) -> Iterator[str]:
    """Say what comes on top; where English goes on in a sentence, its first letter is small."""
    for part in parts:
        text = tr(part.explanation)
        small = text[0].lower() + text[1:] if text == part.explanation else text
        yield tr("Besides, {text}").format(text=small)


def _join(sentences: Iterable[str], tr: Translate) -> str:
    """Set sentences one after the other, with a space between them where the language has one."""
    return reduce(lambda one, other: tr("{one} {other}").format(one=one, other=other), sentences)
