"""Which arrays of a layer are its parameters, and other values for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from grader.model import Failure
from grader.numeric import Array
from grader.observation.layer_observation import Listed
from grader.remote import Lab, Ref, Reply, Script, floats

NAMES = {"bias": ("b", "bias"), "weights": ("w", "W", "weight", "weights")}
"""What students call the parameters of a layer."""


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


def draw(
    rng: np.random.Generator, shape: tuple[int, ...], single: bool, scale: float = 1.0
) -> Array:
    """Draw numbers for a parameter; for one of float32 such that it can hold them."""
    values = floats(rng, *shape) * scale
    return values.astype(np.float32).astype(np.float64) if single else values


def demand_floats(lab: Lab, kind: str) -> None:
    """Say why no array of a ``Linear`` is its bias, or its weights, where one look at it tells.

    Parameters
    ----------
    lab
        The check's.
    kind
        A key of ``NAMES``.

    Raises
    ------
    Failure
        ``parameter_is_number`` or ``parameter_of_integers``, where the layer keeps it so.
    """
    attributes = lab.once("attributes of Linear", lambda: _attributes(lab))
    for name in NAMES[kind]:
        content = attributes.get(name)
        if content is not None and content["kind"] in {"number", "array"}:
            value = content["value"]
            about: dict[str, Any] = {"name": f"self.{name}", "kind": kind}
            if not value.ndim and value.dtype.kind in "iuf":
                raise Failure("parameter_is_number", value=f"{float(value):g}", **about)
            if value.dtype.kind in "iu":
                raise Failure("parameter_of_integers", dtype=str(value.dtype), **about)


def _attributes(lab: Lab) -> dict[str, Any]:
    """What a new layer holds under each of ``NAMES``."""
    script = lab.script()
    made = script.new("Linear", 3, 2)
    names = [name for of_kind in NAMES.values() for name in of_kind]
    replies = [script.read(script.attribute(made, name)) for name in names]
    lab.run(script)
    contents = {}
    for name, reply in zip(names, replies, strict=True):
        try:
            contents[name] = reply.value
        except Failure:
            continue  # it has nothing of that name
    return contents


def has_bias_option(lab: Lab) -> bool:
    """Whether ``Linear`` can be constructed without a bias; one in a manner of its own need not."""
    return (role := lab.role("Linear")) is None or role.has_bias_option
