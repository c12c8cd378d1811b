"""How long a program's steps take beside its forward pass: a numerical gradient needs a pass for each weight."""

from __future__ import annotations

from statistics import median

from grader.observation.program_observation import ProgramObservation

SLOW = 0.5
"""So many forward passes for each parameter: differences take one or two, back-propagation takes three in all,
and what a program prints or draws between two steps a few dozen."""

LEAST_PARAMETERS = 40
"""Of smaller networks as many passes may be spent on other things."""


def parameters_of(observation: ProgramObservation) -> int:
    """Return the number of all weights, or of so many that other things do not take as long."""
    return max(LEAST_PARAMETERS, sum(array.size for array in observation.initial))


def ratio_of(observation: ProgramObservation) -> float:
    """Return how many times as long as a forward pass a step takes at least; 0 where that is not known."""
    last = [step.forwards[-1].seconds for step in observation.steps]
    known = [(passed, rest) for passed, rest in last if passed > 0 and rest > 0]
    if len(known) < 2:
        return 0.0
    return min(rest for _, rest in known) / median(passed for passed, _ in known)
