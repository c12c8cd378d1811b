"""Which arrays of a layer are its parameters, and other values for them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from grader.numeric import Array
from grader.observation.layer_observation import Listed
from grader.remote import Ref, Reply, Script, floats


def perturb_parameters(script: Script, made: Ref, x: Ref) -> Reply:
    """Ask which arrays of a layer change what ``forward`` makes of an input."""
    y = script.reserve(f"{made.label}.forward")
    copied, copying = script.copy_line(x)  # a forward that changes x would seem to use everything
    return script.perturb_arrays(made, [copying, script.call_line(y, made, "forward", copied)], y)


def parameters_of(listed: Sequence[Listed]) -> list[Listed]:
    """Those of the arrays that ``perturb_parameters`` listed whose change changed what came out."""
    rest, *arrays = listed
    return [
        entry
        for entry in arrays
        if entry["out"].shape != rest["out"].shape
        or not np.array_equal(entry["out"], rest["out"], equal_nan=True)
    ]


def drawn(
    rng: np.random.Generator, shape: tuple[int, ...], single: bool, scale: float = 1.0
) -> Array:
    """Draw numbers for a parameter; for one of float32 such that it can hold them."""
    values = floats(rng, *shape) * scale
    return values.astype(np.float32).astype(np.float64) if single else values
