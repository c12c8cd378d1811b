"""The table of known mistakes, one file a subject; the order is that in which they are tried."""

from __future__ import annotations

from functools import lru_cache

from grader import plugin_files
from grader.diagnosis.mistake import Mistake
from grader.diagnosis.mistakes.any_array import ANY_ARRAY
from grader.diagnosis.mistakes.bce import BINARY
from grader.diagnosis.mistakes.cross_entropy import CATEGORICAL
from grader.diagnosis.mistakes.leaky_relu import LEAKY_RELU
from grader.diagnosis.mistakes.linear_bias import LINEAR_BIAS
from grader.diagnosis.mistakes.linear_input import LINEAR_INPUT
from grader.diagnosis.mistakes.linear_output import LINEAR_OUTPUT
from grader.diagnosis.mistakes.linear_steps import LINEAR_STEPS
from grader.diagnosis.mistakes.linear_weights import LINEAR_WEIGHTS
from grader.diagnosis.mistakes.mse import MSE
from grader.diagnosis.mistakes.relu import RELU
from grader.diagnosis.mistakes.sigmoid import SIGMOID
from grader.diagnosis.mistakes.softmax import SOFTMAX
from grader.diagnosis.mistakes.tanh import TANH
from grader.plugin_files import Plugins

MISTAKES: tuple[Mistake, ...] = (
    *ANY_ARRAY, *LINEAR_INPUT, *LINEAR_WEIGHTS, *LINEAR_BIAS, *LINEAR_STEPS, *LINEAR_OUTPUT,
    *SIGMOID, *RELU, *LEAKY_RELU, *TANH, *SOFTMAX, *MSE, *BINARY, *CATEGORICAL,
)  # fmt: skip
"""All of them."""


@lru_cache(maxsize=16)
def mistakes_with(plugins: Plugins) -> tuple[Mistake, ...]:
    """Return all known mistakes, those of a course's plug-ins after ours."""
    return (*MISTAKES, *(one for _, one in plugin_files.values(plugins, Mistake)))
