"""A first run of a student's program, which lists the functions that may be a forward pass."""

from __future__ import annotations

import re
import time
from typing import Any, Dict, List, Optional, Sequence, Tuple

import numpy as np

from . import serialize
from .forward_calls import ForwardCall
from .program_watch import MOST_CANDIDATES, Enough, Key, Watch, function_key

NOT_FORWARD = re.compile(
    r"back|train|fit|learn|generate|plot|show|draw|main|^__init__$|^<(?!lambda)",
    re.IGNORECASE,
)
"""Names of functions that are no forward pass, whatever they return; some would run for long."""

LONGEST_CALL = 0.2  # seconds: a pass through a small network takes a thousandth of that
MOST_CALLS = 40  # of one candidate: enough to see that it is called again and again
MOST_REJECTED = 6  # calls of one function that were no forward pass: then it is none


class Survey(Watch):
    """Lists the functions that map samples to outputs, and what each of them depends on.

    Attributes
    ----------
    candidates
        What is known of each function that may be a forward pass.
    """

    def __init__(self, files: Sequence[str]) -> None:
        super().__init__(files)
        self.candidates: Dict[Key, Dict[str, Any]] = {}
        self._rejected: Dict[Key, int] = {}
        self._stack: List[Tuple[Any, Optional[ForwardCall], float]] = []

    def enter(self, frame: Any) -> None:
        """Keep what a function was given, if it may be a forward pass that is not known yet."""
        key, call = function_key(frame), None
        if key in self.candidates:
            self.candidates[key]["calls"] += 1
            if self.candidates[key]["calls"] > MOST_CALLS:
                raise Enough
        elif not NOT_FORWARD.search(key[1]) and self._rejected.get(key, 0) < MOST_REJECTED:
            call = ForwardCall(frame)
        self._stack.append((frame, call, time.monotonic()))

    def leave(self, frame: Any, result: Any) -> None:
        """See whether a result is that of a forward pass."""
        while self._stack:
            started, call, start = self._stack.pop()
            if started is frame:
                break
        else:
            return
        self.add_result(result)
        if call is None or len(self.candidates) >= MOST_CANDIDATES:
            return
        candidate = None
        if time.monotonic() - start < LONGEST_CALL:
            candidate = self._candidate(frame, call, result)
        if candidate is None:
            key = function_key(frame)
            self._rejected[key] = self._rejected.get(key, 0) + 1
        else:
            self.candidates[function_key(frame)] = candidate

    def _candidate(self, frame: Any, call: ForwardCall, result: Any) -> Optional[Dict[str, Any]]:
        x_place, samples = call.samples_place()
        if x_place is None or samples is None:
            return None
        y_place = call.outputs_place(result, len(samples))
        if y_place is None:
            y_place = call.unlabelled_place(len(samples))
        if y_place is None:
            return None
        try:
            parameters = call.parameters(y_place, len(samples))
        except Exception:  # noqa: BLE001  what a student's function raises at other parameters
            return None
        if not parameters:
            return None
        file, name, line = function_key(frame)
        owner = "" if call.owner is None else type(call.owner).__name__[: serialize.TEXT]
        return {
            "file": file, "name": name, "line": line, "owner": owner, "calls": 1,
            "samples": len(samples), "kind": "forward", "trainer": "", "x": x_place, "y": y_place,
            "arrays": [
                {"path": path, "name": call.spell(path), "array": np.array(array, np.float64), "dtype": array.dtype.str}
                for path, array in parameters
            ],
        }  # fmt: skip
