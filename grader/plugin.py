"""What a course's plug-in is written with: one import for checks, layers and mistakes.

    from grader.plugin import Kind, Lab, Row, check, layer_gradient, layer_value, mistake

docs/plugins.md shows a whole one. What is listed here stays as it is within a version of the rubric.
"""

from __future__ import annotations

from grader.checks.base import check, part
from grader.checks.own_layers import layer_gradient, layer_state, layer_value
from grader.contract import Kind, Row
from grader.diagnosis.mistake import mistake
from grader.expect import EXACT, Tolerance, same
from grader.model import Failure, Outcome, Part
from grader.remote import Lab

__all__ = [
    "EXACT",
    "Failure",
    "Kind",
    "Lab",
    "Outcome",
    "Part",
    "Row",
    "Tolerance",
    "check",
    "layer_gradient",
    "layer_state",
    "layer_value",
    "mistake",
    "part",
    "same",
]
