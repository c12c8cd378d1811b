"""A second run of a student's program, which follows its steps from parameters that are set."""

from __future__ import annotations

import time
from typing import Any, Dict, List, Optional, Sequence, Set, Tuple

import numpy as np

from . import serialize
from .forward_calls import ForwardCall, Place, jacobian
from .parameter_names import CERTAIN_RATE
from .program_watch import Enough, Key, Watch, function_key
from .samples import MOST_LABELS, read_labels, read_numbers
from .student_objects import attributes_of, is_a

MOST_FRAMES = 6  # callers whose variables are looked at
MOST_RATES = 6  # learning rates for one forward pass
MOST_FORWARDS = 128  # passes before one step: a step for each batch of single samples
RELATED = 0.3  # the cosine of parameters before and after a step; of others it is 0 by chance, and 0.1 to 0.2 around
STEP = 2.0**-17  # of a difference; near the cube root of the precision, for values of about 1


class StepWatch(Watch):
    """Follows the steps of a program between the calls of its forward pass.

    Parameters
    ----------
    files
        The paths of the submission's files.
    key
        The forward pass.
    x, y
        Where its samples and its outputs stand.
    paths
        Where its parameters are.
    values
        For each step, the parameters that are set before it.
    entries
        For each parameter, the entries by which differences are taken.

    Attributes
    ----------
    steps
        For each step that was taken, the forward passes before it, and the parameters before and
        after it.
    idle
        How many forward passes came since the last step.
    """

    def __init__(
        self,
        files: Sequence[str],
        key: Key,
        places: Tuple[Place, Place],
        paths: Sequence[serialize.Path],
        values: Sequence[Sequence[Any]],
        entries: Sequence[Sequence[int]],
    ) -> None:
        super().__init__(files)
        self._key, self._x, self._y = key, places[0], places[1]
        self._paths, self._values, self._entries = paths, values, entries
        self._forwards: List[Dict[str, Any]] = []
        self._call: Optional[ForwardCall] = None
        self._before: List[Any] = []
        self._is_inside, self._has_begun = False, False
        self._watching, self._now, self._then = 0.0, 0.0, 0.0
        self.steps: List[Dict[str, Any]] = []
        self.idle = 0

    def _follow(self, frame: Any, event: str, result: Any) -> None:
        """Keep the program's own time, without that of the watch."""
        start = time.perf_counter()
        self._now = start - self._watching
        super()._follow(frame, event, result)
        self._watching += time.perf_counter() - start

    def enter(self, frame: Any) -> None:
        """Set the parameters before a forward pass; keep the labels that another function is given."""
        if function_key(frame) != self._key:
            if self._forwards:
                self._add_labels(self._forwards[-1], list(frame.f_locals.values()))
                self._add_rate(self._forwards[-1], frame)
            return
        if self._is_inside:
            return
        call = ForwardCall(frame)
        if self._forwards:
            self._forwards[-1]["seconds"][1] = self._now - self._then
        self._keep_step(call)
        self._then = self._now
        self.idle += 1
        if len(self.steps) == len(self._values):
            raise Enough
        samples = call.samples(self._x)
        arrays = self._arrays(call)
        if samples is None or arrays is None or len(self._forwards) >= MOST_FORWARDS:
            return
        if not self._forwards:
            for array, value in zip(arrays, self._values[len(self.steps)]):
                array[...] = value
            self._before = [np.array(array, np.float64) for array in arrays]
        forward = self._observe(call, samples)
        if forward is not None:
            self._call = call
            self._forwards.append(forward)
            self._add_visible(frame, forward)
            self._is_inside = True

    def leave(self, frame: Any, result: Any) -> None:
        """See the forward pass end; look at the data sets that another function makes."""
        if function_key(frame) == self._key:
            if self._is_inside:
                self._forwards[-1]["seconds"][0] = self._now - self._then
                self._then = self._now
            self._is_inside = False
        else:
            self.add_result(result)

    def finish(self) -> None:
        """Keep the step that the program took last, if it ended by itself."""
        if len(self.steps) < len(self._values) and self._call is not None:
            self._keep_step(self._call)

    def _arrays(self, call: ForwardCall) -> Optional[List[Any]]:
        """Return the parameters as they are now; None where one has another shape or is gone."""
        try:
            arrays = [serialize.follow_path(call.container(), path) for path in self._paths]
        except Exception:  # noqa: BLE001  a student's program may do anything with its objects
            return None
        fits = [
            is_a(array, (np.ndarray, serialize.ListArray)) and array.shape == np.shape(value)
            for array, value in zip(arrays, self._values[0])
        ]
        return arrays if all(fits) else None

    def _keep_step(self, now: ForwardCall) -> None:
        """Keep what became of the parameters, if they changed since the last forward pass.

        A network has its own; a function is given new ones by its next call.
        """
        if self._call is None or not self._forwards:
            return
        arrays = self._arrays(now if now.owner is self._call.owner else self._call)
        if arrays is None:
            self._forwards = []
            return
        after = [np.array(array, np.float64) for array in arrays]
        if not _differ(self._before, after):
            if now.owner is not self._call.owner and _differ(self._before, self._arrays(now) or ()):
                self._forwards = []  # that network was only asked: the step that comes is another's
        elif not self._has_begun and not _are_related(self._before, after):
            self._forwards = []  # and so it was before these parameters were drawn
        else:
            self.steps.append({"forwards": self._forwards, "before": self._before, "after": after})
            self._forwards, self.idle = [], 0
        self._has_begun = self._has_begun or not self._forwards

    def _observe(self, call: ForwardCall, samples: Any) -> Optional[Dict[str, Any]]:
        """Take outputs and their differences on a copy; None where the function raised or has none."""
        twin = call.copy()
        arrays = self._arrays(twin)
        if arrays is None:
            return None
        try:
            first = twin.outputs(self._y, len(samples))
            again = twin.outputs(self._y, len(samples))
            if first is None or again is None:
                return None
            rows = [
                jacobian(array, entries, STEP, twin, self._y, len(samples))
                for array, entries in zip(arrays, self._entries)
            ]
        except Exception:  # noqa: BLE001  what a student's function raises at other parameters
            return None
        if any(row is None for row in rows):
            return None
        is_steady = bool(np.array_equal(first, again, equal_nan=True))
        return {
            "x": samples,
            "y": first,
            "steady": is_steady,
            "jacobians": rows,
            "labels": [],
            "rates": [],
            "seconds": [0.0, 0.0],
        }

    @staticmethod
    def _add_rate(forward: Dict[str, Any], frame: Any) -> None:
        """Keep the learning rate that a function of the step is given."""
        code = frame.f_code
        for name in code.co_varnames[: code.co_argcount]:
            value = frame.f_locals.get(name)
            if CERTAIN_RATE.fullmatch(name) and is_a(value, (int, float)):
                entry = [code.co_name[: serialize.TEXT], float(value)]
                if entry not in forward["rates"] and len(forward["rates"]) < MOST_RATES:
                    forward["rates"].append(entry)

    def _add_labels(self, forward: Dict[str, Any], values: Sequence[Any]) -> None:
        """Keep the values that may be the labels of a forward pass's samples."""
        for value in values:
            labels = read_labels(value, len(forward["x"]))
            kept = forward["labels"]
            if labels is None or len(kept) >= MOST_LABELS:
                continue
            if not any(np.array_equal(labels, other) for other in kept):
                kept.append(labels)

    def _add_visible(self, frame: Any, forward: Dict[str, Any]) -> None:
        """Look for labels and data sets among the variables of the callers and in the owner."""
        seen: Set[int] = set()
        groups = [attributes_of(self._call.owner)] if self._call else []
        caller = frame.f_back
        for _ in range(MOST_FRAMES):
            if caller is None:
                break
            if caller.f_code.co_filename in self._files:
                groups += [caller.f_locals, caller.f_globals]
            caller = caller.f_back
        for group in groups:
            if id(group) not in seen:
                seen.add(id(group))
                values = [v for v in list(group.values()) if is_a(v, (np.ndarray, list))]
                self._add_labels(forward, values)
                self.add_datasets([v for v in values if read_numbers(v) is not None])


def _differ(arrays: Sequence[Any], others: Sequence[Any]) -> bool:
    return any(not np.array_equal(a, b) for a, b in zip(arrays, others))


def _are_related(arrays: Sequence[Any], others: Sequence[Any]) -> bool:
    """Return whether parameters may have come from others by a step: those of a new network have not."""
    one, other = (np.concatenate([np.ravel(array) for array in some]) for some in (arrays, others))
    size = np.sqrt(np.sum(one * one) * np.sum(other * other))
    return not float(np.sum(one * other)) < RELATED * size
