"""What the parameters of ``Linear`` are by their shapes alone, where there are no differences."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grader.numeric import Array
from grader.observation.layer_observation import LayerObservation, Parameter


@dataclass(frozen=True, slots=True)
class ByShape:
    """The parameters of a layer without differences: the weights ``(in, out)``, and the bias or None.

    ``is_transposed`` says that the layer keeps its weights as ``(out, in)``.
    """

    weights: Array
    is_transposed: bool
    bias: Parameter | None

    @property
    def offset(self) -> Array | float:
        """What is added to every row of the output: shape ``(out,)``."""
        return 0.0 if self.bias is None else self.bias.values.reshape(-1)


def by_shape(record: LayerObservation) -> ByShape:
    """Know the parameters by their shapes; raise ``ChildGone`` where only differences could tell.

    Of the two ways in which square weights can be read, the one nearest to the output counts.
    """
    return record.once("by shape", lambda: _known_by_shape(record))


def _known_by_shape(record: LayerObservation) -> ByShape:
    inputs, outputs = record.trial.args
    matrices = [p for p in record.parameters if sorted(p.values.shape) == sorted((inputs, outputs))]
    biases = [
        p for p in record.parameters if p.values.shape in {(outputs,), (1, outputs), (outputs, 1)}
    ]
    biases = [p for p in biases if not any(p is matrix for matrix in matrices)]
    if len(matrices) != 1 or len(biases) > 1 or len(record.parameters) != 1 + len(biases):
        _ = record.shifts  # raises why there are no differences
    values, bias = matrices[0].values, biases[0] if biases else None
    readings = [ByShape(values, False, bias), ByShape(values.T, True, bias)]
    fitting = [reading for reading in readings if reading.weights.shape == (inputs, outputs)]
    return min(
        fitting, key=lambda r: float(np.max(np.abs(record.x @ r.weights + r.offset - record.y)))
    )
