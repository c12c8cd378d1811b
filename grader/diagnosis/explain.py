"""From a failed check to findings: gather the cases, try what may explain them, say what fits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from grader.diagnosis.base import (
    ARRAYS,
    Case,
    Hypothesis,
    agrees,
    may_speak,
    moving,
    telling,
)
from grader.diagnosis.cases import cases
from grader.diagnosis.catalogue import KNOWN, Known
from grader.diagnosis.factors import Scale, constants, scales
from grader.diagnosis.families import Family
from grader.diagnosis.symptoms import symptoms
from grader.diagnosis.whole import entry_of, whole
from grader.model import Finding, Message, frozen
from grader.numeric import Array
from grader.remote import Lab

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

SHAPES = frozenset({"returned_shape", "returned_not_scalar", "parameter_reshaped"})
"""Those that say that the shape was wrong; nothing else is tried against formulas."""

MOST = 3


def explain(
    lab: Lab,
    check: str,
    subject: str,
    failures: Sequence[Message],
    known: Sequence[Known] = KNOWN,
) -> tuple[Finding, ...]:
    """Return what explains the failures of a check, the most certain first.

    Parameters
    ----------
    lab
        The lab in which the check ran; what it observed is used, nothing is run.
    check, subject
        The check's id, and the class that it examines.
    failures
        The messages of its parts that failed.
    known
        The hypotheses and families to try.
    """
    array = array_of(check)
    found: list[Finding] = []
    ids = {message.id for message in failures}
    if array and (NUMBERS | SHAPES) & ids:
        seen = cases(lab, subject, array)
        found = formulas(seen, subject, array, known)
        if not found and NUMBERS & ids:
            found = unexplained(seen, subject, array)
        if array == "net":
            found = whole(lab, found)
    return tuple(found or symptoms(lab, check, subject, failures))


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


def formulas(
    found: Sequence[Case], subject: str, array: str, known: Iterable[Known]
) -> list[Finding]:
    """Name the formulas that fit all cases, of the plainest kind that does; nothing where none does.

    First the right one times a factor and the wrong formulas as they are, then those with a
    free constant, then products: what needs less to fit is more likely to be what was written.
    """
    if not telling(found):
        return []
    own = [h for h in known if subject in h.subjects and h.array == array]
    plain = [h for h in own if isinstance(h, Hypothesis)]
    seen, made = moving(found), _Maker(found, subject, array)
    if not all(agrees(case.right, case.given) for case in seen):
        right = [made.right(s) for s in scales(_right, array, seen, most=1)]
        findings = right + [made.plain(h) for h in plain if not h.general and may_speak(h, seen)]
        findings = findings or [made.plain(h) for h in plain if h.general and may_speak(h, seen)]
        if findings:
            return _distinct(findings)
    with_constant, last = (
        [h for h in own if isinstance(h, Family) and h.general == general]
        for general in (False, True)
    )
    return made.families(with_constant) or _products(made, plain, seen) or made.families(last)


def _products(made: _Maker, plain: Sequence[Hypothesis], seen: Sequence[Case]) -> list[Finding]:
    """The right one times two factors, wrong formulas times one, and either times a constant."""
    array = made.array
    right = [made.right(scale) for scale in scales(_right, array, seen)]
    times = [(h, s) for h in plain for s in scales(h.compute, array, seen, most=1)]
    if right or times:
        return _distinct([*right, *(made.plain(h, scale) for h, scale in times)])
    constant = [made.right(scale) for scale in constants(_right, array, seen)]
    if constant:
        return _distinct(constant)
    return _distinct(
        [made.plain(h, scale) for h in plain for scale in constants(h.compute, array, seen)]
    )


def unexplained(found: Sequence[Case], subject: str, array: str) -> list[Finding]:
    """Say honestly that no formula fits: the worst entry, and which trials are right."""
    return _Maker(found, subject, array).unexplained() if telling(found) else []


def _right(case: Case) -> Array:
    return case.right


def _distinct(findings: Iterable[Finding]) -> list[Finding]:
    """Keep the first finding of each mistake, and not too many."""
    return list({finding.bug: finding for finding in reversed(list(findings))}.values())[::-1][
        :MOST
    ]


class _Maker:
    """Makes the findings about one array: what every finding says, it says once."""

    def __init__(self, found: Sequence[Case], subject: str, array: str) -> None:
        self.found, self.subject, self.array = found, subject, array
        trials = list(dict.fromkeys(case.trial for case in found))
        self.of = len(trials)
        self.values = {"array": array, "name": ARRAYS[array], "of": self.of}
        self.wrong = [t for t in trials if not self._is_right(t)]

    def _is_right(self, trial: str) -> bool:
        return all(agrees(c.wanted, c.given) for c in self.found if c.trial == trial)

    def right(self, scale: Scale) -> Finding:
        """Tell of the right formula times a factor."""
        slug = RENAMED.get(f"{self.array}_{scale.slug}", f"{self.array}_{scale.slug}")
        return self._finding(slug, factor=scale.text, formula="the right one")

    def plain(self, h: Hypothesis, scale: Scale | None = None) -> Finding:
        """Tell of a wrong formula, alone or times a factor."""
        if scale is None:
            return self._finding(h.bug, formula=h.formula)
        return self._finding(f"{h.bug}+{scale.slug}", formula=h.formula, factor=scale.text)

    def families(self, known: Iterable[Family]) -> list[Finding]:
        """Tell of the formulas with a constant that fits."""
        fitted = [(h, h.fitted(self.found)) for h in known]
        return _distinct(self._finding(h.bug, formula=text) for h, text in fitted if text)

    def _finding(self, bug: str, **values: str) -> Finding:
        return Finding(bug, self.subject, frozen(**self.values, **values, fits=self.of))

    def unexplained(self) -> list[Finding]:
        """Tell the worst entry of all cases whose shape is right, and which trials are right."""
        worst, size = None, 0.0
        for case in self.found:
            if case.given is None or case.given.shape != case.right.shape:
                continue
            with np.errstate(invalid="ignore"):
                errors = np.nan_to_num(np.abs(case.given - case.wanted), nan=np.inf)
            if errors.size and float(errors.max()) > size:
                at = np.unravel_index(int(errors.argmax()), errors.shape)
                worst, size = (case, [int(i) for i in at]), float(errors.max())
        if worst is None:
            return []
        right = self.of - len(self.wrong)
        but = f"; wrong for: {', '.join(self.wrong)}" if right else ""
        case, place = worst
        given = np.zeros(0) if case.given is None else case.given
        entry = entry_of(given, case.wanted, place)
        values = {**self.values, **entry, "fits": right, "but": but}
        return [Finding("unexplained", self.subject, frozen(**values))]


RENAMED = {"net_lr_ignored": "net_lr_not_passed"}
