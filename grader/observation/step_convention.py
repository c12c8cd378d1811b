"""Whether the steps of a layer in a manner of its own take the mean over a batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from grader.model import Failure
from grader.observation.layer_observation import LayerObservation
from grader.observation.stored_gradients import Gradient
from grader.sandbox.host import ChildGone

CLOSE = 1e-3


def with_convention(
    records: Sequence[LayerObservation], gradient: Gradient
) -> list[LayerObservation]:
    """Mark the observations of a layer whose steps are the mean over the batch for all its parameters.

    The lab's layer takes the sum, as its loss takes the mean; where the loss takes the sum, the layer
    may take the mean. For some of the parameters alone it is a mistake.
    """
    batches = [record for record in records if len(record.x) > 1 and record.steps]
    takes_mean = bool(batches) and all(_is_mean(record, gradient) for record in batches)
    return [replace(record, takes_mean=takes_mean) for record in records]


def _is_mean(record: LayerObservation, gradient: Gradient) -> bool:
    try:
        pairs = [(gradient(record, p), record.step_gradient(p)) for p in record.parameters]
    except (Failure, ChildGone):
        return False
    return bool(pairs) and all(
        np.allclose(
            step * len(record.x), wanted, rtol=0, atol=CLOSE * float(np.max(np.abs(wanted)))
        )
        for wanted, step in pairs
    )
