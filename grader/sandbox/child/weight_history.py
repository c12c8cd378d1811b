"""How the parameters of a program came to be what they are when it ends: their starts, jumps and some steps."""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Sequence, Tuple

import numpy as np

from . import serialize
from .forward_calls import ForwardCall
from .samples import read_samples

MOST_ENTRIES = 2_000  # of all parameters: they are copied before each call
MOST_NETWORKS = 8
MOST_STEPS = 12
FIRST_STEP = 64
"""Steps are kept from this one on, whenever their number has doubled."""

Place = Tuple[bool, str, serialize.Path]
"""Where a parameter is: whether among the globals, the name of what holds it, and the rest of the way."""


class WeightHistory:
    """Follows the parameters from one call of a forward pass to the next.

    Parameters
    ----------
    paths
        Where the parameters are, from what a call can reach.
    samples
        The name of the argument that holds the samples; empty where it is none.
    """

    def __init__(self, paths: Sequence[serialize.Path], samples: str) -> None:
        self._paths, self._samples = paths, samples
        self._places: Optional[List[Place]] = None
        self._networks: Dict[int, Dict[str, Any]] = {}
        self._steps: List[Dict[str, Any]] = []
        self._is_lost = not paths

    def add(self, network: int, frame: Any) -> None:
        """Look at the parameters before a call; ``network`` tells whose they are."""
        if self._is_lost or (
            network not in self._networks and len(self._networks) >= MOST_NETWORKS
        ):
            return
        try:
            weights = self._read(frame)
        except Exception:  # noqa: BLE001  a student's program may do anything with its objects
            self._is_lost = True
            return
        known = self._networks.get(network)
        if known is None:
            known = {"start": weights, "largest": 0.0, "jump": None, "steps": 0}
            self._networks[network] = known
        elif known["last"].shape == weights.shape:
            self._add_step(known, weights)
        known["last"], known["given"] = weights, frame.f_locals.get(self._samples)

    def _add_step(self, known: Dict[str, Any], weights: Any) -> None:
        size = float(np.max(np.abs(weights - known["last"])))
        if not size > 0:
            return
        known["steps"] += 1
        if size > known["largest"]:
            known["largest"], known["jump"] = size, [known["last"], weights]
        count = known["steps"]
        if count >= FIRST_STEP and not count & (count - 1) and len(self._steps) < MOST_STEPS:
            samples = read_samples(known["given"])
            if samples is not None:
                self._steps.append({"x": samples, "before": known["last"], "after": weights})

    def _read(self, frame: Any) -> Any:
        if self._places is None:
            call = ForwardCall(frame)
            self._places = [_place(call, path) for path in self._paths]
        arrays = [
            np.ravel(
                serialize.follow_path((frame.f_globals if far else frame.f_locals)[name], path)
            )
            for far, name, path in self._places
        ]
        if sum(array.size for array in arrays) > MOST_ENTRIES:
            raise ValueError
        return np.concatenate(arrays).astype(np.float64)

    def describe(self) -> Dict[str, Any]:
        """Return parameters, all of a network in one array ``(K,)``: at start and end, beside jumps and steps."""
        networks = [] if self._is_lost else list(self._networks.values())
        return {
            "starts": [[known["start"], known["last"]] for known in networks],
            "jumps": [known["jump"] for known in networks if known["jump"] is not None],
            "steps": [] if self._is_lost else self._steps,
        }


def _place(call: ForwardCall, path: serialize.Path) -> Place:
    [_, group], [_, index], *rest = path
    names = call.names if group == 0 else list(call.container()[group])
    return group > 2, names[index], rest
