"""Gradients held against the differences of a student's own forward.

Where forward is wrong already, the gradient of a right layer is as good as the
derivative of the wrong one: one mistake is counted once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from grader.checks.observe import Seen
from grader.expect import same
from grader.numeric import Array

Excuses = Callable[[Seen], Sequence[Array]]
"""What else is accepted as a gradient in a trial: nothing, where forward is right."""


def dx_agrees(seen: Seen, step: int, excuses: Excuses) -> None:
    """Demand that the gradient at the input agrees with the differences of forward."""
    given = seen.dx(step)
    if excused(excuses(seen), given, seen):
        return
    same(
        seen.numeric_dx, given, seen.tolerance, "wrong_gradient",
        who=f"{seen.subject}.backward", array="dx", trial=seen.trial.name,
    )  # fmt: skip


def excused(rights: Sequence[Array], given: Array, seen: Seen) -> bool:
    """Whether a gradient is one of those of a right layer."""
    return any(
        right.shape == given.shape and bool(np.all(seen.tolerance.holds(right, given)))
        for right in rights
    )
