"""How the parameters of a program came to be what they are when it ends: their starts, jumps and some steps."""

from __future__ import annotations

from typing import Any, Dict, List, Optional

import numpy as np

from .samples import read_samples

MOST_ENTRIES = 2_000  # of all parameters: they are copied before each call
MOST_NETWORKS = 8
MOST_STEPS = 12
FIRST_STEP = 64
"""Steps are kept from this one on, whenever their number has doubled."""


class WeightHistory:
    """Follows the parameters from one call of a forward pass to the next."""

    def __init__(self) -> None:
        self._networks: Dict[int, Dict[str, Any]] = {}
        self._steps: List[Dict[str, Any]] = []
        self._is_lost = False

    def add(self, network: int, weights: Optional[Any], given: Any) -> None:
        """Look at the parameters ``(K,)`` before a call on what is given; ``network`` tells whose they are."""
        if self._is_lost or (
            network not in self._networks and len(self._networks) >= MOST_NETWORKS
        ):
            return
        if weights is None or weights.size > MOST_ENTRIES:
            self._is_lost = True
            return
        known = self._networks.get(network)
        if known is None:
            known = {"start": weights, "largest": 0.0, "jump": None, "steps": 0}
            self._networks[network] = known
        elif known["last"].shape == weights.shape:
            self._add_step(known, weights)
        known["last"], known["given"] = weights, given

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

    def describe(self) -> Dict[str, Any]:
        """Return parameters, all of a network in one array ``(K,)``: at start and end, beside jumps and steps."""
        networks = [] if self._is_lost else list(self._networks.values())
        return {
            "starts": [[known["start"], known["last"]] for known in networks],
            "jumps": [known["jump"] for known in networks if known["jump"] is not None],
            "steps": [] if self._is_lost else self._steps,
        }
