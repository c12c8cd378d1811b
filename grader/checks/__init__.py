"""The checks: one subject a file, one small decorated function a check."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from grader import plugin_files
from grader.checks import (
    activations,
    convergence,
    linear,
    lockstep,
    losses,
    main_figures,
    network,
    own_tests,
    plots,
    program,
    program_learning,
    rules,
    training,
)
from grader.checks.base import Check, collect
from grader.plugin_files import Plugins

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
    program_learning,
    own_tests,
    rules,
)
"""All checks by id; a rubric chooses among them."""


@lru_cache(maxsize=16)
def checks_with(plugins: Plugins) -> Mapping[str, Check]:
    """Return all checks by id, those of a course's plug-ins after ours."""
    own = {check.id: check for _, check in plugin_files.values(plugins, Check)}
    return {**CHECKS, **own} if own else CHECKS


__all__ = ["CHECKS", "Check", "checks_with"]
