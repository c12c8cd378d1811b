"""What the diagnosis says while a program is examined, and what it says where one slug is unknown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

from ruamel.yaml import YAML

from grader.checks import CHECKS
from grader.contract import REPLACEABLE
from grader.diagnosis.explain import NUMBERS, explain
from grader.diagnosis.mistakes import MISTAKES
from grader.pipeline import findings
from tests.zoo_rubric import ZOO

CLASSES = frozenset((*REPLACEABLE, "TLNN"))
"""The classes whose mistakes are looked for here; training has tests of its own."""

NAMES: dict[str, list[str]] = YAML(typ="safe").load(
    (Path(__file__).parents[1] / "zoo" / "names.yaml").read_text(encoding="utf-8")
)
SUBJECTS = {wrong.bug: wrong.subject for wrong in ZOO.singles}
WRONGS = tuple(w for w in ZOO.wrongs if {SUBJECTS[b] for b in w.bugs} & CLASSES)
BASES = {one.slug for one in MISTAKES}


@dataclass
class Told:
    """What was said about one program.

    ``findings`` are slugs; ``numbers`` says whether a check of numbers failed; ``without``
    holds, for each slug of a formula, what is said where that slug is unknown.
    """

    findings: set[str] = field(default_factory=set)
    numbers: bool = False
    without: dict[str, set[str]] = field(default_factory=dict)


@contextmanager
def listening(subjects: Collection[str], *, leave_out: bool) -> Iterator[Told]:
    """Write down what the diagnosis says about the checks of some classes, but for training.

    ``leave_out`` asks it once more without each slug of a formula that it names.
    """
    told = Told()
    without: defaultdict[str, set[str]] = defaultdict(set)

    def listened(observation: Any, check: str, subject: str, failures: Any, mistakes: Any) -> Any:
        findings = explain(observation, check, subject, failures, mistakes)
        if CHECKS[check].subject not in subjects or check.startswith("training"):
            return findings
        told.findings |= {finding.slug for finding in findings}
        told.numbers |= bool(NUMBERS & {message.id for message in failures})
        for slug in {_base(f.slug) for f in findings} & BASES if leave_out else ():
            rest = [one for one in MISTAKES if one.slug != slug]
            again = explain(observation, check, subject, failures, rest)
            without[slug] |= {finding.slug for finding in again}
        return findings

    try:
        with mock.patch.object(findings, "explain", listened):
            yield told
    finally:
        told.without = dict(without)


def _base(slug: str) -> str:
    return slug if slug in BASES else slug.split("+", maxsplit=1)[0]
