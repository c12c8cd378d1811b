"""Small rubrics, and programs of the zoo, for the tests of an audit."""

from __future__ import annotations

import textwrap
from dataclasses import replace
from typing import Any

from grader.audit import partial_programs, trials, zoo
from grader.audit.partial_programs import PartialProgram
from grader.audit.results import Audit, Payment
from grader.checks import CHECKS
from grader.model import Rubric
from grader.rubric import reader
from tests.zoo_rubric import ZOO

RUBRIC = """\
version: 1
title: Small
total: {total}
names: {{Tanh: []}}
packages: [numpy, matplotlib]
groups:
  - title: All
    items:
{items}
"""


def small(**points: int) -> Rubric:
    """A rubric with these points; two underscores stand for a dot."""
    return reader.loads(text(**points).encode(), "small.yaml", CHECKS)


def text(**points: int) -> str:
    items = [f"- {{check: {c.replace('__', '.')}, points: {p}}}" for c, p in points.items()]
    total = sum(points.values())
    return RUBRIC.format(total=total, items=textwrap.indent("\n".join(items), " " * 6))


def some(*names: str) -> zoo.Zoo:
    """The zoo with these programs only."""
    return replace(
        ZOO,
        singles=tuple(w for w in ZOO.singles if w.bug in names),
        pairs=(),
        rights=tuple(r for r in ZOO.rights if r.name in names),
    )


def audit(rubric: Rubric, *names: str) -> Audit:
    return trials.audit(some(*names), rubric, seed=1)


ZEROS = partial_programs.all_empty("zeros")


NOTHING = PartialProgram("zeros_nothing", "Every part returns zeros.", ZEROS)


REPAIRED = PartialProgram(
    "repaired_mse", "Right parts: 1 of 19.", {**ZEROS, "MSE.forward": "right"}, "MSE.forward"
)


def payment(program: PartialProgram, points: float, allowed: float = 3.0, **more: Any) -> Payment:
    return replace(Payment(program, points, allowed), **more)
