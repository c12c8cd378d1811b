"""The checks: one subject a file, one small decorated function a check."""

from __future__ import annotations

from grader.checks import (
    activations,
    convergence,
    linear,
    lockstep,
    losses,
    main_figures,
    network,
    plots,
    program,
    rules,
    training,
)
from grader.checks.base import Check, collect

CHECKS: dict[str, Check] = collect(
    linear,
    activations,
    losses,
    network,
    lockstep,
    convergence,
    training,
    plots,
    main_figures,
    program,
    rules,
)
"""All checks by id; a rubric chooses among them."""

__all__ = ["CHECKS", "Check"]
