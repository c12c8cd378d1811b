"""The three checks of a layer without parameters, for one of a course's own: by its row alone."""

from __future__ import annotations

from grader.checks.activations import gradient_parts, value_parts
from grader.checks.purity import state_parts
from grader.contract import Row
from grader.model import Outcome, Part
from grader.observation.activation_trials import observed
from grader.remote import Lab


def layer_value(lab: Lab, row: Row) -> Outcome:
    """Examine ``forward``: its values in all trials, and for very small and very large inputs."""
    return value_parts(lab, row.name, row.forward)


def layer_gradient(lab: Lab, row: Row) -> Outcome:
    """Examine ``backward``: the gradient by differences of ``forward``, and by the closed form."""
    return gradient_parts(lab, row.name)


def layer_state(lab: Lab, row: Row) -> list[Part]:
    """Examine that no array is changed which the layer was given or has returned."""
    return state_parts(lab, lab.rng(), row.name, observed(lab, row.name))
